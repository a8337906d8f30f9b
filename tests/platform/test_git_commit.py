"""The lock in a commit of its own, whatever else is going on in the repository."""

from __future__ import annotations

from pathlib import Path

import git
import pytest

from reconciler.engine.address import Address
from reconciler.engine.lock import Lock, LockEntry, dump_lock
from reconciler.platform.git_commit import NotCommitted, commit_lock

NAME = "reconcile.prod.lock"


def lock(**ids: str) -> str:
    """A lock with a few lines for each object, as git merges them."""
    objects = {
        Address("agent", name): LockEntry(id=identity, version=1, fields={"a": "1", "b": "2"})
        for name, identity in ids.items()
    }
    return dump_lock(Lock("funds", "prod", None, objects))


@pytest.fixture
def origin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bare repository with one commit on main."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for name in ("AUTHOR", "COMMITTER"):
        monkeypatch.setenv(f"GIT_{name}_NAME", "Ann")
        monkeypatch.setenv(f"GIT_{name}_EMAIL", "ann@example.com")
    bare = tmp_path / "origin.git"
    git.Git(str(tmp_path)).init("--quiet", "--bare", "--initial-branch=main", str(bare))
    first = clone(bare, tmp_path / "first")
    git.Git(str(first)).checkout("--quiet", "-b", "main")
    (first / NAME).write_text(lock(a="agent_1", m="agent_2", z="agent_3"))
    (first / "reconcile.yaml").write_text("version: 1\n")
    command = git.Git(str(first))
    command.add("--all")
    command.commit("--quiet", "-m", "Begin")
    command.push("--quiet", "origin", "main")
    return bare


def clone(bare: Path, to: Path) -> Path:
    git.Git(str(bare.parent)).clone("--quiet", str(bare), str(to))
    return to


def shown(repository: Path, what: str) -> str:
    return str(git.Git(str(repository)).show(what, strip_newline_in_stdout=False))


def test_the_lock_alone_is_committed_and_pushed(origin: Path, tmp_path: Path) -> None:
    here = clone(origin, tmp_path / "here")
    command = git.Git(str(here))
    (here / "reconcile.yaml").write_text("version: 1 # staged\n")
    (here / "-odd name ü").write_text("staged, too")
    command.add("--all")
    (here / "reconcile.yaml").write_text("version: 1 # dirty\n")
    status = command.status("--porcelain")
    new = lock(a="agent_1", m="agent_9", z="agent_3")
    (here / NAME).write_text(new)
    assert commit_lock(here / NAME, "Lock of prod", {}) == "pushed"
    assert command.status("--porcelain") == status
    assert shown(origin, f"main:{NAME}") == new
    assert command.show("--stat", "--format=%an: %s", "HEAD").splitlines()[0] == "Ann: Lock of prod"
    assert command.diff("--name-only", "HEAD~1", "HEAD") == NAME
    assert commit_lock(here / NAME, "again", {}) == "unchanged"


def test_a_lock_that_is_new(origin: Path, tmp_path: Path) -> None:
    here = clone(origin, tmp_path / "here")
    folder = here / "sub folder"
    folder.mkdir()
    (folder / "reconcile.test.lock").write_text(lock(a="agent_1"))
    assert commit_lock(folder / "reconcile.test.lock", "New", {}) == "pushed"
    assert shown(origin, "main:sub folder/reconcile.test.lock") == lock(a="agent_1")


def test_when_main_moved_the_lock_is_carried_over_once(origin: Path, tmp_path: Path) -> None:
    here, there = clone(origin, tmp_path / "here"), clone(origin, tmp_path / "there")
    (there / NAME).write_text(lock(a="agent_7", m="agent_2", z="agent_3"))
    (there / "reconcile.yaml").write_text("version: 1 # moved\n")
    git.Git(str(there)).commit("--quiet", "--all", "-m", "Meanwhile")
    git.Git(str(there)).push("--quiet")
    (here / NAME).write_text(lock(a="agent_1", m="agent_2", z="agent_8"))
    assert commit_lock(here / NAME, "Mine", {}) == "pushed"
    assert shown(origin, f"main:{NAME}") == lock(a="agent_7", m="agent_2", z="agent_8")
    assert shown(origin, "main:reconcile.yaml") == "version: 1 # moved\n"
    assert git.Git(str(origin)).log("--format=%s", "main") == "Mine\nMeanwhile\nBegin"


def test_two_changes_of_one_object_stop_and_say_so(origin: Path, tmp_path: Path) -> None:
    here, there = clone(origin, tmp_path / "here"), clone(origin, tmp_path / "there")
    (there / NAME).write_text(lock(a="agent_7", m="agent_2", z="agent_3"))
    git.Git(str(there)).commit("--quiet", "--all", "-m", "Meanwhile")
    git.Git(str(there)).push("--quiet")
    mine = lock(a="agent_8", m="agent_2", z="agent_3")
    (here / NAME).write_text(mine)
    with pytest.raises(NotCommitted, match="changed the same objects") as stopped:
        commit_lock(here / NAME, "Mine", {})
    assert "by their markers" in stopped.value.hint
    assert shown(here, f"HEAD:{NAME}") == mine and (here / NAME).read_text() == mine
    assert git.Git(str(here)).status("--porcelain") == ""
    assert git.Git(str(origin)).log("--format=%s", "main") == "Meanwhile\nBegin"


def test_a_remote_that_is_gone(origin: Path, tmp_path: Path) -> None:
    here = clone(origin, tmp_path / "here")
    origin.rename(tmp_path / "elsewhere.git")
    (here / NAME).write_text(lock(a="agent_9"))
    with pytest.raises(NotCommitted, match="committed here, and origin can't be reached"):
        commit_lock(here / NAME, "Mine", {})
    assert shown(here, f"HEAD:{NAME}") == lock(a="agent_9")


def test_without_a_remote_it_is_committed_here(origin: Path, tmp_path: Path) -> None:
    here = clone(origin, tmp_path / "here")
    git.Git(str(here)).remote("remove", "origin")
    (here / NAME).write_text(lock(a="agent_9"))
    assert commit_lock(here / NAME, "Mine", {}) == "committed"


def test_a_detached_head_can_not_be_pushed(origin: Path, tmp_path: Path) -> None:
    here = clone(origin, tmp_path / "here")
    git.Git(str(here)).checkout("--quiet", "--detach")
    (here / NAME).write_text(lock(a="agent_9"))
    with pytest.raises(NotCommitted, match="HEAD is at no branch"):
        commit_lock(here / NAME, "Mine", {})


def test_no_repository(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text(lock())
    with pytest.raises(NotCommitted, match="not a git repository"):
        commit_lock(tmp_path / NAME, "Mine", {})


def test_whoever_started_the_job_is_the_author(
    origin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = clone(origin, tmp_path / "here")
    for name in (
        "GIT_AUTHOR_NAME",
        "GIT_AUTHOR_EMAIL",
        "GIT_COMMITTER_NAME",
        "GIT_COMMITTER_EMAIL",
    ):
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    (here / NAME).write_text(lock(a="agent_9"))
    assert commit_lock(here / NAME, "Mine", {"GITHUB_ACTOR": "ann"}) == "pushed"
    assert git.Git(str(here)).log("-1", "--format=%an %ae") == "ann ann@users.noreply.github.com"


def test_no_hook_runs(origin: Path, tmp_path: Path) -> None:
    here = clone(origin, tmp_path / "here")
    for hook in ("pre-commit", "commit-msg", "pre-push", "post-commit"):
        file = here / ".git" / "hooks" / hook
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\nexit 1\n")
        file.chmod(0o755)
    (here / NAME).write_text(lock(a="agent_9"))
    assert commit_lock(here / NAME, "Mine", {}) == "pushed"
    assert not (tmp_path / "ran").exists()
