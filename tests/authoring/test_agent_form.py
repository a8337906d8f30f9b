from __future__ import annotations

from pathlib import Path

import pytest

from tests.authoring.support import agent, body, codes, loaded, places, refused, resource


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("§descripton: x", "field.unknown"),
        ("§system_file: x.md", "field.unknown"),
        ("name: §no", "field.not_text"),
        ("name: §20251013", "field.not_text"),
        ("name: §1.5", "field.not_text"),
        ("name: §[x]", "field.type"),
        ("name: §''", "field.value"),
        ("description: §2025-10-13", "yaml.not_json"),
        ("§description:", "yaml.empty_value"),
        ("§tools:", "yaml.empty_value"),
        ("system: §no", "field.not_text"),
        ("system: {§fil: x.md}", "field.unknown"),
        ("metadata: {tier: §1}", "field.not_text"),
        ("metadata: {tier: §yes}", "field.not_text"),
        ("metadata: {tier: §{a: b}}", "field.type"),
        ("metadata: {§reconciler: x}", "metadata.reserved"),
        ("metadata: {§" + "k" * 65 + ": x}", "metadata.too_long"),
        ("metadata: {k: §" + "v" * 513 + "}", "metadata.too_long"),
        ("metadata: §{" + ", ".join(f"k{n}: v" for n in range(16)) + "}", "metadata.too_many"),
        ("execution_identity: §{type: role}", "field.value"),
        ("execution_identity: §{type: aws_role}", "field.missing"),
        ("execution_identity: {type: service_account, §role_arn: x}", "field.unknown"),
        ("lifecycle: {protect: §'yes'}", "field.type"),
        ("lifecycle: {ignore: [metadata.team, §metdata.team]}", "lifecycle.unknown_field"),
        ("lifecycle: {§ignor: []}", "field.unknown"),
        ("ntropii: §yes please", "field.type"),
        ("ntropii: {§tennant: byng}", "field.unknown"),
        ("ntropii: {tenant: byng, versions: §'true'}", "field.type"),
    ],
)
def test_refused(tmp_path: Path, text: str, code: str) -> None:
    refused(tmp_path, text, code)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("model: claude-opus-5", {"id": "claude-opus-5"}),
        ("model: {id: m, effort: high}", {"id": "m", "effort": "high"}),
        ("model: {id: m, effort: {type: max}}", {"id": "m", "effort": "max"}),
        (
            "model: {id: m, speed: fast, inference_geo: us}",
            {"id": "m", "speed": "fast", "inference_geo": "us"},
        ),
        ("model: {id: m, effort: null, inference_geo: null}", {"id": "m"}),
    ],
)
def test_a_model_is_always_an_object(tmp_path: Path, text: str, expected: object) -> None:
    result = loaded(tmp_path, {"agents/a/agent.yaml": text})
    assert body(result)["model"] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name: a", "field.missing 1:1"),
        ("model: null", "field.type 1:8"),
        ("model: 4", "field.not_text 1:8"),
        ("model: {effort: high}", "field.missing 1:8"),
        ("model: {id: m, effort: hihg}", "field.value 1:24"),
        ("model: {id: m, effort: {type: hihg}}", "field.value 1:31"),
        ("model: {id: m, sped: fast}", "field.unknown 1:16"),
        ("model: {id: m, temperature: 1}", "field.unknown 1:16"),
        ("model: sonnet", "model.alias 1:8"),
        ("model: inherit", "model.alias 1:8"),
        ("[1]", "field.type 1:1"),
        ("text", "field.type 1:1"),
    ],
)
def test_a_model_that_is_none(tmp_path: Path, text: str, expected: str) -> None:
    code, _, place = expected.partition(" ")
    result = loaded(tmp_path, {"agents/a/agent.yaml": text})
    assert places(result) == [f"{code} agents/a/agent.yaml:{place}"]


def test_did_you_mean(tmp_path: Path) -> None:
    result = agent(tmp_path, "descripton: x\nmcp_server: []\nmodle: x\nwholly_other: 1")
    hints = [item.hint for item in result.findings]
    assert hints[:3] == [
        "did you mean `description`?",
        "did you mean `mcp_servers`?",
        "did you mean `model`?",
    ]
    assert hints[3].startswith("known here: name, description, model")


def test_every_mistake_of_a_file_is_reported_at_once(tmp_path: Path) -> None:
    text = """descripton: x
system: {file: gone.md}
skills: [shared/gone]
subagents: [gone]
metadata: {a: 1}
lifecycle: {ignore: [gone]}
"""
    assert codes(agent(tmp_path, text)) == [
        "field.unknown",
        "path.missing",
        "skill.missing",
        "subagent.missing",
        "field.not_text",
        "lifecycle.unknown_field",
    ]


def test_only_what_is_declared_is_in_the_body(tmp_path: Path) -> None:
    result = agent(tmp_path, "")
    assert body(result) == {"name": "a", "model": {"id": "m"}}
    assert result.findings == ()


def test_an_explicit_null_is_declared(tmp_path: Path) -> None:
    text = "description: null\nsystem: null\nmultiagent: null\nexecution_identity: null\n"
    text += "skills: null\nmcp_servers: null\ntools: null\nmetadata: null\n"
    result = body(agent(tmp_path, text, {"agents/a/system-prompt.md": "unused"}))
    assert result == {
        "name": "a", "model": {"id": "m"}, "description": None, "system": None,
        "multiagent": None, "execution_identity": None, "skills": [], "mcp_servers": [],
        "tools": [],
    }  # fmt: skip


def test_the_rest_of_the_form(tmp_path: Path) -> None:
    text = """name: Display Name
description: "Two\\r\\nlines"
execution_identity: {type: aws_role, role_arn: "arn:aws:iam::${account}:role/x"}
metadata: {owner: ops}
lifecycle: {protect: true, ignore: [metadata.team, description]}
"""
    result = agent(tmp_path, text, variables={"account": "1"})
    assert body(result) == {
        "name": "Display Name",
        "description": "Two\nlines",
        "model": {"id": "m"},
        "execution_identity": {"type": "aws_role", "role_arn": "arn:aws:iam::1:role/x"},
        "metadata": {"owner": "ops"},
    }
    found = resource(result)
    assert found.lifecycle.protect
    assert found.lifecycle.ignore == ("metadata.team", "description")
    assert str(found.place("metadata.owner")) == "agents/a/agent.yaml:5:12"
    assert str(found.place("metadata.gone")) == "agents/a/agent.yaml:5:1"
    assert str(found.place("skills")) == "agents/a/agent.yaml:1:1"


@pytest.mark.parametrize(
    "text",
    [
        "apiVersion: v1\nkind: Agent\n",
        "base_agent: x\n",
        "spec_version: 1\nname: x\n",
        "kind: AgentProject\n",
        "id: x\nagent: {name: x}\nenvironment: {}\n",
    ],
)
def test_other_manifests_are_named(tmp_path: Path, text: str) -> None:
    result = loaded(tmp_path, {"agents/a/agent.yaml": text})
    assert codes(result) == ["agent.foreign"]


def test_long_texts(tmp_path: Path) -> None:
    text = f"name: {'n' * 257}\ndescription: {'d' * 2049}\nsystem: {'s' * 100_001}\n"
    result = agent(tmp_path, text)
    assert places(result, "warning") == [
        "name.too_long agents/a/agent.yaml:2:7",
        "description.too_long agents/a/agent.yaml:3:14",
    ]
    assert places(result, "error") == ["system.too_long agents/a/agent.yaml:4:9"]
    shorter = agent(tmp_path, f"system: {'s' * 100_000}\nmetadata: {{{'k' * 64}: {'v' * 512}}}")
    assert shorter.findings == ()
