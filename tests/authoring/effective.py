"""What a loaded project grants, from the bodies that would be sent, in the API's own meaning."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reconciler.engine.desired import Desired
from tests.authoring.naive_reader import BUILTIN, Grants


def effective(desired: Desired) -> Grants:
    grants: Grants = {}
    registered = {item.registration.agent for item in desired.resources if item.registration}
    for resource in desired.resources:
        address, kind = str(resource.address), resource.address.kind
        body: Any = resource.body
        if kind == "environment":
            grants[address, "network"] = _network(body.get("config") or {})
        if kind != "agent":
            continue
        for toolset in body.get("tools") or ():
            grants.update(_toolset(address, toolset))
        for server in body.get("mcp_servers") or ():
            grants[address, "server", server["name"]] = server["url"]
        grants[address, "roster"] = _roster(body.get("multiagent"))
        grants[address, "skills"] = len(body.get("skills") or ())
        grants[address, "identity"] = (body.get("execution_identity") or {}).get("type")
        grants[address, "registered"] = resource.address in registered
    return grants


def _network(config: Any) -> Any:
    networking = config.get("networking")
    if networking is None:
        return ["self_hosted"] if config.get("type") == "self_hosted" else ["unrestricted"]
    if networking["type"] == "unrestricted":
        return ["unrestricted"]
    flags = [networking.get(f"allow_{one}", False) for one in ("mcp_servers", "package_managers")]
    return [networking["type"], sorted(networking.get("allowed_hosts") or ()), *flags]


def _toolset(address: str, toolset: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    if toolset["type"] == "custom":
        yield (address, "custom", toolset["name"]), True
        return
    mcp = toolset["type"] == "mcp_toolset"
    what = f"mcp {toolset['mcp_server_name']}" if mcp else "tool"
    default = toolset.get("default_config") or {}
    configs = {config["name"]: config for config in toolset.get("configs") or ()}
    for name in dict.fromkeys((*(("*",) if mcp else BUILTIN), *configs)):
        config = configs.get(name, {})
        if not config.get("enabled", default.get("enabled", True)):
            continue
        policy = config.get("permission_policy") or default.get("permission_policy") or {}
        yield (address, what, name), policy.get("type", "always_ask" if mcp else "always_allow")
        domains = [config.get(f"{one}_domains") for one in ("allowed", "blocked")]
        if any(domains):
            yield (address, "domains", name), domains


def _roster(multiagent: Any) -> Any:
    if multiagent is None:
        return 0
    if multiagent["type"] == "coordinator":
        return len(multiagent["agents"])
    found = [multiagent["advisor"]["type"]]
    for part in ("subagents", "workflows"):
        inner = multiagent[part]
        enabled = inner["type"] == "enabled"
        found += (
            [inner["inline_agents"]["type"], len(inner["predefined_agents"])]
            if enabled
            else ["disabled"]
        )
    return found
