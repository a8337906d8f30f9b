"""An agent's tools: the built-in toolset, toolsets of MCP servers, custom tools."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .errors import invalid
from .shapes import (
    Shape,
    as_object,
    boolean,
    list_of,
    nullable,
    obj,
    one_of,
    refused,
    tagged,
    text,
)
from .web_tools import EXTRA, check_web_config, echo_web_config

BUILT_IN = "agent_toolset_20260401"
TOOLSETS = (BUILT_IN, "mcp_toolset")
NAMES = ("bash", "edit", "glob", "grep", "read", "web_fetch", "web_search", "write")
POLICIES = ("always_allow", "always_ask", "auto")
# What holds where neither the entry nor `default_config` says anything (recorded; SDK).
DEFAULT_POLICY = {BUILT_IN: "always_allow", "mcp_toolset": "always_ask"}
MAX_TOOLS = 256

POLICY = tagged(dict.fromkeys(POLICIES, obj({"type": one_of(*POLICIES)})))
SETTINGS: Mapping[str, Shape] = {
    "enabled": nullable(boolean),
    "permission_policy": nullable(POLICY),
}
DEFAULT_CONFIG = nullable(obj(optional=SETTINGS))


def _open_schema(value: Any, path: str) -> Any:
    """A custom tool's JSON Schema: an object schema, open to any further key (SDK)."""
    schema = as_object(value, path)
    known = obj(
        {"type": one_of("object")},
        {"properties": nullable(as_object), "required": nullable(list_of(text()))},
    )
    known({key: schema[key] for key in ("type", "properties", "required") if key in schema}, path)
    return schema


def _built_in_config(value: Any, path: str) -> Any:
    name = text(1)(as_object(value, path).get("name"), f"{path}.name")
    if name not in NAMES:
        raise refused(f"{path}.name", "must be one of " + ", ".join(f'"{n}"' for n in NAMES))
    optional = {**SETTINGS, **EXTRA.get(name, {}), "type": one_of(name)}
    return obj({"name": text(1)}, optional)(value, path)


MCP_CONFIG = obj({"name": text(1, 128)}, SETTINGS)
TOOL = tagged(
    {
        BUILT_IN: obj(
            {"type": text()},
            {"configs": list_of(_built_in_config), "default_config": DEFAULT_CONFIG},
        ),
        "mcp_toolset": obj(
            {"type": text(), "mcp_server_name": text(1, 255)},
            {"configs": list_of(MCP_CONFIG), "default_config": DEFAULT_CONFIG},
        ),
        "custom": obj(
            {
                "type": text(),
                "name": text(1, 128, r"[A-Za-z0-9_-]+"),
                "description": text(1),
                "input_schema": _open_schema,
            }
        ),
    }
)
SERVER = obj({"type": one_of("url"), "name": text(1, 255), "url": text(1, 2048)})
SERVERS = list_of(SERVER, most=20)


def tools_shape(value: Any, path: str) -> Any:
    """Policies are reported before names, wherever they stand (recorded: parse order)."""
    for place, policy in _policies(value, path):
        POLICY(policy, place)
    return list_of(TOOL)(value, path)


def _policies(tools: Any, path: str) -> Iterator[tuple[str, Any]]:
    for index, tool in enumerate(tools if isinstance(tools, list) else ()):
        if not isinstance(tool, dict):
            continue
        configs = tool.get("configs")
        holders = [(f"{path}[{index}].default_config", tool.get("default_config"))]
        for number, config in enumerate(configs if isinstance(configs, list) else ()):
            holders.append((f"{path}[{index}].configs[{number}]", config))
        for place, holder in holders:
            if isinstance(holder, dict) and isinstance(holder.get("permission_policy"), dict):
                yield f"{place}.permission_policy", holder["permission_policy"]


def check_tools(tools: list[dict[str, Any]]) -> None:
    """Nothing twice, and at most 256 tools (recorded messages; SDK)."""
    custom = [tool["name"] for tool in tools if tool["type"] == "custom"]
    seen: set[str] = set()
    count = 0
    for index, tool in enumerate(tools):
        key = _identity(tool)
        if key in seen:
            raise invalid(f"tools.{index}.{tool['type']}: duplicate entry{_allowance(tool)}")
        seen.add(key)
        configs = tool.get("configs") or []
        count += len(configs) if tool["type"] in TOOLSETS else 1
        _check_configs(configs, f"tools.{index}.{tool['type']}.configs")
        for number, config in enumerate(configs):
            if tool["type"] == BUILT_IN:
                check_web_config(config, f"tools[{index}].configs[{number}]", custom)
    if count > MAX_TOOLS:
        raise invalid(f"tools: at most {MAX_TOOLS} tools are allowed, found {count}")


def _identity(tool: Mapping[str, Any]) -> str:
    own = {"mcp_toolset": "mcp_server_name", "custom": "name"}.get(tool["type"])
    return f"{tool['type']}/{tool[own] if own else ''}"


def _allowance(tool: Mapping[str, Any]) -> str:
    if tool["type"] == BUILT_IN:
        return f"; at most one {BUILT_IN} is allowed"
    if tool["type"] == "custom":
        return f' for custom tool "{tool["name"]}"'
    return f' for MCP server "{tool["mcp_server_name"]}"'


def _check_configs(configs: list[dict[str, Any]], path: str) -> None:
    names = [config["name"] for config in configs]
    for number, name in enumerate(names):
        if name in names[:number]:
            raise invalid(f'{path}.{number}: duplicate entry for tool "{name}"')


def check_servers(servers: list[dict[str, Any]], tools: list[dict[str, Any]]) -> None:
    """Every server has a toolset and every toolset its server (SDK, documentation)."""
    names = [server["name"] for server in servers]
    used = [tool["mcp_server_name"] for tool in tools if tool["type"] == "mcp_toolset"]
    for index, server in enumerate(servers):
        if server["name"] in names[:index]:
            raise invalid(f'mcp_servers[{index}].name: duplicate name "{server["name"]}"')
        if not server["url"].lower().startswith(("https://", "http://")):
            raise invalid(f"mcp_servers[{index}].url: must be an http or https URL")
    for name in used:
        if name not in names:
            raise invalid(f'tools: mcp_toolset names "{name}", which is not in mcp_servers')
    for index, name in enumerate(names):
        if name not in used:
            raise invalid(
                f'mcp_servers[{index}]: "{name}" is not referenced by any mcp_toolset in tools'
            )


def echo_tools(tools: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Tools as they come back, with every default filled in (recorded; SDK)."""
    return [tool if tool["type"] == "custom" else _echo_toolset(tool) for tool in tools]


def _echo_toolset(tool: Mapping[str, Any]) -> dict[str, Any]:
    builtin = {"enabled": True, "permission_policy": {"type": DEFAULT_POLICY[tool["type"]]}}
    default = _settled(tool.get("default_config") or {}, builtin)
    echoed: dict[str, Any] = {
        "type": tool["type"],
        "configs": [
            _echo_config(config, default, tool["type"]) for config in tool.get("configs", [])
        ],
        "default_config": default,
    }
    if "mcp_server_name" in tool:
        echoed["mcp_server_name"] = tool["mcp_server_name"]
    return echoed


def _echo_config(config: Mapping[str, Any], default: Any, kind: str) -> dict[str, Any]:
    echoed = {"name": config["name"], **_settled(config, default)}
    if kind == BUILT_IN:
        echoed |= {"type": config["name"], **echo_web_config(config)}
    return echoed


def _settled(given: Mapping[str, Any], default: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: default[key] if given.get(key) is None else given[key]
        for key in ("enabled", "permission_policy")
    }
