"""mcp.json beside an agent."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.authoring.support import agent, body, loaded, places, resource

HERE = "agents/a/mcp.json"
URL = "https://s.example.com/mcp"
ASK = {"permission_policy": {"type": "always_ask"}}


def wrapped(server: dict[str, Any]) -> str:
    return json.dumps({"mcpServers": {"s": server}}, indent=1)


@pytest.mark.parametrize(
    ("text", "toolset"),
    [
        (wrapped({"url": URL}), {}),
        (json.dumps({"s": {"url": URL}}), {}),
        (json.dumps({"mcp_servers": {"s": {"url": URL}}}), {}),
        (json.dumps({"$schema": "x", "mcpServers": {"s": {"url": URL}}}), {}),
        (wrapped({"url": URL, "type": "url"}), {}),
        (wrapped({"url": URL, "type": "http"}), {}),
        (wrapped({"url": URL, "type": "streamable-http"}), {}),
        ("\ufeff" + wrapped({"url": URL}), {}),
        ('{\r\n\t"s":\t{"url":"https:\\/\\/s.example.com/mcp"}}', {}),
        (
            wrapped({"url": URL, "allowedTools": ["a", "b:ask"]}),
            {
                "default_config": {"enabled": False},
                "configs": [{"name": "a", "enabled": True}, {"name": "b", "enabled": True, **ASK}],
            },
        ),
        (wrapped({"url": URL, "permission": "ask"}), {"default_config": ASK}),
        (
            wrapped({"url": URL, "allowed_tools": []}),
            {"default_config": {"enabled": False}, "configs": []},
        ),
    ],
)
def test_a_server_brings_its_toolset(tmp_path: Path, text: str, toolset: dict[str, Any]) -> None:
    result = agent(tmp_path, "tools: [read]", {HERE: text})
    assert result.findings == ()
    found = body(result)
    assert found["mcp_servers"] == [{"type": "url", "name": "s", "url": URL}]
    assert found["tools"][1] == {"type": "mcp_toolset", "mcp_server_name": "s", **toolset}


def test_in_addition_to_the_agents_own(tmp_path: Path) -> None:
    text = "mcp_servers: [{name: own, url: https://own.example.com}]\n"
    result = agent(tmp_path, text, {HERE: wrapped({"url": URL})})
    assert [item["name"] for item in body(result)["mcp_servers"]] == ["own", "s"]
    assert str(resource(result).place("mcp_servers")) == "agents/a/agent.yaml:2:1"
    alone = agent(tmp_path, "", {HERE: wrapped({"url": URL})})
    assert str(resource(alone).place("mcp_servers")) == f"{HERE}:3:3"


def test_a_toolset_of_the_agent_is_used(tmp_path: Path) -> None:
    text = (
        "tools: [{type: mcp_toolset, mcp_server_name: s, configs: [{name: x, enabled: false}]}]\n"
    )
    result = agent(tmp_path, text, {HERE: wrapped({"url": URL})})
    assert result.findings == ()
    assert [item["configs"] for item in body(result)["tools"]] == [
        [{"name": "x", "enabled": False}]
    ]


def test_variables_and_registration(tmp_path: Path) -> None:
    url = {"url": "https://${host}/mcp", "permission": "allow"}
    result = agent(
        tmp_path, "ntropii: {tenant: t}\n", {HERE: wrapped(url)}, variables={"host": "mcp.ntropii.com"}
    )  # fmt: skip
    assert places(result, "error") == []
    assert body(result, "credential/t/a")


def test_json_escapes(tmp_path: Path) -> None:
    name = "\U0001f600\\\\ud83d é"
    text = json.dumps({name: {"url": URL}})
    assert "\\ud83d\\ude00" in text
    result = agent(tmp_path, "", {HERE: text})
    assert body(result)["mcp_servers"][0]["name"] == name


def test_empty_is_none(tmp_path: Path) -> None:
    for text in ("{}", '{"mcpServers": {}}'):
        assert body(agent(tmp_path, "", {HERE: text})) == {"name": "a", "model": {"id": "m"}}


def test_of_no_use_to_others_in_the_folder(tmp_path: Path) -> None:
    files = {HERE: wrapped({"url": URL}), "agents/a/sub.agent.yaml": "model: m\n"}
    assert "mcp_servers" not in body(agent(tmp_path, "", files), "agent/a/sub")
    alone = {"agents/b/sub.agent.yaml": "model: m\n", "agents/b/mcp.json": "{}"}
    assert "form.not_read agents/b/mcp.json:1:1" in places(loaded(tmp_path, alone))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '{"s": {\n"command": "npx", "args": ["x"], "env": {"A": "b"}}}',
            "mcp.stdio_unsupported 1:7",
        ),
        ('{"s": {"type":\n "stdio", "url": "https://s.example.com"}}', "mcp.stdio_unsupported 2:2"),
        (
            '{"s": {"url": "https://s.example.com",\n "headers": {"A": "b"}}}',
            "mcp.headers_unsupported 2:2",
        ),
        (
            '{"s": {"url": "https://s.example.com",\n "env": {"A": "b"}}}',
            "mcp.headers_unsupported 2:2",
        ),
        (
            '{"s": {"type": "sse", "url": "https://s.example.com"}}',
            "mcp.transport_unsupported 1:16",
        ),
        ('{"s": {"url": "https://s.example.com", "disabled": true}}', "field.unknown 1:40"),
        ('{"s": {"name": "t", "url": "https://s.example.com"}}', "field.unknown 1:8"),
        (
            '{"s": {"url": "https://s.example.com", "tools": [], "allowedTools": []}}',
            "field.unknown 1:53",
        ),
        (
            '{"s": {"url": "https://s.example.com", "allowedTools":\n ["a", "b:aks"]}}',
            "tools.suffix 2:8",
        ),
        (
            '{"s": {"url": "https://s.example.com", "allowedTools":\n ["a", "a"]}}',
            "tools.duplicate 2:8",
        ),
        ('{"s": {"url": "https://s.example.com", "allowedTools": "a"}}', "field.type 1:56"),
        ('{"s": {"url":\n "ftp://s.example.com"}}', "mcp.url_scheme 2:2"),
        (
            '{"s": {"url": "https://a.example.com"},\n "s": {"url": "https://b.example.com"}}',
            "yaml.duplicate_key 2:2",
        ),
        ('{"mcpServers": {},\n "inputs": []}', "field.unknown 2:2"),
        ('{"mcpServers":\n []}', "field.type 2:2"),
        ('{"s":\n "https://s.example.com"}', "field.type 2:2"),
        ('{"s": {}}', "field.missing 1:7"),
        ("[]", "field.type 1:1"),
        ("", "yaml.empty_file 1:1"),
        ('{"s":\n ]}', "yaml.syntax 2:2"),
    ],
)
def test_refused(tmp_path: Path, text: str, expected: str) -> None:
    code, _, place = expected.partition(" ")
    assert places(agent(tmp_path, "", {HERE: text})) == [f"{code} {HERE}:{place}"]


def test_one_name_in_both(tmp_path: Path) -> None:
    text = "mcp_servers: [{name: s, url: https://own.example.com}]\n"
    result = agent(tmp_path, text, {HERE: '{\n "s": {"url": "https://s.example.com"}}'})
    assert places(result) == [f"mcp.duplicate {HERE}:2:7"]
