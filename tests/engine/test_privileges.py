from __future__ import annotations

import itertools
from typing import Any

import pytest

from reconciler.engine.agent_fields import normalise_agent
from reconciler.engine.privileges import raises

BUILTIN, MCP = "agent_toolset_20260401", "mcp_toolset"
OFF = {"default_config": {"enabled": False}}


def policy(word: str) -> dict[str, Any]:
    return {"permission_policy": {"type": word}}


def on(name: str, word: str = "always_allow") -> dict[str, Any]:
    return {"type": BUILTIN, **OFF, "configs": [{"name": name, "enabled": True, **policy(word)}]}


def told(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    left, right = (normalise_agent(body, str) for body in (before, after))
    return [str(one) for one in raises(left, right)]


def tools(*entries: dict[str, Any]) -> dict[str, Any]:
    return {"tools": list(entries)}


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (tools(on("bash", "always_ask")), tools(on("bash")), ["bash: asks → runs without asking"]),
        (tools(on("bash")), tools(on("bash", "always_ask")), []),
        (tools(on("bash", "always_ask")), tools(on("bash", "auto")), ["bash: asks → asks or runs (auto)"]),
        (tools(), tools(on("bash", "always_ask")), ["bash: off → asks"]),
        (tools(on("read")), tools(on("read"), {"type": "custom", "name": "c", "description": "d", "input_schema": {}}), ["custom:c: not there → there"]),
        (
            tools({"type": MCP, "mcp_server_name": "s"}),
            tools({"type": MCP, "mcp_server_name": "s", "default_config": policy("always_allow")}),
            ["s/any other tool: asks → runs without asking"],
        ),
        (
            tools({"type": MCP, "mcp_server_name": "s", **OFF, "configs": [{"name": "look", "enabled": True}]}),
            tools({"type": MCP, "mcp_server_name": "s"}),
            ["s/any other tool: off → asks"],
        ),
        (
            {"mcp_servers": [{"name": "a", "url": "https://a.test/mcp"}]},
            {"mcp_servers": [{"name": "a", "url": "https://A.test/other"}, {"name": "b", "url": "https://b.test"}]},
            ["MCP server b: not there → b.test"],
        ),
        ({"skills": []}, {"skills": [{"type": "anthropic", "skill_id": "docx"}]}, ["skill anthropic/docx: not there → there"]),
        ({}, {"multiagent": {"type": "coordinator", "agents": [{"type": "self"}]}}, ["member self: not there → there"]),
        ({}, {"execution_identity": {"type": "aws_role", "role_arn": "arn:x"}}, ['execution identity: {"type":"service_account"} → {"role_arn":"arn:x","type":"aws_role"}']),
        ({"system": "a"}, {"system": "b"}, []),
    ],
)  # fmt: skip
def test_what_is_a_raise_and_what_is_not(
    before: dict[str, Any], after: dict[str, Any], words: list[str]
) -> None:
    assert told(before, after) == words


def test_lifted_web_limits_are_raises() -> None:
    def fetch(**limits: Any) -> dict[str, Any]:
        return tools({"type": BUILTIN, "configs": [{"name": "web_fetch", **limits}]})

    narrow, wide = fetch(allowed_domains=["a.org"]), fetch(allowed_domains=["a.org", "b.org"])
    assert len(told(narrow, wide)) == len(told(narrow, fetch())) == 1
    assert told(wide, narrow) == told(fetch(), narrow) == []
    assert len(told(fetch(blocked_domains=["x.org"]), fetch())) == 1


def test_a_server_is_named_without_user_and_password() -> None:
    before = {"mcp_servers": {"a": "https://a.test/mcp"}}
    after = {"mcp_servers": {"a": "https://me:hush@A.test/mcp", "b": "https://me:hush@b.test"}}
    assert [one.after for one in raises(before, after)] == ["b.test"]


def test_a_raise_one_way_is_none_the_other_way() -> None:
    words = ["always_ask", "auto", "always_allow"]
    for one, other in itertools.permutations(words, 2):
        up = told(tools(on("bash", one)), tools(on("bash", other)))
        down = told(tools(on("bash", other)), tools(on("bash", one)))
        assert bool(up) != bool(down)
