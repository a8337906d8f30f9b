from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from reconciler.authoring.tools import enabled_policies
from tests.authoring.support import agent, body, places, refused

OFF = {"enabled": False}
ASK = {"permission_policy": {"type": "always_ask"}}
TYPE = "agent_toolset_20260401"


def on(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "enabled": True, **more}


@pytest.mark.parametrize(
    ("tools", "expected"),
    [
        ("tools: []", []),
        ("tools: null", []),
        (
            'tools: [read, "bash:ask"]',
            [{"type": TYPE, "default_config": OFF, "configs": [on("read"), on("bash", **ASK)]}],
        ),
        (
            "tools: [{type: bash}, {type: write}, {type: read}]",
            [
                {
                    "type": TYPE,
                    "default_config": OFF,
                    "configs": [on("bash"), on("write"), on("read")],
                }
            ],
        ),
        (
            'tools: ["bash:allow"]',
            [
                {
                    "type": TYPE,
                    "default_config": OFF,
                    "configs": [on("bash", permission_policy={"type": "always_allow"})],
                }
            ],
        ),
        ("tools: all", [{"type": TYPE, "default_config": {"enabled": True}}]),
        ("tools: all:ask", [{"type": TYPE, "default_config": {"enabled": True, **ASK}}]),
        (
            "tools: [Edit, MultiEdit]",
            [{"type": TYPE, "default_config": OFF, "configs": [on("edit")]}],
        ),
        ("tools: [{type: agent_toolset_20260401}]", [{"type": TYPE}]),
        (
            "tools: [{type: agent_toolset_20260401, default_config: {enabled: null}}]",
            [{"type": TYPE, "default_config": {}}],
        ),
        (
            "tools: [{type: agent_toolset_20260401, configs: [{name: web_search, user_location: "
            "{type: approximate, country: NL}, allowed_domains: [docs.example.com/x]}]}]",
            [
                {
                    "type": TYPE,
                    "configs": [
                        {
                            "name": "web_search",
                            "allowed_domains": ["docs.example.com/x"],
                            "user_location": {"type": "approximate", "country": "NL"},
                        }
                    ],
                }
            ],
        ),
    ],
)
def test_compiled(tmp_path: Path, tools: str, expected: object) -> None:
    assert body(agent(tmp_path, tools))["tools"] == expected


def test_all_in_a_list_is_every_tool_and_a_word_beside_it_wins(tmp_path: Path) -> None:
    [toolset] = body(agent(tmp_path, 'tools: [all, "bash:ask"]'))["tools"]
    assert toolset["default_config"] == OFF
    assert [config["name"] for config in toolset["configs"]] == [
        "bash", "edit", "glob", "grep", "read", "web_fetch", "web_search", "write",
    ]  # fmt: skip
    assert dict(enabled_policies(toolset))["bash"] == "always_ask"
    assert dict(enabled_policies(toolset))["edit"] == "always_allow"


def test_omitted_is_not_sent(tmp_path: Path) -> None:
    assert "tools" not in body(agent(tmp_path, ""))


def test_words_stand_where_the_first_of_them_stood(tmp_path: Path) -> None:
    text = "tools: [{type: custom, name: x, description: d, input_schema: {type: object}}, read]"
    result = agent(tmp_path, text)
    assert [tool["type"] for tool in body(result)["tools"]] == ["custom", TYPE]


def test_a_custom_tool_keeps_its_schema_as_written(tmp_path: Path) -> None:
    text = """tools:
  - type: custom
    name: find
    description: Finds.
    input_schema:
      type: object
      $id: https://example.com/x
      properties: {n: {type: [number, "null"], default: null}, m: {}}
      required: [n]
"""
    [tool] = body(agent(tmp_path, text))["tools"]
    assert tool["input_schema"] == {
        "type": "object",
        "$id": "https://example.com/x",
        "properties": {"n": {"type": ["number", "null"], "default": None}, "m": {}},
        "required": ["n"],
    }


CUSTOM = "{type: custom, name: x, description: d, input_schema: {type: object}}"
FETCH = "{type: agent_toolset_20260401, configs: [{name: web_fetch, "


def toolset(inside: str) -> str:
    return f"tools: [{{type: {TYPE}, {inside}}}]"


def fetch(inside: str) -> str:
    return toolset(f"configs: [{{name: web_fetch, {inside}}}]")


def custom(old: str = "", new: str = "") -> str:
    return f"tools: [{CUSTOM}]".replace(old, new) if old else f"tools: [{CUSTOM}]"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("tools: [§bsah]", "tools.unmapped"),
        ("tools: [read, §'bash:aks']", "tools.suffix"),
        ("tools: [read, §tools/more.yaml]", "tools.unmapped"),
        ("tools: [§{type: bsah}]", "tools.unmapped"),
        ("tools: [§{type: agent_toolset_20250101}]", "tools.unmapped"),
        ("tools: [§{name: bash}]", "field.missing"),
        ("tools: [{type: bash, §permission: ask}]", "field.unknown"),
        ("tools: [§3]", "field.not_text"),
        ("tools: [§on]", "field.not_text"),
        ("tools: [§[read]]", "field.type"),
        ("tools: §read", "field.type"),
        ("tools: §Read, Write", "tools.unmapped"),
        ("tools: §{read: true}", "field.type"),
        ("tools: [read, §read]", "tools.duplicate"),
        ("tools: [read, §'read:ask']", "tools.duplicate"),
        ("tools: [Edit, §'MultiEdit:ask']", "tools.duplicate"),
        ("tools: [all, §all]", "tools.duplicate"),
        (f"tools: [read, §{{type: {TYPE}}}]", "tools.two_toolsets"),
        (f"tools: [{{type: {TYPE}}}, §{{type: {TYPE}}}]", "tools.two_toolsets"),
        (toolset("configs: [{name: §Bash}]"), "tools.unmapped"),
        (toolset("§config: []"), "field.unknown"),
        (toolset("configs: [{name: bash}, §{name: bash}]"), "tools.duplicate"),
        (toolset("configs: [§{name: bash, type: read}]"), "field.value"),
        (toolset("default_config: {permission_policy: {type: §deny}}"), "tools.policy"),
        (toolset("default_config: {permission_policy: §always_ask}"), "field.type"),
        (toolset("default_config: {enabled: §'yes'}"), "field.type"),
        (fetch("§config: {}"), "field.unknown"),
        (fetch("allowed_domains: §[]"), "field.value"),
        (fetch("allowed_domains: [§https://x.io]"), "tools.domain"),
        (fetch("allowed_domains: [§x.io/a]"), "tools.domain"),
        (fetch("allowed_domains: [§localhost]"), "tools.domain"),
        (fetch("allowed_domains: [§10.0.0.1]"), "tools.domain"),
        (fetch("allowed_domains: ['§*.x.io']").replace("'§", "§'"), "tools.domain"),
        (fetch("allowed_domains: §[x.io, X.io]"), "tools.domain"),
        (
            toolset("configs: [§{name: web_fetch, allowed_domains: [x.io], blocked_domains: [y.io]}]"),
            "field.value",
        ),
        (fetch("max_content_tokens: §0"), "field.value"),
        (fetch("max_content_tokens: §'9'"), "field.type"),
        (
            fetch("url_sources: {client_tool_results: {type: only, tools: "
                  "[§{type: tool_reference, name: gone}]}}"),
            "tools.reference",
        ),
        (
            fetch("url_sources: §{client_tool_results: none, server_tool_results: none, "
                  "user_input: {type: none}}"),
            "field.value",
        ),
        (f"tools: [{CUSTOM}, §{CUSTOM}]", "tools.duplicate"),
        (custom("name: x", "name: §x y"), "field.value"),
        (custom("{type: object", "§{type: array"), "tools.schema"),
        (custom("type: object", "type: object, required: §x"), "tools.schema"),
        (custom("type: object", "type: object, properties: {n: {type: §text}}"), "tools.schema"),
        (custom("description: d, ", "").replace("{type: custom", "§{type: custom"), "field.missing"),
        (custom("description: d", "description: d, §permission_policy: {type: auto}"),
         "field.unknown"),
    ],
)  # fmt: skip
def test_refused(tmp_path: Path, text: str, code: str) -> None:
    refused(tmp_path, text, code)


def test_too_many_tools(tmp_path: Path) -> None:
    def mcp(count: int) -> str:
        names = ", ".join(f"t{n}" for n in range(count))
        return f"mcp_servers: [{{name: s, url: https://x.io, tools: [{names}]}}]\n"

    assert places(agent(tmp_path, "tools: [read]\n" + mcp(255))) == [
        "tools.too_many agents/a/agent.yaml:2:8"
    ]
    result = agent(tmp_path, "tools: [read]\n" + mcp(256))
    assert places(result, "error") == ["tools.too_many agents/a/agent.yaml:2:8"]
    assert places(agent(tmp_path, "tools: []\n" + mcp(128))) == []
