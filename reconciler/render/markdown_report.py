"""What became of an apply, as sections of a comment: the outcomes, and how to go on."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.engine.outcome import Outcome, Report
from reconciler.engine.plan import Held, Plan
from reconciler.render.markdown_fit import Section
from reconciler.render.markdown_safe import code, prose
from reconciler.render.report_text import outcome_text

_RESULTS = (("Failed", "failed"), ("Skipped", "skipped"), ("Done", "applied"))
_WIDTH = 400  # characters of one text
_OUTSIDE = frozenset({"drift", "conflict"})


def report_sections(report: Report, rest: Plan) -> Iterator[Section]:
    """What needs a decision first, then the outcomes, those that failed before the others."""
    yield _section("How to go on", [*_ways(report, rest)])
    for title, result in _RESULTS:
        yield _section(title, [_outcome(one) for one in report.outcomes if one.result == result])


def _section(title: str, items: list[str]) -> Section:
    return Section(f"{title}: {len(items):,}", items)


def _outcome(outcome: Outcome) -> str:
    return f"{code(str(outcome.address), _WIDTH)} {prose(outcome_text(outcome), 2 * _WIDTH)}"


def _ways(report: Report, rest: Plan) -> Iterator[str]:
    """A sentence for each sort of what is left."""
    if report.interrupted:
        yield "The apply was interrupted: run the workflow again, which goes on where it was."
    elif report.count("failed"):
        yield "When the reason of a failure is gone, run the workflow again: it does what is left."
    if rest.actions:
        command = f"reconcile apply --target {rest.target} --expect {rest.digest}"
        yield (
            f"{len(rest.actions):,} to be done that nobody reviewed: look at them below. To "
            f"approve them as they are, start the apply workflow by hand with the digest "
            f"{code(rest.digest)}, or run {code(command, 2 * _WIDTH)}"
        )
    for held in rest.held:
        if held.reason in _OUTSIDE:
            yield _edited_outside(held)


def _edited_outside(held: Held) -> str:
    address = str(held.action.address)
    return (
        f"{code(address, _WIDTH)} was edited outside: "
        f"{code(f'reconcile import --drift {address}', _WIDTH)} takes that into the folders; to "
        f"replace it, start the apply workflow by hand with {code('overwrite-drift', _WIDTH)} "
        f"{code(address, _WIDTH)}"
    )
