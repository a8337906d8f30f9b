"""Whatever anybody writes into an agent, a skill or a name is shown in a comment, and nothing more."""

from __future__ import annotations

import html

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.render.lines import plain
from reconciler.render.markdown import Meta, comment_body, hidden_facts
from reconciler.render.markdown_safe import block, code, prose
from reconciler.render.plan_text import plan_lines
from reconciler.render.printable import printable, redacted
from tests.github_page import page, rendered

from .hostile import FRAGMENTS, HOSTILE, everywhere, origin

ANYTHING = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=8), max_size=6).map("".join)


def comment(text: str, limit: int = 60_000) -> str:
    return comment_body(everywhere(text), Meta(text, origin(text), 1), limit)


CALM = page(comment("calm")).shape


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_a_hostile_text_is_shown_and_nothing_more(text: str) -> None:
    found = page(comment(text))
    assert found.problems == []
    assert found.shape == CALM
    facts = hidden_facts(comment(text))
    assert facts and facts["digest"] == everywhere(text).digest


@pytest.mark.parametrize("limit", [8_000, 12_000, 20_000])
@pytest.mark.parametrize("text", HOSTILE[len(FRAGMENTS) :], ids=ascii)
def test_a_shortened_comment_is_as_safe(text: str, limit: int) -> None:
    made = comment(text * 9, limit)
    assert page(made).problems == [] and len(made) <= limit


@settings(max_examples=60, deadline=None)
@given(ANYTHING)
def test_any_text_in_any_place_is_text(text: str) -> None:
    found = page(comment(text))
    assert found.problems == [] and found.shape == CALM


@given(ANYTHING)
def test_code_and_prose_say_what_they_are_given(text: str) -> None:
    for made in (code(text), prose(text)):
        found = page(block([f"<p>{made}</p>"]))
        assert found.problems == []
    if text.isprintable() and "`" not in text:
        shown = page(block([f"<p>{prose(text)}</p>"])).text
        assert shown.replace(" ", "").strip() == printable(redacted(text)).replace(" ", "").strip()


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_the_text_of_a_plan_is_no_command_in_a_log(text: str) -> None:
    for line in plain(plan_lines(everywhere(text), origin(text))).split("\n"):
        assert not line.lstrip().startswith("::") and "##[" not in line
        assert "\x1b" not in line and "\u202e" not in line


@pytest.mark.parametrize(
    "text",
    [
        "@octocat", "see #12", "GH-3", "a/b#1", "deadbeef", "https://example.com", "www.example.com",
        "a@example.com", "[x](https://example.com)", "![x](https://example.com/x)", "<details>",
        "<!-- a --><!-- b -->", "\u202e", "::error::x", "x ##[error]y", ":tada:", "- [ ] task",
        "<b title='x'>y</b>", "</p>", "<?x?>",
    ],
)  # fmt: skip
def test_the_reader_of_pages_sees_what_github_would_act_upon(text: str) -> None:
    assert page(f"{text}\n").problems, rendered(text)


def test_plain_words_stay_and_all_else_is_code() -> None:
    said = prose(
        "deployment nightly (depl_1) keeps version 3, 1,204 lines; don't, e.g. `rm -rf x`, ok."
    )
    assert said == (
        "deployment nightly (<code>depl_1</code>) keeps version 3, 1,204 lines; don't, "
        "<code>e.g</code>. <code>rm -rf x</code>, ok."
    )
    assert prose("one\ntwo www defaced 1234567") == "one<br>two <code>www defaced 1234567</code>"
    assert html.unescape(code("<b> & \u202e")) == "<code><b> & \\u202e</code>"


def test_secrets_are_masked_before_anything_is_cut() -> None:
    key = "sk-ant-api03-" + "Ab3" * 12
    made = comment(f"{'x' * 100} {key} https://user:word@example.com/?token=abc123")
    assert key[13:20] not in made and "user:word" not in made and "abc123" not in made
