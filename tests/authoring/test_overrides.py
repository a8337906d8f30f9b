"""Overrides change any field of agents and environments; a mistake is found in reconcile.yaml."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reconciler.authoring.agent import OWNABLE
from tests.authoring.support import SKILL, body, codes, loaded, places, resource

AGENT = (
    "name: before\ndescription: before\nmodel: {id: before, effort: low}\nsystem: before\n"
    "tools: [read]\nmcp_servers: [{name: s, url: https://before.io}]\nskills: [shared/k]\n"
    "metadata: {stays: yes!, changes: before}\n"
)
FILES = {
    "agents/a/agent.yaml": AGENT,
    "agents/a/other.md": "From a file.\n",
    "agents/b/agent.yaml": "model: m\n",
    "skills/k/SKILL.md": SKILL.format(name="k"),
    "environments/e.yaml": "description: before\nconfig: {type: cloud}\n",
}


def project(patch: str) -> str:
    """The patch stands in line 6."""
    head = "version: 1\nproject: demo\ntargets:\n  t:\n    overrides:\n"
    return f"{head}      {patch}\n"


def load(root: Path, patch: str) -> Any:
    return loaded(root, {**FILES, "reconcile.yaml": project(patch)})


@pytest.mark.parametrize(
    ("patch", "key", "value"),
    [
        ("name: after", "name", "after"),
        ("description: after", "description", "after"),
        ("model: after", "model", {"id": "after"}),
        ("model: {effort: high}", "model", {"id": "before", "effort": "high"}),
        ("model: {effort: null}", "model", {"id": "before"}),
        ("system: after", "system", "after"),
        ("system: {file: other.md}", "system", "From a file.\n"),
        ("mcp_servers: null", "mcp_servers", None),
        ("skills: [anthropic/docx]", "skills",
         [{"type": "anthropic", "skill_id": "docx", "version": "latest"}]),
        ("subagents: [b]", "multiagent",
         {"type": "coordinator", "agents": [{
             "type": "agent", "id": {"$ref": "agent/b", "attr": "id"},
             "version": {"$ref": "agent/b", "attr": "version"}}]}),
        ("execution_identity: {type: service_account}", "execution_identity",
         {"type": "service_account"}),
        ("metadata: {changes: after}", "metadata", {"stays": "yes!", "changes": "after"}),
    ],
)  # fmt: skip
def test_any_field_of_an_agent(tmp_path: Path, patch: str, key: str, value: Any) -> None:
    result = load(tmp_path, f"agent/a: {{{patch}}}")
    assert codes(result) == []
    assert body(result).get(key) == value
    (origin,) = result.provenance
    assert (origin.origin, origin.span.line) == ("override", 6)
    assert key in OWNABLE


def test_tools_lifecycle_and_registration(tmp_path: Path) -> None:
    patch = (
        "agent/a: {tools: [write, read], lifecycle: {protect: true}, ntropii: {tenant: t}, "
        "mcp_servers: [{name: s, url: https://mcp.ntropii.com, permission: allow}]}"
    )
    result = load(tmp_path, patch)
    assert [item.code for item in result.findings if item.severity == "error"] == []
    configs = body(result)["tools"][0]["configs"]
    assert [config["name"] for config in configs] == ["write", "read"]
    assert resource(result).lifecycle.protect
    assert resource(result, "registration/t/a").registration is not None


def test_any_field_of_an_environment(tmp_path: Path) -> None:
    patch = "environment/e: {name: n, description: null, config: {packages: {pip: [x]}}, scope: account}"
    found = body(load(tmp_path, patch), "environment/e")
    assert found == {
        "name": "n", "config": {"type": "cloud", "packages": {"pip": ["x"]}}, "scope": "account",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("patch", "code"),
    [
        ("agent/a: {§modle: x}", "field.unknown"),
        ("agent/a: {model: {§efort: high}}", "field.unknown"),
        ("agent/a: {description: §7}", "field.not_text"),
        ("agent/a: {metadata: {n: §7}}", "field.not_text"),
        ("agent/a: {tools: [read, §bsh]}", "tools.unmapped"),
        ("agent/a: {mcp_servers: [{name: s, url: §ftp://x.io}]}", "mcp.url_scheme"),
        ("agent/a: {mcp_servers: [{name: s, url: §'https://${x}'}]}", "variable.undefined"),
        ("agent/a: {mcp_servers: [{name: §'${x}', url: https://x.io}]}", "variable.not_here"),
        ("agent/a: {system: {file: §gone.md}}", "path.missing"),
        ("agent/a: {subagents: [§gone]}", "subagent.missing"),
        ("agent/a: {model: §null}", "field.missing"),
        ("agent/a: {mcp_servers: [§{url: https://x.io}]}", "field.missing"),
        ("environment/e: {config: {networking: {type: limited, allowed_hosts: [§http://x]}}}",
         "environment.host"),
        ("§agent/gone: {}", "override.unknown"),
        ("§skill/k: {}", "override.address"),
        ("§registration/t/a: {}", "override.address"),
        ("§credential/t/a: {}", "override.address"),
        ("§vault/t/a: {}", "override.address"),
        ("§agnt/a: {}", "override.address"),
    ],
)  # fmt: skip
def test_a_mistake_is_found_where_it_is_written(tmp_path: Path, patch: str, code: str) -> None:
    column = len("      " + patch.partition("§")[0]) + 1
    result = load(tmp_path, patch.replace("§", ""))
    assert places(result) == [f"{code} reconcile.yaml:6:{column}"]
    assert result.findings[0].hint


def test_what_can_not_be_overridden_says_what_can(tmp_path: Path) -> None:
    skill = load(tmp_path, "skill/k: {}").findings[-1]
    assert "a skill" in skill.message and "`skills:`" in skill.hint
    row = load(tmp_path, "registration/t/a: {}").findings[-1]
    assert "`ntropii:`" in row.hint


@pytest.mark.parametrize("text", ["m\n", "[m]\n", "", "# all gone\n"])
def test_a_file_without_a_mapping_is_an_error_with_an_override_too(
    tmp_path: Path, text: str
) -> None:
    files = {"agents/a/agent.yaml": text, "environments/e.yaml": text}
    patches = "agent/a: {model: m}\n      environment/e: {description: d}"
    found = codes(loaded(tmp_path, {**files, "reconcile.yaml": project(patches)}))
    assert found == codes(loaded(tmp_path, {**files, "reconcile.yaml": project("agent/a: {}")}))
    assert len(found) >= 2
