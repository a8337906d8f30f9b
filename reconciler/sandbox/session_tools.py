"""Which tool a canned run uses, and whether it may."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .answers import OUTPUTS, Answer
from .tools import BUILT_IN, DEFAULT_POLICY, NAMES

# What runs beside the files, so on a self-hosted environment at the customer's (SDK).
IN_SANDBOX = ("bash", "edit", "glob", "grep", "read", "write")
WRITERS = ("write", "bash")


@dataclass(frozen=True)
class Use:
    """One use of a tool: the event it shows as, and the policy that holds for it."""

    event: Mapping[str, Any]
    policy: str | None
    client_runs: bool = False

    @property
    def waits(self) -> bool:
        """Whether somebody outside must answer first."""
        return self.policy == "always_ask" or self.client_runs


def chosen_use(
    session: Mapping[str, Any], self_hosted: bool, answer: Answer, echo: str
) -> Use | None:
    """The tool that was asked for, else one that can write the output, else none."""
    agent = session["agent"]
    if answer.chosen:
        return _use(agent, self_hosted, answer.tool) if answer.tool else None
    path, data = next(iter(answer.outputs(echo)), (None, b""))
    if path is None:
        return None
    content = data.decode(errors="replace")
    inputs = {
        "write": {"file_path": OUTPUTS + path, "content": content},
        "bash": {"command": f"cat > '{OUTPUTS}{path}'"},
    }
    for name in WRITERS:
        if policy_of(agent, BUILT_IN, name) is not None:
            return _use(agent, self_hosted, {"name": name, "input": inputs[name]})
    return None


def _use(agent: Mapping[str, Any], self_hosted: bool, tool: Mapping[str, Any]) -> Use:
    name, given = tool["name"], tool.get("input", {})
    if any(t["type"] == "custom" and t["name"] == name for t in agent["tools"]):
        event = {"type": "agent.custom_tool_use", "name": name, "input": given}
        return Use(event, "always_allow", client_runs=True)
    server = tool.get("mcp_server_name")
    if server is not None:
        policy = policy_of(agent, "mcp_toolset", name, server)
        event = {"type": "agent.mcp_tool_use", "mcp_server_name": server}
    else:
        policy = policy_of(agent, BUILT_IN, name)
        event = {"type": "agent.tool_use"}
    event |= {"name": name, "input": given, **_evaluated(policy)}
    remote = self_hosted and server is None and name in IN_SANDBOX and policy is not None
    return Use(event, policy, client_runs=remote)


def _evaluated(policy: str | None) -> dict[str, Any]:
    """No policy: the tool is not enabled, the call is refused (SDK)."""
    if policy is None:
        return {"evaluated_permission": "deny"}
    if policy == "auto":
        judged = {"type": "auto", "evaluated_permission": {"type": "allow"}}
        return {"evaluated_permission": "allow", "evaluation": judged}
    permission = {"always_allow": "allow", "always_ask": "ask"}[policy]
    return {"evaluated_permission": permission, "evaluation": {"type": policy}}


def policy_of(
    agent: Mapping[str, Any], toolset: str, name: str, server: str | None = None
) -> str | None:
    """The effective policy of a tool, or None where it is not there or not enabled."""
    if toolset == BUILT_IN and name not in NAMES:
        return None
    for tool in agent["tools"]:
        if tool["type"] != toolset or tool.get("mcp_server_name") != server:
            continue
        entry = next((c for c in tool["configs"] if c["name"] == name), tool["default_config"])
        policy = entry.get("permission_policy") or {"type": DEFAULT_POLICY[toolset]}
        return str(policy["type"]) if entry["enabled"] else None
    return None
