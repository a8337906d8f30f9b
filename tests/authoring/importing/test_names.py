"""Names that others chose, as names on a disk."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.authoring.importing.names import free, is_skill_name, slug, unsafe


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("audit-handover", "audit-handover"),
        ("NAV Review (v2)", "nav-review-v2"),
        ("Prüfung der Übergabe", "prufung-der-ubergabe"),
        ("../../etc/passwd", "etc-passwd"),
        ("/absolute", "absolute"),
        ("C:\\evil", "c-evil"),
        ("CON", "con-1"),
        ("nul", "nul-1"),
        ("Self", "self-1"),
        ("報告", "agent-01ab"),
        ("\x1b[31m\u202e", "31m"),
        ("...", "agent-01ab"),
        ("", "agent-01ab"),
        ("a" * 300, "a" * 60),
        (".env", "env"),
        (".git", "git"),
    ],
)
def test_slugs(name: str, expected: str) -> None:
    assert slug(name, "agent_01AB") == expected


@given(st.text(), st.text())
def test_a_slug_is_always_a_name_of_a_folder(name: str, fallback: str) -> None:
    made = slug(name, fallback)
    assert re.fullmatch(r"[a-z0-9][a-z0-9-]{0,63}", made) and not unsafe([made])


@given(st.lists(st.sampled_from(["a", "a-2", "b"])))
def test_names_are_given_once(wanted: list[str]) -> None:
    taken: set[str] = set()
    for one in wanted:
        taken.add(free(one, taken))
    assert len(taken) == len(wanted)


@pytest.mark.parametrize(
    "paths",
    [
        ["../x"], ["a/../x"], ["/x"], ["a//x"], ["./x"], [""], ["a/"], ["..\\x"], ["C:x"],
        ["con"], ["a/NUL.txt"], ["com1.md"], ["x."], ["x "], ["a\nb"], ["a\x1bb"], ["\u202e"],
        [".git/config"], ["a/.GIT/hooks"], [".env"], ["a/.env.local"], [".reconcile/x"],
        ["a.md", "A.md"], ["a/x", "A/y"], ["é.md", "e\u0301.md"], ["\u0390", "\u0399\u0308\u0301"], ["a", "a/b"], ["a/b", "a"], ["a/b", "A"],
        ["x" * 201], ["a/" * 300 + "x"], ["a?b"], ["a:b"],
    ],
    ids=repr,
)  # fmt: skip
def test_unsafe_paths(paths: list[str]) -> None:
    assert unsafe(paths)


def test_safe_paths() -> None:
    assert unsafe(["SKILL.md", "a/b.txt", "a/c.txt", "b/b.txt", "é.md", "console.md"]) == ""


def test_names_of_skills() -> None:
    assert is_skill_name("cite-sources")
    assert not any(map(is_skill_name, ("con", "A", "a/b", "", "..", "a" * 65)))
