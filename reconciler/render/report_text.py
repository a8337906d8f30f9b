"""What became of a plan: applied, failed, skipped and why, and what to do next."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.engine.outcome import Outcome, Report
from reconciler.render.lines import BLANK, Line, Piece, Style, counted, line

_PAST = {"create": "created", "update": "updated", "replace": "replaced", "archive": "archived",
         "delete": "deleted"}  # fmt: skip
_STYLES: dict[str, Style] = {"applied": "create", "failed": "error", "skipped": "held"}

_MOVED = "changed since the plan was made"


def report_lines(report: Report) -> list[Line]:
    """Every outcome, then the counts, then the next step."""
    lines = [one for outcome in report.outcomes for one in outcome_lines(outcome)]
    if report.outcomes:
        lines.append(BLANK)
    if report.interrupted:
        text = "Interrupted: what was in flight is finished, the lock is saved."
        lines.append(line(Piece(text, "warning")))
    lines.append(line(Piece(report_totals(report), "strong")))
    if report.next_step:
        lines += [line(Piece(f"next: {text}", "note")) for text in report.next_step.split("\n")]
    return lines


def outcome_lines(outcome: Outcome) -> Iterator[Line]:
    """One object's end: `applied  agent/x  updated, agent_… v4`."""
    said, *rest = outcome_text(outcome).split("\n")
    yield line(Piece(f"{outcome.result:<8} ", _STYLES[outcome.result]),
               Piece(str(outcome.address), "strong"), f"  {said}")  # fmt: skip
    for more in rest:
        yield line(more, indent=11)


def outcome_text(outcome: Outcome) -> str:
    """What became of an object, without its address."""
    if outcome.result == "skipped":
        why = f"because {outcome.because} failed" if outcome.because else "interrupted before it"
        return f"{outcome.verb}: {why}{_tail(outcome)}"
    if outcome.result == "failed":
        said = outcome.message
        if outcome.moved and not said.startswith(_MOVED):
            said = f"{_MOVED}: {said}"
        return f"{outcome.verb}: {said}"
    version = f" v{outcome.version}" if outcome.version is not None else ""
    identity = f", {outcome.id}{version}" if outcome.id else ""
    return f"{_PAST[outcome.verb]}{identity}{_tail(outcome)}"


def _tail(outcome: Outcome) -> str:
    return f"; {outcome.message}" if outcome.message else ""


def report_totals(report: Report) -> str:
    """How many objects were applied, failed and skipped."""
    if not report.outcomes:
        return "Nothing was applied."
    parts = [
        f"{report.count('applied'):,} applied",
        f"{report.count('failed'):,} failed",
        f"{report.count('skipped'):,} skipped",
    ]
    return f"{counted(len(report.outcomes), 'object')}: {', '.join(parts)}."
