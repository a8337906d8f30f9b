from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.authoring.files import Files, Refused, inside


@pytest.mark.parametrize(
    ("folder", "written", "expected"),
    [
        ("agents/a", "x.md", "agents/a/x.md"),
        ("agents/a", "./x.md", "agents/a/x.md"),
        ("agents/a", "../../x.md", "x.md"),
        ("agents/a", "../..", ""),
        ("", "a//b", "a/b"),
        ("", "a/environment", "a/environment"),
    ],
)
def test_inside(folder: str, written: str, expected: str) -> None:
    assert inside(folder, written) == expected


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("../../../x", "path.outside"),
        ("../../../project/agents", "path.outside"),
        ("/etc/passwd", "path.outside"),
        ("~/x", "path.outside"),
        ("C:/x", "path.outside"),
        ("..\\x", "path.outside"),
        ("../../.git/config", "path.forbidden"),
        (".env", "path.forbidden"),
        ("x/.env.prod/y", "path.forbidden"),
        ("../../.reconcile/x", "path.forbidden"),
        ("", "path.missing"),
        ("a\x00b", "path.missing"),
    ],
)
def test_outside(written: str, code: str) -> None:
    with pytest.raises(Refused) as caught:
        inside("agents/a", written)
    assert caught.value.code == code


@given(st.lists(st.sampled_from(["..", ".", "a", "b.md", "", ".git", ".envrc"]), max_size=8))
def test_no_combination_leaves_the_project(parts: list[str]) -> None:
    try:
        path = inside("agents/a", "/".join(parts))
    except Refused:
        return
    assert not path.startswith(("/", ".."))
    assert not {".git", ".envrc", "..", "."} & set(path.split("/"))


def test_reading(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    (tmp_path / "d/f").write_bytes(b"12345")
    (tmp_path / "link").symlink_to("d")
    (tmp_path / "flink").symlink_to("d/f")
    files = Files(tmp_path)
    assert files.read("d/f") == b"12345"
    for path, code in [
        ("d", "path.not_a_file"),
        ("d/gone", "path.missing"),
        ("gone/f", "path.missing"),
        ("d/f/x", "path.missing"),
        ("link/f", "path.symlink"),
        ("flink", "path.symlink"),
    ]:
        with pytest.raises(Refused) as caught:
            files.read(path)
        assert caught.value.code == code, path
    with pytest.raises(Refused) as caught:
        Files(tmp_path).read("d/f", limit=4)
    assert caught.value.code == "path.too_large"


def test_a_file_that_can_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: str, flags: int) -> int:
        raise PermissionError(13, "Permission denied", path)

    (tmp_path / "f").write_bytes(b"1")
    monkeypatch.setattr("os.open", refuse)
    with pytest.raises(Refused, match="f can't be read: Permission denied") as caught:
        Files(tmp_path).read("f")
    assert caught.value.code == "path.unreadable"


def test_a_file_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"1")
    files = Files(tmp_path)
    assert files.read("f") == b"1"
    (tmp_path / "f").write_bytes(b"2")
    assert files.read("f") == b"1"


def test_folders(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    (tmp_path / "a").write_text("")
    files = Files(tmp_path)
    assert [entry.path for entry in files.entries("")] == ["a", "b"]
    assert files.entries("gone") == ()
    assert files.entries("a") == ()
    assert files.is_file("a") and not files.is_file("b")
    assert files.is_folder("b") and not files.is_folder("a") and files.is_folder("")
