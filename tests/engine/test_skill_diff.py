from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reconciler.engine.desired import SkillContent, SkillFile
from reconciler.engine.diagnostics import Span
from reconciler.engine.skill_diff import FileDiff, file_diffs


def files(**held: str) -> tuple[SkillFile, ...]:
    """Files whose digest is their text."""
    return tuple(SkillFile(path, len(text), "", text) for path, text in held.items())


def diffs(before: tuple[SkillFile, ...], after: tuple[SkillFile, ...]) -> tuple[FileDiff, ...]:
    texts = {file.digest: file.digest for file in (*before, *after)}
    return file_diffs([SkillContent("sha256:c", after, Span("s/SKILL.md"))], before, texts)


def test_each_file_is_called_what_becomes_of_it() -> None:
    before = files(same="s", gone="g", old="moved", edit="one")
    after = files(same="s", new="n", renewed="moved", edit="three")
    assert diffs(before, after) == (
        FileDiff("edit", "changed", "sha256:c", "", 3, 5, "one", "three"),
        FileDiff("gone", "removed", "sha256:c", size_before=1, before="g"),
        FileDiff("new", "added", "sha256:c", size_after=1, after="n"),
        FileDiff("renewed", "renamed", "sha256:c", "old", 5, 5),
    )


def test_a_copy_is_no_rename_and_two_twins_are_two_renames() -> None:
    assert [one.what for one in diffs(files(a="x"), files(a="x", b="x"))] == ["added"]
    pairs = [(one.old, one.path) for one in diffs(files(a="x", b="x"), files(c="x", d="x"))]
    assert pairs == [("a", "c"), ("b", "d")]


def test_without_a_version_before_all_are_added_and_unknown_texts_are_none() -> None:
    content = SkillContent("sha256:c", files(a="x", b="y"), Span("s/SKILL.md"))
    found = file_diffs([content], (), {})
    assert [(one.path, one.what, one.after) for one in found] == [
        ("a", "added", None),
        ("b", "added", None),
    ]


NAMES = st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("xyz"))


@given(NAMES, NAMES)
def test_the_diffs_lead_from_one_side_to_the_other(before: dict, after: dict) -> None:
    state = dict(before)
    found = diffs(files(**before), files(**after))
    for one in found:
        if one.what in ("removed", "renamed"):
            state.pop(one.old or one.path)
    for one in found:
        if one.what == "renamed":
            state[one.path] = before[one.old]
        elif one.after is not None:
            state[one.path] = one.after
    assert state == after
