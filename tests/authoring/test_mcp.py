from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.authoring.support import agent, body, only, refused

URL = "https://mcp.example.com/mcp"
ALLOW = {"permission_policy": {"type": "always_allow"}}
ASK = {"permission_policy": {"type": "always_ask"}}


def server(text: str) -> str:
    return f"mcp_servers: [{{name: s, url: {URL}{text}}}]\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", {}),
        (", permission: allow", {"default_config": ALLOW}),
        (
            ", tools: [a, 'b:ask']",
            {
                "default_config": {"enabled": False},
                "configs": [
                    {"name": "a", "enabled": True},
                    {"name": "b", "enabled": True, **ASK},
                ],
            },
        ),
        (
            ", tools: [a, 'b:ask'], permission: allow",
            {
                "default_config": {"enabled": False, **ALLOW},
                "configs": [
                    {"name": "a", "enabled": True, **ALLOW},
                    {"name": "b", "enabled": True, **ASK},
                ],
            },
        ),
        (", tools: []", {"default_config": {"enabled": False}, "configs": []}),
        (
            ", type: url, permission: auto",
            {"default_config": {"permission_policy": {"type": "auto"}}},
        ),
    ],
)
def test_a_server_brings_its_toolset(tmp_path: Path, text: str, expected: dict[str, Any]) -> None:
    result = body(agent(tmp_path, server(text)))
    assert result["mcp_servers"] == [{"type": "url", "name": "s", "url": URL}]
    assert result["tools"] == [{"type": "mcp_toolset", "mcp_server_name": "s", **expected}]


def test_a_typed_toolset_is_used_as_it_is(tmp_path: Path) -> None:
    text = (
        "tools: [{type: mcp_toolset, mcp_server_name: s, default_config: {enabled: false}, "
        "configs: [{name: x, enabled: true}]}]\n"
    )
    expected = {
        "type": "mcp_toolset",
        "mcp_server_name": "s",
        "default_config": {"enabled": False},
        "configs": [{"name": "x", "enabled": True}],
    }
    for form in ("", ", type: url"):
        assert body(agent(tmp_path, text + server(form)))["tools"] == [expected]


TOOLSET = "tools: [{type: mcp_toolset, mcp_server_name: s}]\n"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (TOOLSET.replace("{", "§{"), "mcp.server_missing"),
        (server(", type: url").replace("{", "§{"), "mcp.server_unreferenced"),
        (TOOLSET + server(", permission: ask").replace("{", "§{"), "mcp.toolset_twice"),
        (server(", §command: npx"), "mcp.stdio_unsupported"),
        ("mcp_servers: [§{name: s, command: npx, args: [x]}]", "mcp.stdio_unsupported"),
        (server(", type: §stdio"), "mcp.stdio_unsupported"),
        (server(", type: §streamable_http"), "mcp.transport_unsupported"),
        (server(", type: §sse"), "mcp.transport_unsupported"),
        (server(", §headers: {Authorization: x}"), "mcp.headers_unsupported"),
        (server(", §permision: ask"), "field.unknown"),
        (server(", permission: §always_allow"), "field.value"),
        (server(", tools: [a, §a]"), "tools.duplicate"),
        (server(", tools: [§'a:aks']"), "tools.suffix"),
        (server(", tools: [§no]"), "field.not_text"),
        (server("}, {name: §s, url: https://b.example.com"), "mcp.duplicate"),
        ("mcp_servers: [§{name: s}]", "field.missing"),
        ("mcp_servers: [§more]", "field.type"),
        ("mcp_servers: §{s: {url: x}}", "field.type"),
    ],
)
def test_refused(tmp_path: Path, text: str, code: str) -> None:
    refused(tmp_path, text, code)


def test_twenty_servers_and_no_more(tmp_path: Path) -> None:
    def many(count: int) -> str:
        return "mcp_servers:\n" + "".join(
            f"  - {{name: s{n}, url: https://s{n}.example.com}}\n" for n in range(count)
        )

    assert agent(tmp_path, many(20)).findings == ()
    assert only(agent(tmp_path, many(21))) == "mcp.too_many 3:3"
