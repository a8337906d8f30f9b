from __future__ import annotations

from reconciler.engine.outcome import Outcome, Report
from reconciler.render.doctor_text import doctor_lines
from reconciler.render.lines import plain
from reconciler.render.report_text import report_lines

from .builders import at


def test_every_end_is_named_with_its_cause_and_what_to_do() -> None:
    report = Report(
        (
            Outcome(at("agent/a"), "create", "applied", id="agent_1", version=1),
            Outcome(at("skill/s"), "delete", "applied", id="skill_1", message="it was gone"),
            Outcome(at("agent/b"), "update", "failed", message="400: no\nrequest req_1"),
            Outcome(at("agent/c"), "update", "failed", message="v4 is v5", moved=True),
            Outcome(at("agent/d"), "update", "skipped", because=at("agent/b")),
            Outcome(at("agent/e"), "update", "skipped"),
        ),
        interrupted=True,
        next_step="run it again",
    )
    assert plain(report_lines(report)) == (
        "applied  agent/a  created, agent_1 v1\n"
        "applied  skill/s  deleted, skill_1; it was gone\n"
        "failed   agent/b  update: 400: no\n"
        "           request req_1\n"
        "failed   agent/c  update: changed since the plan was made: v4 is v5\n"
        "skipped  agent/d  update: because agent/b failed\n"
        "skipped  agent/e  update: interrupted before it\n"
        "\n"
        "Interrupted: what was in flight is finished, the lock is saved.\n"
        "6 objects: 2 applied, 2 failed, 2 skipped.\n"
        "next: run it again\n"
    )


def test_nothing_applied() -> None:
    assert plain(report_lines(Report())) == "Nothing was applied.\n"


def test_checks() -> None:
    checks = [
        {"name": "platform", "ok": True, "detail": "there"},
        {"name": "registry", "ok": False, "detail": "\x1b[0m"},
    ]
    assert plain(doctor_lines(checks)) == (
        "ok  platform          there\nbad registry          ␛[0m\n"
    )
