from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from reconciler.engine.desired import Lifecycle
from reconciler.engine.live import Unread
from reconciler.engine.lock import LockEntry
from reconciler.engine.plan import Plan, PlanOptions
from reconciler.engine.planner import create_body
from reconciler.engine.values import Ref, encode
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
    skill,
    skill_ref,
)


def verbs(made: Plan) -> dict[str, str]:
    return {str(one.address): one.verb for one in made.actions}


def test_everything_new_in_dependency_order() -> None:
    lead = agent("lead", multiagent={"type": "coordinator", "agents": [member("zed")]})
    wanted = desired(lead, agent("zed", skills=[skill_ref("cite", "d1")]), skill("cite", "d1"))
    made = plan(wanted, live())
    assert list(verbs(made)) == ["skill/cite", "agent/zed", "agent/lead"]
    assert made.actions[2].needs == (at("agent/zed"),)
    assert made.actions[2].payload["metadata"] == {"reconciler": "fund-agents/test/agent/lead@1"}
    assert made.totals()["create"] == 3


def test_an_unchanged_world_is_an_empty_plan_and_so_is_the_next() -> None:
    wanted = desired(agent("a", system="hello\n", metadata={"team": "x"}))
    now = live(live_agent("a", system="hello\n", metadata={"team": "x", "other": "kept"}))
    last = after(wanted, now)
    assert last.objects[at("agent/a")].id == "agent_a"
    made = plan(wanted, now, last)
    assert not made.has_changes and not made.records and made.unchanged == (at("agent/a"),)


def test_plans_do_not_depend_on_input_order() -> None:
    members = [agent(name, system=name) for name in "abcdef"]
    lead = agent("lead", multiagent={"type": "coordinator", "agents": [member("a"), member("b")]})
    now = [live_agent(name) for name in "abc"]
    wanted = desired(*members, lead, environment("e"))
    first = plan(wanted, live(*now))
    for seed in range(5):
        mixed = random.Random(seed)
        resources, objects = list(wanted.resources), list(now)
        mixed.shuffle(resources)
        mixed.shuffle(objects)
        assert plan(replace(wanted, resources=tuple(resources)), live(*objects)) == first


def test_one_prompt_line_is_one_update_with_the_version_read() -> None:
    before = desired(agent("a", system="one\ntwo\n"))
    now = live(live_agent("a", 3, 3, system="one\ntwo\n"))
    made = plan(desired(agent("a", system="one\n2\n")), now, after(before, now))
    (action,) = made.actions
    assert (action.verb, action.reason) == ("update", "changed")
    assert action.payload == {
        "system": "one\n2\n",
        "metadata": {"reconciler": "fund-agents/test/agent/a@4"},
    }
    assert action.expected and action.expected.version == 3


@pytest.mark.parametrize(
    ("declared", "gone", "payload"),
    [
        ({"description": "d"}, {}, {"description": None}),
        ({"system": "s"}, {}, {"system": None}),
        ({"metadata": {"a": "1", "b": "2"}}, {"metadata": {"a": "1"}}, {"metadata": {"b": None}}),
        ({"skills": [{"type": "anthropic", "skill_id": "docx"}]}, {}, {"skills": []}),
        ({"skills": [{"type": "anthropic", "skill_id": "docx"}]}, {"skills": []}, {"skills": []}),
    ],
)
def test_what_is_removed_is_cleared(
    declared: dict[str, Any], gone: dict[str, Any], payload: dict[str, Any]
) -> None:
    now = live(live_agent("a", **declared))
    last = after(desired(agent("a", **declared)), now)
    (action,) = plan(desired(agent("a", **gone)), now, last).actions
    sent = dict(action.payload)
    sent["metadata"] = {k: v for k, v in sent["metadata"].items() if k != "reconciler"}
    assert sent == {"metadata": {}} | payload


def test_effort_is_released_and_said_so() -> None:
    model = {"id": "claude-sonnet-5", "effort": {"type": "low"}, "speed": "standard"}
    now = live(live_agent("a", model=model))
    wanted = agent("a", model={"id": "claude-sonnet-5", "effort": "low"})
    last = after(desired(wanted), now)
    made = plan(desired(agent("a")), now, last)
    assert not made.has_changes
    ((address, change),) = made.released
    assert (str(address), change.path, change.live) == ("agent/a", "model.effort", "low")
    assert "model.effort" not in made.records[address].fields


def test_unowned_fields_are_left_alone() -> None:
    now = live(live_agent("a", description="by hand", metadata={"team": "theirs"}))
    assert not plan(desired(agent("a")), now).has_changes


@pytest.mark.parametrize("field", ["tools", "mcp_servers", "skills"])
def test_an_undeclared_privilege_is_drift(field: str) -> None:
    wanted = desired(agent("a"))
    last = after(wanted, live(live_agent("a")))
    added: dict[str, Any] = {
        "tools": [{"type": "agent_toolset_20260401"}],
        "mcp_servers": [{"type": "url", "name": "x", "url": "https://x.test"}],
        "skills": [{"type": "anthropic", "skill_id": "docx", "version": "latest"}],
    }
    edited = live(
        live_agent("a", 2, **{field: added[field]}), history={"agent_a": (live_agent("a").body,)}
    )
    made = plan(wanted, edited, last)
    assert not made.actions
    (held,) = made.held
    assert held.reason == "drift" and [one.path for one in held.action.fields] == [field]
    told = plan(wanted, edited, last, PlanOptions(overwrite_drift=("agent/*",)))
    assert verbs(told) == {"agent/a": "update"}


def _bash(policy: str) -> list[dict[str, Any]]:
    config = {"name": "bash", "enabled": True, "permission_policy": {"type": policy}}
    off = {"enabled": False}
    return [{"type": "agent_toolset_20260401", "default_config": off, "configs": [config]}]


def test_what_lets_an_agent_do_more_is_said() -> None:
    asks = desired(agent("a", tools=_bash("always_ask")))
    last = after(asks, live(live_agent("a", tools=_bash("always_ask"))))
    (action,) = plan(
        desired(agent("a", tools=_bash("always_allow"))),
        live(live_agent("a", tools=_bash("always_ask"))),
        last,
    ).actions
    assert [str(one) for one in action.raises] == ["bash: asks → runs without asking"]
    edited = live_agent("a", 2, tools=_bash("always_allow"), updated_at="2026-11-20T10:00:00Z")
    (held,) = plan(asks, live(edited), last).held
    assert [str(one) for one in held.raises] == ["bash: asks → runs without asking"]
    assert held.since == "version 2, 2026-11-20T10:00:00Z: tools" and not held.action.raises


def test_each_edit_is_told_with_the_version_that_brought_it() -> None:
    wanted = desired(agent("a", system="x", description="d"))
    first = live_agent("a", system="x", description="d")
    last = after(wanted, live(first))
    second = live_agent("a", 2, system="y", description="d", updated_at="monday")
    third = live_agent("a", 3, system="y", description="e", updated_at="tuesday")
    history = {"agent_a": tuple(one.body for one in (third, second, first))}
    (held,) = plan(wanted, live(third, history=history), last).held
    assert held.since == "version 2, monday: system; version 3, tuesday: description"


def test_both_sides_changed_is_a_conflict_even_with_digests_only() -> None:
    last = after(desired(agent("a", system="one")), live(live_agent("a", system="one")))
    made = plan(desired(agent("a", system="two")), live(live_agent("a", 2, system="three")), last)
    assert [one.reason for one in made.held] == ["conflict"]


def test_the_same_edit_on_both_sides_moves_the_lock_only() -> None:
    last = after(desired(agent("a", system="one")), live(live_agent("a", system="one")))
    made = plan(desired(agent("a", system="two")), live(live_agent("a", 2, system="two")), last)
    assert not made.has_changes and not made.held
    assert made.records[at("agent/a")].version == 2


def test_a_subagent_edit_repins_its_coordinator_in_the_same_plan() -> None:
    lead = agent("lead", multiagent={"type": "coordinator", "agents": [member("sub")]})
    roster = {"type": "coordinator", "agents": [{"type": "agent", "id": "agent_sub", "version": 3}]}
    now = live(live_agent("sub", 3, 3), live_agent("lead", 1, 1, multiagent=roster))
    last = after(desired(lead, agent("sub")), now)
    made = plan(desired(lead, agent("sub", system="new")), now, last)
    sub, coordinator = made.actions
    assert (str(sub.address), str(coordinator.address)) == ("agent/sub", "agent/lead")
    assert coordinator.reason == "re-pinned" and coordinator.because == (at("agent/sub"),)
    (entry,) = coordinator.payload["multiagent"]["agents"]
    assert entry == {"type": "agent", "id": "agent_sub", "version": Ref(at("agent/sub"), "version")}


def test_a_held_member_keeps_its_pin_and_its_coordinator() -> None:
    lead = agent("lead", multiagent={"type": "coordinator", "agents": [member("sub")]})
    roster = {"type": "coordinator", "agents": [{"type": "agent", "id": "agent_sub", "version": 1}]}
    before = live(live_agent("sub"), live_agent("lead", multiagent=roster))
    wanted = desired(lead, agent("sub"))
    last = after(wanted, before)
    edited = live(
        live_agent("sub", 2, system=None, tools=[{"type": "agent_toolset_20260401"}]),
        live_agent("lead", multiagent=roster),
    )
    made = plan(wanted, edited, last)
    assert [str(one.action.address) for one in made.held] == ["agent/sub"]
    assert made.unchanged == (at("agent/lead"),)


def test_a_new_skill_content_is_uploaded_once_and_repins_its_users() -> None:
    users = [agent(name, skills=[skill_ref("cite", "d2")]) for name in "ab"]
    pinned = [{"type": "custom", "skill_id": "skill_cite", "version": "skver_1"}]
    now = live(live_skill("cite", {"d1": "skver_1"}), *(live_agent(n, skills=pinned) for n in "ab"))
    old = [agent(name, skills=[skill_ref("cite", "d1")]) for name in "ab"]
    last = after(desired(*old, skill("cite", "d1")), now)
    made = plan(desired(*users, skill("cite", "d2")), now, last)
    assert verbs(made) == {"skill/cite": "update", "agent/a": "update", "agent/b": "update"}
    assert made.actions[0].payload["upload"] == ["d2"]
    assert all(one.reason == "re-pinned" for one in made.actions[1:])


def test_known_content_is_repinned_not_uploaded() -> None:
    now = live(
        live_skill("cite", {"d1": "skver_1", "d2": "skver_2"}),
        live_agent(
            "a", skills=[{"type": "custom", "skill_id": "skill_cite", "version": "skver_2"}]
        ),
    )
    made = plan(desired(agent("a", skills=[skill_ref("cite", "d1")]), skill("cite", "d1")), now)
    (action,) = made.actions
    assert action.payload["skills"][0]["version"] == "skver_1"


def test_private_copies_are_two_versions_of_one_skill() -> None:
    wanted = desired(
        agent("a", skills=[skill_ref("cite", "d1")]),
        agent("b", skills=[skill_ref("cite", "d2")]),
        skill("cite", "d1", "d2"),
    )
    first = plan(wanted, live()).actions[0]
    assert (first.verb, first.payload["upload"]) == ("create", ["d1", "d2"])


def test_what_was_archived_or_deleted_outside_is_never_made_again_unasked() -> None:
    wanted = desired(agent("a"), agent("b"))
    last = after(wanted, live(live_agent("a"), live_agent("b")))
    archived = replace(live_agent("a"), archived=True)
    made = plan(wanted, live(archived, gone=frozenset({"agent_b"})), last)
    assert not made.actions and [one.reason for one in made.held] == ["refused", "refused"]
    assert "--recreate agent/a" in made.held[0].message
    options = PlanOptions(recreate=frozenset({at("agent/a")}))
    told = plan(wanted, live(archived, gone=frozenset({"agent_b"})), last, options)
    assert verbs(told) == {"agent/a": "create"} and told.actions[0].reason == "made again"
    assert "agent_a" in told.actions[0].notes[0]


@pytest.mark.parametrize("kind", ["agent", "skill"])
def test_unknown_is_not_absent(kind: str) -> None:
    user = agent("a", skills=[skill_ref("s", "d")])
    wanted = desired(user, skill("s", "d"), environment("e"))
    made = plan(wanted, live(unread=(Unread(kind, "", "HTTP 500"),)))
    assert not made.complete and not made.applicable
    assert f"{kind}/" not in " ".join(verbs(made)) and "agent/a" not in verbs(made)
    assert verbs(made)["environment/e"] == "create"


def test_all_gone_is_the_wrong_key() -> None:
    wanted = desired(agent("a"), agent("b"))
    last = after(wanted, live(live_agent("a"), live_agent("b")))
    made = plan(wanted, live(gone=frozenset({"agent_a", "agent_b"})), last)
    assert [one.code for one in made.findings] == ["origin.nothing_found"]


def test_two_objects_with_one_marker_and_a_foreign_marker_are_refused() -> None:
    twins = live(live_agent("a"), replace(live_agent("a"), id="agent_a2"))
    assert [one.code for one in plan(desired(agent("a")), twins).findings] == ["identity.ambiguous"]
    last = lock({"agent/b": LockEntry(id="agent_a", version=1)})
    made = plan(desired(agent("b")), live(live_agent("a")), last)
    assert "identity.foreign" in [one.code for one in made.findings] and not made.applicable


def test_a_lost_lock_is_found_again_by_marker() -> None:
    wanted = desired(agent("a", system="x"))
    made = plan(wanted, live(live_agent("a", 4, 4, system="x")))
    assert not made.has_changes and made.records[at("agent/a")].id == "agent_a"


def test_a_missing_marker_is_no_change_but_goes_with_the_next_write() -> None:
    wanted = desired(agent("a", system="x"))
    last = after(wanted, live(live_agent("a", system="x")))
    bare = live(live_agent("a", marked=None, system="x"))
    assert not plan(wanted, bare, last).has_changes
    (action,) = plan(desired(agent("a", system="y")), bare, last).actions
    assert action.payload["metadata"]["reconciler"].endswith("agent/a@2")


def test_orphans_are_listed_and_untouched() -> None:
    last = after(desired(agent("a"), agent("b")), live(live_agent("a"), live_agent("b")))
    made = plan(desired(agent("a")), live(live_agent("a"), live_agent("b")), last)
    assert [str(one.address) for one in made.orphans] == ["agent/b"] and not made.has_changes


def test_a_narrow_plan_takes_along_what_it_needs() -> None:
    lead = agent("lead", multiagent={"type": "coordinator", "agents": [member("sub")]})
    wanted = desired(
        lead, agent("sub", skills=[skill_ref("s", "d")]), agent("other"), skill("s", "d")
    )
    made = plan(wanted, live(), None, PlanOptions(only=("agent/lead",)))
    assert sorted(verbs(made)) == ["agent/lead", "agent/sub", "skill/s"]
    assert not made.orphans


def test_an_ignored_field_is_left_alone() -> None:
    ignoring = agent("a", Lifecycle(ignore=("metadata.team",)), metadata={"team": "ours"})
    made = plan(desired(ignoring), live(live_agent("a", metadata={"team": "theirs"})))
    assert not made.has_changes


def test_environments_are_compared_by_what_they_declare() -> None:
    config = {"type": "cloud", "networking": {"type": "unrestricted"}, "packages": {"type": "packages", "pip": ["b", "a"], "apt": ["x"]}}  # fmt: skip
    body = {"name": "e", "description": "", "metadata": {}, "config": config}
    now = live(live_other("environment", "env_1", "environment/e", **body))
    wanted = {"config": {"type": "cloud", "packages": {"pip": ["a", "b"]}}}
    last = after(desired(environment("e", **wanted)), now)
    (action,) = plan(desired(environment("e")), now, last).actions
    assert action.payload["config"]["packages"]["pip"] == []
    assert action.payload["config"]["packages"]["apt"] == ["x"]
    assert action.expected and action.expected.values


def test_an_environments_type_can_not_change() -> None:
    now = live(
        live_other("environment", "env_1", "environment/e", name="e", config={"type": "cloud"})
    )
    made = plan(desired(environment("e", config={"type": "self_hosted"})), now)
    assert [one.code for one in made.findings] == ["environment.immutable"] and not made.applicable


def test_digests_cover_actions_alone() -> None:
    wanted, now = desired(agent("a", system="x")), live()
    moved = replace(now, origin=replace(now.origin, workspace="other"))
    assert plan(wanted, now).digest == plan(wanted, moved).digest
    assert plan(wanted, now).digest != plan(desired(agent("a", system="y")), now).digest


def test_the_body_shown_is_the_body_created() -> None:
    one = agent("a", skills=[skill_ref("cite", "d1")])
    shown = encode(create_body(one, "fund-agents", "test"))
    assert shown["skills"][0]["skill_id"] == {"$ref": "skill/cite", "attr": "id"}
    made = plan(desired(one, skill("cite", "d1")), live())
    assert encode(made.actions[1].payload) == shown
