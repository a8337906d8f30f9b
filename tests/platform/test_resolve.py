from __future__ import annotations

from typing import Any

import pytest

from reconciler.engine.live import Live, LiveObject, Marker, Origin
from reconciler.engine.lock import Intent, Lock, LockEntry
from reconciler.engine.plan import Action, Expected
from reconciler.engine.values import Ref, Secret, SecretRef, digest, encode
from reconciler.platform.errors import WriteFailed
from reconciler.platform.resolve import Known, Written, entry_after, reveal
from tests.platform.builders import PROJECT, TARGET, at

LOCK = Lock(
    PROJECT,
    TARGET,
    objects={
        at("agent/a"): LockEntry(id="agent_1", version=3),
        at("skill/s"): LockEntry(id="skill_1", versions={"c1": "v1"}),
        at("registration/byng/a"): LockEntry(intent=Intent("x")),
    },
)


def live(**more: Any) -> Live:
    mine = Marker(PROJECT, TARGET, at("agent/b"))
    theirs = Marker("other", TARGET, at("agent/c"))
    objects = (
        LiveObject("agent", "agent_2", {}, version=7, marker=mine),
        LiveObject("agent", "agent_3", {}, version=7, marker=theirs),
        LiveObject(
            "agent", "agent_4", {}, archived=True, marker=Marker(PROJECT, TARGET, at("agent/d"))
        ),
    )
    return Live(Origin("x"), objects)


def known() -> Known:
    keys = {at("registration/byng/a"): Secret("once")}
    return Known(lambda: LOCK, live(), keys, {"TOKEN": Secret("t")})


@pytest.mark.parametrize(
    ("ref", "value"),
    [
        (Ref(at("agent/a"), "id"), "agent_1"),
        (Ref(at("agent/a"), "version"), 3),
        (Ref(at("agent/a"), "external_ref"), "anthropic://agents/agent_1"),
        (Ref(at("skill/s"), "version", "c1"), "v1"),
        (Ref(at("agent/b"), "id"), "agent_2"),
        (Ref(at("agent/b"), "version"), 7),
    ],
)
def test_references(ref: Ref, value: object) -> None:
    assert known().resolve({"x": [ref]}) == {"x": [value]}


@pytest.mark.parametrize(
    "ref",
    [
        Ref(at("agent/c"), "id"),
        Ref(at("agent/d"), "id"),
        Ref(at("skill/s"), "version", "c2"),
        Ref(at("registration/byng/a"), "id"),
        Ref(at("registration/byng/b"), "api_key"),
        Ref(at("agent/a"), "nonsense"),
    ],
)
def test_unknown_references_are_named(ref: Ref) -> None:
    with pytest.raises(WriteFailed, match=str(ref)):
        known().resolve(ref)


def test_secrets_stay_wrapped_until_revealed() -> None:
    value = known().resolve(
        {"key": Ref(at("registration/byng/a"), "api_key"), "own": [SecretRef("TOKEN")]}
    )
    assert str(value) == "{'key': ***, 'own': [***]}"
    assert reveal(value) == {"key": "once", "own": ["t"]}


def test_a_secret_that_is_not_set_names_its_variable() -> None:
    with pytest.raises(WriteFailed) as failed:
        known().resolve(SecretRef("OTHER"))
    assert failed.value.hint == "set RECONCILE_SECRET_OTHER"


def test_an_entry_is_the_planned_one_with_what_became_known() -> None:
    roster = {"agents": [Ref(at("agent/a"), "id")]}
    plan = LockEntry(
        version=1,
        protect=True,
        fields={"name": "sha256:x", "multiagent": {"$digest_of": encode(roster)}},
    )
    action = Action(at("agent/z"), "create", "new", {}, lock=plan)
    entry = entry_after(action, Written(id="agent_9", version=2), None, known())
    assert entry == LockEntry(
        id="agent_9",
        version=2,
        protect=True,
        fields={"name": "sha256:x", "multiagent": digest({"agents": ["agent_1"]})},
    )


def test_values_of_other_kinds_are_resolved_not_digested() -> None:
    fields = {"externalRef": Ref(at("agent/a"), "external_ref"), "name": "a"}
    action = Action(at("registration/byng/a"), "create", "new", {}, lock=LockEntry(fields=fields))
    entry = entry_after(action, Written(id="u", intent=Intent("x")), None, known())
    assert entry.fields == {"externalRef": "anthropic://agents/agent_1", "name": "a"}
    assert entry.intent == Intent("x")


def test_versions_of_a_skill_add_up_while_it_is_the_same_skill() -> None:
    plan = LockEntry(versions={"c2": ""})
    before = LOCK.entry(at("skill/s"))
    expected = Expected("skill_1")
    action = Action(at("skill/s"), "update", "changed", {}, expected=expected, lock=plan)
    entry = entry_after(action, Written(id="skill_1", versions={"c2": "v2"}), before, known())
    assert entry.versions == {"c1": "v1", "c2": "v2"}
    fresh = Action(at("skill/s"), "create", "new", {}, lock=plan)
    entry = entry_after(fresh, Written(id="skill_2", versions={"c2": "v9"}), before, known())
    assert entry.versions == {"c2": "v9"}
