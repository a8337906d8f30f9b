"""MCP servers that differ from agent to agent, or can't be reached from where sessions run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fnmatch import fnmatchcase
from urllib.parse import urlsplit

from reconciler.authoring.agent import Agent
from reconciler.authoring.lints.given import Given, members, warn
from reconciler.authoring.mcp import Server
from reconciler.authoring.urls import normalised
from reconciler.engine.address import Address
from reconciler.engine.desired import Resource
from reconciler.engine.diagnostics import Diagnostic


def url_differs(given: Given) -> Iterator[Diagnostic]:
    """One name for two URLs: most often one of them was forgotten when the server moved."""
    by_name: dict[str, list[tuple[Agent, Server]]] = {}
    for agent in given.agents:
        for server in agent.servers:
            if server.usable:
                by_name.setdefault(server.name, []).append((agent, server))
    for name, uses in by_name.items():
        counts = Counter(normalised(server.url) for _, server in uses)
        usual, _ = counts.most_common(1)[0]
        model = next(agent for agent, server in uses if normalised(server.url) == usual)
        for agent, server in uses:
            if normalised(server.url) != usual:
                where = f"{usual} in {model.resource.address}"
                message = f"{name} is {normalised(server.url)} here, and {where}"
                hint = "give both the same URL (a variable), or the servers different names"
                yield warn(agent, "mcp.url_differs", message, (*server.place, "url"), hint)


def blocked(given: Given) -> Iterator[Diagnostic]:
    """A server that the environment of the agent's registration doesn't let sessions reach."""
    for address, details in given.registrations.items():
        environment = given.environments.get(_address(details.environment))
        agent = given.by_address.get(address)
        hosts = None if environment is None else _allowed_hosts(environment)
        if agent is None or environment is None or hosts is None:
            continue
        roster = [given.by_address.get(member) for _, member in members(agent)]
        for one in (agent, *(member for member in roster if member is not None)):
            for server in one.servers:
                host = (urlsplit(server.url).hostname or "") if server.usable else ""
                if host and not any(_matches(host, pattern) for pattern in hosts):
                    where = environment.address
                    message = f"{where} doesn't let sessions reach {host}; they can't start"
                    hint = f"set `allow_mcp_servers: true` in {where}, or list the host there"
                    yield warn(one, "environment.mcp_blocked", message, server.place, hint)


def _address(environment: Address | str) -> Address:
    return environment if isinstance(environment, Address) else Address("environment", "-")


def _allowed_hosts(environment: Resource) -> list[str] | None:
    """The hosts that sessions may reach; None if MCP servers are reached anyway."""
    networking = (environment.body.get("config") or {}).get("networking") or {}
    if networking.get("type") != "limited" or networking.get("allow_mcp_servers"):
        return None
    return [host.lower() for host in networking.get("allowed_hosts") or ()]


def _matches(host: str, pattern: str) -> bool:
    return host == pattern or (pattern.startswith("*.") and fnmatchcase(host, pattern))
