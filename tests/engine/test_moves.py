from __future__ import annotations

from dataclasses import replace

from reconciler.engine.desired import Desired, Move
from reconciler.engine.plan import Plan
from tests.engine.builders import (
    after,
    agent,
    at,
    desired,
    live,
    live_agent,
    live_other,
    lock,
    member,
    plan,
    registered,
    row,
    stored_key,
)


def moved(wanted: Desired, old: str, new: str) -> Desired:
    return replace(wanted, moved=(Move(at(old), at(new)),))


def told(made: Plan) -> list[tuple[str, str, str]]:
    return [(str(one.address), one.verb, one.reason) for one in made.actions]


def renamed(name: str, **body: object) -> Desired:
    return desired(agent(name, **body))


def test_a_renamed_folder_keeps_its_object() -> None:
    now = live(live_agent("a", system="x"))
    last = after(desired(agent("a", system="x")), now)
    wanted = moved(
        desired(replace(agent("a", system="x"), address=at("agent/b"))), "agent/a", "agent/b"
    )
    made = plan(wanted, now, last)
    (action,) = made.actions
    assert told(made) == [("agent/b", "update", "moved")]
    assert action.payload == {"metadata": {"reconciler": "fund-agents/test/agent/b@2"}}
    assert action.expected and action.expected.id == "agent_a"
    assert made.forgotten == (at("agent/a"),) and made.records[at("agent/b")].id == "agent_a"
    assert not made.orphans


def test_once_carried_out_a_move_changes_nothing() -> None:
    wanted = moved(desired(replace(agent("a"), address=at("agent/b"))), "agent/a", "agent/b")
    mark = replace(live_agent("a").marker, address=at("agent/b"))  # type: ignore[type-var]
    now = live(replace(live_agent("a"), marker=mark))
    last = after(replace(wanted, moved=()), now)
    made = plan(wanted, now, last)
    assert not made.actions and not made.records and not made.forgotten


def test_without_a_move_the_old_is_an_orphan_and_the_new_is_new() -> None:
    now = live(live_agent("a"))
    last = after(desired(agent("a")), now)
    made = plan(desired(agent("b")), now, last)
    assert told(made) == [("agent/b", "create", "new")]
    assert [str(one.address) for one in made.orphans] == ["agent/a"]
    (suggested,) = [one for one in made.findings if one.code == "moved.suggested"]
    assert "{from: agent/a, to: agent/b}" in suggested.hint
    other = plan(desired(agent("b", system="else")), now, last)
    assert "moved.suggested" not in [one.code for one in other.findings]


def test_a_move_is_found_without_a_lock() -> None:
    wanted = moved(desired(replace(agent("a"), address=at("agent/b"))), "agent/a", "agent/b")
    assert told(plan(wanted, live(live_agent("a")))) == [("agent/b", "update", "moved")]


def test_a_coordinator_keeps_its_member() -> None:
    roster = {"type": "coordinator", "agents": [{"type": "agent", "id": "agent_a", "version": 1}]}
    lead = agent("lead", multiagent={"type": "coordinator", "agents": [member("a")]})
    now = live(live_agent("a"), live_agent("lead", multiagent=roster))
    last = after(desired(lead, agent("a")), now)
    other = agent("lead", multiagent={"type": "coordinator", "agents": [member("b")]})
    wanted = moved(desired(other, replace(agent("a"), address=at("agent/b"))), "agent/a", "agent/b")
    assert told(plan(wanted, now, last)) == [
        ("agent/b", "update", "moved"),
        ("agent/lead", "update", "re-pinned"),
    ]


def test_both_in_the_lock_is_an_error() -> None:
    now = live(live_agent("a"), live_agent("b"))
    last = after(desired(agent("a"), agent("b")), now)
    made = plan(moved(desired(agent("b")), "agent/a", "agent/b"), now, last)
    assert "moved.both_known" in [one.code for one in made.findings] and not made.applicable


def test_a_registration_moves_along() -> None:
    vault = live_other("vault", "vlt_a", "vault/byng/a", display_name="byng/a")
    now = live(live_agent("a"), vault, row("uuid-1", "a"), stored_key("vcrd_1", "uuid-1", "a"))
    last = after(desired(agent("a"), *registered("a")), now)
    vault_b, registration, credential = registered("b")
    same_name = replace(registration, body={**registration.body, "name": "a"})
    bare = replace(agent("a"), address=at("agent/b"))
    wanted = moved(desired(bare, vault_b, same_name, credential), "agent/a", "agent/b")
    made = plan(wanted, now, last)
    assert [str(one.address) for one in made.actions] == [
        "vault/byng/b",
        "agent/b",
        "credential/byng/b",
    ]
    assert made.actions[2].payload["metadata"] == {
        "reconciler": "fund-agents/test/credential/byng/b"
    }
    assert not made.held and made.records[at("registration/byng/b")].id == "uuid-1"
    assert set(map(str, made.forgotten)) == {
        "agent/a", "credential/byng/a", "registration/byng/a", "vault/byng/a"
    }  # fmt: skip
    assert lock().objects == {}
