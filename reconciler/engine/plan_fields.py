"""Planning of the kinds that are compared field by field: agents, environments, vaults."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase

from reconciler.engine.address import Address, matches
from reconciler.engine.compare import Goal, compare, make_goal, same
from reconciler.engine.desired import Resource
from reconciler.engine.diagnostics import error
from reconciler.engine.kinds import KINDS, Kind, state_digest
from reconciler.engine.live import MARKER_KEY, LiveObject, Marker
from reconciler.engine.lock import LockEntry
from reconciler.engine.outside import brought_by, last_applied, raised_outside
from reconciler.engine.plan import Action, Expected, FieldChange, Held
from reconciler.engine.privileges import raises
from reconciler.engine.values import ABSENT, Body, Value, digest, encode, refs_in
from reconciler.engine.world import Draft, World, resolve

_WRITTEN = frozenset({"change", "cleared", "drift", "conflict"})


def plan_object(resource: Resource, world: World, draft: Draft) -> None:
    """Decide one agent, environment or vault."""
    address, kind = resource.address, KINDS[resource.address.kind]
    body = pin_foreign_members(resolve(resource.body, world, draft), world)
    item = world.found(address)
    if item is None:
        _plan_create(resource, kind, body, world, draft)
    elif kind.name == "vault" and item.marker is None and world.lock.entry(address) is None:
        draft.unchanged.append(address)  # somebody else's vault, used as it is
    else:
        _plan_update(resource, kind, body, item, world, draft)


def _plan_create(resource: Resource, kind: Kind, body: Body, world: World, draft: Draft) -> None:
    address = resource.address
    fields = kind.normalise(body, world.name)
    goal = Goal({**kind.always, **fields})
    action = Action(
        address=address,
        verb="create",
        reason="new",
        payload=with_marker(body, world, address, 1 if kind.versioned else None),
        fields=tuple(
            FieldChange(path, "change", desired=value, span=resource.place(path))
            for path, value in sorted(fields.items())
        ),
        span=resource.span,
        lock=_entry(kind, goal, "", None, resource),
    )
    missing = world.matched.missing.get(address)
    namesakes = world.matched.namesakes.get(address, ())
    told = address in world.options.recreate
    if missing and not told:
        draft.hold(action, "refused", missing_message(address, world))
    elif missing:
        draft.act(replace(action, reason="made again", notes=left_behind(address, world)))
    elif namesakes and not told:
        draft.hold(action, "refused", _namesake_message(address, namesakes))
    else:
        draft.act(replace(action, notes=tuple(_LEFT_ALONE.format(one) for one in namesakes)))


_LEFT_ALONE = "{} has the same name and is left alone"


def _namesake_message(address: Address, namesakes: tuple[str, ...]) -> str:
    """Names are not unique on the platform, and whether both are one agent only a person knows."""
    ids = ", ".join(namesakes)
    have = "has" if len(namesakes) == 1 else "have"
    adopt = f"`reconcile adopt {address} {namesakes[0]}`"
    return (
        f"{ids}, which nobody manages, {have} this name: {adopt} "
        f"takes it over, another `name:` tells them apart, --recreate {address} makes one more"
    )


_MISSING = {"gone": "deleted", "archived": "archived, which is for ever,"}


def missing_message(address: Address, world: World) -> str:
    """Why an object that is gone is not simply made again, and how to have it made again."""
    entry, word = world.lock.entry(address), world.matched.missing[address]
    return (
        f"{entry.id if entry else 'its object'} was {_MISSING[word]} outside; a new one gets a "
        f"new id: give --recreate {address} to make it"
    )


def left_behind(address: Address, world: World) -> tuple[str, ...]:
    """What still holds the old id of an object that is made again."""
    entry = world.lock.entry(address)
    old = entry.id if entry else ""
    notes = [f"the id {old} ends; whatever else holds it must be given the new one"]
    for deployment in world.live.deployments:
        if (deployment.get("agent") or {}).get("id") == old:
            notes.append(f"deployment {deployment.get('name')} ({deployment.get('id')}) holds it")
    return tuple(notes)


def _plan_update(
    resource: Resource, kind: Kind, body: Body, item: LiveObject, world: World, draft: Draft
) -> None:
    address, entry = resource.address, world.lock.entry(resource.address)
    live = kind.normalise(item.body, world.name)
    goal = make_goal(
        kind.normalise(body, world.name),
        entry.fields if entry else {},
        always=kind.always,
        cleared=kind.cleared,
        unclearable=kind.released,
        ignored=lambda path: any(fnmatchcase(path, glob) for glob in resource.lifecycle.ignore),
    )
    base = last_applied(kind, item, entry, world)
    changes = tuple(
        replace(change, span=resource.place(change.path)) for change in compare(base, goal, live)
    )
    draft.released += [(address, change) for change in changes if change.status == "released"]
    written = tuple(change for change in changes if change.status in _WRITTEN)
    lock_entry = _entry(kind, goal, item.id, item.version, resource)
    if not written and address not in world.moved:
        draft.keep(world, address, lock_entry)
        return
    _refuse_fixed(resource, kind, written, draft)
    action = _update_action(resource, kind, body, item, goal, written, world, draft)
    more = raises(live, {**live, **goal.owned}) if kind.name == "agent" else ()
    action = replace(action, lock=lock_entry, raises=more)
    drifted = [change for change in written if change.status in ("drift", "conflict")]
    if drifted and not matches(address, world.options.overwrite_drift):
        conflict = any(change.status == "conflict" for change in drifted)
        paths = ", ".join(change.path for change in drifted)
        message = (
            f"edited outside since the last apply ({paths}): `reconcile import --drift {address}` "
            f"takes the edit into the folder, --overwrite-drift {address} undoes it"
        )
        draft.held[address] = Held(
            action,
            "conflict" if conflict else "drift",
            message,
            raises=raised_outside(drifted, base, live) if kind.name == "agent" else (),
            since=brought_by(kind, item, drifted, world),
        )
    else:
        draft.act(action)


def _update_action(
    resource: Resource,
    kind: Kind,
    body: Body,
    item: LiveObject,
    goal: Goal,
    written: tuple[FieldChange, ...],
    world: World,
    draft: Draft,
) -> Action:
    address = resource.address
    payload: Body = kind.update_body(
        body, item.body, goal.owned, [change.path for change in written]
    )
    next_version = item.version + 1 if item.version is not None else None
    if kind.versioned or not world.is_marked(item) or address in world.moved:
        payload = with_marker(payload, world, address, next_version)
    return Action(
        address=address,
        verb="update",
        reason=_reason(written),
        payload=payload,
        fields=written,
        because=_moved_pins(written),
        expected=Expected(
            item.id,
            item.version,
            "" if kind.versioned else state_digest(kind.name, item.body),
        ),
        notes=_deployment_notes(item, world),
        span=resource.span,
    )


def _reason(written: tuple[FieldChange, ...]) -> str:
    if not written:
        return "moved"  # only the marker has to say where it is now
    return "re-pinned" if all(_pins_only(change) for change in written) else "changed"


def _entry(
    kind: Kind, goal: Goal, identity: str, version: int | None, resource: Resource
) -> LockEntry:
    """What the lock holds once the goal is live: digests for agents, values for other kinds."""
    owned = {
        path: value
        for path, value in goal.owned.items()
        if path not in goal.dropped and value is not ABSENT
    }
    fields = {p: _fingerprint(v) for p, v in owned.items()} if kind.versioned else owned
    return LockEntry(
        id=identity,
        version=version,
        fields=fields,
        protect=resource.lifecycle.protect,
    )


def base_entry(kind: Kind, resource: Resource, body: Body, names: Mapping[str, str]) -> LockEntry:
    """The entry of an object whose given state is taken for what was last applied."""

    def name(identity: str) -> str:
        return names.get(identity, identity)

    declared = {**kind.always, **kind.normalise(resource.body, name)}
    there = kind.normalise(body, name)
    goal = Goal({path: there[path] for path in declared if path in there})
    return _entry(kind, goal, "", None, resource)


def _fingerprint(value: Value) -> Value:
    """A digest; while it holds references, what the digest is to be made of."""
    if any(True for _ in refs_in(value)):
        return {"$digest_of": encode(value)}
    return digest(value)


def with_marker(body: Body, world: World, address: Address, version: int | None) -> Body:
    """The body with the marker among its metadata."""
    marker = Marker(world.desired.project, world.desired.target.name, address, version)
    return {**body, "metadata": {**(body.get("metadata") or {}), MARKER_KEY: str(marker)}}


def pin_foreign_members(body: Body, world: World) -> Body:
    """Roster members named by a live id and no version get the version that is live now, since
    an id without version would be pinned to whatever is newest at the moment of the write."""
    if not body.get("multiagent"):
        return body
    versions = {item.id: item.version for item in world.live.objects if item.kind == "agent"}

    def pinned(value: Value) -> Value:
        if isinstance(value, Mapping):
            value = {key: pinned(item) for key, item in value.items()}
            if value.get("type") == "agent" and value.get("version") is None:
                version = versions.get(str(value.get("id")))
                return value if version is None else {**value, "version": version}
            return value
        return [pinned(item) for item in value] if isinstance(value, list) else value

    return {**body, "multiagent": pinned(body["multiagent"])}


def _refuse_fixed(
    resource: Resource, kind: Kind, written: Iterable[FieldChange], draft: Draft
) -> None:
    for change in written:
        if change.path in kind.fixed:
            draft.findings.append(
                error(
                    f"{kind.name}.immutable",
                    f"{change.path} of a live {kind.name} can't change "
                    f"({change.live} → {change.desired})",
                    "give the folder a new name: that makes a new object",
                    span=change.span,
                    address=str(resource.address),
                )
            )


def _rosters(value: Value) -> dict[str, Value]:
    """Every name → version of a normalised `skills` or `multiagent` value, flattened by path."""
    flat: dict[str, Value] = {}
    stack: list[tuple[str, Value]] = [("", value)]
    while stack:
        path, item = stack.pop()
        if isinstance(item, Mapping):
            stack += [(f"{path}\0{key}", inner) for key, inner in item.items()]
        else:
            flat[path] = item
    return flat


def _moved(change: FieldChange) -> dict[str, tuple[Value, Value]] | None:
    """Path → (live, desired) of what differs between two pin maps of the same shape, else None."""
    if change.path not in ("skills", "multiagent"):
        return None
    live, desired = _rosters(change.live), _rosters(change.desired)
    if live.keys() != desired.keys():
        return None
    return {
        path: (live[path], desired[path]) for path in live if not same(live[path], desired[path])
    }


def _pins_only(change: FieldChange) -> bool:
    """Whether only versions of skills or members moved."""
    moved = _moved(change)
    return bool(moved) and all(_address(path) for path in moved or {})


def _moved_pins(changes: Iterable[FieldChange]) -> tuple[Address, ...]:
    found = {
        address
        for change in changes
        for path in _moved(change) or {}
        if (address := _address(path))
    }
    return tuple(sorted(found))


def _address(path: str) -> Address | None:
    try:
        return Address.parse(path.rpartition("\0")[2])
    except ValueError:
        return None


def _deployment_notes(item: LiveObject, world: World) -> tuple[str, ...]:
    """Deployments pin a version and are never written here: say which keep the old one."""
    if item.kind != "agent":
        return ()
    return tuple(
        f"deployment {deployment.get('name')} ({deployment.get('id')}) keeps version "
        f"{(deployment.get('agent') or {}).get('version')}"
        for deployment in world.live.deployments
        if (deployment.get("agent") or {}).get("id") == item.id
    )
