from __future__ import annotations

from typing import Any

import pytest

from reconciler.engine.desired import Lifecycle
from reconciler.engine.live import Live
from reconciler.engine.lock import Lock, LockEntry
from reconciler.engine.plan import Plan, PlanOptions
from tests.engine.builders import (
    after,
    agent,
    at,
    desired,
    environment,
    live,
    live_agent,
    live_other,
    live_skill,
    lock,
    member,
    plan,
    registered,
    row,
    skill,
    skill_ref,
    stored_key,
)

PRUNE = PlanOptions(prune=True)
ROW = "registration/byng/a"


def told(made: Plan) -> list[tuple[str, str]]:
    return [(str(one.address), one.verb) for one in made.actions]


def refused(made: Plan) -> dict[str, str]:
    return {str(one.action.address): one.message for one in made.held}


def many(count: int) -> tuple[list[Any], Live, Lock]:
    resources = [agent(f"n{number}") for number in range(count)]
    now = live(*(live_agent(f"n{number}") for number in range(count)))
    return resources, now, after(desired(*resources), now)


def test_only_the_orphans_go() -> None:
    resources, now, last = many(3)
    made = plan(desired(*resources[1:]), now, last, PRUNE)
    assert told(made) == [("agent/n0", "archive")]
    (action,) = made.actions
    assert action.expected and (action.expected.id, action.expected.version) == ("agent_n0", 1)
    assert any("for ever" in note for note in action.notes)


@pytest.mark.parametrize(("there", "gone", "goes"), [(9, 8, True), (10, 3, True), (10, 4, False), (20, 7, False)])  # fmt: skip
def test_a_large_share_of_many_is_refused(there: int, gone: int, goes: bool) -> None:
    resources, now, last = many(there)
    made = plan(desired(*resources[gone:]), now, last, PRUNE)
    assert bool(made.actions) is goes
    if not goes:
        message = refused(made)["agent/n0"]
        assert f"{gone} of {there} agents" in message and f"--max-removals {gone}" in message
        allowed = plan(
            desired(*resources[gone:]), now, last, PlanOptions(prune=True, max_removals=gone)
        )
        assert len(allowed.actions) == gone


def test_a_whole_kind_is_refused_whatever_its_size() -> None:
    resources, now, last = many(1)
    made = plan(desired(environment("e")), now, last, PRUNE)
    assert told(made) == [("environment/e", "create")]
    assert "never a whole kind" in refused(made)["agent/n0"]
    assert resources


def test_prune_with_a_filter_removes_nothing() -> None:
    resources, now, last = many(3)
    made = plan(desired(*resources[1:]), now, last, PlanOptions(prune=True, only=("agent/n1",)))
    assert not made.actions and not made.orphans


def test_a_protected_object_outlives_its_folder() -> None:
    guarded = agent("a", Lifecycle(protect=True))
    now = live(live_agent("a"), live_agent("b"))
    last = after(desired(guarded, agent("b")), now)
    made = plan(desired(agent("b")), now, last, PRUNE)
    assert not made.actions and "protected" in refused(made)["agent/a"]
    lifted = after(desired(agent("a"), agent("b")), now, last)
    assert told(plan(desired(agent("b")), now, lifted, PRUNE)) == [("agent/a", "archive")]


BY_HAND: dict[str, Any] = {"updated_at": "2026-11-20T10:00:00Z"}


def edited(**body: Any) -> tuple[Live, Lock]:
    """Agents a and b, and what became of a since: version 2, with this body."""
    before = live_agent("a", description="A."), live_agent("b")
    last = after(desired(agent("a", description="A."), agent("b")), live(*before))
    return live(live_agent("a", 2, **{"description": "A.", **body}, **BY_HAND), before[1]), last


def test_an_orphan_that_was_edited_outside_is_not_archived_unless_told() -> None:
    now, last = edited(description="By hand.")
    (orphan,) = plan(desired(agent("b")), now, last).orphans
    assert orphan.message.endswith("edited outside since the last apply (description)")
    made = plan(desired(agent("b")), now, last, PRUNE)
    (held,) = made.held
    assert not made.actions and held.reason == "drift"
    assert "--overwrite-drift agent/a has it removed" in held.message
    assert held.since == "version 2, 2026-11-20T10:00:00Z: description"
    overwriting = PlanOptions(prune=True, overwrite_drift=("agent/*",))
    assert told(plan(desired(agent("b")), now, last, overwriting)) == [("agent/a", "archive")]


def test_an_edit_of_what_no_folder_declared_keeps_no_orphan() -> None:
    now, last = edited(system="By hand.")
    assert told(plan(desired(agent("b")), now, last, PRUNE)) == [("agent/a", "archive")]


def test_what_registers_an_orphan_that_stays_stays_with_it() -> None:
    vault = live_other("vault", "vlt_a", "vault/byng/a", display_name="byng/a")
    key = vault, row("uuid-1", "a"), stored_key("vcrd_1", "uuid-1", "a")
    wanted = desired(agent("a", description="A."), agent("b"), *registered("a"))
    before = live_agent("a", description="A."), live_agent("b"), *key
    last = after(wanted, live(*before))
    now = live(live_agent("a", 2, description="By hand."), *before[1:])
    all_may_go = PlanOptions(prune=True, max_removals=9)
    made = plan(desired(agent("b")), now, last, all_may_go)
    assert not made.actions and {str(one.action.address): one.reason for one in made.held} == {
        "agent/a": "drift",
        ROW: "depends",
        "credential/byng/a": "depends",
    }


def test_a_member_goes_after_its_coordinator_let_go_of_it() -> None:
    roster = {"type": "coordinator", "agents": [{"type": "agent", "id": f"agent_{n}", "version": 1} for n in "ab"]}  # fmt: skip
    now = live(live_agent("a"), live_agent("b"), live_agent("lead", multiagent=roster))
    lead = agent("lead", multiagent={"type": "coordinator", "agents": [member("a"), member("b")]})
    last = after(desired(lead, agent("a"), agent("b")), now)
    smaller = agent("lead", multiagent={"type": "coordinator", "agents": [member("a")]})
    made = plan(desired(smaller, agent("a")), now, last, PRUNE)
    assert told(made) == [("agent/lead", "update"), ("agent/b", "archive")]
    assert made.actions[1].needs == (at("agent/lead"),)


def test_what_another_agent_uses_stays() -> None:
    roster = {"type": "coordinator", "agents": [{"type": "agent", "id": "agent_a", "version": 1}]}
    theirs = live_agent("theirs", marked=None, multiagent=roster)
    now = live(live_agent("a"), live_agent("b"), theirs)
    last = after(desired(agent("a"), agent("b")), live(live_agent("a"), live_agent("b")))
    made = plan(desired(agent("b")), now, last, PRUNE)
    assert refused(made) == {"agent/a": "still used by agent_theirs"}


def test_skills_go_only_when_told_and_unused() -> None:
    used = [{"type": "custom", "skill_id": "skill_s", "version": "v1"}]
    now = live(live_skill("s", {"d": "v1"}), live_skill("t", {"e": "w1"}), live_agent("a"))
    last = lock({"skill/s": LockEntry(id="skill_s"), "skill/t": LockEntry(id="skill_t")})
    wanted = desired(agent("a"), skill("t", "e"))
    made = plan(wanted, now, last, PRUNE)
    assert not made.actions and "skill.protected" in [one.code for one in made.findings]
    both = PlanOptions(prune=True, prune_skills=True)
    assert told(plan(wanted, now, last, both)) == [("skill/s", "delete")]
    theirs = live(*now.objects, live_agent("theirs", marked=None, skills=used))
    assert refused(plan(wanted, theirs, last, both)) == {"skill/s": "still used by agent_theirs"}
    ours = live(
        live_skill("s", {"d": "v1"}), live_skill("t", {"e": "w1"}), live_agent("a", skills=used)
    )
    pinned = desired(agent("a", skills=[skill_ref("s", "d")]), skill("s", "d"), skill("t", "e"))
    locked = after(pinned, ours, last)
    assert told(plan(wanted, ours, locked, both)) == [("agent/a", "update"), ("skill/s", "delete")]


def test_row_then_key_and_the_vault_only_when_told() -> None:
    vault = live_other("vault", "vlt_a", "vault/byng/a", display_name="byng/a")
    now = live(live_agent("a"), vault, row("uuid-1", "a"), stored_key("vcrd_1", "uuid-1", "a"))
    last = after(desired(agent("a"), *registered("a")), now)
    wanted = desired(agent("a"))
    one = PlanOptions(prune=True, max_removals=1)
    made = plan(wanted, now, last, one)
    assert told(made) == [(ROW, "delete"), ("credential/byng/a", "archive")]
    assert "vault.protected" in [finding.code for finding in made.findings]
    with_vault = PlanOptions(prune=True, max_removals=1, rotate_key=frozenset({at(ROW)}))
    assert told(plan(wanted, now, last, with_vault))[-1] == ("vault/byng/a", "archive")


def test_what_is_gone_already_only_leaves_the_lock() -> None:
    last = after(desired(agent("a"), agent("b")), live(live_agent("a"), live_agent("b")))
    made = plan(
        desired(agent("b")), live(live_agent("b"), gone=frozenset({"agent_a"})), last, PRUNE
    )
    assert not made.actions and made.forgotten == (at("agent/a"),)
