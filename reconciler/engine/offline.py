"""The folders against the lock alone, for where nothing may be asked: a pull request from a fork.

What is live stays unread. So there is no word about drift, and what an object could do before is
not known; but which objects a change touches, and which of their fields, the lock's digests tell.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from reconciler.engine.address import Address
from reconciler.engine.compare import Base
from reconciler.engine.desired import Desired, Resource, SkillContent
from reconciler.engine.diagnostics import note
from reconciler.engine.kinds import KINDS
from reconciler.engine.lock import Lock, LockEntry
from reconciler.engine.plan import Action, Expected, FieldChange, Orphan, Plan, Status
from reconciler.engine.planner import by_dependency, in_order
from reconciler.engine.values import ABSENT, Body, Ref, Value, refs_in, replace_refs


def offline_plan(desired: Desired, lock: Lock) -> Plan:
    """A plan that is never complete: it is read, and nothing can be applied by it."""
    resources, actions = desired.by_address(), dict[Address, Action]()
    before = {address: entry for address, entry in lock.objects.items() if entry.id}
    for move in desired.moved:
        if move.old in before and move.new not in before:
            before[move.new] = before.pop(move.old)
    for address in by_dependency(resources):
        if address.kind == "credential":  # comes with its registration
            continue
        action = _action(resources[address], before.get(address), before, actions)
        if action is not None:
            actions[address] = action
    unchanged = [one for one in resources if one not in actions and one.kind != "credential"]
    orphans = [
        Orphan(address, entry.id, "the folders no longer declare it")
        for address, entry in sorted(before.items())
        if address not in resources
    ]
    message = "nothing was asked: the folders are compared with the lock, what is live is unread"
    hint = "drift, conflicts and raises of privilege show in a plan that may read the platform"
    return Plan(
        project=desired.project,
        target=desired.target.name,
        actions=in_order(actions.values()),
        orphans=tuple(orphans),
        unchanged=tuple(sorted(unchanged)),
        findings=(note("live.not_read", message, hint),),
        complete=False,
    )


def _action(
    resource: Resource,
    entry: LockEntry | None,
    lock: Mapping[Address, LockEntry],
    actions: Mapping[Address, Action],
) -> Action | None:
    needs = {ref.address for ref in refs_in(resource.body)} & actions.keys()
    action = Action(
        address=resource.address,
        verb="create" if entry is None else "update",
        reason="new" if entry is None else "changed",
        payload=resource.body,
        needs=tuple(sorted(needs)),
        expected=Expected(entry.id, entry.version) if entry else None,
        span=resource.span,
    )
    if resource.address.kind == "skill":
        known = entry.versions if entry else {}
        new = [one for one in resource.contents if one.digest not in known]
        contents = tuple(_content(one) for one in new)
        return replace(action, fields=contents) if new or entry is None else None
    if entry is not None and resource.address.kind == "registration":
        return None  # a row is told by its id; its name is compared with what is live
    changes = tuple(_changes(resource, entry or LockEntry(), lock, actions))
    if entry is None:
        return replace(action, fields=changes)
    return replace(action, notes=tuple(map(_unread, changes))) if changes else None


def _unread(change: FieldChange) -> str:
    """A change whose other side nobody looked at is no line of before and after."""
    what = "is dropped" if change.status == "cleared" else "is not what was last applied"
    return f"{change.path} {what}; what is live is unread"


def _content(content: SkillContent) -> FieldChange:
    files = {file.path: f"{file.size} bytes" for file in content.files}
    return FieldChange("content", "change", desired=files, span=content.span)


def _changes(
    resource: Resource,
    entry: LockEntry,
    lock: Mapping[Address, LockEntry],
    actions: Mapping[Address, Action],
) -> Iterator[FieldChange]:
    """The fields whose value is not the one last applied, and those that are dropped."""
    kind = KINDS[resource.address.kind]
    names = {known.id: str(address) for address, known in lock.items()}
    body = _resolved(resource.body, lock, actions)
    declared = {**kind.always, **kind.normalise(body, lambda one: names.get(one, one))}
    base = Base(digests=entry.fields) if kind.versioned else Base(entry.fields)
    for path in sorted({*declared, *entry.fields}):
        wanted = declared.get(path, ABSENT)
        always = kind.always.get(path, ABSENT)
        if not base.equals(path, wanted) and (entry.id or wanted is not always):
            status: Status = "change" if path in declared else "cleared"
            place = resource.place(path)
            yield FieldChange(path, status, base.value(path), wanted, span=place)


def _resolved(
    body: Body, lock: Mapping[Address, LockEntry], actions: Mapping[Address, Action]
) -> Any:
    """The body with references to what does not change replaced by what the lock says."""

    def known(ref: Ref) -> Value:
        entry = lock.get(ref.address)
        if entry is None:
            return ref
        if ref.attr == "id":
            return entry.id
        if ref.content:
            return entry.versions.get(ref.content, ref)
        if ref.attr == "version" and ref.address not in actions:
            return entry.version
        return ref

    return replace_refs(body, known)
