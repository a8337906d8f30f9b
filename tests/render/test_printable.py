from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.render.lines import Piece, line, plain
from reconciler.render.printable import inert, printable, redacted


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain text, ümläut, 日本 and 🙂", "plain text, ümläut, 日本 and 🙂"),
        ("\x1b[31mred", "␛[31mred"),
        ("two\nlines\r", "two␊lines␍"),
        ("a\tb", "a\tb"),
        ("\x7f\x00", "␡␀"),
        ("\x9b31m", "\\x9b31m"),
        ("abc\u202edcba", "abc\\u202edcba"),
        ("\u2066x\u2069\u200b\ufeff", "\\u2066x\\u2069\\u200b\\ufeff"),
        ("\U000e0041\U000e0101", "\\U000e0041\\U000e0101"),
        ("\u2028\ud800", "\\u2028\\ud800"),
    ],
)
def test_hidden_characters_are_written_out(raw: str, shown: str) -> None:
    assert printable(raw) == shown


@given(st.text())
def test_printable_text_holds_nothing_a_terminal_obeys(text: str) -> None:
    shown = printable(text)
    categories = {unicodedata.category(character) for character in shown.replace("\t", "")}
    assert not categories & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    shown.encode()


@given(st.text())
def test_printable_is_idempotent_and_tells_hidden_texts_apart(text: str) -> None:
    assert printable(printable(text)) == printable(text)
    assert (printable(text) == text) == (printable(text + "\u200b") == text + "\\u200b")


@given(st.text(), st.text())
def test_no_piece_can_break_a_line(first: str, second: str) -> None:
    assert plain([line(first, Piece(second, "error"))]).count("\n") == 1


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("https://user:pass@host/mcp", "https://***@host/mcp"),
        ("https://u:p@ss@host", "https://***@host"),
        ("https://host/a@b", "https://host/a@b"),
        (
            "https://host/mcp?a=1&token=x%20y#key=z end",
            "https://host/mcp?a=1&token=***#key=*** end",
        ),
        ("https://host/?monkey=1&tokens=2&page=3", "https://host/?monkey=1&tokens=2&page=3"),
        ("key sk-ant-api03-abcdefghij.", "key sk-ant-***."),
        (f"ntro_live_{'0123456789' * 2}", "ntro_***"),
        ("ntro_task_get", "ntro_task_get"),
    ],
)
def test_credentials_are_taken_out(raw: str, shown: str) -> None:
    assert redacted(raw) == shown
    assert redacted(shown) == shown


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("::error::x", "\\u003a:error::x"),
        ("  \u00a0\t::add-mask::x", "  \u00a0\t\\u003a:add-mask::x"),
        ("said ##[error]x ##[group]y", "said ##\\u005berror]x ##\\u005bgroup]y"),
        ("##\ufe0f[error]", "##\ufe0f\\u005berror]"),
        ("a::b, # [x], :x", "a::b, # [x], :x"),
    ],
)
def test_commands_of_a_workflow_are_text(raw: str, shown: str) -> None:
    assert inert(raw) == shown


@given(st.lists(st.text(":# [x"), max_size=4))
def test_no_line_is_a_command_of_a_workflow(parts: list[str]) -> None:
    shown = plain([line(*parts)])
    assert not shown.strip().startswith("::") and "##[" not in shown
    assert inert(inert(shown)) == inert(shown)
