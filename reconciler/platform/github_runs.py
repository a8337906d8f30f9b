"""What GitHub knows of a merge: its pull request, and the plan that was made for that."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.platform.github_calls import GitHubAccess, again, repository_of


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged pull request: its number, and the last commit of its branch."""

    number: int
    head: str


def merged_pull(access: GitHubAccess, commit: str, branch: str, pace: float = 1.0) -> Merged | None:
    """The pull request whose merge into `branch` made this commit, be it a merge, a squash or the
    last commit of a rebase; None if there is none (REST documentation, "List pull requests
    associated with a commit"). Raises as `again`."""
    found = _get(access, f"commits/{commit}/pulls", {}, pace)
    for pull in found:
        if (
            pull["merge_commit_sha"] == commit
            and pull["merged_at"]
            and pull["base"]["ref"] == branch
        ):
            return Merged(int(pull["number"]), str(pull["head"]["sha"]))
    return None


def plan_run(access: GitHubAccess, artifact: str, head: str, pace: float = 1.0) -> int | None:
    """The newest run that keeps an artifact of this name, made for the commit `head` of a branch of
    this repository; None if there is none, or it expired.

    What a fork's run left is no plan: whoever sends a pull request could write one (REST
    documentation, "List artifacts for a repository": `workflow_run`). Raises as `again`.
    """
    ours: list[tuple[int, int]] = []
    page, seen, total = 1, 0, 1
    while seen < total:  # each push to any pull request made one
        asked = {"name": artifact, "page": str(page)}
        answer = _get(access, "actions/artifacts", asked, pace)
        found, total = answer["artifacts"], answer["total_count"]
        for one in found:
            run = one["workflow_run"]
            if one["name"] == artifact and not one["expired"] and run and _is_ours(run, head):
                ours.append((int(one["id"]), int(run["id"])))
        page, seen = page + 1, seen + len(found) if found else total
    return max(ours)[1] if ours else None


def _is_ours(run: Mapping[str, Any], head: str) -> bool:
    return bool(run["head_sha"] == head and run["head_repository_id"] == run["repository_id"])


def _get(access: GitHubAccess, path: str, parameters: Mapping[str, str], pace: float) -> Any:
    """What the API answers below the repository, a hundred of a list."""
    requester = repository_of(access).requester
    url = f"/repos/{access.repository}/{path}"
    asked = {**parameters, "per_page": "100"}
    return again(lambda: requester.requestJsonAndCheck("GET", url, parameters=asked)[1], pace)
