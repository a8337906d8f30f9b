"""A plan and drift as JSON documents."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.engine.address import Address
from reconciler.engine.diagnostics import Silenced
from reconciler.engine.drift import Drifted
from reconciler.engine.history import History
from reconciler.engine.live import Origin
from reconciler.engine.plan import Action, Expected, FieldChange, Held, Plan, PlanOptions
from reconciler.engine.privileges import Raise
from reconciler.engine.skill_diff import FileDiff
from reconciler.engine.values import ABSENT
from reconciler.render.documents import (
    ActionDocument,
    ChangeDocument,
    DriftDocument,
    ExpectedState,
    Field,
    FileDocument,
    HeldDocument,
    OptionsDocument,
    PlanDocument,
    PlanTotals,
    RaiseDocument,
    Released,
)
from reconciler.render.json_parts import (
    FORMAT_VERSION,
    addresses_of,
    findings_of,
    origin_of,
    place_of,
    silenced_findings,
    value_of,
)
from reconciler.render.printable import redacted


def plan_document(
    plan: Plan,
    origin: Origin | None = None,
    options: PlanOptions | None = None,
    silenced: Iterable[Silenced] = (),
    history: History | None = None,
) -> PlanDocument:
    """The plan: what would be done, what is held back, and everything a reviewer is told.

    `apply FILE` reads it back (`engine/saved_plan.py`).
    """
    return {
        "format_version": FORMAT_VERSION,
        "kind": "plan",
        "project": plan.project,
        "target": plan.target,
        "origin": origin_of(origin),
        "complete": plan.complete,
        "applicable": plan.applicable,
        "digest": plan.digest,
        "options": _options(options or PlanOptions()),
        "totals": _totals(plan),
        "actions": [action_document(action, history) for action in plan.actions],
        "held": [held_document(held, history) for held in plan.held],
        "orphans": [
            {"address": str(orphan.address), "id": orphan.id, "message": orphan.message}
            for orphan in plan.orphans
        ],
        "released": [_released(where, field) for where, field in plan.released],
        "records": addresses_of(sorted(plan.records)),
        "forgotten": addresses_of(sorted(plan.forgotten)),
        "unchanged": addresses_of(plan.unchanged),
        "findings": findings_of(plan.findings),
        "silenced": silenced_findings(silenced),
    }


def action_document(action: Action, history: History | None = None) -> ActionDocument:
    """One object's write, and who changed its files last if a history is given."""
    return {
        "address": str(action.address),
        "verb": action.verb,
        "reason": action.reason,
        "because": addresses_of(action.because),
        "needs": addresses_of(action.needs),
        "fields": [_field(field) for field in action.fields],
        "payload": value_of(action.payload),
        "expected": _expected(action.expected),
        "files": [_file(file) for file in action.files],
        "notes": [redacted(note) for note in action.notes],
        "raises": [_raise(one) for one in action.raises],
        **place_of(action.span),
        "digest": action.digest,
        "changed_by": _change(history, action.address),
        "touched": _touched(history, action.address),
    }


def _change(history: History | None, address: Address) -> ChangeDocument | None:
    change = history.changes.get(address) if history else None
    if change is None:
        return None
    return {
        "commit": change.commit,
        "author": redacted(change.author),
        "subject": redacted(change.subject),
    }


def _touched(history: History | None, address: Address) -> bool | None:
    if history is None or history.touched is None:
        return None
    return address in history.touched


def _file(file: FileDiff) -> FileDocument:
    document: FileDocument = {
        "path": file.path,
        "what": file.what,
        "content": file.content,
        "old": file.old,
        "size_before": file.size_before,
        "size_after": file.size_after,
    }
    if file.before is not None:
        document["before"] = redacted(file.before)
    if file.after is not None:
        document["after"] = redacted(file.after)
    return document


def drift_document(
    plan: Plan, drifted: Iterable[Drifted], origin: Origin | None = None
) -> DriftDocument:
    """What was edited outside, with what could not be read."""
    return {
        "format_version": FORMAT_VERSION,
        "kind": "drift",
        "project": plan.project,
        "target": plan.target,
        "origin": origin_of(origin),
        "complete": plan.complete,
        "drifted": [
            {
                "address": str(one.address),
                "id": one.id,
                "fields": [_field(field) for field in one.fields],
                "raises": [_raise(more) for more in one.raises],
                "since": one.since,
                "message": redacted(one.message),
            }
            for one in drifted
        ],
        "findings": findings_of(plan.findings),
    }


def held_document(held: Held, history: History | None = None) -> HeldDocument:
    return {
        "address": str(held.action.address),
        "reason": held.reason,
        "message": redacted(held.message),
        "raises": [_raise(one) for one in held.raises],
        "since": held.since,
        "action": action_document(held.action, history),
    }


def _raise(one: Raise) -> RaiseDocument:
    return {
        "path": one.path,
        "what": one.what,
        "before": redacted(one.before),
        "after": redacted(one.after),
    }


def _options(options: PlanOptions) -> OptionsDocument:
    return {
        "only": sorted(options.only),
        "overwrite_drift": sorted(options.overwrite_drift),
        "rotate_key": addresses_of(sorted(options.rotate_key)),
        "recreate": addresses_of(sorted(options.recreate)),
        "prune": options.prune,
        "prune_skills": options.prune_skills,
        "max_removals": options.max_removals,
    }


def _expected(expected: Expected | None) -> ExpectedState | None:
    if expected is None:
        return None
    return {"id": expected.id, "version": expected.version, "values": expected.values}


def _totals(plan: Plan) -> PlanTotals:
    totals = plan.totals()
    return {
        "create": totals["create"],
        "update": totals["update"],
        "replace": totals["replace"],
        "archive": totals["archive"],
        "delete": totals["delete"],
        "held": totals["held"],
        "orphaned": totals["orphaned"],
        "unchanged": totals["unchanged"],
    }


def _field(field: FieldChange) -> Field:
    place = place_of(field.span)
    document: Field = {
        "path": field.path,
        "status": field.status,
        "file": place["file"],
        "line": place["line"],
        "column": place["column"],
    }
    _add_sides(document, field)
    return document


def _released(address: Address, field: FieldChange) -> Released:
    place = place_of(field.span)
    document: Released = {
        "address": str(address),
        "path": field.path,
        "status": field.status,
        "file": place["file"],
        "line": place["line"],
        "column": place["column"],
    }
    _add_sides(document, field)
    return document


def _add_sides(document: Field, field: FieldChange) -> None:
    if field.base is not ABSENT:
        document["base"] = value_of(field.base)
    if field.desired is not ABSENT:
        document["desired"] = value_of(field.desired)
    if field.live is not ABSENT:
        document["live"] = value_of(field.live)
