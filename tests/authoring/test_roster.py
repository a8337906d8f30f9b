from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.authoring.support import agent, body, loaded, places, refused

MODEL = "model: m\n"
OTHERS = {
    "agents/writer/agent.yaml": MODEL + "name: The Writer\n",
    "agents/quote.agent.yaml": MODEL,
    "agents/a/subagents/reader.yaml": MODEL,
    "agents/a/checker.agent.yaml": MODEL,
    "agents/b/agent.yaml": MODEL,
    "agents/b/subagents/reader.yaml": MODEL,
    "agents/b/subagents/scout.yaml": MODEL + "name: Twin\n",
    "agents/twin/agent.yaml": MODEL + "name: Twin\n",
    "agents/lead/agent.yaml": MODEL + "subagents: [quote]\n",
    "agents/back/agent.yaml": MODEL + "subagents: [a]\n",
}


def member(name: str, **more: Any) -> dict[str, Any]:
    ref = {"$ref": f"agent/{name}"}
    return {"type": "agent", "id": {**ref, "attr": "id"}, "version": {**ref, "attr": "version"},
            **more}  # fmt: skip


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("writer", member("writer")),
        ("agent/writer", member("writer")),
        ("agent/reader", member("a/reader")),
        ("The Writer", member("writer")),
        ("quote", member("quote")),
        ("reader", member("a/reader")),
        ("a/reader", member("a/reader")),
        ("b/reader", member("b/reader")),
        ("checker", member("a/checker")),
        ("scout", member("b/scout")),
        ("twin", member("twin")),
        ("{agent: writer}", member("writer")),
        ("{agent: writer, version: 3}", member("writer", version=3)),
        ("{type: agent, name: The Writer}", member("writer")),
        ("{type: agent, id: writer, version: 2}", member("writer", version=2)),
        ("agent_01SxpziMunFrUb", {"type": "agent", "id": "agent_01SxpziMunFrUb"}),
        (
            "{type: agent, id: agent_01SxpziMunFrUb, version: 2}",
            {"type": "agent", "id": "agent_01SxpziMunFrUb", "version": 2},
        ),
        ("'${who}'", member("quote")),
        ("self", {"type": "self"}),
        ("{type: self}", {"type": "self"}),
        ("{advisor: claude-opus-5}", {"type": "advisor", "model": "claude-opus-5"}),
        ("{type: advisor, model: claude-opus-5}", {"type": "advisor", "model": "claude-opus-5"}),
    ],
)
def test_a_member(tmp_path: Path, entry: str, expected: object) -> None:
    for text in (
        f"subagents: [{entry}]",
        f"multiagent: {{type: coordinator, agents: [{entry}]}}",
    ):
        others = {key: OTHERS[key] for key in OTHERS if key != "agents/back/agent.yaml"}
        result = agent(tmp_path, text, others, variables={"who": "quote"})
        assert body(result)["multiagent"] == {"type": "coordinator", "agents": [expected]}


def test_no_roster(tmp_path: Path) -> None:
    assert "multiagent" not in body(agent(tmp_path, "subagents: []"))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("subagents: [§gone]", "subagent.missing"),
        ("subagents: [{agent: §gone, version: 2}]", "subagent.missing"),
        ("subagents: [§Twin]", "subagent.ambiguous"),
        ("subagents: [writer, §The Writer]", "subagent.duplicate"),
        ("subagents: [agent_01aaaaaa, §agent_01aaaaaa]", "subagent.duplicate"),
        ("subagents: [self, writer, §self]", "subagent.self_twice"),
        ("subagents: [self, §{type: self}]", "subagent.self_twice"),
        ("subagents: [§a]", "subagent.cycle"),
        ("subagents: [§lead]", "subagent.depth"),
        ("subagents: [{advisor: m}, §{advisor: n}]", "subagent.advisor"),
        ("subagents: [§no]", "field.not_text"),
        ("subagents: [{agent: writer, version: §'3'}]", "field.type"),
        ("subagents: [{agent: writer, version: §0}]", "field.value"),
        ("subagents: [§{type: agent, version: 3}]", "field.missing"),
        ("subagents: [writer, {agent: quote, §model: m}]", "field.unknown"),
        ("subagents: §writer", "field.type"),
        ("multiagent: {type: coordinator, agents: §[]}", "subagent.empty"),
        ("multiagent: §{type: coordinater, agents: [writer]}", "field.value"),
        (
            "§subagents: [writer]\nmultiagent: {type: coordinator, agents: [writer]}",
            "subagent.two_rosters",
        ),
        (
            "subagents: §[" + ", ".join(f"agent_{n:08}" for n in range(21)) + "]",
            "subagent.too_many",
        ),
        (
            "multiagent: {type: multiagent_20261001, workflows: §{type: enabled, "
            "inline_agents: {type: disabled}}}",
            "subagent.empty",
        ),
        (
            "multiagent: {type: multiagent_20261001, subagents: §{type: disabled, "
            "predefined_agents: []}}",
            "field.unknown",
        ),
        (
            "multiagent: {type: multiagent_20261001, subagents: {type: enabled, "
            "predefined_agents: [§{advisor: m}]}}",
            "subagent.advisor",
        ),
        ("multiagent: {type: multiagent_20261001, advisor: §{type: enabled}}", "field.missing"),
        ("multiagent: {type: multiagent_20261001, §agents: [writer]}", "field.unknown"),
    ],
)
def test_refused(tmp_path: Path, text: str, code: str) -> None:
    others = {key: OTHERS[key] for key in OTHERS if key != "agents/back/agent.yaml"}
    refused(tmp_path, text, code, others)


def test_two_agents_that_name_each_other(tmp_path: Path) -> None:
    result = agent(tmp_path, "subagents: [back]", OTHERS)
    assert places(result) == ["subagent.cycle agents/a/agent.yaml:2:13"]
    assert "agent/a → agent/back → agent/a" in result.findings[0].message


def test_twenty_members(tmp_path: Path) -> None:
    text = "subagents: [" + ", ".join(f"agent_{n:08}" for n in range(20)) + "]"
    assert agent(tmp_path, text).findings == ()


def test_naming_an_agent_with_a_mistake_is_no_second_error(tmp_path: Path) -> None:
    files = {"agents/b/agent.yaml": "model: a: b\n", "agents/c/agent.yaml": "modle: x\n"}
    result = agent(tmp_path, "subagents: [b, c]", files)
    assert {item.span.file for item in result.findings if item.span} == {
        "agents/b/agent.yaml",
        "agents/c/agent.yaml",
    }


def test_the_newer_type_has_every_member_written_out(tmp_path: Path) -> None:
    enabled = {"type": "enabled", "inline_agents": {"type": "enabled"}}
    result = agent(tmp_path, "multiagent: {type: multiagent_20261001}")
    assert body(result)["multiagent"] == {
        "type": "multiagent_20261001",
        "subagents": {**enabled, "predefined_agents": []},
        "workflows": {**enabled, "predefined_agents": []},
        "advisor": {"type": "disabled"},
    }
    text = """multiagent:
  type: multiagent_20261001
  subagents: {type: enabled, inline_agents: {type: disabled}, predefined_agents: [self, b]}
  workflows: {type: disabled}
  advisor: {type: enabled, model: claude-opus-5}
"""
    result = loaded(tmp_path, {"agents/a/agent.yaml": MODEL + text, "agents/b/agent.yaml": MODEL})
    assert body(result)["multiagent"] == {
        "type": "multiagent_20261001",
        "subagents": {
            "type": "enabled",
            "inline_agents": {"type": "disabled"},
            "predefined_agents": [{"type": "self"}, member("b")],
        },
        "workflows": {"type": "disabled"},
        "advisor": {"type": "enabled", "model": "claude-opus-5"},
    }
