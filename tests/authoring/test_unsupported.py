"""--skip-unsupported: left out with a warning, where it would be an error."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.authoring import load
from tests.authoring.support import body, places, write

HERE = "agents/a/agent.yaml"
URL = "url: https://s.example.com"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tools: [read, Task, grep]", [f"tools.unmapped {HERE}:2:15"]),
        ("tools: [Task]", [f"tools.unmapped {HERE}:2:9"]),
        (
            "tools: [read, 'Bash(ls *)', mcp__s__t]",
            [f"tools.unmapped {HERE}:2:15", f"tools.unmapped {HERE}:2:29"],
        ),
        ("tools: [read, {type: computer}]", [f"tools.unmapped {HERE}:2:15"]),
        (
            f"mcp_servers: [{{name: l, command: npx}}, {{name: s, {URL}}}]",
            [f"mcp.stdio_unsupported {HERE}:2:15"],
        ),
        (f"mcp_servers: [{{name: l, {URL}, type: stdio}}]", [f"mcp.stdio_unsupported {HERE}:2:15"]),
        (
            "mcp_servers: [{name: l, command: x}]\ntools: [{type: mcp_toolset, mcp_server_name: l}]",
            [f"mcp.stdio_unsupported {HERE}:2:15", f"mcp.stdio_unsupported {HERE}:3:9"],
        ),
    ],
)
def test_left_out(tmp_path: Path, text: str, expected: list[str]) -> None:
    write(tmp_path, {HERE: f"model: m\n{text}\n"})
    kept = load(tmp_path, target=None, variables={}, environ={})
    assert {finding.severity for finding in kept.findings} == {"error"}
    assert len(places(kept)) >= 1
    skipped = load(tmp_path, target=None, variables={}, environ={}, skip_unsupported=True)
    assert places(skipped) == expected
    assert {finding.severity for finding in skipped.findings} == {"warning"}
    found = body(skipped)
    assert "Task" not in str(found) and "'l'" not in str(found)


def test_what_is_left(tmp_path: Path) -> None:
    mcp = f'{{"l": {{"command": "npx"}}, "s": {{"url": "{URL[5:]}"}}}}'
    files = {HERE: "model: m\ntools: [read, Task]\n", "agents/a/mcp.json": mcp}
    write(tmp_path, files)
    skipped = load(tmp_path, target=None, variables={}, environ={}, skip_unsupported=True)
    assert places(skipped) == [
        f"tools.unmapped {HERE}:2:15", "mcp.stdio_unsupported agents/a/mcp.json:1:7",
    ]  # fmt: skip
    found = body(skipped)
    assert [item["name"] for item in found["mcp_servers"]] == ["s"]
    assert found["tools"] == [
        {
            "type": "agent_toolset_20260401",
            "default_config": {"enabled": False},
            "configs": [{"name": "read", "enabled": True}],
        },
        {"type": "mcp_toolset", "mcp_server_name": "s"},
    ]


def test_nothing_becomes_everything(tmp_path: Path) -> None:
    write(tmp_path, {".managed-agents/a/agent.md": "---\nmodel: m\ntools: [Task]\n---\nP.\n"})
    skipped = load(tmp_path, target=None, variables={}, environ={}, skip_unsupported=True)
    assert body(skipped)["tools"] == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("tools: ['read:aks']", "tools.suffix"),
        ("tools: ['Read, Task']", "tools.unmapped"),
        ("tools: Task", "tools.unmapped"),
        (f"mcp_servers: [{{name: s, {URL}, headers: {{}}}}]", "mcp.headers_unsupported"),
        (f"mcp_servers: [{{name: s, {URL}, type: sse}}]", "mcp.transport_unsupported"),
    ],
)
def test_a_mistake_stays_an_error(tmp_path: Path, text: str, code: str) -> None:
    write(tmp_path, {HERE: f"model: m\n{text}\n"})
    skipped = load(tmp_path, target=None, variables={}, environ={}, skip_unsupported=True)
    assert [finding.code for finding in skipped.findings if finding.severity == "error"] == [code]
