"""Drift as text: what was edited outside, by which version, and what it lets an agent do more."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.engine.drift import Drifted
from reconciler.engine.live import Origin
from reconciler.engine.plan import Plan
from reconciler.render.diagnostics_text import diagnostic_lines
from reconciler.render.field_text import drift_lines
from reconciler.render.lines import BLANK, Line, Piece, counted, line
from reconciler.render.plan_text import header_line


def drift_text(plan: Plan, drifted: Iterable[Drifted], origin: Origin | None = None) -> list[Line]:
    """The header, one block per drifted object, what could not be read, and a count."""
    found = list(drifted)
    lines = [header_line(plan.project, plan.target, origin), BLANK]
    for one in found:
        lines += _object_lines(one)
    errors = [finding for finding in plan.findings if finding.severity == "error"]
    lines += [each for finding in errors for each in diagnostic_lines(finding)]
    if not plan.complete:
        lines.append(line(Piece("Something could not be read: there may be more.", "error")))
    text = f"{counted(len(found), 'object')} drifted." if found else "No drift."
    return [*lines, line(Piece(text, "strong"))]


def _object_lines(one: Drifted) -> list[Line]:
    head = f"  {one.id}" + (f"  {one.since}" if one.since else "")
    lines = [line(Piece("! ", "held"), Piece(str(one.address), "strong"), Piece(head, "dim"))]
    if one.message:
        lines.append(line(Piece(one.message, "held"), indent=4))
    for more in one.raises:
        lines.append(line(Piece(f"lets it do more: {more}", "error"), indent=4))
    return [*lines, *drift_lines(one.fields, 4)]
