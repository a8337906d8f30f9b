"""A plan's JSON document back into the plan, to show it again as it was reviewed.

Lock entries are not in the document: a plan that was read is shown, and never carried out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.engine.address import Address
from reconciler.engine.diagnostics import Diagnostic, Span
from reconciler.engine.lock import LockEntry
from reconciler.engine.plan import Action, Expected, FieldChange, Held, Orphan, Plan
from reconciler.engine.privileges import Raise
from reconciler.engine.saved_plan import SavedPlanError
from reconciler.engine.skill_diff import FileDiff
from reconciler.engine.values import ABSENT, decode


def plan_of(document: Mapping[str, Any]) -> Plan:
    """The plan of a document that `plan_document` made. Raises SavedPlanError for any other."""
    try:
        return Plan(
            project=document["project"],
            target=document["target"],
            actions=tuple(_action(one) for one in document["actions"]),
            held=tuple(_held(one) for one in document["held"]),
            records={Address.parse(one): LockEntry() for one in document["records"]},
            released=tuple(
                (Address.parse(one["address"]), _field(one)) for one in document["released"]
            ),
            orphans=tuple(
                Orphan(Address.parse(one["address"]), one["id"], one["message"])
                for one in document["orphans"]
            ),
            forgotten=_addresses(document["forgotten"]),
            unchanged=_addresses(document["unchanged"]),
            findings=tuple(_finding(one) for one in document["findings"]),
            complete=document["complete"],
        )
    except (KeyError, TypeError, ValueError, AttributeError) as failure:
        raise SavedPlanError(f"the plan is damaged: {failure}") from None


def _action(raw: Mapping[str, Any]) -> Action:
    expected = raw["expected"]
    return Action(
        address=Address.parse(raw["address"]),
        verb=raw["verb"],
        reason=raw["reason"],
        payload=decode(raw["payload"]),
        fields=tuple(_field(one) for one in raw["fields"]),
        because=_addresses(raw["because"]),
        needs=_addresses(raw["needs"]),
        expected=expected and Expected(expected["id"], expected["version"], expected["values"]),
        files=tuple(_file(one) for one in raw["files"]),
        notes=tuple(raw["notes"]),
        raises=tuple(_raise(one) for one in raw["raises"]),
        span=_span(raw),
    )


def _held(raw: Mapping[str, Any]) -> Held:
    raised = tuple(_raise(one) for one in raw["raises"])
    return Held(_action(raw["action"]), raw["reason"], raw["message"], raised, raw["since"])


def _field(raw: Mapping[str, Any]) -> FieldChange:
    base, desired, live = (
        decode(raw[side]) if side in raw else ABSENT for side in ("base", "desired", "live")
    )
    return FieldChange(raw["path"], raw["status"], base, desired, live, _span(raw))


def _file(raw: Mapping[str, Any]) -> FileDiff:
    return FileDiff(**raw)


def _raise(raw: Mapping[str, Any]) -> Raise:
    return Raise(raw["path"], raw["what"], raw["before"], raw["after"])


def _finding(raw: Mapping[str, Any]) -> Diagnostic:
    return Diagnostic(
        raw["code"], raw["severity"], raw["message"], raw["hint"], _span(raw), raw["address"]
    )


def _addresses(texts: list[str]) -> tuple[Address, ...]:
    return tuple(Address.parse(text) for text in texts)


def _span(raw: Mapping[str, Any]) -> Span | None:
    if raw["file"] is None:
        return None
    return Span(raw["file"], raw["line"], raw["column"])
