from __future__ import annotations

import os
import threading
from graphlib import CycleError
from typing import Any

import pytest

from reconciler.engine.lock import LockEntry
from reconciler.engine.values import Ref
from reconciler.platform.executor import Event
from tests.platform.builders import (
    CREDENTIAL,
    ROW,
    VAULT,
    World,
    agent,
    at,
    create,
    credential,
    named,
    only,
    registration,
    remove,
    results,
    update,
)

FAIL_AGENTS = {"kind": "status", "status": 400, "method": "POST", "path": "/v1/agents"}


def chain(*names: str) -> list[Any]:
    """Agents, each needing the one before."""
    return [
        agent(name, needs=(f"agent/{names[number - 1]}",) if number else ())
        for number, name in enumerate(names)
    ]


def test_an_empty_plan(world: World) -> None:
    report = world.apply()
    assert report.ok
    assert report.outcomes == ()
    assert world.lock.origin is not None
    assert list(world.lock.origin.tenants) == ["byng"]


def test_records_are_written_without_a_request(world: World) -> None:
    entry = LockEntry(id="agent_1", version=2)
    world.apply(records={at("agent/a"): entry})
    assert world.lock.entry(at("agent/a")) == entry
    assert world.paths("POST") == []


def test_one_after_the_other_in_the_order_of_the_plan(world: World) -> None:
    report = world.apply(agent("b"), agent("a"), *chain("z", "y"), parallelism=1)
    assert [str(end.address) for end in report.outcomes] == [
        "agent/b",
        "agent/a",
        "agent/z",
        "agent/y",
    ]
    assert [(one.name, one.address.name) for one in world.events[:3]] == [
        ("started", "b"),
        ("finished", "b"),
        ("started", "a"),
    ]


def test_what_is_needed_comes_first_whatever_the_order(world: World) -> None:
    roster = {"type": "coordinator", "agents": [{"type": "agent", "id": Ref(at("agent/a"), "id")}]}
    lead = agent("lead", needs=("agent/a",), multiagent=roster)
    report = world.apply(lead, agent("a"), parallelism=4)
    assert results(report) == {"agent/a": "applied", "agent/lead": "applied"}


def test_a_need_outside_the_plan_is_met_already(world: World) -> None:
    assert world.apply(agent("b", needs=("agent/a",))).ok


def test_a_circle_is_refused_before_any_write(world: World) -> None:
    with pytest.raises(CycleError):
        world.apply(agent("a", needs=("agent/b",)), agent("b", needs=("agent/a",)))
    assert world.paths("POST") == []


def test_a_failure_stops_only_what_needs_it(world: World) -> None:
    world.server.set_faults([{**FAIL_AGENTS, "count": 1}])
    report = world.apply(*chain("a", "b", "c"), agent("free"))
    assert results(report) == {
        "agent/a": "failed",
        "agent/b": "skipped",
        "agent/c": "skipped",
        "agent/free": "applied",
    }
    skipped = [end for end in report.outcomes if end.result == "skipped"]
    assert {str(end.because) for end in skipped} == {"agent/a"}
    assert not report.interrupted
    assert "run `reconcile apply` again" in report.next_step
    assert list(world.lock.objects) == [at("agent/free")]


def test_an_unknown_verb_is_a_failed_outcome(world: World) -> None:
    assert only(world.apply(remove("agent/a", "delete", "x"))).message == "agent has no delete"


def test_an_error_of_our_own_is_a_failed_outcome(world: World) -> None:
    strange = create("agent/a", {"name": "a", "unheard_of": 1})
    end = only(world.apply(strange))
    assert end.result == "failed"
    assert "unheard_of" in end.message


def test_an_unknown_reference_is_a_failed_outcome(world: World) -> None:
    lead = agent("lead", system=Ref(at("agent/nobody"), "id"))
    assert only(world.apply(lead)).message == "agent/nobody.id is not known"
    assert world.paths("POST") == []


def test_a_stop_starts_nothing_more(world: World) -> None:
    def stop_after_first(event: Event) -> None:
        if event.name == "finished":
            world.stop.set()

    report = world.apply(*chain("a", "b"), agent("c"), on_event=stop_after_first)
    assert results(report) == {
        "agent/a": "applied",
        "agent/b": "skipped",
        "agent/c": "skipped",
    }
    assert report.interrupted
    assert all(end.because is None for end in report.outcomes)
    assert "goes on from here" in report.next_step
    assert list(world.lock.objects) == [at("agent/a")]


def test_what_is_in_flight_is_finished(world: World) -> None:
    started = threading.Event()

    def stop_when_started(event: Event) -> None:
        if event.name == "started":
            started.set()
            world.stop.set()

    report = world.apply(agent("a"), agent("b"), on_event=stop_when_started, parallelism=1)
    assert results(report) == {"agent/a": "applied", "agent/b": "skipped"}


def test_a_stop_during_a_rate_limit_skips_what_was_not_sent(world: World) -> None:
    def stop_when_waiting(event: Event) -> None:
        if event.name == "waiting":
            world.stop.set()

    world.server.set_faults([{**FAIL_AGENTS, "status": 429, "retry_after": 30}])
    report = world.apply(agent("a"), on_event=stop_when_waiting)
    assert results(report) == {"agent/a": "skipped"}
    assert report.interrupted


def test_an_issued_key_is_stored_even_after_a_stop(world: World) -> None:
    def stop_when_issued(event: Event) -> None:
        if event.name == "finished" and event.address == at(ROW):
            world.stop.set()

    report = world.apply(
        agent("a"),
        named(VAULT, display_name="v"),
        registration(needs=("agent/a",)),
        agent("late"),
        credential(),
        on_event=stop_when_issued,
    )
    assert results(report)[CREDENTIAL] == "applied"
    assert results(report)["agent/late"] == "skipped"
    entry = world.lock.entry(at(ROW))
    assert entry is not None
    assert entry.intent is None


def test_an_issued_key_is_stored_even_when_writes_are_halted(world: World) -> None:
    rule = {"kind": "status", "status": 402, "method": "POST", "path": "^/v1/environments"}
    world.server.set_faults([rule])
    report = world.apply(
        agent("a"),
        named(VAULT, display_name="v"),
        registration(needs=("agent/a",)),
        named("environment/ops", name="ops"),
        credential(),
        agent("late"),
    )
    assert results(report)[CREDENTIAL] == "applied"
    assert results(report)["agent/late"] == "skipped"


def test_no_key_is_issued_before_its_vault_is_there(world: World) -> None:
    world.server.set_faults([{**FAIL_AGENTS, "path": "^/v1/vaults", "count": 1}])
    report = world.apply(
        agent("a"),
        registration(needs=("agent/a",)),
        named(VAULT, display_name="v"),
        credential(),
    )
    assert results(report) == {
        "agent/a": "applied",
        VAULT: "failed",
        ROW: "skipped",
        CREDENTIAL: "skipped",
    }
    assert world.rows() == []


def test_a_lock_that_cannot_be_written_stops_everything(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.apply()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    report = world.apply(agent("a"), agent("b"))
    assert results(report) == {"agent/a": "failed", "agent/b": "skipped"}
    assert "No space left" in report.outcomes[0].message


def test_many_at_once_keep_the_lock_whole(world: World) -> None:
    report = world.apply(*(agent(f"a{number}") for number in range(40)), parallelism=8)
    assert report.count("applied") == 40
    assert len(world.lock.objects) == 40


def test_events_tell_the_outcome(world: World) -> None:
    world.apply(agent("a"))
    finished = [one.outcome for one in world.events if one.name == "finished"]
    assert [one.id for one in finished if one] == [world.lock.objects[at("agent/a")].id]


def test_a_moved_object_leads_to_the_drift(world: World) -> None:
    world.apply(agent("a"))
    id = world.lock.objects[at("agent/a")].id
    world.clients.writer.beta.agents.update(id, system="edited")
    report = world.apply(update("agent/a", id, {"system": "ours"}, version=1))
    assert only(report).moved
    assert "drift" in report.next_step


def test_removed_objects_leave_the_lock(world: World) -> None:
    world.apply(agent("a"))
    id = world.lock.objects[at("agent/a")].id
    assert world.apply(remove("agent/a", "archive", id, version=1)).ok
    assert world.lock.objects == {}


def test_the_same_run_twice_is_the_same(world: World) -> None:
    first = world.apply(agent("a"), *chain("b", "c"))
    second = world.apply(agent("d"), *chain("e", "f"))
    assert [(end.verb, end.result, end.version) for end in first.outcomes] == [
        (end.verb, end.result, end.version) for end in second.outcomes
    ]


def test_what_another_run_made_at_the_same_moment_stays_and_ours_goes(world: World) -> None:
    first = world.apply(agent("a"))
    (second,) = world.apply(agent("a")).outcomes
    assert (second.result, second.moved) == ("failed", True)
    assert f"another run made {first.outcomes[0].id}" in second.message
    live = [item.id for item in world.live().objects if item.kind == "agent"]
    assert live == [first.outcomes[0].id]
