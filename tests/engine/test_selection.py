"""Which live objects an import takes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.engine.live import Live, LiveObject, Marker
from reconciler.engine.lock import Lock, LockEntry
from reconciler.engine.selection import (
    NotChosen,
    choose,
    everything,
    foreign,
    roster_ids,
    unmatched,
)
from tests.engine.builders import ORIGIN, PROJECT, TARGET, at


def agent(identity: str, name: str = "", *members: str, **body: Any) -> LiveObject:
    roster = {"type": "coordinator", "agents": [{"type": "agent", "id": one} for one in members]}
    full = {"id": identity, "name": name or identity, "multiagent": roster if members else None}
    return LiveObject("agent", identity, full | body, version=1)


def ids(items: tuple[LiveObject, ...]) -> list[str]:
    return [item.id for item in items]


def test_names_and_ids() -> None:
    live = Live(ORIGIN, (agent("agent_1", "one"), agent("agent_2", "two")))
    assert ids(choose(live, ["two", "agent_1", "one"]).agents) == ["agent_1", "agent_2"]
    assert unmatched(live, ["one", "agent_2", "three"]) == {"three"}


def test_members_come_along_and_first() -> None:
    live = Live(ORIGIN, (agent("a", "", "b", "gone"), agent("b", "", "c"), agent("c"), agent("d")))
    assert ids(choose(live, ["a"]).agents) == ["c", "b", "a"]
    assert set(ids(everything(live).agents)) == set("abcd")


def test_both_types_of_rosters() -> None:
    entry = {"type": "agent", "id": "b", "version": 1}
    new = {
        "type": "multiagent_20261001",
        "subagents": {"type": "enabled", "predefined_agents": [entry, {"type": "self"}]},
        "workflows": {"type": "enabled", "predefined_agents": [{**entry, "id": "c"}]},
        "advisor": {"type": "enabled", "model": "x"},
    }
    assert list(roster_ids({"multiagent": new})) == ["b", "c"]
    assert list(roster_ids({"multiagent": None})) == []


def test_agents_that_name_each_other_are_taken_all_the_same() -> None:
    live = Live(ORIGIN, (agent("a", "", "b"), agent("b", "", "a")))
    assert set(ids(choose(live, ["a"]).agents)) == {"a", "b"}


@given(st.permutations(["a", "b", "c", "d"]))
def test_the_order_of_the_list_does_not_matter(order: list[str]) -> None:
    known = {one: agent(one, created_at=f"2026-01-0{number}") for number, one in enumerate("dcba")}
    assert ids(everything(Live(ORIGIN, tuple(known[one] for one in order))).agents) == list("dcba")


@pytest.mark.parametrize(
    ("word", "code"),
    [("twin", "import.ambiguous"), ("old", "import.archived"), ("agent_old", "import.archived"),
     ("nothing", "import.unknown")],
)  # fmt: skip
def test_what_can_not_be_taken(word: str, code: str) -> None:
    live = Live(ORIGIN, (agent("agent_1", "twin"), agent("agent_2", "twin")))
    with pytest.raises(NotChosen) as refused:
        choose(live, [word], [{"id": "agent_old", "name": "old"}])
    assert [finding.code for finding in refused.value.findings] == [code]


def test_what_is_another_s() -> None:
    theirs = replace(agent("a"), marker=Marker("others", "prod", at("agent/a"), 4))
    ours = replace(agent("b"), marker=Marker(PROJECT, TARGET, at("agent/b"), 1))
    chosen = everything(Live(ORIGIN, (theirs, ours, agent("c"))))
    lock = Lock(PROJECT, TARGET)
    assert ids(foreign(chosen, lock, PROJECT, TARGET)) == ["a"]
    assert set(ids(foreign(chosen, lock, "third", TARGET))) == {"a", "b"}
    taken = lock.with_entry(at("agent/a"), LockEntry(id="a", taken_over="others/prod/agent/a"))
    assert foreign(chosen, taken, PROJECT, TARGET) == ()
