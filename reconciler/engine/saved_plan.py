"""A plan that was reviewed, and what of today's plan it covers.

A saved plan is not carried out as it stands: the world is planned again, and exactly those actions
go on whose digest the file holds. What is new or different since is held back and named.

    SavedPlanError   the text is not a saved plan
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from reconciler.engine.address import Address
from reconciler.engine.diagnostics import note
from reconciler.engine.plan import Action, Held, Plan, PlanOptions

FORMAT = 1
_UNREVIEWED = "not in the plan that was reviewed: plan, review and apply again"


class SavedPlanError(ValueError):
    """The file can't be read as a plan; carries the line."""

    def __init__(self, message: str, line: int = 1) -> None:
        super().__init__(message)
        self.message, self.line = message, line


@dataclass(frozen=True, slots=True)
class SavedPlan:
    """What was reviewed: for which project and target, under which options, which actions.

    `actions` maps the digest of each action to its address.
    """

    project: str
    target: str
    options: PlanOptions
    actions: Mapping[str, Address]


def save(plan: Plan, options: PlanOptions) -> SavedPlan:
    digests = {action.digest: action.address for action in plan.actions}
    return SavedPlan(plan.project, plan.target, options, digests)


def load_saved_plan(text: str) -> SavedPlan:
    """Read a plan document (`plan --out`). Raises SavedPlanError for anything else."""
    try:
        raw = json.loads(text)
    except json.JSONDecodeError as failure:
        raise SavedPlanError(f"not JSON: {failure.msg}", failure.lineno) from None
    if not isinstance(raw, dict) or raw.get("kind") != "plan":
        raise SavedPlanError("this is no plan: write one with `reconcile plan --out FILE`")
    if raw.get("format_version") != FORMAT:
        raise SavedPlanError(f"format {raw.get('format_version')!r}: this version reads {FORMAT}")
    try:
        return SavedPlan(
            project=str(raw["project"]),
            target=str(raw["target"]),
            options=_options(raw["options"]),
            actions={one["digest"]: Address.parse(one["address"]) for one in raw["actions"]},
        )
    except (KeyError, TypeError, ValueError) as failure:
        raise SavedPlanError(f"the plan is damaged: {failure}") from None


def _options(raw: Mapping[str, Any]) -> PlanOptions:
    return PlanOptions(
        only=tuple(raw["only"]),
        overwrite_drift=tuple(raw["overwrite_drift"]),
        rotate_key=frozenset(Address.parse(text) for text in raw["rotate_key"]),
        recreate=frozenset(Address.parse(text) for text in raw["recreate"]),
        prune=bool(raw["prune"]),
        prune_skills=bool(raw["prune_skills"]),
        max_removals=int(raw["max_removals"]),
    )


def restrict(plan: Plan, saved: SavedPlan) -> Plan:
    """Today's plan with only the reviewed actions; the others are held back as stale."""
    stale = {action.address for action in plan.actions if action.digest not in saved.actions}
    stale = _with_dependents(plan.actions, stale)
    kept = tuple(action for action in plan.actions if action.address not in stale)
    held = [_held(action, saved) for action in plan.actions if action.address in stale]
    held += [_since_the_review(one, saved) for one in plan.held]
    return replace(
        plan,
        actions=kept,
        held=tuple(sorted(held, key=lambda one: one.action.address)),
        findings=(*plan.findings, *_gone(plan, saved)),
    )


def _with_dependents(actions: Iterable[Action], stale: set[Address]) -> set[Address]:
    """The stale and what needs them; `actions` come in an order that respects `needs`."""
    found = set(stale)
    for action in actions:
        if found & set(action.needs):
            found.add(action.address)
    return found


def _held(action: Action, saved: SavedPlan) -> Held:
    reviewed = action.digest in saved.actions
    message = "needs an action that was not reviewed" if reviewed else _UNREVIEWED
    return Held(action, "stale", message)


def _since_the_review(held: Held, saved: SavedPlan) -> Held:
    """A reviewed action that may not be carried out any more, whatever the reason."""
    if held.action.address not in saved.actions.values():
        return held
    return replace(held, reason="stale", message=f"no more as it was reviewed: {held.message}")


def _gone(plan: Plan, saved: SavedPlan) -> list[Any]:
    """Reviewed actions that are not needed any more, since their object is as wanted."""
    now = {action.address for action in plan.actions} | {one.action.address for one in plan.held}
    return [
        note("plan.done_already", f"{address} is as it was to become", address=str(address))
        for address in sorted(set(saved.actions.values()) - now)
    ]
