from __future__ import annotations

from typing import Any

import pytest

from reconciler.engine.plan import Action
from tests.platform.builders import World, agent, at, mark, only, remove, update

AGENTS = {"method": "POST", "path": "^/v1/agents"}


def changed(id: str, version: int, **body: Any) -> Action:
    payload = {**body, "metadata": {"reconciler": mark("agent/a", version + 1)}}
    return update("agent/a", id, payload, version=version)


@pytest.fixture
def id(world: World) -> str:
    world.apply(agent("a", system="one"))
    world.server.clear_requests()
    return world.lock.objects[at("agent/a")].id


def live(world: World) -> list[Any]:
    return list(world.clients.reader.beta.agents.list())


def test_create(world: World) -> None:
    end = only(world.apply(agent("a", system="hello")))
    (made,) = live(world)
    assert (end.id, end.version) == (made.id, 1)
    assert made.metadata == {"reconciler": mark("agent/a", 1)}
    entry = world.lock.objects[at("agent/a")]
    assert (entry.id, entry.version, entry.fields) == (made.id, 1, {"name": "sha256:x"})


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "drop", "when": "after"},
        {"kind": "status", "status": 500, "when": "after"},
        {"kind": "status", "status": 529, "when": "after"},
    ],
)
def test_a_create_whose_answer_was_lost_is_found(world: World, fault: dict[str, Any]) -> None:
    world.server.set_faults([{**fault, **AGENTS}])
    end = only(world.apply(agent("a")))
    (made,) = live(world)
    assert (end.result, end.id, end.version) == ("applied", made.id, 1)
    assert len(world.paths("POST")) == 1


def test_a_create_that_did_not_happen_is_not_sent_twice(world: World) -> None:
    world.server.set_faults([{"kind": "drop", "when": "before", **AGENTS}])
    end = only(world.apply(agent("a")))
    assert end.result == "failed"
    assert end.message.startswith("outcome unknown: ")
    assert len(world.paths("POST")) == 1
    assert world.time.slept == [0.5, 1, 2, 4]
    assert at("agent/a") not in world.lock.objects


def test_looking_survives_a_failing_list(world: World) -> None:
    rules: list[dict[str, Any]] = [
        {"kind": "drop", "when": "after", **AGENTS},
        {"kind": "status", "status": 403, "path": "^/v1/agents", "count": 2, "skip": 1},
    ]
    world.server.set_faults(rules)
    assert only(world.apply(agent("a"))).result == "applied"


def test_update(world: World, id: str) -> None:
    end = only(world.apply(changed(id, 1, system="two")))
    assert (end.id, end.version) == (id, 2)
    assert world.lock.objects[at("agent/a")].version == 2
    assert live(world)[0].system == "two"


def test_an_update_over_an_edit_is_refused(world: World, id: str) -> None:
    world.clients.writer.beta.agents.update(id, system="edited")
    end = only(world.apply(changed(id, 1, system="two")))
    assert (end.result, end.moved) == ("failed", True)
    told = "changed since the plan was made: version 2, planned 1; edited: system"
    assert end.message == told
    assert live(world)[0].system == "edited"
    assert len([path for path in world.paths("POST") if path.endswith(id)]) == 2


@pytest.mark.parametrize("fault", [{"kind": "drop"}, {"kind": "status", "status": 500}])
def test_an_update_whose_answer_was_lost_is_found(
    world: World, id: str, fault: dict[str, Any]
) -> None:
    world.server.set_faults([{**fault, "when": "after", **AGENTS}])
    end = only(world.apply(changed(id, 1, system="two")))
    assert (end.result, end.version) == ("applied", 2)
    assert len(world.paths("POST")) == 1


def test_an_update_that_did_not_happen_is_unknown(world: World, id: str) -> None:
    world.server.set_faults([{"kind": "drop", "when": "before", **AGENTS}])
    end = only(world.apply(changed(id, 1, system="two")))
    assert end.result == "failed"
    assert not end.moved
    assert world.lock.objects[at("agent/a")].version == 1


def test_a_409_for_our_own_write_is_ours(world: World, id: str) -> None:
    action = changed(id, 1, system="two")
    world.clients.writer.beta.agents.update(id, **action.payload)
    end = only(world.apply(action))
    assert (end.result, end.version) == ("applied", 2)


def test_a_409_for_another_runs_write_is_not_ours(world: World, id: str) -> None:
    """Another run from other folders has made the version that this one meant to make."""
    action = changed(id, 1, system="two")
    world.clients.writer.beta.agents.update(id, **{**action.payload, "system": "theirs"})
    end = only(world.apply(action))
    assert (end.result, end.moved) == ("failed", True)
    assert live(world)[0].system == "theirs"


def test_an_archived_agent_can_not_be_updated(world: World, id: str) -> None:
    world.clients.writer.beta.agents.archive(id)
    end = only(world.apply(changed(id, 1, system="two")))
    assert end.result == "failed"
    assert "archived" in end.message


def test_archive(world: World, id: str) -> None:
    assert world.apply(remove("agent/a", "archive", id, version=1)).ok
    assert live(world) == []


def test_archiving_over_an_edit_is_refused(world: World, id: str) -> None:
    world.clients.writer.beta.agents.update(id, system="edited")
    end = only(world.apply(remove("agent/a", "archive", id, version=1)))
    assert end.moved
    assert len(live(world)) == 1
    assert at("agent/a") in world.lock.objects


def test_archiving_what_is_gone_is_fine(world: World, id: str) -> None:
    assert world.apply(remove("agent/a", "archive", "agent_gone", version=1)).ok
    assert world.apply(remove("agent/a", "archive", "agent_gone")).ok


def test_nothing_is_archived_that_can_not_be_read(world: World, id: str) -> None:
    rule = {"kind": "status", "status": 403, "method": "GET", "path": f"{id}$"}
    world.server.set_faults([rule])
    end = only(world.apply(remove("agent/a", "archive", id, version=1)))
    assert end.message.startswith("not archived: ")
    world.server.set_faults([])
    assert len(live(world)) == 1


def test_an_archive_whose_answer_was_lost_is_found(world: World, id: str) -> None:
    world.server.set_faults([{"kind": "drop", "when": "after", **AGENTS}])
    assert world.apply(remove("agent/a", "archive", id, version=1)).ok
