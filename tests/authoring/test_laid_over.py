"""A project with files laid over it is read as if they were there."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.authoring import load
from reconciler.authoring.files import Files, Refused
from reconciler.authoring.laid_over import LaidOver


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def test_both_are_seen(tmp_path: Path) -> None:
    write(tmp_path / "agents/a/agent.yaml", "old")
    write(tmp_path / "agents/a/notes.txt", "there")
    files = LaidOver(tmp_path, {"agents/a/agent.yaml": b"new", "agents/b/c/x": b"x"})
    assert (
        files.read("agents/a/agent.yaml") == b"new" and files.read("agents/a/notes.txt") == b"there"
    )
    assert [entry.name for entry in files.entries("agents")] == ["a", "b"]
    assert [entry.name for entry in files.entries("agents/a")] == ["agent.yaml", "notes.txt"]
    assert files.is_file("agents/b/c/x") and files.is_folder("agents/b/c")
    assert [entry.path for entry in files.entries("agents/b")] == ["agents/b/c"]
    with pytest.raises(Refused):
        files.read("agents/b")
    with pytest.raises(Refused, match="limit"):
        files.read("agents/b/c/x", limit=0)


def test_the_folder_need_not_exist(tmp_path: Path) -> None:
    files = LaidOver(tmp_path / "none", {"reconcile.yaml": b"version: 1\nproject: p\n"})
    assert [entry.name for entry in files.entries("")] == ["reconcile.yaml"]
    assert files.entries("agents") == ()
    loaded = load(tmp_path, target=None, variables={}, environ={}, files=files)
    assert loaded.project == "p" and loaded.desired is not None


def test_a_link_stays_refused(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "agents").symlink_to(tmp_path / "real")
    files = LaidOver(tmp_path, {"agents/a/agent.yaml": b"model: x"})
    with pytest.raises(Refused):
        files.read("agents/a/agent.yaml")
    with pytest.raises(Refused):
        files.entries("agents")


def test_it_reads_the_same_as_files_that_were_written(tmp_path: Path) -> None:
    over = {
        "reconcile.yaml": b"version: 1\nproject: p\n",
        "agents/a/agent.yaml": b"model: claude-sonnet-4-6\nskills: [shared/s]\n",
        "agents/a/system-prompt.md": b"Hello.\n",
        "skills/s/SKILL.md": b"---\nname: s\ndescription: d\n---\nx\n",
    }
    laid = load(tmp_path, target=None, variables={}, environ={}, files=LaidOver(tmp_path, over))
    for path, data in over.items():
        write(tmp_path / path, data.decode())
    there = load(tmp_path, target=None, variables={}, environ={}, files=Files(tmp_path))
    assert laid == there and laid.desired is not None
