"""What git knows of a project, in every state that a checkout can be in."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import git
import pytest

from reconciler.engine.address import Address
from reconciler.engine.history import Change
from reconciler.platform.git import (
    GitUnknown,
    changed_since,
    last_changes,
    without_credentials,
)

A, B, SKILL = Address("agent", "a"), Address("agent", "b"), Address("skill", "s")
SOURCES = {A: ("agents/a/", "agents/a/agent.yaml"), B: ("agents/b.agent.yaml",), SKILL: ("s/",)}
Commit = Callable[..., str]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"):
        monkeypatch.setenv(name, "Ann Author")
    for name in ("GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"):
        monkeypatch.setenv(name, "ann@example.com")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    repository = tmp_path / "repository"
    git.Git(str(tmp_path)).init("--quiet", "--initial-branch=main", str(repository))
    return repository


def commit(root: Path, subject: str, **files: str) -> str:
    for name, text in files.items():
        path = root / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    command = git.Git(str(root))
    command.add("--all")
    command.commit("--quiet", "--allow-empty", "-m", subject)
    return str(command.rev_parse("HEAD"))


def history(root: Path) -> tuple[str, str, str]:
    first = commit(root, "Begin", agents__a__agent_dot_yaml="1", agents__b_dot_agent_dot_yaml="1")
    second = commit(root, "A prompt: with “more”", agents__a__system_dot_md="2")
    third = commit(root, "Elsewhere", README_dot_md="3")
    return first, second, third


def test_the_commit_of_a_repository_or_of_one_above(root: Path) -> None:
    made = commit(root, "one")
    (root / "sub").mkdir()
    assert last_changes(root, {}).head == last_changes(root / "sub", {}).head == made


@pytest.mark.parametrize("start", [False, True])
def test_no_repository_or_no_commit_is_no_hash(tmp_path: Path, start: bool) -> None:
    if start:
        git.Git(str(tmp_path)).init("--quiet")
    assert last_changes(tmp_path, {}).head == ""
    assert last_changes(tmp_path / "missing", {}).head == ""
    found = last_changes(tmp_path, SOURCES)
    assert found.changes == {} and found.note.startswith("git does not tell who changed what: ")
    assert ("no commit yet" if start else "not a git repository") in found.note
    with pytest.raises(GitUnknown):
        changed_since(tmp_path, "main")


def test_who_changed_what_last(root: Path) -> None:
    first, second, _ = history(root)
    found = last_changes(root, SOURCES)
    assert found.changes == {
        A: Change(second, "Ann Author", "A prompt: with “more”"),
        B: Change(first, "Ann Author", "Begin"),
    }
    assert found.note == ""


def test_what_is_not_committed_is_said(root: Path) -> None:
    history(root)
    (root / "agents" / "b.agent.yaml").write_text("2")
    (root / "s").mkdir()
    (root / "s" / 'ü b"c.md').write_text("new")
    found = last_changes(root, SOURCES).changes
    assert found[B] == found[SKILL] == Change("", "", "not committed yet")
    assert found[A].subject == "A prompt: with “more”"


def test_a_folder_of_a_repository(root: Path) -> None:
    made = commit(
        root, "Below", sub__agents__a__agent_dot_yaml="1", agents__b_dot_agent_dot_yaml="1"
    )
    (root / "sub" / "s").mkdir()
    (root / "sub" / "s" / "x").write_text("")
    found = last_changes(root / "sub", SOURCES).changes
    assert found[A].commit == made and B not in found
    assert found[SKILL].commit == ""


def clone(root: Path, to: Path, *options: str) -> Path:
    git.Git(str(root)).clone("--quiet", *options, f"file://{root}", str(to))
    return to


def test_a_shallow_clone_knows_what_it_has(root: Path, tmp_path: Path) -> None:
    history(root)
    fourth = commit(root, "B again", agents__b_dot_agent_dot_yaml="2")
    shallow = clone(root, tmp_path / "shallow", "--depth=2")
    found = last_changes(shallow, SOURCES)
    assert found.changes == {B: Change(fourth, "Ann Author", "B again")}
    assert "fetch-depth: 0" in found.note
    assert last_changes(shallow, {}).head == fourth


def test_a_worktree_and_a_detached_head(root: Path, tmp_path: Path) -> None:
    first, second, third = history(root)
    command = git.Git(str(root))
    command.worktree("add", "--quiet", "--detach", str(tmp_path / "tree"), second)
    assert last_changes(tmp_path / "tree", SOURCES).changes[A].commit == second
    assert changed_since(tmp_path / "tree", first) == {"agents/a/system.md"}
    command.checkout("--quiet", "--detach", third)
    assert last_changes(root, SOURCES).changes[B].commit == first
    assert changed_since(root, second) == {"README.md"}


def test_what_a_branch_changed_since_it_began(root: Path) -> None:
    history(root)
    command = git.Git(str(root))
    command.checkout("--quiet", "-b", "topic")
    commit(root, "Topic", agents__a__agent_dot_yaml="9")
    command.checkout("--quiet", "main")
    commit(root, "Main goes on", README_dot_md="9")
    command.checkout("--quiet", "topic")
    (root / "agents" / "b.agent.yaml").write_text("dirty")
    assert changed_since(root, "main") == {"agents/a/agent.yaml", "agents/b.agent.yaml"}


@pytest.mark.parametrize("ref", ["nowhere", "--all", "", "HEAD:README.md"])
def test_a_commit_that_is_not_there(root: Path, ref: str) -> None:
    history(root)
    with pytest.raises(GitUnknown, match="there is no commit"):
        changed_since(root, ref)


def test_a_shallow_clone_without_the_common_history(root: Path, tmp_path: Path) -> None:
    history(root)
    command = git.Git(str(root))
    command.checkout("--quiet", "-b", "topic")
    commit(root, "Topic", agents__a__agent_dot_yaml="9")
    command.checkout("--quiet", "main")
    commit(root, "Main", README_dot_md="9")
    shallow = clone(root, tmp_path / "shallow", "--depth=1", "--no-single-branch")
    with pytest.raises(GitUnknown, match="parted is not in this clone") as unknown:
        changed_since(shallow, "origin/topic")
    assert "fetch-depth: 0" in unknown.value.hint


ODD = [
    "agents/a/-rf",
    "agents/a/two\nlines",
    'agents/a/"quoted"',
    "agents/a/ü é",
    "agents/a/x\udcff",
]


@pytest.mark.parametrize("name", ODD)
def test_file_names_are_taken_as_they_are(root: Path, name: str) -> None:
    commit(root, "Begin", agents__b_dot_agent_dot_yaml="1")
    base = git.Git(str(root)).rev_parse("HEAD")
    made = commit(root, "Odd", **{name: "1"})
    commit(root, "Elsewhere", README_dot_md="1")
    assert last_changes(root, {A: (name,)}).changes[A].commit == made
    assert changed_since(root, base) == {name, "README.md"}
    (root / name).write_text("2")
    assert last_changes(root, {A: (name,)}).changes[A].commit == ""


def test_one_walk_whatever_the_number_of_objects(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = {Address("agent", f"n{at}"): (f"agents/n{at}/",) for at in range(1000)}
    made = commit(root, "Many", **{f"agents/n{at}/agent.yaml": "1" for at in range(1000)})
    ran: list[object] = []
    execute = git.Git.execute

    def counted(self: git.Git, command: object, *args: object, **options: object) -> object:
        ran.append(command)
        return execute(self, command, *args, **options)  # type: ignore[call-overload]

    monkeypatch.setattr(git.Git, "execute", counted)
    found = last_changes(root, sources).changes
    assert len(found) == 1000 and {one.commit for one in found.values()} == {made}
    assert len(ran) < 10


def test_nothing_of_the_user_s_settings_gets_in_the_way(
    root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "config"
    settings.write_text(
        "[color]\nui = always\n[log]\nshowSignature = true\n[diff]\nnoprefix = true\n"
        "renames = copies\n[status]\nshowUntrackedFiles = no\nrelativePaths = true\n"
        "[i18n]\nlogOutputEncoding = ISO-8859-1\n[core]\nquotePath = true\n"
    )
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    first = commit(root, "Begün", agents__a__agent_dot_yaml="1")
    (root / "agents" / "b.agent.yaml").write_text("new")
    found = last_changes(root, SOURCES).changes
    assert (found[A], found[B].commit) == (Change(first, "Ann Author", "Begün"), "")


def test_a_repository_of_somebody_else(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    history(root)
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    found = last_changes(root, SOURCES)
    assert (found.head, found.changes) == ("", {})
    assert "dubious ownership" in found.note and "safe.directory" in found.note
    with pytest.raises(GitUnknown, match=r"safe\.directory"):
        changed_since(root, "HEAD")


def test_no_git_at_all(root: Path) -> None:
    history(root)
    program = (
        "from pathlib import Path\n"
        "from reconciler.platform.git import last_changes\n"
        f"root = Path({str(root)!r})\n"
        "print(last_changes(root, {}).note, last_changes(root, {}).head == '')"
    )
    environ = {"PATH": "/nowhere", "PYTHONPATH": os.pathsep.join(sys.path)}
    ran = subprocess.run(
        [sys.executable, "-c", program], env=environ, capture_output=True, text=True, check=True
    )
    assert ran.stdout == "git does not tell who changed what: git can't be run True\n"


def test_a_submodule_and_a_project_that_holds_one(root: Path, tmp_path: Path) -> None:
    first, *_ = history(root)
    outer = tmp_path / "outer"
    git.Git(str(tmp_path)).init("--quiet", "--initial-branch=main", str(outer))
    begun = commit(outer, "Begin", README_dot_md="1")
    git.Git(str(outer)).execute(
        ["git", "-c", "protocol.file.allow=always", "submodule", "--quiet", "add",
         root.as_uri(), "inner folder"]
    )  # fmt: skip
    added = commit(outer, "Add the agents")
    assert last_changes(outer / "inner folder", SOURCES).changes[B].commit == first
    assert (
        last_changes(outer, {B: ("inner folder/agents/b.agent.yaml",)}).changes[B].commit == added
    )
    assert changed_since(outer, begun) == {".gitmodules", "inner folder"}


def test_a_merge_tells_of_both_sides(root: Path) -> None:
    history(root)
    command = git.Git(str(root))
    command.checkout("--quiet", "-b", "topic")
    topic = commit(root, "Topic", agents__a__agent_dot_yaml="9")
    command.checkout("--quiet", "main")
    main = commit(root, "Main", agents__b_dot_agent_dot_yaml="9")
    command.merge("--quiet", "--no-ff", "-m", "Both", "topic")
    found = last_changes(root, SOURCES).changes
    assert (found[A].commit, found[B].commit) == (topic, main)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (
            "fatal: 'https://x:ghs_1@host/o/r.git/' is gone",
            "fatal: 'https://host/o/r.git/' is gone",
        ),
        ("to https://token@host: no", "to https://host: no"),
        ("ssh://git@host/r a@b", "ssh://host/r a@b"),
        ("nothing to hide", "nothing to hide"),
    ],
)
def test_no_token_of_an_address_is_said(text: str, shown: str) -> None:
    assert without_credentials(text) == shown
