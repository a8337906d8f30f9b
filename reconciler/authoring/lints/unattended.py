"""Agents that runbooks start: nobody is there to answer a question."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reconciler.authoring.agent import Agent
from reconciler.authoring.lints.given import Given, toolsets, warn
from reconciler.authoring.tools import enabled_policies
from reconciler.authoring.yaml_source import KeyPath
from reconciler.engine.diagnostics import Diagnostic


def ask_never_answered(given: Given) -> Iterator[Diagnostic]:
    """Each toolset that would ask, of registered agents and of the members of their rosters."""
    for agent in given.agents:
        who = _who_runs_it(agent, given)
        if who is None:
            continue
        for body, place in toolsets(agent):
            asking = [name for name, policy in enabled_policies(body) if policy == "always_ask"]
            if asking:
                yield _asks(agent, body, place, asking, who)


def _who_runs_it(agent: Agent, given: Given) -> str | None:
    """What starts the agent's sessions with nobody at hand; None if nothing does."""
    address = agent.resource.address
    if address in given.unattended:
        return "a session that a runbook starts"
    for coordinator in given.coordinators.get(address, ()):
        if coordinator.resource.address in given.unattended:
            return f"a session of {coordinator.resource.address} that a runbook starts"
    return None


def _asks(
    agent: Agent, body: dict[str, Any], place: KeyPath, asking: list[str], who: str
) -> Diagnostic:
    names = ", ".join(name for name in asking if name)
    message, hint = f"asks before using {names}", "write :allow behind the tool"
    if body["type"] == "mcp_toolset":
        message = f"asks before using {names or 'any tool'} of the MCP server "
        message += str(body["mcp_server_name"])
        hint = "write `permission: allow` for the server"
        if place[0] == "tools":
            hint = "add `default_config: {permission_policy: {type: always_allow}}`"
        hint += "; MCP tools ask unless told otherwise"
    code = "registration.ask_never_answered"
    return warn(agent, code, f"{message}, and {who} has nobody to answer", place, hint)
