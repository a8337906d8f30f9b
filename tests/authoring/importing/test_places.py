"""Changes of files, place by place: line ends, byte order mark and prose stay."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.authoring.importing.pages import NotEdited
from reconciler.authoring.importing.places import (
    Add,
    Change,
    Prose,
    Put,
    Take,
    Text,
    Whole,
    changed_files,
    changed_value,
)
from reconciler.authoring.laid_over import LaidOver


def changed(path: str, before: bytes, *changes: Change) -> bytes | None:
    files = LaidOver(Path("/nowhere"), {path: before})
    return changed_files(files, changes)[path]


def test_places_are_those_before_any_change() -> None:
    value = {"a": ["0", "1", {"x": ["p", "q"]}], "b": 1}
    changes: list[Change] = [
        Take("f", ("a", 0)), Add("f", ("a",), 1, "new"), Add("f", ("a",), 1, "newer"),
        Take("f", ("a", 2, "x", 0)), Put("f", ("a", 1), "one"), Put("f", ("name",), "n"),
        Take("f", ("b",)), Add("f", ("a",), 3, "last"),
    ]  # fmt: skip
    assert changed_value(value, changes) == {
        "name": "n",
        "a": ["new", "newer", "one", {"x": ["q"]}, "last"],
    }


def test_mixed_line_ends_stay_with_their_lines() -> None:
    before = "a: 1\r\nb: 2\nc: 3\r\n"
    after = changed("f.yaml", before.encode(), Put("f.yaml", ("d",), 4))
    assert after == b"a: 1\r\nb: 2\nc: 3\r\nd: 4\r\n"
    after = changed("f.md", b"\xef\xbb\xbfone\r\ntwo\r\n", Text("f.md", "one\nthree\n"))
    assert after == b"\xef\xbb\xbfone\r\nthree\r\n"


def test_frontmatter_and_prose() -> None:
    before = b"---\r\nmodel: m  # m\r\n---\r\nOld.\r\n---\r\nMore.\r\n"
    changes = (Put("a.md", ("name",), "n"), Prose("a.md", "New.\n---\nMore.\n"))
    after = changed("a.md", before, *changes)
    assert after == b"---\r\nname: n\r\nmodel: m  # m\r\n---\r\nNew.\r\n---\r\nMore.\r\n"
    assert changed("a.md", b"---\n---\nP\n", Put("a.md", ("a",), 1)) == b"---\na: 1\n---\nP\n"
    with pytest.raises(NotEdited, match="no frontmatter"):
        changed("a.md", b"Only prose.\n", Put("a.md", ("a",), 1))


def test_json_escapes_stay() -> None:
    before = b'{"a": "\\ud83d\\ude00", "b": 1}\n'
    assert changed("f.json", before, Put("f.json", ("b",), 2)) == before.replace(b"1", b"2")
    mixed = b'{"a": "\\uD83D\\uDE00", "b": 1}\n'
    with pytest.raises(NotEdited, match="several notations"):
        changed("f.json", mixed, Put("f.json", ("b",), 2))


def test_whole_files_come_and_go() -> None:
    assert changed("f.bin", b"\xff", Whole("f.bin", b"\xfe")) == b"\xfe"
    assert changed("f.bin", b"\xff", Whole("f.bin", None)) is None
