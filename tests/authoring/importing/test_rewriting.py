"""Files replaced by others: all of them or none."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from reconciler.authoring.importing.placing import NotPlaced
from reconciler.authoring.importing.rewriting import rewrite


def test_files_are_replaced_made_and_deleted(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "a").chmod(0o640)
    (tmp_path / "gone").write_bytes(b"2")
    before = {"a": b"1", "gone": b"2", "new/b": None}
    rewrite(tmp_path, before, {"a": b"\r\n", "gone": None, "new/b": b"3"})
    assert {one.name for one in tmp_path.rglob("*")} == {"a", "new", "b"}
    assert (tmp_path / "a").read_bytes() == b"\r\n"
    assert stat.S_IMODE((tmp_path / "a").stat().st_mode) == 0o640


def test_what_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"theirs")
    with pytest.raises(NotPlaced, match="was changed while this ran"):
        rewrite(tmp_path, {"a": b"1"}, {"a": b"2"})
    assert (tmp_path / "a").read_bytes() == b"theirs"


def test_a_link_is_not_written_through(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "in").symlink_to(tmp_path / "out")
    with pytest.raises(NotPlaced, match="symbolic link"):
        rewrite(tmp_path, {"in/a": None}, {"in/a": b"2"})
    assert list((tmp_path / "out").iterdir()) == []


def test_a_disk_that_refuses_keeps_everything(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"1")
    (tmp_path / "b").mkdir()
    (tmp_path / "b/in the way").mkdir()
    with pytest.raises(NotPlaced) as refused:
        rewrite(tmp_path, {"a": b"1"}, {"a": b"2", "b": b"3"})
    assert refused.value.findings[0].code == "import.not_written"
    assert (tmp_path / "a").read_bytes() == b"1"
    assert {one.name for one in tmp_path.iterdir()} == {"a", "b"}
