"""The words in which a live agent or environment is said."""

from __future__ import annotations

from typing import Any

import pytest

from reconciler.authoring.importing.agent_document import (
    References,
    agent_document,
    definition_files,
    environment_document,
)
from reconciler.authoring.importing.tools_text import tools_and_servers
from reconciler.authoring.importing.yaml_text import NotYaml, yaml_text

TOOLSET = "agent_toolset_20260401"
URL = "https://mcp.example.com/mcp"


def policy(word: str) -> dict[str, Any]:
    return {"permission_policy": {"type": word}}


def on(name: str, word: str) -> dict[str, Any]:
    return {"name": name, "type": name, "enabled": True, **policy(word)}


OFF = {"enabled": False, **policy("always_allow")}
ASKING = {"enabled": True, **policy("always_ask")}


@pytest.mark.parametrize(
    ("toolset", "said"),
    [
        ({"default_config": {"enabled": True, **policy("always_allow")}}, "all"),
        ({"default_config": ASKING}, "all:ask"),
        (
            {
                "default_config": OFF,
                "configs": [on("read", "always_allow"), on("bash", "always_ask")],
            },
            ["bash:ask", "read"],
        ),
        ({"default_config": OFF, "configs": [on("glob", "auto")]}, ["glob:auto"]),
        ({"default_config": OFF}, [{"type": TOOLSET, "default_config": {"enabled": False}}]),
        (
            {"default_config": ASKING, "configs": [on("read", "always_allow")]},
            [
                {
                    "type": TOOLSET,
                    "default_config": policy("always_ask"),
                    "configs": [{"name": "read", **policy("always_allow")}],
                }
            ],
        ),
        (
            {
                "default_config": OFF,
                "configs": [{**on("web_fetch", "always_allow"), "allowed_domains": ["a.org"]}],
            },
            [
                {
                    "type": TOOLSET,
                    "default_config": {"enabled": False},
                    "configs": [
                        {"name": "web_fetch", "enabled": True, "allowed_domains": ["a.org"]}
                    ],
                }
            ],
        ),
        (  # off, but would ask: no word says that
            {"default_config": OFF, "configs": [{"name": "bash", **policy("always_ask")}]},
            [
                {
                    "type": TOOLSET,
                    "default_config": {"enabled": False},
                    "configs": [{"name": "bash", **policy("always_ask")}],
                }
            ],
        ),
    ],
)
def test_built_in_tools(toolset: dict[str, Any], said: Any) -> None:
    assert tools_and_servers({"tools": [{"type": TOOLSET, **toolset}]}) == (said, [])


def test_all_beside_a_custom_tool_stays_all() -> None:
    custom = {"type": "custom", "name": "post", "description": "d", "input_schema": {}}
    body = {"tools": [{"type": TOOLSET, "default_config": ASKING}, custom]}
    toolset = {"type": TOOLSET, "default_config": policy("always_ask")}
    assert tools_and_servers(body) == ([toolset, custom], [])


@pytest.mark.parametrize(
    ("toolset", "server", "entries"),
    [
        ({"default_config": ASKING}, {}, []),
        ({"default_config": {"enabled": True, **policy("auto")}}, {"permission": "auto"}, []),
        (
            {
                "default_config": {"enabled": False, **policy("always_ask")},
                "configs": [
                    {"name": "get", "enabled": True, **policy("always_allow")},
                    {"name": "put", "enabled": True, **policy("always_ask")},
                ],
            },
            {"tools": ["get:allow", "put"]},
            [],
        ),
        (
            {
                "default_config": {"enabled": False, **policy("always_allow")},
                "configs": [{"name": "get", "enabled": True, **policy("always_allow")}],
            },
            {"tools": ["get"], "permission": "allow"},
            [],
        ),
        (
            {"default_config": {"enabled": False, **policy("always_ask")}},
            {"tools": []},
            [],
        ),
        (
            {
                "default_config": ASKING,
                "configs": [{"name": "rm", "enabled": False, **policy("always_ask")}],
            },
            {"type": "url"},
            [
                {
                    "type": "mcp_toolset",
                    "mcp_server_name": "files",
                    "configs": [{"name": "rm", "enabled": False}],
                }
            ],
        ),
    ],
)
def test_servers(toolset: dict[str, Any], server: dict[str, Any], entries: list[Any]) -> None:
    body = {
        "tools": [{"type": "mcp_toolset", "mcp_server_name": "files", **toolset}],
        "mcp_servers": [{"type": "url", "name": "files", "url": URL}],
    }
    assert tools_and_servers(body) == (entries, [{"name": "files", "url": URL, **server}])


def test_a_tool_of_an_unknown_type_is_kept() -> None:
    unknown = {"type": "browser_toolset_20270101", "name": "b", "depth": 3}
    assert tools_and_servers({"tools": [unknown]}) == ([unknown], [])


def agent(**fields: Any) -> dict[str, Any]:
    return {"id": "agent_1", "name": "reader", "model": {"id": "claude-opus-5"}, **fields}


def said(body: dict[str, Any], references: References | None = None) -> dict[str, Any]:
    return agent_document(body, "reader", references or References()).document


def test_what_the_platform_fills_in_goes_without_saying() -> None:
    model = {"id": "claude-opus-5", "speed": "standard", "effort": None}
    identity = {"type": "service_account"}
    body = agent(
        description=None, system=None, tools=[], mcp_servers=[], skills=[], multiagent=None,
        metadata={"reconciler": "a/b/agent/reader@1"}, execution_identity=identity,
    )  # fmt: skip
    assert said({**body, "model": model}) == {"model": "claude-opus-5"}


def test_a_name_that_is_not_the_folders_and_settings_of_the_model() -> None:
    model = {"id": "claude-opus-5", "speed": "fast", "effort": {"type": "high"}}
    assert said(agent(name="The Reader", model=model)) == {
        "name": "The Reader",
        "model": {"id": "claude-opus-5", "speed": "fast", "effort": "high"},
    }


def test_a_roster_is_pinned_where_its_pin_is_not_the_live_version() -> None:
    agents = [
        {"type": "agent", "id": "agent_1", "version": 4},
        {"type": "agent", "id": "agent_2", "version": 2},
        {"type": "agent", "id": "agent_3", "version": 1},
        {"type": "agent", "id": "agent_4", "version": 9},
        {"type": "advisor", "model": "claude-opus-5"},
    ]
    references = References({"agent_2": "two", "agent_3": "three"}, {"agent_2": 2, "agent_3": 5})
    body = agent(multiagent={"type": "coordinator", "agents": agents})
    assert said(body, references)["subagents"] == [
        "self",
        "two",
        {"agent": "three", "version": 1},
        {"type": "agent", "id": "agent_4", "version": 9},
        {"advisor": "claude-opus-5"},
    ]


def test_skills() -> None:
    skills = [
        {"type": "anthropic", "skill_id": "docx", "version": "latest"},
        {"type": "anthropic", "skill_id": "xlsx", "version": "20251013"},
        {"type": "custom", "skill_id": "skill_1", "version": "skver_1"},
        {"type": "custom", "skill_id": "skill_2", "version": "skver_2"},
    ]
    references = References(skills={("skill_1", "skver_1"): "shared/terms"})
    assert said(agent(skills=skills), references)["skills"] == [
        "anthropic/docx",
        "anthropic/xlsx@20251013",
        "shared/terms",
        {"type": "custom", "skill_id": "skill_2", "version": "skver_2"},
    ]


@pytest.mark.parametrize("prompt", ["Do it.", "Do it.\r\nNow.\n", "", "@file"])
def test_a_prompt_is_a_file_with_its_exact_bytes(prompt: str) -> None:
    files = definition_files(agent_document(agent(system=prompt), "reader", References()))
    assert files.get("system-prompt.md", b"") == prompt.encode()
    assert b"system" not in files["agent.yaml"]


@pytest.mark.parametrize("prompt", ["---\nname: a\ndescription: b\n---\nDo it.\n", "\ufeffDo it."])
def test_a_prompt_that_a_file_would_not_keep_stands_in_the_definition(prompt: str) -> None:
    imported = agent_document(agent(system=prompt), "reader", References())
    assert imported.prompt is None and imported.document["system"] == prompt


def test_an_environment() -> None:
    config = {
        "type": "cloud",
        "networking": {
            "type": "limited",
            "allowed_hosts": ["a.org"],
            "allow_mcp_servers": True,
            "allow_package_managers": False,
        },
        "packages": {"type": "packages", "apt": [], "pip": ["numpy"]},
    }
    body = {"name": "Runs", "description": "", "config": config, "scope": None, "metadata": {}}
    assert environment_document(body, "runs").document == {
        "name": "Runs",
        "config": {
            "type": "cloud",
            "networking": {
                "type": "limited",
                "allowed_hosts": ["a.org"],
                "allow_mcp_servers": True,
            },
            "packages": {"pip": ["numpy"]},
        },
    }


def test_the_style_of_yaml() -> None:
    document = {
        "model": "claude-opus-5",
        "tools": ["read", "bash:ask"],
        "metadata": {"when": "2025-10-13", "on": "yes"},
        "mcp_servers": [{"name": "a", "url": URL, "tools": []}],
        "text": "One.\nTwo.\n",
    }
    assert yaml_text(document) == (
        "model: claude-opus-5\n"
        "tools: [read, 'bash:ask']\n"
        "metadata:\n"
        "  when: '2025-10-13'\n"
        "  'on': 'yes'\n"
        "mcp_servers:\n"
        "  - name: a\n"
        f"    url: {URL}\n"
        "    tools: []\n"
        "text: |\n"
        "  One.\n"
        "  Two.\n"
    )


def test_what_yaml_cannot_say_is_not_written() -> None:
    with pytest.raises(NotYaml):
        yaml_text({"number": 10**50})
