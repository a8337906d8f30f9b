"""Whether folders with live edits taken in mean what is live, and nothing else than before."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reconciler.engine.address import Address
from reconciler.engine.compare import same
from reconciler.engine.desired import Desired, Resource
from reconciler.engine.kinds import KINDS
from reconciler.engine.live import Live
from reconciler.engine.lock import Lock
from reconciler.engine.plan import Action, Plan
from reconciler.engine.values import canonical

if TYPE_CHECKING:
    from reconciler.authoring import Loaded
    from reconciler.authoring.importing.taking_drift import Taking

_LEFT = frozenset({"change", "cleared", "drift", "conflict"})


@dataclass(frozen=True, slots=True)
class Ground:
    """What edits are checked against: the project as it was read, its plan, the lock with what an
    edit brings into it, and what is live. `variables` and `skip_unsupported` are the caller's."""

    loaded: Loaded
    desired: Desired
    plan: Plan
    lock: Lock
    live: Live
    variables: Mapping[str, str]
    skip_unsupported: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """The lock that goes with the edits, or what is wrong with them; `follows` is what a plan
    does on account of them."""

    lock: Lock
    problem: str = ""
    follows: tuple[Action, ...] = ()


def check(ground: Ground, takings: Iterable[Taking], over: Mapping[str, bytes | None]) -> Outcome:
    """Read the project with the files `over` it, and plan. All `takings` are in the files."""
    from reconciler.authoring import load
    from reconciler.authoring.laid_over import LaidOver
    from reconciler.engine.planner import make_plan

    loaded = load(
        ground.loaded.root,
        target=ground.loaded.target,
        variables=ground.variables,
        environ=os.environ,
        skip_unsupported=ground.skip_unsupported,
        files=LaidOver(ground.loaded.root, over),
    )
    if loaded.desired is None:
        wrong = next(one for one in loaded.findings if one.severity == "error")
        return Outcome(ground.lock, f"{wrong.span}: {wrong.message}")
    taken = {one.address: one for one in takings}
    problem = _other_meaning(ground.desired, loaded.desired, taken)
    if problem:
        return Outcome(ground.lock, problem)
    plan = make_plan(loaded.desired, ground.lock, ground.live)
    problem = _left_over(plan, taken) or _new_error(ground.plan, plan)
    before = {action.address for action in ground.plan.actions}
    follows = tuple(action for action in plan.actions if action.address not in before)
    return Outcome(_with_records(ground.lock, plan, taken), problem, follows)


def _left_over(plan: Plan, taken: Mapping[Address, Taking]) -> str:
    """What a plan would still write of a field that was taken."""
    actions: list[Action] = [*plan.actions, *(held.action for held in plan.held)]
    for action in actions:
        if action.address not in taken:
            continue
        for change in action.fields:
            if change.path in taken[action.address].fields and change.status in _LEFT:
                return f"{change.path} would still differ"
    return ""


def _new_error(before: Plan, after: Plan) -> str:
    known = {(one.code, one.message) for one in before.findings}
    for one in after.findings:
        if one.severity == "error" and (one.code, one.message) not in known:
            return one.message
    return ""


def _other_meaning(before: Desired, after: Desired, taken: Mapping[Address, Taking]) -> str:
    """What means something else than before and was not taken."""
    old, new = before.by_address(), after.by_address()
    brought = {skill for one in taken.values() for skill in one.skills}
    for address in sorted(old.keys() | new.keys()):
        if address in brought:
            continue
        if address not in old or address not in new:
            return f"{address} would {'appear' if address in new else 'disappear'}"
        if address in taken:
            path = _other_field(old[address], new[address], taken[address])
            if path:
                return f"{path} would change, too"
        elif _meaning(old[address]) != _meaning(new[address]):
            return f"{address} would change, too"
    return ""


def _other_field(before: Resource, after: Resource, taking: Taking) -> str:
    if before.lifecycle != after.lifecycle:
        return "lifecycle"
    normalise = KINDS[before.address.kind].normalise
    old, new = normalise(before.body, taking.names), normalise(after.body, taking.names)
    for path in sorted(old.keys() | new.keys()):
        if path in taking.fields or (path in old and path in new and same(old[path], new[path])):
            continue
        if _is_default(before, path, old) and _is_default(after, path, new):
            continue
        return path
    return ""


def _is_default(resource: Resource, path: str, fields: Mapping[str, object]) -> bool:
    """Whether a field says what it says where nothing is written."""
    always = KINDS[resource.address.kind].always
    return path in always and (path not in fields or same(fields[path], always[path]))


def _meaning(resource: Resource) -> tuple[object, ...]:
    """What an apply compares; the description of a registry's row is sent once."""
    sent_once = {"description"} if resource.address.kind == "registration" else set()
    return (
        canonical({key: item for key, item in resource.body.items() if key not in sent_once}),
        resource.lifecycle,
        resource.registration,
        tuple(content.digest for content in resource.contents),
    )


def _with_records(lock: Lock, plan: Plan, taken: Mapping[Address, Taking]) -> Lock:
    """The lock with what the plan would note about the objects that are settled now; that an
    object moved is noted by the apply that writes its marker."""
    settled = set(taken) | {skill for one in taken.values() for skill in one.skills}
    known = {entry.id: address for address, entry in lock.objects.items() if entry.id}
    for address, entry in plan.records.items():
        if address in settled and known.get(entry.id, address) == address:
            lock = lock.with_entry(address, entry)
    return lock
