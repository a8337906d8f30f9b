"""What the folders no longer declare: orphans, listed and left alone, and `destroy`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.engine.address import Address
from reconciler.engine.diagnostics import Diagnostic, note
from reconciler.engine.kinds import KINDS, state_digest
from reconciler.engine.live import LiveObject
from reconciler.engine.plan import Action, Expected, Orphan, Verb
from reconciler.engine.world import Draft, World

#: How each kind goes, in the order in which they go.
_VERBS: dict[str, Verb] = {
    "registration": "delete",
    "credential": "archive",
    "agent": "archive",
    "environment": "archive",
    "skill": "delete",
}
_CONSEQUENCES = {
    "agent": "archiving is for ever: an agent can't be un-archived or deleted",
    "environment": "archiving is for ever",
    "credential": "the stored key is purged",
    "registration": "the registry UUID ends; runbooks that invoke it fail",
    "skill": "all its versions go",
}


def list_orphans(world: World, draft: Draft) -> None:
    """Everything of this project and target that is in the lock or live and not in the folders."""
    declared = world.desired.by_address().keys()
    ours = set(world.lock.objects) | set(world.matched.objects)
    for address in sorted(ours - declared):
        item, entry = world.found(address), world.lock.entry(address)
        identity = item.id if item else entry.id if entry else ""
        word = world.matched.missing.get(address)
        message = f"already {word}" if word else "no longer in the folders; left as it is"
        draft.orphans.append(Orphan(address, identity, message))


def plan_destroy(world: World, draft: Draft) -> None:
    """Remove everything of this project and target, dependents first."""
    ours = set(world.lock.objects) | set(world.matched.objects)
    doomed = {address: item for address in ours if (item := _live(address, world))}
    declared = world.desired.by_address()
    for address in sorted(doomed, key=lambda one: _turn(one, doomed[one])):
        item, entry = doomed[address], world.lock.entry(address)
        if KINDS[address.kind].protected:
            draft.findings.append(_kept(address, item))
            continue
        action = _remove(address, item, world, doomed)
        resource = declared.get(address)
        protect = (entry and entry.protect) or (resource and resource.lifecycle.protect)
        users = _foreign_users(item, world, doomed) if address.kind == "skill" else []
        if protect:
            draft.hold(action, "refused", "protected: lift `lifecycle.protect` and apply first")
        elif users:
            draft.hold(action, "refused", f"still used by {', '.join(users)}")
        else:
            draft.act(action)


def _turn(address: Address, item: LiveObject) -> tuple[int, bool, Address]:
    """Whoever refers to others goes before them, coordinators before their members."""
    leaf = item.body.get("multiagent") is None
    return (list(_VERBS).index(address.kind) if address.kind in _VERBS else -1, leaf, address)


def _live(address: Address, world: World) -> LiveObject | None:
    """The live object; registry rows are matched by the lock's id alone."""
    if address in world.matched.objects:
        return world.matched.objects[address]
    entry = world.lock.entry(address)
    by_id = {item.id: item for item in world.live.objects if not item.archived}
    return by_id.get(entry.id) if entry and entry.id else None


def _kept(address: Address, item: LiveObject) -> Diagnostic:
    return note(
        f"{address.kind}.protected",
        f"{address} ({item.id}) is kept: vaults are protected",
        "archive it in the Console if nothing else uses it",
        address=str(address),
    )


def _remove(
    address: Address, item: LiveObject, world: World, doomed: dict[Address, LiveObject]
) -> Action:
    needs = tuple(sorted(set(_users(address, item, world, doomed))))
    return Action(
        address=address,
        verb=_VERBS[address.kind],
        reason="destroy",
        payload={"vault_id": item.parent} if item.parent else {},
        needs=needs,
        expected=Expected(item.id, item.version, state_digest(item.kind, item.body)),
        notes=(_CONSEQUENCES[address.kind], *_deployments(item, world)),
    )


def _users(
    address: Address, item: LiveObject, world: World, doomed: dict[Address, LiveObject]
) -> Iterator[Address]:
    """What has to go before this object: whatever refers to it."""
    for other, thing in doomed.items():
        entry = world.lock.entry(other)
        if other.kind == "registration" and address.kind in ("agent", "credential"):
            named = entry.fields.get("agent") if entry else None
            if named == str(address) or other.name == address.name:
                yield other
        elif (other.kind == "agent" and other != address and item.id in _mentions(thing)) or (
            other.kind == "registration"
            and address.kind == "environment"
            and entry
            and entry.fields.get("environment") == item.id
        ):
            yield other


def _mentions(agent: LiveObject) -> set[str]:
    """Every id that an agent's skills and roster hold."""
    found: set[str] = set()
    stack: list[object] = [agent.body.get("skills"), agent.body.get("multiagent")]
    while stack:
        value = stack.pop()
        if isinstance(value, dict):
            found |= {str(value[key]) for key in ("id", "skill_id") if key in value}
            stack += value.values()
        elif isinstance(value, list):
            stack += value
    return found - {agent.id}


def _foreign_users(item: LiveObject, world: World, doomed: dict[Address, LiveObject]) -> list[str]:
    """Live agents that use the skill and are not going away themselves."""
    going = {thing.id for thing in doomed.values()}
    agents: Iterable[LiveObject] = (one for one in world.live.objects if one.kind == "agent")
    return [
        one.id
        for one in agents
        if not one.archived and one.id not in going and item.id in _mentions(one)
    ]


def _deployments(item: LiveObject, world: World) -> tuple[str, ...]:
    """Archiving an agent archives its deployments in the same operation (documentation)."""
    return tuple(
        f"deployment {deployment.get('name')} ({deployment.get('id')}) is archived with it"
        for deployment in world.live.deployments
        if item.kind == "agent" and (deployment.get("agent") or {}).get("id") == item.id
    )
