"""Live objects that another tool's lock, or a manifest, names: taken over under their ids.

It is as if `reconcile adopt` had been called for each, with the same refusals. Once the lock knows
an address, or a live object carries its marker, nothing else counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from reconciler.engine.address import Address
from reconciler.engine.desired import Adoption, Desired, World
from reconciler.engine.diagnostics import Diagnostic, error, note
from reconciler.engine.live import Live, LiveObject, Origin
from reconciler.engine.lock import Lock, LockEntry


@dataclass(frozen=True, slots=True)
class Taken:
    """The lock with what is taken over, what must not be planned, and what has to be said."""

    lock: Lock
    adoptions: Mapping[Address, Adoption] = field(default_factory=dict)
    refused: frozenset[Address] = frozenset()
    findings: tuple[Diagnostic, ...] = ()


def take_over(
    desired: Desired, lock: Lock, live: Live, recreated: frozenset[Address] = frozenset()
) -> Taken:
    """Bind what the files name; `recreated` are addresses that are to be made anew instead."""
    taken: dict[Address, Adoption] = {}
    findings: list[Diagnostic] = []
    wrong: set[Address] = set()
    ours = {_marked(item, desired) for item in live.objects if not item.archived}
    unread = {one.kind for one in live.unread if not one.what}
    for one in desired.adoptions:
        entry = lock.entry(one.address)
        settled = (entry is not None and entry.id) or one.address in ours | recreated
        if settled or one.address.kind in unread:
            continue
        problem = _problem(one, desired, lock, live, taken.values())
        if one.address.kind == "skill" and (problem or not _holds_content(one, desired, live)):
            findings.append(_left_alone(one, problem))
        elif problem is None:
            lock = lock.with_entry(one.address, LockEntry(id=one.id))
            taken[one.address] = one
        else:
            findings.append(problem)
            wrong.add(one.address)
    return Taken(lock, taken, frozenset(wrong), tuple(findings))


def _holds_content(one: Adoption, desired: Desired, live: Live) -> bool:
    """Whether a version of the live skill is what a folder holds: then it is that skill, whatever
    its label says. A version of another name could not be added to it."""
    resource = desired.by_address().get(one.address)
    wanted = {content.digest for content in resource.contents} if resource else set()
    return any(item.id == one.id and wanted & item.contents.keys() for item in live.objects)


def _left_alone(one: Adoption, problem: Diagnostic | None) -> Diagnostic:
    """A skill is known by its content: one that is not taken over costs an upload, no more."""
    why = problem.message if problem else f"no version of it is what {one.address} holds"
    message = f"the skill {one.id} stays where it is: {why}"
    hint = "what the folders hold is uploaded; delete the old one when all is moved"
    address = str(one.address)
    return note("adoption.skill", message, hint, span=one.span, address=address)


def said(adoption: Adoption) -> str:
    """What a reviewer is told of it."""
    return f"taken over: {adoption.id}, which {adoption.span} names"


def settled_note(adoption: Adoption) -> Diagnostic:
    """The finding about an object that is taken over as it is."""
    hint = "its marker is set with its next change; the lock knows it from now on"
    if adoption.address.kind == "skill":
        hint = "its label is for life; the lock knows it from now on"
    address = str(adoption.address)
    message = f"{address} is {said(adoption)}"
    return note("adoption.taken", message, hint, span=adoption.span, address=address)


def _marked(item: LiveObject, desired: Desired) -> Address | None:
    marker = item.marker
    if marker is None or (marker.project, marker.target) != (desired.project, desired.target.name):
        return None
    return marker.address


def _problem(
    one: Adoption, desired: Desired, lock: Lock, live: Live, taken: Iterable[Adoption]
) -> Diagnostic | None:
    address = str(one.address)
    again = f"--recreate {address} makes a new one, with an id of its own"
    if one.origin is not None and (world := _elsewhere(one.origin, live.origin)):
        message = f"{one.span.file} is of {world}: {one.id} is not taken over from there"
        hint = f"use the key that it was written with, or delete {one.span.file}; here, {again}"
        return error("adoption.origin", message, hint, span=one.span, address=address)
    found = [item for item in live.objects if item.kind == one.address.kind and item.id == one.id]
    if not found or found[0].archived:
        archived = "archived, which is for ever"
        message = f"{one.id} is {archived if found else 'deleted, or of another workspace'}"
        hint = f"{again}; or take the id out"
        return error("adoption.gone", message, hint, span=one.span, address=address)
    twice = next((other for other in taken if other.id == one.id), None)
    if twice is not None:
        message = f"{one.id} is named for {twice.address}, too, in {twice.span}"
        hint = "one object is one address: take the id out of one of the two places"
        return replace(refused(one.address, message, hint), span=one.span)
    refusal = not_adoptable(desired, lock, one.address, one.id, found[0])
    return None if refusal is None else replace(refusal, span=one.span)


def _elsewhere(claimed: World, read: Origin) -> str:
    """How the world that a file is of differs from the one that is read, where both are known."""
    pairs = (
        ("organization", claimed.organization, read.organization),
        ("workspace", claimed.workspace, read.workspace),
        ("address", claimed.base_url, read.base_url if "://" in read.base_url else ""),
    )
    return ", ".join(
        f"{what} {one} (this is {other})"
        for what, one, other in pairs
        if one and other and one.rstrip("/") != other.rstrip("/")
    )


def not_adoptable(
    desired: Desired, lock: Lock, address: Address, identity: str, item: LiveObject | None
) -> Diagnostic | None:
    """Why the live object can't be bound to the address; None if it can."""
    entry = lock.entry(address)
    if entry and entry.id and entry.id != identity:
        return refused(address, f"the lock binds it to {entry.id}", f"`reconcile forget {address}`")
    for other, bound in lock.objects.items():
        if bound.id == identity and other != address:
            return refused(address, f"{identity} is {other} in the lock", _renamed(other))
    if item is None:
        hint = "check the id, and that the key belongs to its workspace"
        return refused(address, f"there is no live {address.kind} with the id {identity}", hint)
    if item.archived:
        return refused(address, f"{identity} is archived, which is for ever", "adopt a live one")
    marker = item.marker
    ours = (desired.project, desired.target.name, address)
    if marker and (marker.project, marker.target, marker.address) != ours:
        hint = "it is managed there: take it out of that project first"
        if (marker.project, marker.target) == ours[:2]:
            hint = _renamed(marker.address)
        return refused(address, f"{identity} is marked as {marker}", hint)
    return None


def _renamed(before: Address) -> str:
    return f"for a rename `moved:` in reconcile.yaml, else `reconcile forget {before}`"


def refused(address: Address, message: str, hint: str) -> Diagnostic:
    """The refusal to take an object over."""
    return error("adopt.refused", f"{address}: {message}", hint, address=str(address))
