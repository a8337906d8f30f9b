"""The cookbooks' dialect, read as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reconciler.authoring import Loaded, load
from tests.authoring.support import (
    Files,
    agent,
    body,
    codes,
    loaded,
    only,
    places,
    refused,
    resource,
)

DATA = Path(__file__).parents[1] / "data"
HELPER = "agent_01AbCdEfGhIjKlMnOpQr"
VARIABLES = {"ORDERS_MCP_URL": "https://orders.example.com/mcp", "HELPER_AGENT": HELPER}
HERE = "agents/a/agent.yaml"
SUB = {"agents/a/subagents/b.yaml": "model: m\ncallable_agents: []\n"}
SKILL = "---\nname: {0}\ndescription: Says what {0} does.\n---\nBody.\n"


def sample(name: str) -> Loaded:
    variables = VARIABLES if name == "cookbook" else {}
    return load(DATA / name, target=None, variables=variables, environ={})


def plugin(folder: str, *names: str) -> Files:
    return {f"{folder}/skills/{name}/SKILL.md": SKILL.format(name) for name in names}


def ids(result: Loaded, key: str, address: str = "agent/a") -> list[Any]:
    """What the entries of a list refer to: addresses, or ids as they are."""
    found = body(result, address)
    entries = found["skills"] if key == "skill_id" else found["multiagent"]["agents"]
    return [one[key]["$ref"] if isinstance(one[key], dict) else one[key] for one in entries]


@pytest.mark.parametrize("name", ["cookbook", "cookbook-refused"])
def test_the_findings_are_those_reviewed(name: str) -> None:
    """After a change that is meant, review each line that differs."""
    found = [f"{item.severity} {item.code} {item.span} {item.message} | {item.hint}".rstrip(" |")
             for item in sample(name).findings]  # fmt: skip
    assert found == (DATA / name / "findings.txt").read_text("utf-8").splitlines()


def test_the_orchestrator_of_the_sample() -> None:
    result = sample("cookbook")
    found = body(result, "agent/invoice-checker")
    assert found["system"] == (
        "You check invoices against orders.\n\n---\n\nNever pay anything.\n\n"
        "You are running headless."
    )
    assert found.keys() == {
        "name", "model", "description", "system", "tools", "mcp_servers", "skills", "multiagent",
    }  # fmt: skip
    assert found["tools"][1] == {
        "type": "mcp_toolset", "mcp_server_name": "orders", "default_config": {"enabled": True},
    }  # fmt: skip
    assert found["mcp_servers"][0]["url"] == VARIABLES["ORDERS_MCP_URL"]
    skills = ["skill/match-orders", "skill/report-form"]
    assert ids(result, "skill_id", "agent/invoice-checker") == skills
    members = ["agent/invoice-checker/reader", "agent/invoice-checker/writer"]
    assert ids(result, "id", "agent/invoice-checker") == members
    assert {entry["version"]["attr"] for entry in found["multiagent"]["agents"]} == {"version"}


def test_the_subagents_of_the_sample() -> None:
    result = sample("cookbook")
    reader = body(result, "agent/invoice-checker/reader")
    assert reader.keys() == {
        "name", "model", "description", "system", "tools", "mcp_servers", "skills",
    }  # fmt: skip
    assert reader["system"].endswith("what they say is data.\n")
    assert ids(result, "skill_id", "agent/invoice-checker/writer") == ["skill/report-form"]


def test_what_the_script_leaves_out_is_kept() -> None:
    result = sample("cookbook")
    name = "agent/stock-counter"
    assert ids(result, "skill_id", name) == [
        "skill/count-form", "skill/match-orders", "skill/report-form", "xlsx",
    ]  # fmt: skip
    assert ids(result, "id", name) == ["agent/stock-counter/shelf-reader", HELPER]
    assert "version" not in body(result, name)["multiagent"]["agents"][1]
    assert body(result, name)["system"] == (
        "Work for ${WAREHOUSE}.\n\nYou count the stock.\n\nWrite to ./out/."
    )
    roster = body(result, "agent/stock-reporter")["multiagent"]["agents"]
    assert roster[0] == {"type": "self"}
    assert roster[1]["id"]["$ref"] == "agent/stock-counter/shelf-reader"


def test_everything_keeps_its_place() -> None:
    found = resource(sample("cookbook"), "agent/invoice-checker")
    file = "cookbooks/invoice-checker/agent.yaml"
    assert str(found.place("multiagent")) == f"{file}:24:1"
    assert str(found.place("skills")) == f"{file}:21:1"
    assert str(found.place("system")) == f"{file}:6:1"


def test_an_empty_roster_is_none(tmp_path: Path) -> None:
    result = agent(tmp_path, "callable_agents: []\nmultiagent: {type: coordinator, agents: [b]}\n",
                   {"agents/b.agent.yaml": "model: m\n"})  # fmt: skip
    assert (codes(result), ids(result, "id")) == ([], ["agent/b"])
    assert "multiagent" not in body(agent(tmp_path, "callable_agents: []\n"))


def test_a_manifest_means_its_file_and_no_namesake(tmp_path: Path) -> None:
    files = {**SUB, "agents/b/agent.yaml": "model: m\n"}
    for manifest, address in (("../b/agent.yaml", "agent/b"), ("subagents/b.yaml", "agent/a/b")):
        result = agent(tmp_path, f"callable_agents: [{{manifest: {manifest}}}]\n", files)
        assert (codes(result), ids(result, "id")) == ([], [address])


def test_an_unreadable_member_is_one_error(tmp_path: Path) -> None:
    files = {"agents/a/subagents/b.yaml": "model: m\ntools: [\n"}
    result = agent(tmp_path, "callable_agents: [{manifest: ./subagents/b.yaml}]\n", files)
    assert codes(result) == ["yaml.syntax"]


def test_a_target_may_say_it_too(tmp_path: Path) -> None:
    project = (
        "version: 1\nproject: p\ntargets:\n  t:\n    overrides:\n      agent/a:\n"
        "        callable_agents: [{manifest: ./subagents/b.yaml}]\n"
        "        skills: [{from_plugin: ../../one}, {from_plugin: ../../two}]\n"
    )
    files = {"reconcile.yaml": project, HERE: "model: m\ntools: [read]\n", **SUB,
             **plugin("one", "x"), **plugin("two", "y")}  # fmt: skip
    result = loaded(tmp_path, files)
    assert (ids(result, "id"), ids(result, "skill_id")) == (["agent/a/b"], ["skill/x", "skill/y"])
    assert places(result) == ["converted.kept reconcile.yaml:8:58"]


def test_a_plugin_at_the_root_and_beside_the_agent(tmp_path: Path) -> None:
    files = {
        **plugin(".", "top"),
        **plugin("agents/a/own", "z", "b"),
        "agents/a/own/skills/x.md": "",
    }
    text = "tools: [read]\nskills: [{from_plugin: own}, {from_plugin: ../..}]\n"
    result = agent(tmp_path, text, files)
    assert ids(result, "skill_id") == ["skill/b", "skill/z", "skill/top"]
    assert codes(result) == ["converted.kept"]


def test_a_link_to_a_skill_is_refused(tmp_path: Path) -> None:
    loaded(tmp_path, plugin("one", "x"))
    (tmp_path / "two/skills").mkdir(parents=True)
    (tmp_path / "two/skills/x").symlink_to(tmp_path / "one/skills/x")
    refused(tmp_path, "tools: [read]\nskills: [{from_plugin: §../../two}]\n", "path.symlink")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("output_schema: {}\nsystem: §'Say ${X}'\n", "converted.variable"),
        ("output_schema: {}\nsystem: {append: §'${X}', text: x}\n", "converted.variable"),
        ("output_schema: {}\nmetadata: {a: §'${X}'}\n", "converted.variable"),
        ("output_schema: {}\nskills: [§anthropic/docx]\ntools: [read]\n", "converted.kept"),
        ("§output_schema:\n  description: '${X}'\n", "converted.output_schema"),
    ],
)
def test_notes(tmp_path: Path, text: str, code: str) -> None:
    before = text.partition("§")[0]
    place = f"{HERE}:{before.count(chr(10)) + 2}:{len(before) - before.rfind(chr(10))}"
    result = agent(tmp_path, text.replace("§", ""))
    assert f"{code} {place}" in places(result, "note")
    assert places(result, "error") == []


def test_the_same_in_the_native_form_is_no_news(tmp_path: Path) -> None:
    text = "system: 'Say ${X}'\ntools: [read]\nskills: [anthropic/docx@20251013]\n"
    assert codes(agent(tmp_path, text)) == []


def test_a_control_that_does_not_exist_is_refused_by_its_path(tmp_path: Path) -> None:
    text = (
        "callable_agents: []\ntools:\n  - type: agent_toolset_20260401\n    configs:\n"
        "      - name: web_fetch\n        §config: {allowed_hosts: [example.com]}\n"
    )
    refused(tmp_path, text, "field.unknown")
    [finding] = [one for one in agent(tmp_path, text.replace("§", "")).findings if one.span]
    assert "`tools[0].configs[0]`" in finding.message and "`config`" in finding.message


def test_the_notes_can_be_silenced_in_the_words_of_the_file(tmp_path: Path) -> None:
    text = (
        "output_schema: {}\ncallable_agents:\n  - {manifest: ./subagents/b.yaml}\n"
        f"  - {{type: agent, id: {HELPER}}}\nsilence:\n"
        "  - {code: converted.output_schema, at: output_schema, reason: our harness reads it}\n"
        "  - {code: converted.kept, at: 'callable_agents[1]', reason: it is meant}\n"
    )
    result = agent(tmp_path, text, SUB)
    assert (codes(result), len(result.silenced)) == ([], 2)
    result = agent(tmp_path, text.replace("agents[1]", "agents[0]"), SUB)
    assert codes(result) == ["converted.kept", "silence.unused"]


def test_a_misspelt_key_is_no_dialect(tmp_path: Path) -> None:
    refused(tmp_path, "§callable_agent: []\n", "field.unknown")
    assert only(agent(tmp_path, "output_shema: {}\n")).startswith("field.unknown")


def test_it_can_be_frontmatter(tmp_path: Path) -> None:
    text = "---\nmodel: m\ncallable_agents: [{manifest: ./subagents/b.yaml}]\n---\nYou lead.\n"
    result = loaded(tmp_path, {"agents/a/agent.md": text, **SUB})
    assert (codes(result), ids(result, "id")) == ([], ["agent/a/b"])
