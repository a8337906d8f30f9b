"""Plans as files: written by `plan --out`, carried out by `apply FILE`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from reconciler.cli.failures import Failure
from reconciler.cli.world import Place, Planned
from reconciler.engine.diagnostics import Span, error
from reconciler.engine.outcome import Report
from reconciler.engine.plan import Plan
from reconciler.engine.saved_plan import SavedPlan, SavedPlanError, load_saved_plan, restrict


def write_document(path: Path, document: Mapping[str, Any], code: str) -> None:
    """Write a document, whole or not at all. Raises Failure of this code if that can't be done."""
    from reconciler.platform.lockfile import write_atomically

    text = json.dumps(document, indent=2, ensure_ascii=True, allow_nan=False) + "\n"
    try:
        write_atomically(path, text)
    except OSError as failure:
        message = f"{path} can't be written: {failure.strerror}"
        raise Failure(error(code, message, "name another FILE")) from failure


def read_plan(path: Path) -> SavedPlan:
    """The plan that was reviewed. Raises Failure, at its line, for a file that is none."""
    try:
        return load_saved_plan(_text(path))
    except SavedPlanError as failure:
        raise unreadable(path, failure) from None


def read_shown(path: Path) -> tuple[Plan, Mapping[str, Any]]:
    """A saved plan to be shown, and its document. Raises Failure for a file that is none."""
    from reconciler.render.plan_reading import plan_of

    read_plan(path)
    document = json.loads(_text(path))
    try:
        return plan_of(document), document
    except SavedPlanError as failure:
        raise unreadable(path, failure) from None


def read_report(path: Path) -> Report:
    """What became of an apply, as its JSON said. Raises Failure for a file that is none."""
    from reconciler.render.report_reading import report_of

    try:
        document = json.loads(_text(path))
        return report_of(document if isinstance(document, Mapping) else {})
    except (ValueError, SavedPlanError) as failure:
        hint = "save it with `reconcile apply … --report FILE`"
        message = str(getattr(failure, "message", "") or "the file holds no JSON")
        raise Failure(error("report.unreadable", message, hint, span=Span(path.name))) from None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as failure:
        problem = SavedPlanError(f"the file can't be read: {type(failure).__name__}")
        raise unreadable(path, problem) from None


def unreadable(path: Path, failure: SavedPlanError) -> Failure:
    """The end of a command whose file holds no plan."""
    hint = "plan again with `reconcile plan --out FILE`"
    place = Span(path.name, failure.line)
    return Failure(error("plan.unreadable", failure.message, hint, span=place))


def only_reviewed(found: Planned, reviewed: SavedPlan, place: Place) -> Planned:
    """Today's plan with nothing but the reviewed actions. Raises Failure for another project's."""
    ours = (place.desired.project, place.desired.target.name)
    if (reviewed.project, reviewed.target) != ours:
        theirs = f"{reviewed.project} → {reviewed.target}"
        message = f"the plan is of {theirs}, not of {ours[0]} → {ours[1]}"
        raise Failure(error("plan.of_another", message, "name its target, or plan here"))
    return replace(found, plan=restrict(found.plan, reviewed))
