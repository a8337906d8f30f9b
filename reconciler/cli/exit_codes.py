"""The exit codes, and which one an end has: of those that hold, the first in this order."""

from __future__ import annotations

from reconciler.engine.outcome import Report
from reconciler.engine.plan import Plan

INTERRUPTED = 130
STALE = 4  # the plan that was reviewed is not the plan of now, or objects moved since
FAILED_AFTER_WRITE = 3
ERROR = 1  # nothing was written
REFUSED = 5  # held back: by a safety rule, or because of edits outside
CHANGES = 2  # only with --detailed-exitcode
OK = 0
USAGE = 64


def of_plan(plan: Plan, *, detailed: bool = False) -> int:
    """The end of a command that only looked."""
    if not plan.applicable:
        return of_unapplicable(plan)
    if plan.held:
        return REFUSED
    return CHANGES if detailed and plan.has_changes else OK


def of_unapplicable(plan: Plan) -> int:
    """The end of a command with a plan that may not be applied: a rule of the project's policy is
    a refusal, anything else an error."""
    wrong = [finding.code for finding in plan.findings if finding.severity == "error"]
    by_rule = plan.complete and all(code.startswith("policy.") for code in wrong)
    return REFUSED if by_rule else ERROR


def of_report(report: Report, plan: Plan) -> int:
    """The end of a command that wrote."""
    if report.interrupted:
        return INTERRUPTED
    stale = any(held.reason == "stale" for held in plan.held)
    if stale or any(outcome.moved for outcome in report.outcomes):
        return STALE
    if not report.ok:
        return FAILED_AFTER_WRITE if report.count("applied") else ERROR
    return REFUSED if plan.held else OK
