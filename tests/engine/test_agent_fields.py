from __future__ import annotations

import itertools
from typing import Any

import pytest

from reconciler.engine.agent_fields import normalise_agent, update_agent
from reconciler.engine.compare import same
from reconciler.engine.environment_fields import normalise_environment, update_environment
from reconciler.engine.tools import normalise_tools

ALLOW, ASK = {"type": "always_allow"}, {"type": "always_ask"}
TOOLSET = "agent_toolset_20260401"


def norm(body: dict[str, Any]) -> dict[str, Any]:
    return normalise_agent(body, {"agent_1": "agent/one"}.get and (lambda one: one))


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        ({"model": "m"}, {"model": {"id": "m"}}),
        ({"model": {"id": "m", "effort": "high"}}, {"model": {"id": "m", "effort": {"type": "high"}}}),
        ({"system": ""}, {"system": None}),
        ({"system": "a\r\nb\n"}, {"system": "a\nb\n"}),
        ({"description": ""}, {"description": None}),
        (
            {"tools": [{"type": TOOLSET}]},
            {"tools": [{"type": TOOLSET, "configs": [], "default_config": {"enabled": True, "permission_policy": ALLOW}}]},
        ),
        (
            {"tools": [{"type": TOOLSET, "configs": [{"name": "bash"}]}]},
            {"tools": [{"type": TOOLSET, "configs": []}]},
        ),
        (
            {"tools": [{"type": TOOLSET, "default_config": {"enabled": False}, "configs": [{"name": "read", "enabled": True}]}]},
            {"tools": [{"type": TOOLSET, "default_config": {"enabled": False, "permission_policy": ALLOW},
                        "configs": [{"name": "read", "type": "read", "enabled": True, "permission_policy": ALLOW}]}]},
        ),
        (
            {"tools": [{"type": "mcp_toolset", "mcp_server_name": "s"}]},
            {"tools": [{"type": "mcp_toolset", "mcp_server_name": "s", "configs": [], "default_config": {"enabled": True, "permission_policy": ASK}}]},
        ),
        (
            {"tools": [{"type": TOOLSET, "configs": [{"name": "web_fetch", "url_sources": {"user_input": "all"}}]}]},
            {"tools": [{"type": TOOLSET, "configs": [{"name": "web_fetch", "type": "web_fetch", "url_sources": None, "allowed_domains": None}]}]},
        ),
        ({"skills": [{"type": "anthropic", "skill_id": "docx"}]}, {"skills": [{"type": "anthropic", "skill_id": "docx", "version": "latest"}]}),
        ({"execution_identity": None}, {"execution_identity": {"type": "service_account"}}),
        (
            {"multiagent": {"type": "multiagent_20261001", "subagents": {"type": "enabled", "predefined_agents": None}}},
            {"multiagent": {"type": "multiagent_20261001",
                            "subagents": {"type": "enabled", "inline_agents": {"type": "enabled"}, "predefined_agents": []},
                            "workflows": {"type": "enabled", "inline_agents": {"type": "enabled"}, "predefined_agents": []},
                            "advisor": {"type": "disabled"}}},
        ),
    ],
)  # fmt: skip
def test_what_is_sent_equals_what_is_read(sent: dict[str, Any], read: dict[str, Any]) -> None:
    left, right = norm(sent), norm(read)
    assert all(same(left[path], right[path]) for path in left)


def test_order_of_tools_servers_skills_and_members_does_not_matter() -> None:
    tools = [
        {"type": TOOLSET, "configs": [{"name": "bash", "enabled": False}, {"name": "read", "permission_policy": ASK}]},
        {"type": "mcp_toolset", "mcp_server_name": "a"},
        {"type": "mcp_toolset", "mcp_server_name": "b"},
        {"type": "custom", "name": "c", "description": "d", "input_schema": {"type": "object"}},
    ]  # fmt: skip
    servers = [{"type": "url", "name": n, "url": f"https://{n}.test"} for n in "ab"]
    members = [{"type": "agent", "id": f"agent_{n}", "version": 1} for n in "ab"]
    seen = set()
    for order in itertools.permutations(range(4)):
        body = {
            "tools": [tools[i] for i in order],
            "mcp_servers": servers[:: 1 if order[0] % 2 else -1],
            "multiagent": {"type": "coordinator", "agents": members[:: 1 if order[0] % 2 else -1]},
        }
        seen.add(repr(sorted(norm(body)["mcp_servers"].items())))
        assert all(same(norm(body)[key], norm({**body, "tools": tools})[key]) for key in norm(body))
    assert len(seen) == 1


def test_one_flipped_policy_shows() -> None:
    allow = [{"type": TOOLSET, "configs": [{"name": "bash", "permission_policy": ALLOW}]}]
    ask = [{"type": TOOLSET, "configs": [{"name": "bash", "permission_policy": ASK}]}]
    assert not same(normalise_tools(allow), normalise_tools(ask))


def test_self_is_recognised_by_the_agents_own_id() -> None:
    entry = {"type": "agent", "id": "agent_9", "version": 4}
    live = {"id": "agent_9", "multiagent": {"type": "coordinator", "agents": [entry]}}
    wanted = {"multiagent": {"type": "coordinator", "agents": [{"type": "self"}]}}
    assert same(norm(live)["multiagent"], norm(wanted)["multiagent"])


def test_undeclared_model_settings_are_copied_from_live() -> None:
    live = {"model": {"id": "m", "effort": {"type": "low"}, "speed": "fast", "inference_geo": "us"}}
    body = update_agent({}, live, {"model.id": "n"}, ["model.id"])
    assert body == {"model": {"id": "n", "effort": "low", "speed": "fast", "inference_geo": "us"}}


def test_tools_and_servers_travel_together() -> None:
    body = update_agent({"tools": [1], "mcp_servers": [2]}, {}, {}, ["tools"])
    assert body == {"tools": [1], "mcp_servers": [2]}
    assert update_agent({}, {}, {}, ["mcp_servers"]) == {"tools": [], "mcp_servers": []}


def test_an_environment_is_sent_whole_where_the_api_merges() -> None:
    live = {
        "config": {
            "type": "cloud",
            "networking": {"type": "unrestricted"},
            "packages": {"pip": ["b", "a"], "npm": []},
        }
    }
    body = update_environment({}, live, {"config.packages.apt": ["jq"]}, ["config.packages.apt"])
    packages = {
        "type": "packages",
        "apt": ["jq"],
        "cargo": [],
        "gem": [],
        "go": [],
        "npm": [],
        "pip": ["a", "b"],
    }
    assert body == {"config": {"type": "cloud", "networking": {"type": "unrestricted"}, "packages": packages}}  # fmt: skip


def test_limited_networking_is_filled() -> None:
    sent = {"config": {"type": "cloud", "networking": {"type": "limited", "allowed_hosts": ["b", "a"]}}}  # fmt: skip
    assert normalise_environment(sent)["config.networking"] == {
        "type": "limited",
        "allowed_hosts": ["a", "b"],
        "allow_mcp_servers": False,
        "allow_package_managers": False,
    }
