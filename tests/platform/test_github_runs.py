"""The pull request of a merge, and the plan that was reviewed there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reconciler.engine.values import Secret
from reconciler.platform.errors import AccessRefused
from reconciler.platform.github_calls import GitHubAccess
from reconciler.platform.github_runs import Merged, merged_pull, plan_run
from tests.platform.github_stub import Fault, GitHub, serve

NAME, HEAD, COMMIT = "reconcile-plan-prod", "b" * 40, "c" * 40


@pytest.fixture
def github() -> Iterator[GitHub]:
    with serve() as running:
        yield running


@pytest.fixture
def access(github: GitHub) -> GitHubAccess:
    return GitHubAccess(github.url, "o/r", Secret("ghs_0123456789abcdefghij"))


def test_the_pull_request_whose_merge_made_the_commit(github: GitHub, access: GitHubAccess) -> None:
    assert merged_pull(access, COMMIT, "main", 0) is None
    github.heads[8] = HEAD
    github.merge(8, COMMIT, base="release")
    assert merged_pull(access, COMMIT, "main", 0) is None
    github.merge(8, COMMIT)
    assert merged_pull(access, COMMIT, "main", 0) == Merged(8, HEAD)


def test_a_pull_request_that_only_holds_the_commit_is_not_meant(
    github: GitHub, access: GitHubAccess
) -> None:
    github.merge(7, COMMIT)
    (listed,) = github.merges[COMMIT]
    listed["merge_commit_sha"] = "d" * 40
    assert merged_pull(access, COMMIT, "main", 0) is None
    listed.update(merge_commit_sha=COMMIT, merged_at=None)
    assert merged_pull(access, COMMIT, "main", 0) is None


def test_the_newest_plan_of_the_last_head(github: GitHub, access: GitHubAccess) -> None:
    assert plan_run(access, NAME, HEAD, 0) is None
    github.keep(NAME, HEAD, 11)
    github.keep(NAME, HEAD, 12)
    github.keep(NAME, "e" * 40, 13)
    github.keep("another", HEAD, 14)
    assert plan_run(access, NAME, HEAD, 0) == 12
    github.artifacts[1]["expired"] = True
    assert plan_run(access, NAME, HEAD, 0) == 11


@pytest.mark.parametrize("others", [0, 1, 4, 5])
def test_a_plan_that_many_were_made_after_is_found(
    others: int, github: GitHub, access: GitHubAccess
) -> None:
    github.page = 2
    for number in range(others):
        github.keep(NAME, f"{number:040}", number)
    assert plan_run(access, NAME, HEAD, 0) is None
    github.keep(NAME, HEAD, 11)
    assert plan_run(access, NAME, HEAD, 0) == 11


def test_what_a_fork_s_run_left_is_no_plan(github: GitHub, access: GitHubAccess) -> None:
    github.keep(NAME, HEAD, 11, fork=True)
    assert plan_run(access, NAME, HEAD, 0) is None


def test_reads_are_repeated_and_a_refusal_says_what_is_missing(
    github: GitHub, access: GitHubAccess
) -> None:
    github.keep(NAME, HEAD, 11)
    path = "/repos/o/r/actions/artifacts"
    github.faults += [Fault("GET", path, 502), Fault("GET", path, 0)]
    assert plan_run(access, NAME, HEAD, 0) == 11
    github.faults.append(Fault("GET", path, 403))
    with pytest.raises(AccessRefused) as refused:
        plan_run(access, NAME, HEAD, 0)
    assert "actions: read" in refused.value.hint
