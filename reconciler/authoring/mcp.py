"""`mcp_servers` into the API's servers and toolsets, and the check that each has the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from reconciler.authoring.agent_form import McpServer
from reconciler.authoring.documents import Scope
from reconciler.authoring.forms import nearest
from reconciler.authoring.tools import Placed
from reconciler.authoring.urls import check_url
from reconciler.authoring.variables import Variables, fill
from reconciler.authoring.words import POLICIES, WordError, parse_word
from reconciler.authoring.yaml_source import KeyPath


@dataclass(frozen=True, slots=True)
class Server:
    """One server, its URL filled in and `usable` unless an error says otherwise."""

    name: str
    url: str
    place: KeyPath
    usable: bool

    @property
    def body(self) -> dict[str, Any]:
        return {"type": "url", "name": self.name, "url": self.url}


def compile_servers(
    servers: list[McpServer] | None, tools: list[Placed], variables: Variables, scope: Scope
) -> tuple[list[Server], list[Placed]]:
    """The servers, and the tools with a toolset added for each server that has none of its own.

    A server written with `type: url` and no `tools` or `permission` is the API's own form, so
    its toolset has to be in `tools`; any other server brings its toolset along.
    """
    compiled: list[Server] = []
    toolsets = {item.body["mcp_server_name"] for item in tools if _is_mcp(item)}
    added: list[Placed] = []
    for index, server in enumerate(servers or ()):
        place: KeyPath = ("mcp_servers", index)
        url = fill(server.url, (*place, "url"), variables, scope)
        usable = url is not None and check_url(url, (*place, "url"), scope)
        if any(other.name == server.name for other in compiled):
            message = f"two servers are called {server.name}"
            scope.error("mcp.duplicate", message, (*place, "name"), "rename one of them")
            continue
        compiled.append(Server(server.name, url or server.url, place, usable))
        if server.tools is not None or server.permission is not None:
            added.append(Placed(_toolset(server, place, scope), place))
        elif server.name not in toolsets and server.type is None:
            added.append(Placed(_bare_toolset(server.name), place))
    everything = [*tools, *added]
    _both_ways(compiled, everything, scope)
    return compiled, everything


def _is_mcp(item: Placed) -> bool:
    return bool(item.body["type"] == "mcp_toolset")


def _bare_toolset(server: str) -> dict[str, Any]:
    return {"type": "mcp_toolset", "mcp_server_name": server}


def _toolset(server: McpServer, place: KeyPath, scope: Scope) -> dict[str, Any]:
    """The toolset that `tools` and `permission` stand for; nothing unwritten is sent."""
    body = _bare_toolset(server.name)
    general = POLICIES[server.permission] if server.permission else None
    default: dict[str, Any] = {} if server.tools is None else {"enabled": False}
    if general is not None:
        default["permission_policy"] = {"type": general}
    if default:
        body["default_config"] = default
    if server.tools is None:
        return body
    configs: dict[str, dict[str, Any]] = {}
    for index, text in enumerate(server.tools):
        at = (*place, "tools", index)
        try:
            word = parse_word(text)
        except WordError as wrong:
            scope.error(wrong.code, str(wrong), at, wrong.hint)
            continue
        if word.name in configs:
            scope.error("tools.duplicate", f"{word.name} is here twice", at, "keep one of them")
            continue
        if len(word.name) > 128:
            message = "a tool's name has at most 128 characters"
            scope.error("field.value", message, at, "name the tool as the server does")
        policy = word.policy or general
        configs[word.name] = {"name": word.name, "enabled": True}
        if policy is not None:
            configs[word.name]["permission_policy"] = {"type": policy}
    return body | {"configs": list(configs.values())}


def _both_ways(servers: list[Server], tools: list[Placed], scope: Scope) -> None:
    """Every server has exactly one toolset and the reverse, or the API answers 400 (§2.7)."""
    names = {server.name for server in servers}
    used: set[str] = set()
    meant: set[str] = set()  # what a misspelt toolset is about is no second mistake
    for item in tools:
        if not _is_mcp(item):
            continue
        name = item.body["mcp_server_name"]
        if name not in names:
            hint = nearest(name, sorted(names))
            meant.update(one for one in names if f"`{one}`" in hint)
            hint = hint or f"servers here: {', '.join(sorted(names)) or 'none'}"
            scope.error("mcp.server_missing", f"there is no MCP server {name}", item.place, hint)
        if name in used:
            message = f"the MCP server {name} has a toolset already"
            hint = "keep the entry in `tools`, or `tools:` and `permission:` of the server"
            scope.error("mcp.toolset_twice", message, item.place, hint)
        used.add(name)
    for server in servers:
        if server.name not in used | meant:
            scope.error(
                "mcp.server_unreferenced",
                f"no mcp_toolset in `tools` names the MCP server {server.name}",
                server.place,
                "add {type: mcp_toolset, mcp_server_name: …} to `tools`, or leave out `type: url`",
            )
