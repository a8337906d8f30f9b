"""Tools (hosted-answers, "Tools")."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anthropic
import httpx2
import pytest

Make = Callable[..., Any]
ALLOW, ASK = {"type": "always_allow"}, {"type": "always_ask"}
BUILT_IN = "agent_toolset_20260401"
SERVER = {"type": "url", "name": "n", "url": "https://n.example/mcp"}


def echoed(http: httpx2.Client, *tools: Any, servers: Any = ()) -> Any:
    body = {"name": "a", "model": "claude-sonnet-5", "tools": tools, "mcp_servers": servers}
    answer = http.post("/v1/agents", json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()["tools"]


def refusal(http: httpx2.Client, *tools: Any, servers: Any = ()) -> str:
    body = {"name": "a", "model": "claude-sonnet-5", "tools": tools, "mcp_servers": servers}
    answer = http.post("/v1/agents", json=body)
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["type"] == "invalid_request_error"
    return str(answer.json()["error"]["message"])


def toolset(**fields: Any) -> dict[str, Any]:
    return {"type": BUILT_IN, **fields}


@pytest.mark.parametrize(
    ("sent", "default"),
    [
        ({}, {"enabled": True, "permission_policy": ALLOW}),
        ({"default_config": None}, {"enabled": True, "permission_policy": ALLOW}),
        (
            {"default_config": {"permission_policy": ASK}},
            {"enabled": True, "permission_policy": ASK},
        ),
        ({"default_config": {"enabled": False}}, {"enabled": False, "permission_policy": ALLOW}),
    ],
)
def test_the_default_config_is_filled(http: httpx2.Client, sent: Any, default: Any) -> None:
    assert echoed(http, toolset(**sent)) == [
        {"type": BUILT_IN, "configs": [], "default_config": default}
    ]


def test_entries_are_filled_and_carry_their_type(http: httpx2.Client) -> None:
    (tool,) = echoed(http, toolset(configs=[{"name": "bash", "enabled": False}]))
    assert tool["configs"] == [
        {"name": "bash", "type": "bash", "enabled": False, "permission_policy": ALLOW}
    ]
    assert tool["default_config"] == {"enabled": True, "permission_policy": ALLOW}


def test_entries_inherit_from_the_default_config(http: httpx2.Client) -> None:
    default = {"enabled": False, "permission_policy": {"type": "auto"}}
    (tool,) = echoed(http, toolset(default_config=default, configs=[{"name": "read"}]))
    assert tool["configs"][0] == {"name": "read", "type": "read", **default}


def test_an_mcp_toolset_asks_by_default(http: httpx2.Client) -> None:
    sent = {"type": "mcp_toolset", "mcp_server_name": "n", "configs": [{"name": "look"}]}
    (tool,) = echoed(http, sent, servers=[SERVER])
    assert tool == {
        "type": "mcp_toolset",
        "mcp_server_name": "n",
        "default_config": {"enabled": True, "permission_policy": ASK},
        "configs": [{"name": "look", "enabled": True, "permission_policy": ASK}],
    }


def test_what_web_tools_leave_out_comes_back_as_null(http: httpx2.Client) -> None:
    (tool,) = echoed(http, toolset(configs=[{"name": "web_fetch"}, {"name": "web_search"}]))
    fetch, search = tool["configs"]
    assert {k for k, v in fetch.items() if v is None} == {
        "allowed_domains",
        "blocked_domains",
        "max_content_tokens",
        "url_sources",
    }
    assert {k for k, v in search.items() if v is None} == {
        "allowed_domains",
        "blocked_domains",
        "user_location",
    }


def test_url_sources_come_back_in_object_form(http: httpx2.Client) -> None:
    only = {"type": "only", "tools": [{"type": "tool_reference", "name": "web_search"}]}
    sources = {"user_input": "none", "server_tool_results": only}
    (tool,) = echoed(http, toolset(configs=[{"name": "web_fetch", "url_sources": sources}]))
    assert tool["configs"][0]["url_sources"] == {
        "client_tool_results": None,
        "server_tool_results": only,
        "user_input": {"type": "none"},
    }


def test_a_custom_tool_keeps_its_schema(http: httpx2.Client) -> None:
    schema = {"type": "object", "properties": {"x": {}}, "additionalProperties": False, "x-y": 1}
    tool = {"type": "custom", "name": "ask_me", "description": "d", "input_schema": schema}
    assert echoed(http, tool) == [tool]


def test_an_unknown_tool_name_lists_the_eight(http: httpx2.Client) -> None:
    said = refusal(http, toolset(configs=[{"name": "notebook"}]))
    assert said.startswith("tools[0].configs[0].name")
    for name in ("bash", "edit", "glob", "grep", "read", "web_fetch", "web_search", "write"):
        assert f'"{name}"' in said


@pytest.mark.parametrize("word", ["deny", "always_deny", "never_allow", "ask"])
def test_an_unknown_policy_names_its_place(http: httpx2.Client, word: str) -> None:
    policy = {"permission_policy": {"type": word}}
    said = refusal(http, toolset(configs=[{"name": "bash", **policy}]))
    assert said.startswith("tools[0].configs[0].permission_policy.type")
    said = refusal(http, toolset(default_config=policy))
    assert said.startswith("tools[0].default_config.permission_policy.type")


def test_an_unknown_policy_is_reported_before_an_unknown_tool(http: httpx2.Client) -> None:
    entry = {"name": "nope", "permission_policy": {"type": "deny"}}
    assert "permission_policy.type" in refusal(http, toolset(configs=[entry]))
    later = toolset(default_config={"permission_policy": {"type": "deny"}})
    assert "permission_policy.type" in refusal(http, toolset(configs=[{"name": "nope"}]), later)


@pytest.mark.parametrize("second", [{}, {"permission_policy": ASK}])
def test_the_same_tool_twice_is_refused(http: httpx2.Client, second: Any) -> None:
    said = refusal(http, toolset(configs=[{"name": "bash"}, {"name": "bash", **second}]))
    assert said.startswith(f"tools.0.{BUILT_IN}.configs.1: duplicate entry for tool")


def test_two_built_in_toolsets_are_refused(http: httpx2.Client) -> None:
    said = refusal(http, toolset(), toolset())
    assert said == f"tools.1.{BUILT_IN}: duplicate entry; at most one {BUILT_IN} is allowed"


@pytest.mark.parametrize(
    ("tools", "servers"),
    [
        ([], [SERVER]),
        ([{"type": "mcp_toolset", "mcp_server_name": "other"}], [SERVER]),
        ([{"type": "mcp_toolset", "mcp_server_name": "n"}], []),
        ([{"type": "mcp_toolset", "mcp_server_name": "n"}] * 2, [SERVER]),
        ([{"type": "mcp_toolset", "mcp_server_name": "n"}], [SERVER, SERVER]),
        ([{"type": "mcp_toolset", "mcp_server_name": "n"}], [{**SERVER, "url": "ftp://x"}]),
        ([{"type": "mcp_toolset", "mcp_server_name": "n"}], [{**SERVER, "type": "stdio"}]),
        (
            [
                {"type": "mcp_toolset", "mcp_server_name": "n", "configs": [{"name": "x"}] * 2},
            ],
            [SERVER],
        ),
        (
            [
                {
                    "type": "mcp_toolset",
                    "mcp_server_name": "n",
                    "configs": [{"name": "x", "type": "x"}],
                },
            ],
            [SERVER],
        ),
    ],
)
def test_servers_and_toolsets_belong_together(
    http: httpx2.Client, tools: Any, servers: Any
) -> None:
    refusal(http, *tools, servers=servers)


def test_at_most_twenty_servers(http: httpx2.Client) -> None:
    servers = [{**SERVER, "name": str(n)} for n in range(21)]
    tools = [{"type": "mcp_toolset", "mcp_server_name": str(n)} for n in range(21)]
    refusal(http, *tools, servers=servers)
    assert len(echoed(http, *tools[:20], servers=servers[:20])) == 20


def test_at_most_256_tools(http: httpx2.Client) -> None:
    def custom(count: int) -> list[Any]:
        schema = {"type": "object"}
        return [
            {"type": "custom", "name": f"t{n}", "description": "d", "input_schema": schema}
            for n in range(count)
        ]

    assert len(echoed(http, *custom(256))) == 256
    assert "256" in refusal(http, *custom(257))


@pytest.mark.parametrize(
    "tool",
    [
        {"type": "bash"},
        {"type": "agent_toolset_20270101"},
        {"name": "bash"},
        "bash",
        {"type": "custom", "name": "bad name", "description": "d", "input_schema": {}},
        {"type": "custom", "name": "n", "description": "", "input_schema": {"type": "object"}},
        {"type": "custom", "name": "n", "description": "d", "input_schema": {"type": "array"}},
        {"type": "custom", "name": "n", "description": "d", "input_schema": {}},
        toolset(color="red"),
        toolset(configs={}),
        toolset(configs=[{"enabled": True}]),
        toolset(configs=[{"name": "bash", "color": "red"}]),
        toolset(configs=[{"name": "bash", "type": "edit"}]),
        toolset(configs=[{"name": "bash", "enabled": "yes"}]),
        toolset(configs=[{"name": "bash", "permission_policy": "always_ask"}]),
        toolset(configs=[{"name": "bash", "permission_policy": {**ASK, "extra": 1}}]),
        toolset(configs=[{"name": "bash", "allowed_domains": ["example.com"]}]),
        toolset(default_config={"name": "bash"}),
    ],
)
def test_a_tool_of_another_shape_is_refused(http: httpx2.Client, tool: Any) -> None:
    refusal(http, tool)


@pytest.mark.parametrize(
    "settings",
    [
        {"allowed_domains": []},
        {"allowed_domains": ["a.example"], "blocked_domains": ["b.example"]},
        {"allowed_domains": ["https://a.example"]},
        {"allowed_domains": ["a.example:443"]},
        {"allowed_domains": ["*.a.example"]},
        {"allowed_domains": ["192.0.2.1"]},
        {"allowed_domains": ["localhost"]},
        {"allowed_domains": ["a.local"]},
        {"allowed_domains": ["b.internal"]},
        {"allowed_domains": ["a.example", "A.example"]},
        {"allowed_domains": ["a.example/path"]},
        {"allowed_domains": [f"a{n}.example" for n in range(65)]},
        {"max_content_tokens": 0},
        {"url_sources": dict.fromkeys(("client_tool_results", "server_tool_results"), "some")},
        {
            "url_sources": dict.fromkeys(
                ("client_tool_results", "server_tool_results", "user_input"), "none"
            )
        },
        {"url_sources": {"user_input": {"type": "only", "tools": []}}},
        {
            "url_sources": {
                "client_tool_results": {
                    "type": "only",
                    "tools": [{"type": "tool_reference", "name": "nobody"}],
                }
            }
        },
        {"user_location": {"type": "approximate"}},
    ],
)
def test_settings_of_web_fetch_are_checked(http: httpx2.Client, settings: Any) -> None:
    refusal(http, toolset(configs=[{"name": "web_fetch", **settings}]))


def test_settings_of_web_search(http: httpx2.Client) -> None:
    place = {"type": "approximate", "country": "NO", "city": "Oslo"}
    entry = {"name": "web_search", "user_location": place, "blocked_domains": ["a.example/path"]}
    (tool,) = echoed(http, toolset(configs=[entry]))
    assert tool["configs"][0]["user_location"] == {**place, "region": None, "timezone": None}
    refusal(http, toolset(configs=[{**entry, "user_location": {**place, "country": "no"}}]))


def test_the_official_types_take_the_answer(client: anthropic.Anthropic, make_agent: Make) -> None:
    agent = make_agent(
        tools=[toolset(configs=[{"name": name} for name in ("bash", "web_fetch", "web_search")])]
    )
    again = client.beta.agents.retrieve(agent.id)
    assert [config.type for config in again.tools[0].configs] == [
        "bash",
        "web_fetch",
        "web_search",
    ]
