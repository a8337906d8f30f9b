"""Who changed what beside a plan, and the lock in a commit of its own, over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import git
import pytest
from click.testing import CliRunner, Result

from reconciler.cli import main
from reconciler.engine.history import touched
from reconciler.sandbox import Server
from tests.e2e.conftest import Project, sdk
from tests.platform.github_stub import serve as serve_github


@pytest.fixture
def repository(project: Project, monkeypatch: pytest.MonkeyPatch) -> git.Git:
    """The project in a repository, with two agents by two people."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    git.Git(str(project.root)).init("--quiet", "--initial-branch=main")
    command = git.Git(str(project.root))
    project.write(".gitignore", ".reconcile/\n")
    project.write("agents/lead/agent.yaml", "model: claude-sonnet-5\nsubagents: [helper]\n")
    commit(command, "Ann", "Lead the work")
    project.write("agents/helper/agent.yaml", "model: claude-sonnet-5\n")
    commit(command, "Bob", "Help, too")
    return command


def commit(command: git.Git, who: str, subject: str) -> str:
    person = {f"GIT_{role}_{key}": value for role in ("AUTHOR", "COMMITTER")
              for key, value in (("NAME", who), ("EMAIL", f"{who}@example.com"))}  # fmt: skip
    command.add("--all")
    command.commit("--quiet", "--allow-empty", "-m", subject, env=person)
    return str(command.rev_parse("HEAD"))


def actions(project: Project) -> dict[str, Any]:
    document = json.loads(project.run("plan", "--format", "json").stdout)
    return {"digest": document["digest"]} | {one["address"]: one for one in document["actions"]}


def test_each_action_has_its_last_commit_outside_the_digest(
    project: Project, repository: git.Git
) -> None:
    found = actions(project)
    lead, helper = found["agent/lead"]["changed_by"], found["agent/helper"]["changed_by"]
    assert (lead["author"], lead["subject"]) == ("Ann", "Lead the work")
    assert (helper["author"], helper["subject"]) == ("Bob", "Help, too")
    repository.commit("--quiet", "--amend", "--author", "Eve <eve@example.com>", "-m", "Other",
                      env={"GIT_COMMITTER_NAME": "Eve", "GIT_COMMITTER_EMAIL": "e@example.com"})  # fmt: skip
    again = actions(project)
    assert again["agent/helper"]["changed_by"]["author"] == "Eve"
    assert again["digest"] == found["digest"]
    assert again["agent/helper"]["digest"] == found["agent/helper"]["digest"]
    project.write("agents/helper/system-prompt.md", "Help.\n")
    said = actions(project)["agent/helper"]["changed_by"]
    assert said == {"commit": "", "author": "", "subject": "not committed yet"}


def test_without_a_repository_nothing_is_said(project: Project) -> None:
    project.write("agents/lead/agent.yaml", "model: claude-sonnet-5\n")
    assert actions(project)["agent/lead"]["changed_by"] is None


def test_the_registry_s_version_names_both_commits(
    sample: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    git.Git(str(sample.root)).init("--quiet", "--initial-branch=main")
    command = git.Git(str(sample.root))
    sample.write(".gitignore", ".reconcile/\n")
    definition = "agents/audit-handover/agent.yaml"
    sample.edit(definition, "{mcp_server: ntropii}", "{mcp_server: ntropii, versions: true}")
    first = commit(command, "Ann", "Hand over")
    sample.write("README.md", "Elsewhere.\n")
    head = commit(command, "Bob", "Unrelated")
    sample.apply()
    changelogs = [
        body["changelog"]
        for one in sample.server.requests()
        if one["method"] == "POST" and one["path"].endswith("/versions")
        and "changelog" in (body := one["body"] or {})
    ]  # fmt: skip
    assert changelogs == [
        f"agent version 1 (commit {head}; last changed in {first} by Ann: Hand over)"
    ]


@dataclass
class Hosted:
    """A clone of a project whose target is a platform of its own, and whose lock is committed."""

    root: Path
    origin: Path

    def run(self, *args: str, code: int = 0) -> Result:
        result = CliRunner().invoke(main, [*args, "--project-dir", str(self.root)])
        assert result.exit_code == code, result.output
        return result

    @property
    def git(self) -> git.Git:
        return git.Git(str(self.root))

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)

    def clone(self, name: str) -> Hosted:
        to = self.root.parent / name
        git.Git(str(self.root.parent)).clone("--quiet", str(self.origin), str(to))
        return Hosted(to, self.origin)


@pytest.fixture
def hosted(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hosted]:
    for key, value in {
        "ANTHROPIC_BASE_URL": server.url,
        "ANTHROPIC_API_KEY": server.api_key,
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "GIT_CONFIG_GLOBAL": "/dev/null",
        "GITHUB_ACTOR": "deployer",
    }.items():
        monkeypatch.setenv(key, value)
    origin = tmp_path / "origin.git"
    git.Git(str(tmp_path)).init("--quiet", "--bare", "--initial-branch=main", str(origin))
    made = Hosted(tmp_path / "none", origin).clone("here")
    made.git.checkout("--quiet", "-b", "main")
    made.write("reconcile.yaml", "version: 1\nproject: funds\ntargets: {prod: {}}\n")
    for name in ("a", "m", "z"):
        made.write(f"agents/{name}/agent.yaml", "model: claude-sonnet-5\n")
    commit(made.git, "Ann", "Begin")
    made.git.push("--quiet", "-u", "origin", "main")
    yield made


def test_apply_commits_the_lock_alone_and_pushes_it(hosted: Hosted) -> None:
    hosted.write("notes.txt", "staged")
    hosted.git.add("notes.txt")
    said = hosted.run("apply", "--yes", "--commit")
    assert "lock pushed: reconcile.prod.lock" in said.stderr
    assert hosted.git.status("--porcelain") == "A  notes.txt"
    shown = git.Git(str(hosted.origin)).log("-1", "--format=%an|%s|%b", "main").strip()
    assert shown.startswith("deployer|Record what was applied to prod|Plan sha256:")
    assert "lock unchanged" in hosted.run("apply", "--yes", "--commit").stderr


def test_when_main_moved_the_lock_follows_and_nothing_is_made_twice(hosted: Hosted) -> None:
    hosted.run("apply", "--yes", "--commit")
    other = hosted.clone("other")
    other.write("agents/a/agent.yaml", "model: claude-sonnet-5\ndescription: Other.\n")
    commit(other.git, "Bob", "Edit a")
    other.git.push("--quiet")
    other.run("apply", "--yes", "--commit")
    hosted.write("agents/z/agent.yaml", "model: claude-sonnet-5\ndescription: Mine.\n")
    hosted.git.pull("--quiet", "--rebase", "--autostash")
    other.write("agents/m/agent.yaml", "model: claude-sonnet-5\ndescription: Later.\n")
    commit(other.git, "Bob", "Edit m")
    other.git.push("--quiet")
    other.run("apply", "--yes", "--commit")
    assert "lock pushed" in hosted.run("apply", "agent/z", "--yes", "--commit").stderr
    fresh = hosted.clone("fresh")
    fresh.write("agents/z/agent.yaml", "model: claude-sonnet-5\ndescription: Mine.\n")
    fresh.run("plan", "--detailed-exitcode")


def test_a_lock_that_could_not_be_pushed_is_no_loss(hosted: Hosted) -> None:
    hosted.origin.rename(hosted.origin.with_name("away.git"))
    said = hosted.run("apply", "--yes", "--commit", code=3)
    assert "git.not_committed error" in said.stderr and "by their markers" in said.stderr
    hosted.origin.with_name("away.git").rename(hosted.origin)
    fresh = hosted.clone("fresh")  # without the lock
    assert not (fresh.root / "reconcile.prod.lock").exists()
    fresh.run("plan", "--detailed-exitcode")
    fresh.run("apply", "--yes", "--commit")
    assert (fresh.root / "reconcile.prod.lock").read_text() == (
        hosted.root / "reconcile.prod.lock"
    ).read_text()


def test_two_changes_of_one_object_and_the_way_out(hosted: Hosted) -> None:
    hosted.run("apply", "--yes", "--commit")
    other = hosted.clone("other")
    other.write("agents/a/agent.yaml", "model: claude-sonnet-5\ndescription: Other.\n")
    commit(other.git, "Bob", "Edit a")
    other.git.push("--quiet")
    other.run("apply", "--yes", "--commit")
    hosted.write("agents/a/system-prompt.md", "Mine.\n")
    commit(hosted.git, "Ann", "Prompt of a")
    said = hosted.run("apply", "--yes", "--commit", code=3)
    assert "origin/main has another: both changed agent/a" in said.stderr
    assert "git reset --keep HEAD~1" in said.stderr and "by their markers" in said.stderr
    hosted.git.reset("--quiet", "--keep", "HEAD~1")
    ann = {"GIT_COMMITTER_NAME": "Ann", "GIT_COMMITTER_EMAIL": "ann@example.com"}
    hosted.git.pull("--quiet", "--rebase", env=ann)
    hosted.run("plan", "--detailed-exitcode")
    assert "lock pushed" in hosted.run("apply", "--yes", "--commit").stderr
    assert hosted.git.status("--porcelain") == ""
    hosted.clone("fresh").run("plan", "--detailed-exitcode")


def test_an_apply_that_failed_in_part_commits_what_it_did(hosted: Hosted, server: Server) -> None:
    server.set_faults([{"kind": "status", "status": 400, "method": "POST", "path": "/v1/agents$",
                        "count": 1}])  # fmt: skip
    said = hosted.run("apply", "--yes", "--commit", code=3)
    assert "lock pushed" in said.stderr
    held = git.Git(str(hosted.origin)).show("main:reconcile.prod.lock")
    assert held.count('"id": "agent_') == 2
    hosted.run("apply", "--yes", "--commit")
    hosted.clone("fresh").run("plan", "--detailed-exitcode")


def test_what_kept_the_lock_from_being_pushed_is_in_the_document(hosted: Hosted) -> None:
    hosted.origin.rename(hosted.origin.with_name("away.git"))
    document = json.loads(hosted.run("apply", "--yes", "--commit", "--format=json", code=3).stdout)
    assert document["ok"] is True
    (finding,) = (one for one in document["findings"] if one["severity"] == "error")
    assert (
        finding["code"] == "git.not_committed" and "not pushed to origin/main" in finding["message"]
    )


def test_the_embedded_platform_s_lock_is_not_committed(project: Project) -> None:
    project.write("agents/a/agent.yaml", "model: claude-sonnet-5\n")
    assert "is not committed" in project.apply("--commit").stderr


def test_a_plan_says_what_the_branch_reaches(project: Project, repository: git.Git) -> None:
    project.write("agents/other/agent.yaml", "model: claude-sonnet-5\n")
    commit(repository, "Ann", "Another")
    repository.checkout("--quiet", "-b", "topic")
    project.write("agents/helper/agent.yaml", "model: claude-opus-5\n")

    def touched_of(*args: str) -> dict[str, Any]:
        document = json.loads(project.run("plan", "--format=json", *args).stdout)
        return {one["address"]: one["touched"] for one in document["actions"]}

    expected = {"agent/helper": True, "agent/lead": True, "agent/other": False}
    assert touched_of("--changed-since", "main") == expected
    assert touched_of("--changed-since", "main", "--offline") == expected
    assert set(touched_of().values()) == {None}
    said = project.run("plan", "--changed-since", "main").stdout
    assert "The branch reaches 2 of 3 objects: agent/helper, agent/lead." in said
    shown = project.run("plan", "--changed-since", "main", "--format=markdown").stdout
    assert "### Not of this branch: 1" in shown


def test_a_plan_does_not_fail_for_what_git_can_not_tell(
    project: Project, repository: git.Git
) -> None:
    found = project.run("plan", "--changed-since", "nowhere", "--format=json")
    document = json.loads(found.stdout)
    assert {one["touched"] for one in document["actions"]} == {None}
    assert {one["changed_by"]["author"] for one in document["actions"]} == {"Ann", "Bob"}
    (note,) = (one for one in document["findings"] if one["code"] == "git.unknown")
    assert note["severity"] == "note" and "git fetch origin nowhere" in note["message"]
    assert "git.unknown note" in project.run("plan", "--changed-since", "nowhere").stdout


def test_what_is_held_back_names_its_last_change(project: Project, repository: git.Git) -> None:
    project.apply()
    with sdk(project.server) as client:
        client.beta.agents.update(project.id("agent/helper"), version=1, system="By hand.")
    project.write("agents/helper/agent.yaml", "model: claude-sonnet-5\nsystem: From git.\n")
    commit(repository, "Cid", "A prompt")
    document = json.loads(project.run("plan", "--format=json", code=5).stdout)
    (held,) = document["held"]
    assert held["action"]["changed_by"]["author"] == "Cid"
    report = json.loads(project.apply("--format=json", code=None).stdout)
    assert report["held"][0]["action"]["changed_by"]["author"] == "Cid"


def test_a_comment_shows_first_what_the_branch_reaches(
    project: Project, repository: git.Git, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.write("agents/other/agent.yaml", "model: claude-sonnet-5\n")
    commit(repository, "Ann", "Another")
    repository.checkout("--quiet", "-b", "topic")
    project.write("agents/helper/agent.yaml", "model: claude-opus-5\n")
    commit(repository, "Bob", "Stronger")
    file = project.root.parent / "plan.json"
    project.run("plan", "--out", str(file))
    with serve_github() as github:
        monkeypatch.setenv("GITHUB_REPOSITORY", "o/r")
        monkeypatch.setenv("GITHUB_TOKEN", "ghs_0123456789abcdefghij")
        monkeypatch.setenv("GITHUB_API_URL", github.url)
        arguments = [
            "comment",
            "--pr",
            "7",
            "--plan",
            str(file),
            "--project-dir",
            str(project.root),
        ]
        assert CliRunner().invoke(main, [*arguments, "--changed-since", "main"]).exit_code == 0
        body = github.comments[0]["body"]
        unknown = CliRunner().invoke(main, [*arguments, "--changed-since", "nowhere"])
    first, second = body.split("### Not of this branch: 1")
    assert "### Reached by this branch: 2" in first
    assert "agent/helper" in first and "agent/lead" in first and "agent/other" in second
    assert unknown.exit_code == 0 and "git.unknown note" in unknown.stderr
    assert "### Objects: 3" in github.comments[0]["body"]


def test_a_removed_folder_is_of_the_branch(project: Project, repository: git.Git) -> None:
    project.write("agents/other/agent.yaml", "model: claude-sonnet-5\n")
    project.write("agents/flat.agent.yaml", "model: claude-sonnet-5\n")
    commit(repository, "Ann", "Others")
    project.apply()
    repository.checkout("--quiet", "-b", "topic")
    repository.rm("--quiet", "agents/other/agent.yaml")
    commit(repository, "Bob", "One less")
    (project.root / "agents/flat.agent.yaml").unlink()

    def archived(since: str) -> dict[str, bool]:
        arguments = (
            "plan",
            "--prune",
            "--max-removals=9",
            "--format=json",
            "--changed-since",
            since,
        )
        found = json.loads(project.run(*arguments, code=None).stdout)["actions"]
        return {one["address"]: one["touched"] for one in found if one["verb"] == "archive"}

    assert archived("main") == {"agent/flat": True, "agent/other": True}
    assert archived("topic") == {"agent/flat": True, "agent/other": False}


def test_what_a_file_reaches(sample: Project) -> None:
    from reconciler.authoring import load

    loaded = load(sample.root, target="sandbox", variables={}, environ={})
    assert loaded.desired is not None
    skill = {str(one) for one in touched(loaded.desired, ["agents/skills/cite-sources/x.md"])}
    assert {"skill/cite-sources", "agent/price-checker", "agent/nav-review"} <= skill
    assert "environment/fund-ops" not in skill
    assert touched(loaded.desired, ["README.md", "agents-else/x"]) == frozenset()
    assert len(touched(loaded.desired, ["reconcile.yaml"])) == len(loaded.desired.resources)
