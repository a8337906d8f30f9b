from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from reconciler.render.hunks import MASKED, compare_texts
from reconciler.render.lines import plain
from reconciler.render.text_diff import text_change


def change(before: str, after: str) -> list[str]:
    return plain(text_change(before, after)).splitlines()


def numbered(*skip: int) -> str:
    return "".join(f"line {at}\n" for at in range(1, 13) if at not in skip)


def test_a_changed_line_is_shown_with_three_lines_around_it() -> None:
    assert change(numbered(), numbered().replace("line 6\n", "line six\n")) == [
        "1 line added, 1 removed",
        "@@ lines 3 to 9 @@",
        "  line 3",
        "  line 4",
        "  line 5",
        "- line 6",
        "+ line six",
        "  line 7",
        "  line 8",
        "  line 9",
    ]


def test_far_changes_are_two_hunks() -> None:
    hunks = [text for text in change(numbered(), numbered(1, 12)) if text.startswith("@@")]
    assert len(hunks) == 2


def test_a_final_newline_is_named() -> None:
    assert change("a\nb\n", "a\nb") == [
        "1 line added, 1 removed (only the final newline is dropped)",
        "@@ lines 1 to 2 @@",
        "  a",
        "- b",
        "+ b",
        "\\ no newline at the end",
    ]
    assert "only the final newline is added" in change("a", "a\n")[0]


def test_line_ends_alone_are_said_in_words() -> None:
    assert change("a\r\nb\r\n", "a\nb\n") == ["only the line ends differ (CRLF → LF)"]
    assert change("a\n", "a\r") == ["only the line ends differ (LF → CR)"]
    assert "line ends differ too" in change("a\r\nb\r\n", "a\nc\n")[0]


def test_white_space_alone_is_made_visible() -> None:
    shown = change("a b\nc\n", "a  b\n\tc\n")
    assert "whitespace only" in shown[0]
    assert "- a·b" in shown
    assert "+ a··b" in shown
    assert "+ ⇥c" in shown


def test_only_a_newline_ends_a_line() -> None:
    assert "+ a\\u2028b␛[0m" in change("x\n", "a\u2028b\x1b[0m\n")


@given(st.text("ab \n\r\t"), st.text("ab \n\r\t"))
def test_unequal_texts_never_look_equal(before: str, after: str) -> None:
    if before != after:
        shown = change(before, after)
        assert shown[0].startswith("only the line ends") or any(
            text[:1] in "+-" for text in shown[1:]
        )


def test_secrets_are_masked_and_a_change_of_one_alone_is_said() -> None:
    one, two = ("sk-ant-api03-" + text * 12 for text in ("Ab3", "Cd4"))
    assert change(f"key {one}\n", f"key {two}\n") == [f"{MASKED}"]
    shown = "\n".join(change(f"key {one}\na\n", f"key {one}\nb\n"))
    assert one not in shown and "- a" in shown


def test_at_most_so_many_rows_are_made_and_the_rest_is_counted() -> None:
    before, after = "a\n" * 10, "".join(f"{at}\n" for at in range(10))
    found = compare_texts(before, after, most=5)
    assert (len(found.rows), found.left, found.summary) == (5, 16, "10 lines added, 10 removed")
    assert compare_texts(before, after).left == 0
