"""An object that was taken over carries the old owner's marker until the next write."""

from __future__ import annotations

from dataclasses import replace

from reconciler.engine.live import Live, LiveObject, Marker
from reconciler.engine.lock import Lock, LockEntry, dump_lock, load_lock
from reconciler.engine.outside import later
from reconciler.engine.plan import Plan
from reconciler.engine.planner import make_plan
from tests.engine.builders import (
    ORIGIN,
    PROJECT,
    TARGET,
    agent,
    at,
    desired,
    live_agent,
    skill,
)

OTHER = Marker("others", "prod", at("agent/helper"), 3)


def plan(item: LiveObject, entry: LockEntry, **body: object) -> Plan:
    lock = Lock(PROJECT, TARGET, ORIGIN, {at("agent/helper"): entry})
    return make_plan(desired(agent("helper", **body)), lock, Live(ORIGIN, (item,)))


def taken(version: int, marked: Marker = OTHER) -> LiveObject:
    item = live_agent("helper", version=version, marked=None)
    return replace(item, marker=marked, body={**item.body, "metadata": {"reconciler": str(marked)}})


def entry(owner: str = OTHER.owner) -> LockEntry:
    return LockEntry(id="agent_helper", version=3, taken_over=owner)


def test_the_old_owner_s_marker_is_no_change_and_stays_known() -> None:
    made = plan(taken(3), entry())
    assert not made.actions and not made.held and not made.findings
    assert made.records[at("agent/helper")].taken_over == OTHER.owner


def test_the_next_write_sets_the_marker_and_forgets_the_old_owner() -> None:
    (action,) = plan(taken(3), entry(), description="Ours.").actions
    assert action.payload["metadata"]["reconciler"].startswith(f"{PROJECT}/{TARGET}/agent/helper@")
    assert action.lock.taken_over == ""


def test_another_owner_than_the_one_taken_from_is_refused() -> None:
    third = Marker("third", "prod", at("agent/helper"), 3)
    assert {one.code for one in plan(taken(3, third), entry()).findings} == {"identity.foreign"}
    assert {one.code for one in plan(taken(3), entry("")).findings} == {"identity.foreign"}


def test_what_the_old_owner_writes_afterwards_is_drift() -> None:
    item = taken(4, replace(OTHER, version=4))
    item = replace(item, body={**item.body, "description": "Theirs."})
    before = live_agent("helper", version=3, marked=None).body
    lock = Lock(PROJECT, TARGET, ORIGIN, {at("agent/helper"): entry()})
    wanted = desired(agent("helper", description="Ours."))
    history = {"agent_helper": (item.body, {**before, "description": "Ours."})}
    made = make_plan(wanted, lock, Live(ORIGIN, (item,), history=history))
    assert [held.reason for held in made.held] == ["drift"]


def test_a_skill_keeps_its_label_and_gets_new_versions() -> None:
    label = Marker("others", "prod", at("skill/cite"))
    item = LiveObject("skill", "skill_1", {}, marker=label, contents={"sha256:a": "1"})
    known = LockEntry(id="skill_1", versions={"sha256:a": "1"}, taken_over=label.owner)
    lock = Lock(PROJECT, TARGET, ORIGIN, {at("skill/cite"): known})
    live = Live(ORIGIN, (item,))
    same_content = make_plan(desired(skill("cite", "sha256:a")), lock, live)
    assert not same_content.actions and not same_content.records and not same_content.findings
    (action,) = make_plan(desired(skill("cite", "sha256:b")), lock, live).actions
    assert (action.verb, action.expected and action.expected.id) == ("update", "skill_1")
    assert action.lock.taken_over == label.owner


def test_a_skill_without_our_label_is_the_one_that_the_lock_names() -> None:
    item = LiveObject("skill", "skill_1", {"display_name": "Cite"}, contents={"sha256:a": "1"})
    known = LockEntry(id="skill_1", versions={"sha256:a": "1"})
    lock = Lock(PROJECT, TARGET, ORIGIN, {at("skill/cite"): known})
    made = make_plan(desired(skill("cite", "sha256:a", "sha256:b")), lock, Live(ORIGIN, (item,)))
    assert [(one.verb, one.payload["upload"]) for one in made.actions] == [("update", ["sha256:b"])]


def test_the_later_version_is_the_base() -> None:
    assert (later(3, 5), later(5, 3), later(None, 2), later(None, None)) == (5, 5, 2, None)


def test_the_lock_keeps_from_whom() -> None:
    lock = Lock(PROJECT, TARGET, ORIGIN, {at("agent/helper"): entry()})
    assert load_lock(dump_lock(lock)) == lock
