"""Live `tools` and `mcp_servers` in the shortest form that compiles back to the same permissions.

Everything goes by the normalised form, in which defaults are filled and an entry that says what
its toolset says anyway is left out; words stand for what words compile to, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.authoring.words import POLICIES
from reconciler.engine.tools import (
    BUILTIN_TOOLS,
    BUILTIN_TOOLSET,
    DEFAULT_POLICY,
    MCP_TOOLSET,
    normalise_tools,
)
from reconciler.engine.values import Body

SUFFIX = {policy: word for word, policy in POLICIES.items()}
_SETTINGS_APART = ("name", "type", "enabled", "permission_policy")


def tools_and_servers(body: Body) -> tuple[str | list[Any], list[dict[str, Any]]]:
    """The values of `tools` and `mcp_servers` for an agent's live body; [] for a key that is
    better left out. Tools of a type that is not known are kept as they are."""
    live: list[Body] = body.get("tools") or []
    normalised = normalise_tools(live)
    words: str | list[str] = []
    entries: list[Any] = []
    toolsets: dict[str, Body] = {}
    for tool in live:
        if tool.get("type") == BUILTIN_TOOLSET:
            folded = _builtin_words(normalised[BUILTIN_TOOLSET])
            if folded is None:
                entries.append(typed_entry(tool, normalised[BUILTIN_TOOLSET]))
            else:
                words = folded
        elif tool.get("type") == MCP_TOOLSET:
            toolsets[str(tool.get("mcp_server_name"))] = tool
        elif tool.get("type") == "custom":
            entries.append(_custom(tool, normalised[f"custom:{tool['name']}"]))
        else:
            entries.append(_without_nulls(tool))
    servers = []
    for server in body.get("mcp_servers") or []:
        tool = toolsets.pop(server["name"], {})
        key = f"mcp:{server['name']}"
        folded_server = _server(server, normalised[key]) if tool else None
        if folded_server is None and tool:
            entries.append(typed_entry(tool, normalised[key]))
        servers.append(folded_server or {"type": "url", **_address(server)})
    entries += [typed_entry(tool, normalised[f"mcp:{name}"]) for name, tool in toolsets.items()]
    if isinstance(words, str):
        if not entries:
            return words, servers
        return [everything_entry(words), *entries], servers
    return [*words, *entries], servers


def _builtin_words(toolset: Mapping[str, Any]) -> str | list[str] | None:
    """`all`, or the words of the tools that are on; None if words can't say it."""
    default, configs = toolset["default"], toolset["configs"]
    allowed = DEFAULT_POLICY[BUILTIN_TOOLSET]
    if default["enabled"] and not configs and default["policy"] in SUFFIX:
        return _word("all", default["policy"], allowed)
    if default != {"enabled": False, "policy": allowed} or not configs:
        return None
    if not all(_is_plain(config) for config in configs.values()):
        return None
    order = [name for name in BUILTIN_TOOLS if name in configs]
    if len(order) != len(configs):
        return None
    return [_word(name, configs[name]["policy"], allowed) for name in order]


def everything_entry(word: str) -> dict[str, Any]:
    """The toolset that `tools: all` compiles to: beside others, the word means another one."""
    entry: dict[str, Any] = {"type": BUILTIN_TOOLSET}
    suffix = word.partition(":")[2]
    if suffix:
        entry["default_config"] = {"permission_policy": {"type": POLICIES[suffix]}}
    return entry


def _server(server: Mapping[str, Any], toolset: Mapping[str, Any]) -> dict[str, Any] | None:
    """The server with `tools` and `permission`; None if they can't say what its toolset says."""
    default, configs = toolset["default"], toolset["configs"]
    asking = DEFAULT_POLICY[MCP_TOOLSET]
    folded = _address(server)
    if default["policy"] not in SUFFIX or (default["enabled"] and configs):
        return None
    if not default["enabled"]:
        if not all(_is_plain(config) and _is_word(name) for name, config in configs.items()):
            return None
        folded["tools"] = [
            _word(name, config["policy"], default["policy"]) for name, config in configs.items()
        ]
    if default["policy"] != asking:
        folded["permission"] = SUFFIX[default["policy"]]
    return folded


def _address(server: Mapping[str, Any]) -> dict[str, Any]:
    return {"name": server["name"], "url": server["url"]}


def _is_plain(config: Mapping[str, Any]) -> bool:
    """Whether the config says only that the tool is on, under a policy there is a word for."""
    return (
        config.keys() == {"enabled", "policy"}
        and config["enabled"] is True
        and config["policy"] in SUFFIX
    )


def _is_word(name: str) -> bool:
    """Whether `name:suffix` is read back as this name."""
    return bool(name) and name == name.strip() and not any(mark in name for mark in ": \t\n")


def _word(name: str, policy: str, default: str) -> str:
    return name if policy == default else f"{name}:{SUFFIX[policy]}"


def typed_entry(tool: Body, toolset: Mapping[str, Any]) -> dict[str, Any]:
    """The API's entry with nothing in it that goes without saying."""
    default = toolset["default"]
    entry: dict[str, Any] = {"type": tool["type"]}
    if "mcp_server_name" in tool:
        entry["mcp_server_name"] = tool["mcp_server_name"]
    general = _config(default, {"enabled": True, "policy": DEFAULT_POLICY[tool["type"]]})
    if general:
        entry["default_config"] = general
    configs = list(_configs(tool.get("configs") or [], toolset))
    if configs:
        entry["configs"] = configs
    return entry


def _configs(configs: Iterable[Body], toolset: Mapping[str, Any]) -> Iterable[dict[str, Any]]:
    for config in configs:
        name = str(config["name"])
        if name in toolset["configs"]:
            said = _config(toolset["configs"][name], toolset["default"])
            settings = {key: config[key] for key in config if key not in _SETTINGS_APART}
            yield {"name": name, **said, **_without_nulls(settings)}


def _config(config: Mapping[str, Any], default: Mapping[str, Any]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    if config["enabled"] != default["enabled"]:
        said["enabled"] = config["enabled"]
    if config["policy"] != default["policy"]:
        said["permission_policy"] = {"type": config["policy"]}
    return said


def _custom(tool: Body, normalised: Mapping[str, Any]) -> dict[str, Any]:
    """The tool; its schema is the author's, to the letter."""
    named = {"type": tool["type"], "name": tool["name"], "description": tool["description"]}
    return {**named, "input_schema": normalised["input_schema"]}


def _without_nulls(value: Any) -> Any:
    """The value without keys that are null."""
    if isinstance(value, Mapping):
        return {key: _without_nulls(item) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_without_nulls(item) for item in value]
    return value
