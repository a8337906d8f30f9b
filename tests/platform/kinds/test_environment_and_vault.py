from __future__ import annotations

from typing import Any

import pytest

from reconciler.engine.kinds import state_digest
from tests.platform.builders import World, at, named, only, remove, results, update

BODIES: dict[str, dict[str, Any]] = {
    "environment/ops": {"name": "ops"},
    "vault/byng/a": {"display_name": "ops"},
}
CHANGES: dict[str, dict[str, Any]] = {
    "environment/ops": {"description": "new", "config": {"type": "cloud"}},
    "vault/byng/a": {"display_name": "new"},
}
ADDRESSES = pytest.mark.parametrize("address", list(BODIES))


def made(world: World, address: str) -> tuple[str, str]:
    """The id of an object just made, and the digest of its state."""
    assert world.apply(named(address, **BODIES[address])).ok
    id = world.lock.objects[at(address)].id
    (item,) = [one for one in world.live().objects if one.id == id]
    world.server.clear_requests()
    return id, state_digest(item.kind, item.body)


def edit(world: World, address: str, id: str) -> None:
    if address.startswith("vault"):
        world.clients.writer.beta.vaults.update(id, display_name="edited")
    else:
        world.clients.writer.beta.environments.update(id, name="edited")


def posts(world: World, address: str) -> int:
    return len([p for p in world.paths("POST") if address.partition("/")[0] in p])


@ADDRESSES
def test_a_create_whose_answer_was_lost_is_found(world: World, address: str) -> None:
    world.server.set_faults([{"kind": "drop", "when": "after", "method": "POST"}])
    assert only(world.apply(named(address, **BODIES[address]))).id
    assert posts(world, address) == 1


@ADDRESSES
def test_update(world: World, address: str) -> None:
    id, state = made(world, address)
    assert world.apply(update(address, id, CHANGES[address], values=state)).ok
    (item,) = [one for one in world.live().objects if one.id == id]
    assert "new" in item.body.values()


@ADDRESSES
@pytest.mark.parametrize("verb", ["update", "archive"])
def test_an_edit_since_the_plan_is_not_overwritten(world: World, address: str, verb: str) -> None:
    id, state = made(world, address)
    edit(world, address, id)
    world.server.clear_requests()
    action = (
        update(address, id, CHANGES[address], values=state)
        if verb == "update"
        else remove(address, verb, id, values=state)
    )
    end = only(world.apply(action))
    assert (end.result, end.moved) == ("failed", True)
    assert posts(world, address) == 0


@ADDRESSES
def test_an_update_whose_answer_was_lost_is_found(world: World, address: str) -> None:
    id, state = made(world, address)
    world.server.set_faults([{"kind": "drop", "when": "after", "method": "POST"}])
    assert world.apply(update(address, id, CHANGES[address], values=state)).ok
    assert posts(world, address) == 1


@ADDRESSES
def test_an_update_that_did_not_happen_is_unknown(world: World, address: str) -> None:
    id, state = made(world, address)
    world.server.set_faults([{"kind": "drop", "when": "before", "method": "POST"}])
    end = only(world.apply(update(address, id, CHANGES[address], values=state)))
    assert end.message.startswith("outcome unknown")
    assert posts(world, address) == 1


@ADDRESSES
def test_archive(world: World, address: str) -> None:
    id, state = made(world, address)
    assert world.apply(remove(address, "archive", id, values=state)).ok
    assert world.live().objects == ()
    assert world.apply(remove(address, "archive", f"{id}x", values=state)).ok


@ADDRESSES
def test_nothing_is_written_that_can_not_be_read(world: World, address: str) -> None:
    id, state = made(world, address)
    world.server.set_faults([{"kind": "status", "status": 403, "path": f"{id}$"}])
    end = only(world.apply(remove(address, "archive", id, values=state)))
    assert "could not be read just before the write" in end.message
    assert posts(world, address) == 0


def test_environments_are_few_at_once(world: World) -> None:
    actions = [named(f"environment/e{number}", name=f"e{number}") for number in range(12)]
    report = world.apply(*actions, parallelism=12)
    assert set(results(report).values()) == {"applied"}
