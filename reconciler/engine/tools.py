"""Tools in one form for both sides: keyed by toolset, server or tool name, defaults filled.

Facts: server defaults, inheritance and echoes as recorded from a live account and in the SDK's
types (`beta_managed_agents_agent_toolset20260401*`, `beta_managed_agents_mcp_toolset*`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.engine.values import Value, canonical

BUILTIN_TOOLSET = "agent_toolset_20260401"
MCP_TOOLSET = "mcp_toolset"
BUILTIN_TOOLS = ("bash", "edit", "glob", "grep", "read", "web_fetch", "web_search", "write")

#: The policy a toolset has when none is written (recorded: built-in; documentation: MCP).
DEFAULT_POLICY = {BUILTIN_TOOLSET: "always_allow", MCP_TOOLSET: "always_ask"}
_URL_SOURCES_DEFAULT = {"type": "all"}


def normalise_tools(tools: Iterable[Mapping[str, Any]]) -> dict[str, Value]:
    """`{"agent_toolset_20260401": {default, configs}, "mcp:NAME": …, "custom:NAME": …}`.

    A config entry equal to its toolset's default says nothing and is left out, so that it does not
    matter whether the server keeps it. Tools of a type not known here are kept as they are.
    """
    found: dict[str, Value] = {}
    for tool in tools:
        kind = str(tool.get("type", ""))
        if kind == BUILTIN_TOOLSET:
            found[kind] = _toolset(tool, DEFAULT_POLICY[kind])
        elif kind == MCP_TOOLSET:
            found[f"mcp:{tool.get('mcp_server_name')}"] = _toolset(tool, DEFAULT_POLICY[kind])
        elif kind == "custom":
            found[f"custom:{tool.get('name')}"] = {
                "description": tool.get("description"),
                "input_schema": _schema(tool.get("input_schema")),
            }
        else:
            found[f"{kind}:{tool.get('name', '')}"] = dict(tool)
    return found


def _schema(schema: Value) -> Value:
    """`properties` and `required` may be null for "not set" (SDK, `custom_tool_input_schema`)."""
    if not isinstance(schema, Mapping):
        return schema
    unset = [key for key in ("properties", "required") if key in schema and schema[key] is None]
    return {key: item for key, item in schema.items() if key not in unset}


def _toolset(tool: Mapping[str, Any], policy: str) -> dict[str, Value]:
    written = tool.get("default_config") or {}
    default = {
        "enabled": _or(written.get("enabled"), True),
        "policy": _policy(written) or policy,
    }
    configs = {}
    for entry in tool.get("configs") or []:
        config = _config(entry, default)
        if canonical(config) != canonical(default):
            configs[str(entry.get("name"))] = config
    return {"default": default, "configs": configs}


def _config(entry: Mapping[str, Any], default: Mapping[str, Any]) -> dict[str, Value]:
    """One entry: what it leaves out is inherited; settings that are unset are dropped."""
    config: dict[str, Value] = {
        "enabled": _or(entry.get("enabled"), default["enabled"]),
        "policy": _policy(entry) or default["policy"],
    }
    for key, value in entry.items():
        if key in ("name", "type", "enabled", "permission_policy") or value is None:
            continue
        setting = _setting(key, value)
        if setting is not None:
            config[key] = setting
    return config


def _setting(key: str, value: Value) -> Value:
    if key in ("allowed_domains", "blocked_domains"):
        return sorted(value)
    if key == "url_sources":
        sources = {name: _source(item) for name, item in value.items() if item is not None}
        return {k: v for k, v in sources.items() if v != _URL_SOURCES_DEFAULT} or None
    if key == "user_location":
        return {name: item for name, item in value.items() if item is not None}
    return value


def _source(value: Value) -> Value:
    """`"all"` is echoed as `{type: all}` (SDK, `url_sources`)."""
    if isinstance(value, str):
        return {"type": value}
    if "tools" in value:
        return {**value, "tools": sorted(value["tools"], key=canonical)}
    return dict(value)


def _policy(config: Mapping[str, Any]) -> str | None:
    policy = config.get("permission_policy")
    return policy.get("type") if isinstance(policy, Mapping) else None


def _or(value: Value, default: Value) -> Value:
    return default if value is None else value
