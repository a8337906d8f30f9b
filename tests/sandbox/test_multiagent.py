"""Rosters: the older coordinator and the deep-merged newer type (API facts, section 5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anthropic
import pytest

Make = Callable[..., Any]
NEWER = "multiagent_20261001"
ON: dict[str, Any] = {"type": "enabled"}
OFF: dict[str, Any] = {"type": "disabled"}
EMPTY = {"type": "enabled", "inline_agents": ON, "predefined_agents": []}


def ref(agent: Any, version: int | None = None) -> dict[str, Any]:
    return {"type": "agent", "id": agent.id, "version": version or agent.version}


def coordinator(*entries: Any) -> dict[str, Any]:
    return {"type": "coordinator", "agents": list(entries)}


def newer(**members: Any) -> dict[str, Any]:
    return {"type": NEWER, **members}


def test_a_roster_comes_back_pinned_with_the_advisor_last(make_agent: Make) -> None:
    one, two = make_agent(), make_agent()
    advisor = {"type": "advisor", "model": "claude-opus-5"}
    boss = make_agent(
        multiagent=coordinator(advisor, one.id, {"type": "agent", "id": two.id}, {"type": "self"})
    )
    assert boss.multiagent.to_dict() == coordinator(ref(one), ref(two), ref(boss, 1), advisor)


def test_a_string_is_pinned_again_and_a_version_is_kept(
    client: anthropic.Anthropic, make_agent: Make
) -> None:
    one = make_agent()
    boss = make_agent(multiagent=coordinator(one.id))
    client.beta.agents.update(one.id, name="b")
    kept = client.beta.agents.update(boss.id, name="boss")
    assert kept.multiagent is not None
    assert kept.multiagent.to_dict() == coordinator(ref(one, 1))
    same = client.beta.agents.update(boss.id, multiagent=coordinator(ref(one, 1)))
    assert same.version == 2
    again = client.beta.agents.update(boss.id, multiagent=coordinator(one.id))
    assert again.version == 3
    assert again.multiagent is not None
    assert again.multiagent.to_dict() == coordinator(ref(one, 2))


def test_a_self_entry_alone_is_no_change(client: anthropic.Anthropic, make_agent: Make) -> None:
    boss = make_agent(multiagent=coordinator({"type": "self"}))
    again = client.beta.agents.update(boss.id, multiagent=coordinator({"type": "self"}))
    assert again.version == 1
    changed = client.beta.agents.update(
        boss.id,
        name="b",
        multiagent=coordinator({"type": "self"}),
    )
    assert changed.multiagent is not None
    assert changed.multiagent.to_dict() == coordinator(ref(boss, 2))


def test_a_roster_is_checked(client: anthropic.Anthropic, make_agent: Make) -> None:
    one = make_agent()
    boss = make_agent(multiagent=coordinator(one.id))
    archived = client.beta.agents.archive(make_agent().id)
    elsewhere = make_agent(model={"id": "claude-sonnet-5", "inference_geo": "us"})
    advisor = {"type": "advisor", "model": "claude-opus-5"}
    wrong: list[Any] = [
        [],
        ["agent_nobody"],
        [archived.id],
        [boss.id],
        [elsewhere.id],
        [one.id, one.id],
        [one.id, ref(one)],
        [{"type": "self"}, {"type": "self"}],
        [advisor, advisor],
        [{"type": "advisor", "model": "gpt-5"}],
        [{"type": "agent", "id": one.id, "version": 9}],
        [{"type": "agent", "id": one.id, "version": 0}],
        [{"type": "agent", "id": one.id, "name": "x"}],
        [{"type": "nobody"}],
        [one.id] + [f"agent_{n}" for n in range(20)],
    ]
    for entries in wrong:
        with pytest.raises(anthropic.BadRequestError):
            make_agent(multiagent=coordinator(*entries))


def test_an_archived_member_blocks_saves_that_keep_it(
    client: anthropic.Anthropic, make_agent: Make
) -> None:
    one = make_agent()
    boss = make_agent(multiagent=coordinator(one.id))
    client.beta.agents.archive(one.id)
    with pytest.raises(anthropic.BadRequestError):
        client.beta.agents.update(boss.id, name="b")
    assert client.beta.agents.update(boss.id, name="b", multiagent=None).version == 2


def test_a_member_that_became_a_coordinator_blocks_the_next_save(
    client: anthropic.Anthropic, make_agent: Make
) -> None:
    one, two = make_agent(), make_agent()
    boss = make_agent(multiagent=coordinator(one.id))
    client.beta.agents.update(one.id, multiagent=coordinator(two.id))
    with pytest.raises(anthropic.BadRequestError):
        client.beta.agents.update(boss.id, name="b")


def test_the_newer_type_is_filled(make_agent: Make) -> None:
    boss = make_agent(multiagent=newer())
    assert boss.multiagent.to_dict() == newer(subagents=EMPTY, workflows=EMPTY, advisor=OFF)
    nulls = make_agent(multiagent=newer(subagents=None, workflows=None, advisor=None))
    assert nulls.multiagent.to_dict() == boss.multiagent.to_dict()


def test_the_newer_type_is_merged_level_by_level(
    client: anthropic.Anthropic, make_agent: Make
) -> None:
    one, two = make_agent(), make_agent()

    def update(**members: Any) -> Any:
        answer = client.beta.agents.update(boss.id, multiagent=newer(**members))
        assert answer.multiagent is not None
        return answer.multiagent.to_dict()

    advisor = {"type": "enabled", "model": "claude-opus-5"}
    boss = make_agent(
        multiagent=newer(
            subagents={"type": "enabled", "inline_agents": OFF, "predefined_agents": [one.id]},
            workflows=OFF,
            advisor=advisor,
        )
    )
    stored = boss.multiagent.to_dict()
    assert update() == stored
    # A key that is omitted keeps its value, at every level.
    with_two = {"type": "enabled", "predefined_agents": [one.id, two.id]}
    expected = {"type": "enabled", "inline_agents": OFF, "predefined_agents": [ref(one), ref(two)]}
    assert update(subagents=with_two) == {**stored, "subagents": expected}
    # null is the default, not "off".
    assert update(workflows=None)["workflows"] == EMPTY
    assert update(advisor=None)["advisor"] == OFF
    assert update(subagents={**ON, "inline_agents": None})["subagents"]["inline_agents"] == ON
    assert update(subagents={**ON, "predefined_agents": None})["subagents"] == EMPTY
    # Another type replaces, and what is left out takes its default.
    assert update(subagents=OFF)["subagents"] == OFF
    assert update(subagents=ON)["subagents"] == EMPTY
    cleared = client.beta.agents.update(boss.id, multiagent=None)
    assert cleared.multiagent is None


def test_pins_that_are_not_sent_are_kept(client: anthropic.Anthropic, make_agent: Make) -> None:
    one = make_agent()
    boss = make_agent(multiagent=newer(subagents={**ON, "predefined_agents": [one.id]}))
    client.beta.agents.update(one.id, name="b")
    kept = client.beta.agents.update(boss.id, multiagent=newer(workflows=OFF))
    assert kept.multiagent.subagents.predefined_agents[0].version == 1
    again = client.beta.agents.update(
        boss.id,
        multiagent=newer(subagents={**ON, "predefined_agents": [one.id]}),
    )
    assert again.multiagent.subagents.predefined_agents[0].version == 2


def test_the_types_replace_each_other(client: anthropic.Anthropic, make_agent: Make) -> None:
    one = make_agent()
    boss = make_agent(multiagent=newer(workflows=OFF))
    older = client.beta.agents.update(boss.id, multiagent=coordinator(one.id))
    assert older.multiagent is not None
    assert older.multiagent.to_dict() == coordinator(ref(one))
    back = client.beta.agents.update(boss.id, multiagent=newer())
    assert back.multiagent is not None
    assert back.multiagent.to_dict() == newer(subagents=EMPTY, workflows=EMPTY, advisor=OFF)


@pytest.mark.parametrize(
    "members",
    [
        {"subagents": {}},
        {"subagents": {"type": "on"}},
        {"subagents": {**OFF, "predefined_agents": []}},
        {"subagents": {**ON, "inline_agents": OFF}},
        {"workflows": {**ON, "inline_agents": OFF, "predefined_agents": []}},
        {"workflows": {**ON, "predefined_agents": ["agent_nobody"]}},
        {"workflows": {**ON, "predefined_agents": [{"type": "advisor", "model": "claude-opus-5"}]}},
        {"advisor": ON},
        {"advisor": {**ON, "model": "gpt-5"}},
        {"advisor": {**OFF, "model": "claude-opus-5"}},
        {"others": None},
    ],
)
def test_the_newer_type_is_checked(make_agent: Make, members: dict[str, Any]) -> None:
    with pytest.raises(anthropic.BadRequestError):
        make_agent(multiagent=newer(**members))
