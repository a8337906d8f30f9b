"""What the folders no longer declare: orphans, listed and left alone; `--prune` and `destroy`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from reconciler.engine.address import Address, matches
from reconciler.engine.diagnostics import Diagnostic, note
from reconciler.engine.kinds import KINDS, state_digest
from reconciler.engine.live import LiveObject
from reconciler.engine.outside import brought_by, edited_outside
from reconciler.engine.plan import Action, Expected, FieldChange, Held, Orphan, Verb
from reconciler.engine.world import Draft, World

#: How each kind goes, in the order in which they go.
_VERBS: dict[str, Verb] = {
    "registration": "delete",
    "credential": "archive",
    "vault": "archive",
    "agent": "archive",
    "environment": "archive",
    "skill": "delete",
}
#: Of a kind with so many objects or more, at most this share goes in one run.
MANY, MAX_SHARE = 10, 0.3
_CONSEQUENCES = {
    "vault": "all its credentials are purged",
    "agent": "archiving is for ever: an agent can't be un-archived or deleted",
    "environment": "archiving is for ever",
    "credential": "the stored key is purged",
    "registration": "the registry UUID ends; runbooks that invoke it fail",
    "skill": "all its versions go",
}


def list_orphans(world: World, draft: Draft) -> None:
    """Everything of this project and target that is in the lock or live and not in the folders."""
    for address in _orphaned(world):
        item, entry = world.found(address), world.lock.entry(address)
        identity = item.id if item else entry.id if entry else ""
        word = world.matched.missing.get(address)
        message = f"already {word}" if word else "no longer in the folders; left as it is"
        edited = _edited(address, item, world) if item and not word else ()
        if edited:
            message += f"; edited outside since the last apply ({_paths(edited)})"
        draft.orphans.append(Orphan(address, identity, message))


def plan_prune(world: World, draft: Draft) -> None:
    """Remove the orphans, dependents first; what is gone already leaves the lock."""
    orphaned = _orphaned(world)
    draft.forgotten += [address for address in orphaned if address in world.matched.missing]
    _plan_removals(orphaned, "removed", world, draft)


def plan_destroy(world: World, draft: Draft) -> None:
    """Remove everything of this project and target, dependents first."""
    ours = set(world.lock.objects) | set(world.matched.objects)
    _plan_removals(sorted(ours), "destroy", world, draft)


def _orphaned(world: World) -> list[Address]:
    declared = world.desired.by_address().keys()
    return sorted((set(world.lock.objects) | set(world.matched.objects)) - declared)


def _plan_removals(addresses: Iterable[Address], reason: str, world: World, draft: Draft) -> None:
    live = {address: item for address in addresses if (item := _live(address, world))}
    kept = {address for address in live if _is_kept(address, reason, world)}
    draft.findings += [_kept(address, live[address]) for address in sorted(kept)]
    doomed = {address: item for address, item in live.items() if address not in kept}
    too_many = _over_the_limit(doomed, world)
    edited = {
        address: changes
        for address, item in doomed.items()
        if not matches(address, world.options.overwrite_drift)
        and (changes := _edited(address, item, world))
    }
    for address in sorted(doomed, key=lambda one: _turn(one, doomed[one])):
        item = doomed[address]
        users = _other_users(item, world, doomed)
        changing = {user for user in users if user in draft.actions}
        action = _remove(address, item, reason, changing, world, doomed)
        refusal = too_many.get(address.kind) or _refusal(address, users - changing, world)
        if refusal:
            draft.hold(action, "refused", refusal)
        elif address in edited:
            draft.held[address] = _held_as_edited(action, item, edited[address], world)
        elif (agent := _agent_of(address, world)) in edited:
            draft.hold(action, "depends", f"{agent}, which it registers, is held back")
        else:
            draft.act(action)


def _edited(address: Address, item: LiveObject, world: World) -> tuple[FieldChange, ...]:
    """What of an agent or environment was edited outside: nobody has seen it in git."""
    if address.kind not in ("agent", "environment"):
        return ()
    return edited_outside(KINDS[address.kind], item, world.lock.entry(address), world)


def _paths(changes: Iterable[FieldChange]) -> str:
    return ", ".join(change.path for change in changes)


def _held_as_edited(
    action: Action, item: LiveObject, changes: tuple[FieldChange, ...], world: World
) -> Held:
    message = (
        f"edited outside since the last apply ({_paths(changes)}): "
        f"--overwrite-drift {action.address} has it removed all the same"
    )
    since = brought_by(KINDS[item.kind], item, changes, world)
    return Held(action, "drift", message, since=since)


def _agent_of(address: Address, world: World) -> Address | None:
    """The agent that a registration is of, as the lock has it."""
    entry = world.lock.entry(address)
    named = entry.fields.get("agent") if entry and address.kind == "registration" else None
    return Address.parse(str(named)) if named else None


def _is_kept(address: Address, reason: str, world: World) -> bool:
    """Vaults and skills stay unless they are asked for by name: a vault by renewing the key of
    the registration it was made for, skills by a flag of their own."""
    if KINDS[address.kind].protected:
        return Address("registration", address.name) not in world.options.rotate_key
    return address.kind == "skill" and reason == "removed" and not world.options.prune_skills


def _refusal(address: Address, users: Collection[Address | str], world: World) -> str:
    entry, resource = world.lock.entry(address), world.desired.by_address().get(address)
    if (entry and entry.protect) or (resource and resource.lifecycle.protect):
        return "protected: lift `lifecycle.protect` and apply first"
    return f"still used by {', '.join(sorted(map(str, users)))}" if users else ""


def _over_the_limit(doomed: Mapping[Address, LiveObject], world: World) -> dict[str, str]:
    """Kind → why none of it may go: too large a share, or all there are of it."""
    refused = {}
    for kind in ("agent", "environment", "registration", "skill"):
        going = sum(address.kind == kind for address in doomed)
        managed = set(world.matched.objects) | set(doomed)
        there = sum(address.kind == kind for address in managed)
        whole = going == there
        large = there >= MANY and going > there * MAX_SHARE
        if going and (whole or large) and going > world.options.max_removals:
            limit = "never a whole kind" if whole else f"at most {MAX_SHARE:.0%} of {MANY} or more"
            refused[kind] = (
                f"{going} of {there} {kind}s would go (limit: {limit}); "
                f"if that is meant, give --max-removals {going}"
            )
    return refused


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
    if address.kind == "skill":
        code, hint = "skill.protected", "--prune-skills deletes it, if no live agent uses it"
        message = f"{address} ({item.id}) is kept: other projects may have come to use it"
    else:
        code = "vault.protected"
        hint = f"--rotate-key registration/{address.name} archives it along; or use the Console"
        message = f"{address} ({item.id}) is kept: vaults are protected"
    return note(code, message, hint, address=str(address))


def _remove(
    address: Address,
    item: LiveObject,
    reason: str,
    changing: Iterable[Address | str],
    world: World,
    doomed: Mapping[Address, LiveObject],
) -> Action:
    """`changing` are agents that this plan changes so that they no longer use the object."""
    before = {one for one in changing if isinstance(one, Address)}
    needs = tuple(sorted(before | set(_users(address, item, world, doomed))))
    return Action(
        address=address,
        verb=_VERBS[address.kind],
        reason=reason,
        payload={"vault_id": item.parent} if item.parent else {},
        needs=needs,
        expected=Expected(item.id, item.version, state_digest(item.kind, item.body)),
        notes=(_CONSEQUENCES[address.kind], *_deployments(item, world)),
    )


def _users(
    address: Address, item: LiveObject, world: World, doomed: Mapping[Address, LiveObject]
) -> Iterator[Address]:
    """What has to go before this object: whatever refers to it."""
    for other, thing in doomed.items():
        entry = world.lock.entry(other)
        if other.kind == "credential" and address.kind == "vault" and thing.parent == item.id:
            yield other
        elif other.kind == "registration" and address.kind in ("agent", "credential"):
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


def _other_users(
    item: LiveObject, world: World, doomed: Mapping[Address, LiveObject]
) -> set[Address | str]:
    """Live agents that use the object and are not going away themselves: the address of one of
    ours, the id of another's."""
    ours = {thing.id: address for address, thing in world.matched.objects.items()}
    going = {thing.id for thing in doomed.values()}
    return {
        ours.get(one.id, one.id)
        for one in world.live.objects
        if one.kind == "agent"
        and not one.archived
        and one.id not in going
        and item.id in _mentions(one)
    }


def _deployments(item: LiveObject, world: World) -> tuple[str, ...]:
    """Archiving an agent archives its deployments in the same operation (documentation)."""
    return tuple(
        f"deployment {deployment.get('name')} ({deployment.get('id')}) is archived with it"
        for deployment in world.live.deployments
        if item.kind == "agent" and (deployment.get("agent") or {}).get("id") == item.id
    )
