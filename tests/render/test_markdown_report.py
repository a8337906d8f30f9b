"""The comment about an apply: what became of it, what is left, and how to go on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from reconciler.engine.outcome import Outcome, Report
from reconciler.engine.plan import Plan
from reconciler.engine.saved_plan import SavedPlanError
from reconciler.render.json_documents import report_document
from reconciler.render.markdown import LIMIT, comment_body, comment_mark, report_body
from reconciler.render.report_reading import report_of
from tests.github_page import page

from .builders import at
from .hostile import FRAGMENTS, HOSTILE, everywhere

CALM = everywhere("calm")


def report(text: str) -> Report:
    return Report(
        (
            Outcome(at("agent/a"), "update", "applied", id="agent_1", version=2),
            Outcome(replace(at("agent/b"), name=text), "update", "failed", message=text),
            Outcome(at("agent/c"), "update", "skipped", because=at("agent/b")),
        ),
        next_step=text,
    )


def test_what_needs_a_decision_is_first() -> None:
    body = report_body(report("calm"), CALM)
    shown = page(body).text
    assert body.startswith(comment_mark(CALM, "report"))
    assert not body.startswith(comment_mark(CALM))
    assert "3 objects: 1 applied, 1 failed, 1 skipped." in shown
    order = ["How to go on", "Failed: 1", "Skipped: 1", "Done: 1", "Objects: 9"]
    assert sorted(order, key=shown.index) == order
    assert f"apply --target calm --expect {CALM.digest}" in shown
    assert "import --drift agent/drifted" in shown and "import --drift agent/both" in shown


def test_nothing_done_and_nothing_left_is_nothing_to_say() -> None:
    clean = Plan("fund-agents", "prod", unchanged=(at("agent/a"),))
    assert report_body(Report(), clean) == ""
    assert "How to go on" not in report_body(Report(report("x").outcomes[:1]), clean)
    interrupted = Report(report("x").outcomes[:1], interrupted=True)
    assert "goes on where it was" in report_body(interrupted, clean)
    assert report_body(Report(), replace(clean, complete=False))


@pytest.mark.parametrize("text", HOSTILE, ids=ascii)
def test_a_hostile_text_is_shown_and_nothing_more(text: str) -> None:
    found = page(report_body(report(text), everywhere(text)))
    assert found.problems == []


@pytest.mark.parametrize("text", HOSTILE[len(FRAGMENTS) :], ids=ascii)
def test_it_fits_however_much_is_left(text: str) -> None:
    many = Report(report(text * 9).outcomes * 300)
    for limit in (9_000, LIMIT):
        body = report_body(many, everywhere(text * 9), limit=limit)
        assert len(body) <= limit and page(body).problems == []
        assert "300 applied, 300 failed, 300 skipped" in body


def test_a_report_is_read_back() -> None:
    for one in (Report(), report("calm"), Report((), True, "again")):
        assert report_of(report_document(one, CALM)) == one
    assert report_of({"format_version": 1, "kind": "diagnostics"}) == Report()
    for damaged in ({}, {"format_version": 2}, {"format_version": 1, "kind": "report"}):
        with pytest.raises(SavedPlanError):
            report_of(damaged)


def test_the_comment_of_the_review_is_another() -> None:
    assert comment_body(CALM).startswith(comment_mark(CALM))
