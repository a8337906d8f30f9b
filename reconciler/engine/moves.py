"""Renamed folders: `moved:` carries an object's id from its old address to the new one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from reconciler.engine.address import Address
from reconciler.engine.desired import Desired, Move
from reconciler.engine.diagnostics import Diagnostic, error, note
from reconciler.engine.live import Live, LiveObject
from reconciler.engine.lock import Lock
from reconciler.engine.plan import Action

#: What comes with an agent, under the same name: it moves along.
_COMPANIONS = ("registration", "vault", "credential")


@dataclass(frozen=True, slots=True)
class Followed:
    """Lock and live objects under their new addresses.

    `locked` maps each new address that the lock did not know to its old one; `marked` are the new
    addresses whose live object still carries the old marker.
    """

    lock: Lock
    live: Live
    locked: Mapping[Address, Address]
    marked: frozenset[Address]
    findings: tuple[Diagnostic, ...] = ()


def follow(desired: Desired, lock: Lock, live: Live) -> Followed:
    """Apply the moves to what was last applied and to what is live. A move that was carried out
    long ago changes nothing."""
    steps = _all_steps(desired.moved, lock, live)
    objects, locked, findings = dict(lock.objects), {}, []
    for old, new in steps.items():
        if old not in objects:
            continue
        if new in objects:
            findings.append(_both(old, new, desired.moved))
            continue
        objects[new] = objects.pop(old)
        locked[new] = old
    ours = (desired.project, desired.target.name)
    moved = [_remarked(item, steps, ours) for item in live.objects]
    marked = {
        after.marker.address
        for before, after in zip(live.objects, moved, strict=True)
        if after is not before and after.marker
    }
    return Followed(
        replace(lock, objects=objects),
        replace(live, objects=tuple(moved)),
        locked,
        frozenset(marked),
        tuple(findings),
    )


def _all_steps(moves: Iterable[Move], lock: Lock, live: Live) -> dict[Address, Address]:
    """Old → new, with the registration, vault and credential of each agent."""
    known = set(lock.objects)
    known |= {item.marker.address for item in live.objects if item.marker}
    steps: dict[Address, Address] = {}
    for move in moves:
        steps[move.old] = move.new
        if move.old.kind != "agent":
            continue
        old, new = (address.name.replace("/", "-") for address in (move.old, move.new))
        for address in known:
            tenant, slash, name = address.name.partition("/")
            if address.kind in _COMPANIONS and slash and name == old:
                steps[address] = Address(address.kind, f"{tenant}/{new}")
    return steps


def _remarked(
    item: LiveObject, steps: Mapping[Address, Address], ours: tuple[str, str]
) -> LiveObject:
    marker = item.marker
    if marker is None or (marker.project, marker.target) != ours or marker.address not in steps:
        return item
    return replace(item, marker=replace(marker, address=steps[marker.address]))


def _both(old: Address, new: Address, moves: Iterable[Move]) -> Diagnostic:
    span = next((move.span for move in moves if move.old == old), None)
    return error(
        "moved.both_known",
        f"{old} can't move to {new}: the lock knows both",
        "take the move out, or remove from the lock the one that is not meant",
        span=span,
        address=str(new),
    )


def suggest(
    orphans: Iterable[Address], creates: Iterable[Action], lock: Lock
) -> tuple[Diagnostic, ...]:
    """A note for each new agent that says just what an orphan said: it may have been renamed."""
    agents = [address for address in orphans if address.kind == "agent"]
    found = []
    for action in creates:
        for old in agents:
            entry = lock.entry(old)
            if entry and _same_content(entry.fields, action.lock.fields):
                message = f"{action.address} says what {old} said, which is an orphan now"
                hint = f"if it was renamed: `moved: [{{from: {old}, to: {action.address}}}]`"
                text = str(action.address)
                found.append(note("moved.suggested", message, hint, span=action.span, address=text))
    return tuple(found)


def _same_content(old: Mapping[str, object], new: Mapping[str, object]) -> bool:
    """Equal but for the name, which follows the folder unless it is written."""
    return {**old, "name": ""} == {**new, "name": ""}
