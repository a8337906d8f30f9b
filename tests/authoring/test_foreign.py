"""Other tools' files are named as what they are, by their content."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.authoring.support import loaded, places

YAML, MD = "agents/a/agent.yaml", "agents/a/agent.md"


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("kind: Agent\napiVersion: v1\nmetadata: {}\n", "2:1", "Kubernetes"),
        ("apiVersion: anthropic.crossplane.io/v1\nkind: Agent\n", "1:1", "Crossplane"),
        ("apiVersion: x/v1\nkind: Agent\nspec: {forProvider: {model: m}}\n", "3:1", "Crossplane"),
        ("resource: {anthropic_agent: {a: {model: m}}}\n", "1:1", "Terraform"),
        ("terraform: {}\n", "1:1", "Terraform"),
        ("name: a\nbase_agent: x\nmodel: m\n", "2:1", "Gemini"),
        ("kind: AgentProject\nagent: {model: m}\n", "1:1", "harness"),
        ("apiVersion: v1\nkind: AgentProject\n", "2:1", "harness"),
        ("supervisor: {}\nworkers: []\n", "1:1", "Medcius"),
        ("id: x\nagent: {model: m}\nenvironment: {}\n", "2:1", "envelope around an agent and its"),
        ("agent: {model: m}\n", "1:1", "envelope around an agent"),
        ("services: {web: {image: x}}\n", "1:1", "Docker Compose"),
        ("name: ci\njobs: {test: {}}\n", "2:1", "CI workflow"),
        ("spec_version: v1\nkind: native\n", "1:1", "spec_version"),
    ],
)
def test_manifests(tmp_path: Path, text: str, place: str, says: str) -> None:
    yaml = loaded(tmp_path / "y", {YAML: text, "agents/b/agent.yaml": "model: m\nsubagents: [a]\n"})
    assert places(yaml) == [f"agent.foreign {YAML}:{place}"]
    assert says in yaml.findings[0].message
    line, _, column = place.partition(":")
    prose = loaded(tmp_path / "m", {MD: f"---\n{text}---\nProse.\n"})
    assert places(prose) == [f"agent.foreign {MD}:{int(line) + 1}:{column}"]


@pytest.mark.parametrize("first", ["", "---\n", "# A comment\n"])
def test_several_manifests_in_one_file(tmp_path: Path, first: str) -> None:
    text = f"{first}apiVersion: v1\nkind: Agent\n---\napiVersion: v1\nkind: Service\n"
    result = loaded(tmp_path, {YAML: text})
    assert places(result) == [f"agent.foreign {YAML}:{2 if first else 1}:1"]
    agents = loaded(tmp_path, {YAML: "model: m\n---\nmodel: n\n"})
    assert places(agents) == [f"yaml.several_documents {YAML}:2:1"]


@pytest.mark.parametrize("key", ["agent: x", "resource: {}", "services: {}", "jobs: []", "kind: x"])
def test_a_stray_key_of_an_agent_is_only_that(tmp_path: Path, key: str) -> None:
    assert places(loaded(tmp_path, {YAML: f"model: m\n{key}\n"})) == [f"field.unknown {YAML}:2:1"]


CLAUDE = [
    ("name: r\ndescription: d\ntools: Read, Bash\nmodel: sonnet\n", "4:1"),
    ("name: r\ndescription: d\ntools: Read\n", "4:1"),
    ("name: r\ndescription: d\ntools: mcp__docs__search\n", "4:1"),
    ("name: r\ndescription: d\nmodel: inherit\ncolor: red\n", "4:1"),
    ("name: r\ncolor: red\ndescription: d\n", "3:1"),
]


@pytest.mark.parametrize(("text", "place"), CLAUDE)
@pytest.mark.parametrize("file", [MD, "agents/a.agent.md", "agents/b/subagents/a.md"])
def test_claude_code_subagents(tmp_path: Path, file: str, text: str, place: str) -> None:
    result = loaded(tmp_path, {file: f"---\n{text}---\nProse.\n"})
    assert places(result, "error") == [f"agent.claude_code {file}:{place}"]
    assert "import" in result.findings[0].hint


def test_an_alias_beside_a_list_of_tools_is_an_alias(tmp_path: Path) -> None:
    result = loaded(tmp_path, {MD: "---\nmodel: sonnet\ntools: [read]\n---\nProse.\n"})
    assert places(result) == [f"model.alias {MD}:2:8"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("---\nname: r\ndescription: d\n---\nProse.\n", "agent.claude_code agents/r.md:1:1"),
        (f"---\n{CLAUDE[0][0]}---\n", "agent.claude_code agents/r.md:1:1"),
        ("Rules for pitches.\n", None),
        ("---\ntitle: Rules\n---\n", None),
        ("---\nA rule\n---\n", None),
        ("---\nname: a: b\n---\n", None),
        (b"\xff", None),
    ],
)
def test_markdown_beside_agents(tmp_path: Path, text: str | bytes, expected: str | None) -> None:
    result = loaded(tmp_path, {YAML: "model: m\n", "agents/r.md": text})
    assert places(result) == ([expected] if expected else [])
    assert {finding.severity for finding in result.findings} <= {"warning"}


def test_a_prompt_beside_agents_is_a_prompt(tmp_path: Path) -> None:
    files = {
        "agents/a.agent.yaml": "model: m\nsystem: {file: r.md}\n",
        "agents/r.md": f"---\n{CLAUDE[0][0]}---\nProse.\n",
    }
    assert places(loaded(tmp_path, files)) == ["system.frontmatter agents/a.agent.yaml:2:16"]
