"""A comment fits, however much there is to say, and its totals are exact."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.engine.diagnostics import warning
from reconciler.engine.plan import Action, Expected, Orphan, Plan
from reconciler.render import markdown_fields
from reconciler.render.hunks import compare_texts
from reconciler.render.markdown import LIMIT, SHORTENED, Meta, comment_body
from reconciler.render.markdown_fit import shared
from reconciler.render.plan_text import totals_text
from tests.github_page import RUN, page

from .builders import action, at, field, held, plan

PROMPT = "".join(f"Check holding {at}: its price, its source and its date.\n" for at in range(340))


def agents(count: int, size: int = len(PROMPT)) -> list[Action]:
    """Agents whose prompts of so many characters change in every third line."""
    before = PROMPT[:size]
    return [
        action(
            f"agent/checker-{number}",
            "update",
            "changed",
            field("system", before, re.sub(r"(\d*[05]):", rf"\1-{number}:", before)),
            field("metadata.owner", "desk", f"desk {number}"),
            expected=Expected(f"agent_{number}", 3),
        )
        for number in range(count)
    ]


def problems(made: str, shown: Plan, limit: int = LIMIT) -> list[str]:
    found = page(made).problems
    if len(made) > limit:
        found.append(f"{len(made)} characters")
    if f"**{totals_text(shown)}** Digest `{shown.digest}`" not in made:
        found.append("the totals are missing")
    return found


def test_a_small_plan_is_whole_and_a_large_one_is_shortened_in_steps() -> None:
    small, some, many, most = (plan(*agents(count)) for count in (1, 30, 300, 3_000))
    whole, short, lines, cut = map(comment_body, (small, some, many, most))
    assert SHORTENED not in whole and whole.count("Check holding") > 300
    assert "changed lines more" not in whole
    for made, shown in ((whole, small), (short, some), (lines, many), (cut, most)):
        assert problems(made, shown) == []
    assert SHORTENED in short and short.count("<details>") == 30 and "changed lines more" in short
    assert SHORTENED in lines and "<details>" not in lines and lines.count("<li>") == 300
    left = re.search(r"<li>… and ([\d,]+) more</li>", cut)
    assert left and cut.count("<li>~") + int(left[1].replace(",", "")) == 3_000


def test_what_is_shortened_says_where_the_rest_is() -> None:
    shown = plan(*agents(300))
    made = comment_body(shown, Meta(run=RUN))
    assert problems(made, shown) == [] and f"{SHORTENED} [the job summary]({RUN})." in made
    for other in (
        "",
        "javascript:x",
        f"{RUN}) @x",
        f"{RUN}/../../..",
        "https://a b/o/r/actions/runs/1",
    ):
        made = comment_body(shown, Meta(run=other))
        assert problems(made, shown) == [] and f"{SHORTENED} the job summary." in made
    assert RUN not in comment_body(plan(*agents(1)), Meta(run=RUN))


def test_few_texts_are_compared_however_many_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    """A comment holds a few changed prompts, so that no more than those are looked at."""
    looked: list[int] = []

    def counting(before: str, after: str, **more: Any) -> Any:
        looked.append(len(before))
        return compare_texts(before, after, **more)

    monkeypatch.setattr(markdown_fields, "compare_texts", counting)
    for count in (100, 290, 500, 1_500):
        looked.clear()
        shown = plan(*agents(count))
        assert problems(comment_body(shown), shown) == []
        assert len(looked) <= 150, f"{len(looked)} of {count}"


KINDS = st.lists(
    st.tuples(st.sampled_from(["update", "create", "archive", "held", "orphan", "warning"]), st.integers(0, 120)),
    max_size=6,
)  # fmt: skip


@settings(max_examples=40, deadline=None)
@given(KINDS, st.integers(2_500, 12_000), st.integers(1, 60))
def test_any_plan_fits_and_counts_right(
    kinds: list[tuple[str, int]], limit: int, length: int
) -> None:
    shown = replace(plan(), project="p")
    for turn, (kind, count) in enumerate(kinds):
        shown = _with(shown, kind, [f"{kind}-{turn}-{at}-{'n' * length}" for at in range(count)])
    assert problems(comment_body(shown, limit=limit), shown, limit) == []


def _with(shown: Plan, kind: str, names: list[str]) -> Plan:
    if kind == "held":
        inner = [
            action(f"agent/{name}", "update", "changed", field("description", "a", name))
            for name in names
        ]
        return replace(
            shown,
            held=(*shown.held, *(held(one, "drift", f"edited: {one.address}") for one in inner)),
        )
    if kind == "orphan":
        return replace(
            shown, orphans=(*shown.orphans, *(Orphan(at(f"agent/{name}"), "id") for name in names))
        )
    if kind == "warning":
        return replace(
            shown, findings=(*shown.findings, *(warning("a.b", name, "do it") for name in names))
        )
    made: list[Action] = [
        action(f"agent/{name}", kind, "new", field("system", "a\n", name * 9), notes=(name,))  # type: ignore[arg-type]
        for name in names
    ]
    return replace(shown, actions=(*shown.actions, *made))


@given(st.lists(st.integers(0, 500), max_size=8), st.integers(0, 2_000))
def test_room_is_shared_fairly(wanted: list[int], room: int) -> None:
    given_ = shared(wanted, room)
    assert sum(given_) <= room
    assert all(0 <= got <= want for got, want in zip(given_, wanted, strict=True))
    short = [got for got, want in zip(given_, wanted, strict=True) if got < want]
    if short:
        assert max(given_) <= max(short) + 1 and sum(given_) >= room - len(wanted)
    if sum(wanted) <= room:
        assert given_ == wanted
