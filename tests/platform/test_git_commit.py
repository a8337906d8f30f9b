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
    command = git.Git(str(here))  # follows
    assert command.rev_parse("HEAD") == git.Git(str(origin)).rev_parse("main")
    assert command.rev_parse("origin/main") == command.rev_parse("HEAD")
    assert command.status("--porcelain") == ""
    assert (here / "reconcile.yaml").read_text() == "version: 1 # moved\n"
    assert (here / NAME).read_text() == lock(a="agent_7", m="agent_2", z="agent_8")


def test_two_changes_of_one_object_stop_and_say_so(origin: Path, tmp_path: Path) -> None:
    here, there = clone(origin, tmp_path / "here"), clone(origin, tmp_path / "there")
    (there / NAME).write_text(lock(a="agent_7", m="agent_2", z="agent_3"))
    git.Git(str(there)).commit("--quiet", "--all", "-m", "Meanwhile")
    git.Git(str(there)).push("--quiet")
    mine = lock(a="agent_8", m="agent_2", z="agent_3")
    (here / NAME).write_text(mine)
    with pytest.raises(NotCommitted, match="both changed agent/a") as stopped:
        commit_lock(here / NAME, "Mine", {})
    assert "by their markers" in stopped.value.hint
    assert shown(here, f"HEAD:{NAME}") == mine and (here / NAME).read_text() == mine
    assert git.Git(str(here)).status("--porcelain") == ""
    assert git.Git(str(origin)).log("--format=%s", "main") == "Meanwhile\nBegin"
    command = git.Git(str(here))  # what the hint says
    command.reset("--quiet", "--keep", "HEAD~1")
    command.pull("--quiet", "--rebase")
    assert shown(here, f"HEAD:{NAME}") == (there / NAME).read_text() == (here / NAME).read_text()


def test_a_remote_that_is_gone(origin: Path, tmp_path: Path) -> None:
    here = clone(origin, tmp_path / "here")
    origin.rename(tmp_path / "elsewhere.git")
    (here / NAME).write_text(lock(a="agent_9"))
    with pytest.raises(NotCommitted, match="committed here, and not pushed to origin/main: "):
        commit_lock(here / NAME, "Mine", {})
    assert shown(here, f"HEAD:{NAME}") == lock(a="agent_9")


def test_without_a_remote_it_is_committed_here(origin: Path, tmp_path: Path) -> None:
    here = clone(origin, tmp_path / "here")
    git.Git(str(here)).remote("remove", "origin")
    (here / NAME).write_text(lock(a="agent_9"))
    assert commit_lock(here / NAME, "Mine", {}) == "committed"


def moved_on(origin: Path, there: Path, subject: str = "Meanwhile", **files: str) -> None:
    """Somebody else pushes."""
    command = git.Git(str(there if there.exists() else clone(origin, there)))
    for name, text in files.items():
        (there / name.replace("_", ".")).write_text(text)
    command.add("--all")
    command.commit("--quiet", "--allow-empty", "-m", subject)
    command.push("--quiet")


def test_what_is_changed_here_is_not_touched_when_the_branch_moved(
    origin: Path, tmp_path: Path
) -> None:
    here = clone(origin, tmp_path / "here")
    command = git.Git(str(here))
    moved_on(origin, tmp_path / "there", reconcile_yaml="version: 1 # moved\n")
    (here / "reconcile.yaml").write_text("version: 1 # mine\n")
    (here / "staged").write_text("staged")
    command.add("staged")
    (here / NAME).write_text(lock(a="agent_1", m="agent_2", z="agent_8"))
    assert commit_lock(here / NAME, "Mine", {}) == "pushed"
    assert shown(origin, f"main:{NAME}") == lock(a="agent_1", m="agent_2", z="agent_8")
    assert command.status("--porcelain").splitlines() == [" M reconcile.yaml", "A  staged"]
    assert (here / "reconcile.yaml").read_text() == "version: 1 # mine\n"
    command.stash("--include-untracked")
    command.pull("--quiet", "--rebase")
    assert command.rev_parse("HEAD") == git.Git(str(origin)).rev_parse("main")


def test_commits_that_are_not_pushed_yet_stay_when_the_branch_moved(
    origin: Path, tmp_path: Path
) -> None:
    here = clone(origin, tmp_path / "here")
    command = git.Git(str(here))
    moved_on(origin, tmp_path / "there", other="1")
    (here / "own").write_text("1")
    command.add("own")
    command.commit("--quiet", "-m", "My own")
    (here / NAME).write_text(lock(a="agent_9", m="agent_2", z="agent_3"))
    assert commit_lock(here / NAME, "Mine", {}) == "pushed"
    assert git.Git(str(origin)).log("--format=%s", "main") == "Mine\nMeanwhile\nBegin"
    assert command.log("--format=%s") == "Mine\nMy own\nBegin"
    command.pull("--quiet", "--rebase")
    assert command.log("--format=%s") == "My own\nMine\nMeanwhile\nBegin"
    assert command.status("--porcelain") == ""


def test_two_objects_side_by_side_are_no_conflict(origin: Path, tmp_path: Path) -> None:
    here = clone(origin, tmp_path / "here")
    ids = {"a": "agent_1", "m": "agent_2", "z": "agent_3"}
    there = clone(origin, tmp_path / "there")
    (there / NAME).write_text(lock(**ids, n="agent_8"))
    moved_on(origin, there)
    (here / NAME).write_text(lock(**ids, o="agent_9"))
    assert commit_lock(here / NAME, "Mine", {}) == "pushed"
    assert shown(origin, f"main:{NAME}") == lock(**ids, n="agent_8", o="agent_9")


def test_a_shallow_clone(origin: Path, tmp_path: Path) -> None:
    moved_on(origin, tmp_path / "there", other="1")
    here = tmp_path / "here"
    git.Git(str(tmp_path)).clone("--quiet", "--depth=1", origin.as_uri(), str(here))
    moved_on(origin, tmp_path / "there", other="2")
    new = lock(a="agent_9", m="agent_2", z="agent_3")
    (here / NAME).write_text(new)
    assert commit_lock(here / NAME, "Mine", {}) == "pushed"
    assert shown(origin, f"main:{NAME}") == new
    assert git.Git(str(origin)).log("--format=%s", "main") == "Mine\nMeanwhile\nMeanwhile\nBegin"
    assert git.Git(str(here)).status("--porcelain") == ""


def test_a_worktree_with_settings_that_would_push_more(origin: Path, tmp_path: Path) -> None:
    here = clone(origin, tmp_path / "here")
    command = git.Git(str(here))
    command.tag("-a", "-m", "A tag", "v1")
    command.config("push.followTags", "true")
    command.worktree("add", "--quiet", "-b", "ö-dd", str(tmp_path / "tree"), "main")
    (tmp_path / "tree" / NAME).write_text(lock(a="agent_9"))
    assert commit_lock(tmp_path / "tree" / NAME, "Mine", {}) == "pushed"
    assert shown(origin, f"ö-dd:{NAME}") == lock(a="agent_9")
    assert git.Git(str(origin)).tag() == ""
    assert command.status("--porcelain") == ""


@pytest.mark.parametrize("start", ["origin/main", "main"])
def test_a_branch_that_follows_another_is_not_pushed_there(
    origin: Path, tmp_path: Path, start: str
) -> None:
    here = clone(origin, tmp_path / "here")
    command = git.Git(str(here))
    command.checkout("--quiet", "--track", "-b", "topic", start)
    (here / NAME).write_text(lock(a="agent_9"))
    with pytest.raises(NotCommitted, match="topic follows main") as stopped:
        commit_lock(here / NAME, "Mine", {})
    assert "git push --set-upstream origin topic" in stopped.value.hint
    assert git.Git(str(origin)).log("--format=%s", "main") == "Begin"
    command.push("--quiet", "--set-upstream", "origin", "topic")
    assert commit_lock(here / NAME, "Mine", {}) == "pushed"


def test_a_remote_that_refuses_says_why(origin: Path, tmp_path: Path) -> None:
    here = clone(origin, tmp_path / "here")
    hook = origin / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho main is protected\nexit 1\n")
    hook.chmod(0o755)
    (here / NAME).write_text(lock(a="agent_9"))
    with pytest.raises(NotCommitted, match="main is protected"):
        commit_lock(here / NAME, "Mine", {})
    assert shown(here, f"HEAD:{NAME}") == lock(a="agent_9")


def test_another_git_at_work_changes_nothing(origin: Path, tmp_path: Path) -> None:
    here = clone(origin, tmp_path / "here")
    (here / ".git" / "index.lock").touch()
    (here / NAME).write_text(lock(a="agent_9"))
    with pytest.raises(NotCommitted, match=r"the lock is not committed: .*index\.lock"):
        commit_lock(here / NAME, "Mine", {})
    assert git.Git(str(here)).log("--format=%s") == "Begin"


def test_a_lock_that_is_not_there_is_nothing_to_commit(origin: Path, tmp_path: Path) -> None:
    here = clone(origin, tmp_path / "here")
    assert commit_lock(here / "reconcile.test.lock", "Mine", {}) == "unchanged"


def test_before_the_first_commit(tmp_path: Path) -> None:
    git.Git(str(tmp_path)).init("--quiet")
    (tmp_path / NAME).write_text(lock())
    with pytest.raises(NotCommitted, match="no commit yet"):
        commit_lock(tmp_path / NAME, "Mine", {})


def test_a_repository_of_somebody_else(
    origin: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = clone(origin, tmp_path / "here")
    (here / NAME).write_text(lock(a="agent_9"))
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    with pytest.raises(NotCommitted, match=r"safe\.directory"):
        commit_lock(here / NAME, "Mine", {})


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
    for hook in (
        "pre-commit", "commit-msg", "post-commit", "post-index-change", "reference-transaction",
        "pre-push",
    ):  # fmt: skip
        file = here / ".git" / "hooks" / hook
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\nexit 1\n")
        file.chmod(0o755)
    (here / NAME).write_text(lock(a="agent_9"))
    assert commit_lock(here / NAME, "Mine", {}) == "pushed"
    assert not (tmp_path / "ran").exists()
