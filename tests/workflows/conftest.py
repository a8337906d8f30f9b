"""The sample project in a repository of its own, on a stub of GitHub, with a platform behind it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import anthropic
import git
import pytest

import reconciler.sandbox
from reconciler.sandbox import Server
from tests.e2e.conftest import sdk
from tests.platform.github_stub import GitHub, serve
from tests.workflows.runner import Event, Job, Runner

REPOSITORY = Path(__file__).parents[2]
PERSON = {
    f"GIT_{role}_{key}": value
    for role in ("AUTHOR", "COMMITTER")
    for key, value in (("NAME", "Ann"), ("EMAIL", "ann@example.com"))
}
#: A target on a platform that outlives the jobs, as the hosted one does.
PROD = """  prod:
    ntropii: {tenant: byng, environment: fund-ops}
    variables: {ntropii_mcp_url: https://mcp.ntropii.com/mcp}
"""


@dataclass
class Pull:
    """A pull request: its number, and the head and the base's merge as they were last pushed."""

    number: int
    branch: str
    head: str = ""
    merge: str = ""
    base: str = ""


@dataclass
class World:
    """A repository with people, its pull requests, and what runs for them."""

    people: git.Git
    root: Path
    github: GitHub
    server: Server
    runner: Runner
    pulls: list[Pull] = field(default_factory=list)

    def edit(self, path: str, old: str, new: str) -> None:
        file = self.root / path
        text = file.read_text()
        assert old in text
        file.write_text(text.replace(old, new))

    def open(self, branch: str, *edits: tuple[str, str, str]) -> Pull:
        """A pull request with these edits, each a path, what stands there, and what shall."""
        self._at_main()
        self.people.checkout("--quiet", "-b", branch)
        pull = Pull(10 + len(self.pulls), branch)
        self.pulls.append(pull)
        return self.push(pull, *edits)

    def push(self, pull: Pull, *edits: tuple[str, str, str]) -> Pull:
        """One more commit, and the merge that GitHub makes of the branch and the newest main."""
        self.people.checkout("--quiet", pull.branch)
        for path, old, new in edits:
            self.edit(path, old, new)
        self.people.add("--all")
        self.people.commit("--quiet", "--allow-empty", "-m", f"On {pull.branch}")
        pull.head = self.people.rev_parse("HEAD")
        self._at_main()
        pull.base = self.people.rev_parse("HEAD")
        self.people.checkout("--quiet", "--detach")
        self.people.merge("--quiet", "--no-ff", "-m", "Merge", pull.head)
        pull.merge = self.people.rev_parse("HEAD")
        refs = [
            f"{pull.head}:refs/heads/{pull.branch}",
            f"+{pull.merge}:refs/pull/{pull.number}/merge",
        ]
        self.people.push("--quiet", "--force", "origin", *refs)
        self.github.heads[pull.number] = pull.head
        return pull

    def plan(self, pull: Pull, code: int = 0, *, fork: bool = False) -> Job:
        """The workflow that a push to the pull request starts."""
        head = {"sha": pull.head, "repo": {"full_name": "stranger/r" if fork else "o/r"}}
        payload = {
            "pull_request": {"number": pull.number, "head": head, "base": {"sha": pull.base}}
        }
        return self.runner.run(
            "plan", Event("pull_request", pull.merge, "", payload, fork=fork), code
        )

    def merge(self, pull: Pull, how: str = "squash") -> str:
        """Bring the pull request into main by `squash`, `merge` or `rebase`; the last commit."""
        self._at_main()
        before = self.people.rev_parse("HEAD")
        if how == "rebase":
            self.people.cherry_pick("--allow-empty", f"{pull.base}..{pull.head}")
        elif how == "merge":
            self.people.merge("--quiet", "--no-ff", "-m", "::error::Merge", pull.head)
        else:
            self.people.merge("--quiet", "--squash", pull.head)
            self.people.commit("--quiet", "--allow-empty", "-m", f"Squash {pull.branch}")
        self.people.push("--quiet", "origin", "HEAD:main")
        commit = str(self.people.rev_parse("HEAD"))
        self.github.merge(pull.number, commit)
        self.befores[commit] = before
        return commit

    befores: dict[str, str] = field(default_factory=dict)

    def apply(self, commit: str, code: int = 0, attempt: int = 1) -> Job:
        """The workflow that a push to main starts."""
        payload = {"before": self.befores[commit]}
        event = Event("push", commit, "main", payload, attempt=attempt)
        return self.runner.run("apply", event, code)

    def approve(self, digest: str = "", overwrite: str = "", code: int = 0) -> Job:
        """The workflow that a person starts."""
        inputs = {"digest": digest, "overwrite-drift": overwrite}
        event = Event("workflow_dispatch", self.main, "main", {}, inputs)
        return self.runner.run("apply", event, code)

    def drift(self, commit: str = "") -> Job:
        return self.runner.run("drift", Event("schedule", commit or self.main, "main"))

    @property
    def main(self) -> str:
        """The newest commit of main."""
        self._at_main()
        return str(self.people.rev_parse("HEAD"))

    def changed(self, commit: str) -> list[str]:
        """The files that a commit changes."""
        return str(self.people.diff("--name-only", f"{commit}^", commit)).splitlines()

    def writes(self) -> list[str]:
        """The platform's and the registry's writes since this was asked last."""
        found = [
            f"{one['method']} {one['path']}"
            for one in self.server.requests()
            if one["method"] != "GET"
        ]
        self.server.clear_requests()
        return found

    def live(self) -> Mapping[str, Any]:
        """The live agents, by name."""
        return {agent.name: agent for agent in self.client.beta.agents.list()}

    @property
    def client(self) -> anthropic.Anthropic:
        return sdk(self.server)

    def _at_main(self) -> None:
        self.people.fetch("--quiet", "origin")
        self.people.checkout("--quiet", "--force", "-B", "main", "origin/main")


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    root, origin = tmp_path / "people", tmp_path / "origin.git"
    root.mkdir()
    for name in (".github", "agents"):
        shutil.copytree(REPOSITORY / name, root / name)
    project = (REPOSITORY / "reconcile.yaml").read_text()
    (root / "reconcile.yaml").write_text(project + PROD)
    (root / ".gitignore").write_text(".reconcile/\n")
    git.Git(str(tmp_path)).init("--quiet", "--bare", "--initial-branch=main", str(origin))
    git.Git(str(origin)).config("uploadpack.allowAnySHA1InWant", "true")
    people = git.Git(str(root))
    people.update_environment(**PERSON)
    people.init("--quiet", "--initial-branch=main")
    people.add("--all")
    people.commit("--quiet", "-m", "Start")
    people.remote("add", "origin", str(origin))
    people.push("--quiet", "origin", "main")
    with serve() as github, reconciler.sandbox.serve(tmp_path / "platform.sqlite") as server:
        server.ensure_tenants(["byng"])
        variables = {
            "RECONCILE_TARGET": "prod",
            "ANTHROPIC_BASE_URL": server.url,
            "NTRO_HOST": server.registry_url,
        }
        secrets = {"ANTHROPIC_API_KEY": server.api_key, "NTRO_API_KEY": server.registry_key}
        runner = Runner(origin, github, tmp_path / "runs", variables, secrets)
        yield World(people, root, github, server, runner)
