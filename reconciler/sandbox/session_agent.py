"""The agent a session runs: a reference, resolved into a snapshot with every member of its
roster, and changed by what the session overrides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from .agent_shapes import LISTS, MAX_SYSTEM, settled
from .errors import ApiError, not_found
from .models import MODEL, check_model
from .resources import Refusal
from .shapes import Shape, integer, nullable, obj, one_of, string_or, tagged, text
from .skills import skill_problem
from .store import Records
from .tools import check_servers

REFERENCE = obj({"type": one_of("agent"), "id": text(1)}, {"version": integer(1)})
OVERRIDES: Mapping[str, Shape] = {
    **LISTS,
    "model": MODEL,
    "system": nullable(text(most=MAX_SYSTEM)),
}
WITH_OVERRIDES = obj(
    {"type": one_of("agent_with_overrides"), "id": text(1)}, {"version": integer(1), **OVERRIDES}
)
PINNABLE = string_or(REFERENCE)
RUNNABLE = string_or(tagged({"agent": REFERENCE, "agent_with_overrides": WITH_OVERRIDES}))

# Recorded keys of the snapshot; `execution_identity` is the SDK's.
SHOWN = (
    "id",
    "type",
    "version",
    "name",
    "description",
    "model",
    "system",
    "tools",
    "mcp_servers",
    "skills",
    "execution_identity",
)


def pinned(records: Records, sent: Any) -> dict[str, Any]:
    """The version a reference stands for: the one it names, or the newest (SDK)."""
    given = {"id": sent} if isinstance(sent, str) else sent
    agent = records.get("agent", given["id"])
    if agent is None:
        raise not_found(f"agent: {given['id']} not found")
    if agent["archived_at"] is not None:
        raise Refusal(400, f"agent: {given['id']} is archived", "agent_archived_error")
    version = given.get("version", agent["version"])
    snapshot = records.get("agent_version", f"{agent['id']}@{version}")
    if snapshot is None:
        # The message is recorded.
        raise not_found(f"agent.version: {version} not found")
    return snapshot


def resolved(records: Records, sent: Any) -> dict[str, Any]:
    """The snapshot as it is at this moment; the agent itself is not touched (recorded; SDK)."""
    snapshot = pinned(records, sent)
    if isinstance(sent, dict):
        overridden = {key: sent[key] for key in OVERRIDES if key in sent}
        snapshot = overridden_agent(records, snapshot, overridden)
    multiagent = _resolved_roster(records, snapshot["multiagent"])
    return {**_shown(snapshot), "multiagent": multiagent}


def overridden_agent(
    records: Records, agent: Mapping[str, Any], overridden: Mapping[str, Any]
) -> dict[str, Any]:
    """Each given field replaces the agent's, under the rules of saving one (SDK)."""
    base = {"metadata": {}, **agent}
    fields = settled(records, overridden, base, own_id=agent["id"], own_version=agent["version"])
    check_model(fields["model"])
    check_servers(fields["mcp_servers"], fields["tools"])
    return {**base, **fields}


def thread_agent(agent: Mapping[str, Any]) -> dict[str, Any]:
    """The snapshot a thread shows: without the roster (SDK)."""
    return _shown(agent)


def _shown(agent: Mapping[str, Any]) -> dict[str, Any]:
    return {key: agent[key] for key in SHOWN}


def _resolved_roster(records: Records, multiagent: Any) -> Any:
    """References become full definitions (SDK)."""
    if multiagent is None:
        return None
    if multiagent["type"] == "coordinator":
        return {**multiagent, "agents": [_member(records, e) for e in multiagent["agents"]]}
    enabled = {
        key: {
            **multiagent[key],
            "predefined_agents": [
                _member(records, e) for e in multiagent[key]["predefined_agents"]
            ],
        }
        for key in ("subagents", "workflows")
        if multiagent[key]["type"] == "enabled"
    }
    return {**multiagent, **enabled}


def _member(records: Records, entry: Mapping[str, Any]) -> dict[str, Any]:
    if entry["type"] == "advisor":
        return dict(entry)
    current = records.get("agent", entry["id"])
    snapshot = records.get("agent_version", f"{entry['id']}@{entry['version']}")
    if current is None or snapshot is None:
        raise Refusal(
            404, f"agent.multiagent: {entry['id']} not found", "session_creation_rejected_error"
        )
    if current["archived_at"] is not None:
        raise Refusal(400, f"agent.multiagent: {entry['id']} is archived", "agent_archived_error")
    return _shown(snapshot)


def every_agent(agent: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The snapshot and the members of its roster."""
    yield agent
    multiagent = agent["multiagent"] or {}
    listed = list(multiagent.get("agents", []))
    for key in ("subagents", "workflows"):
        listed += multiagent.get(key, {}).get("predefined_agents", [])
    yield from (member for member in listed if member["type"] == "agent")


def check_runnable(records: Records, agent: Mapping[str, Any], environment: Any) -> None:
    """Its skills exist, its MCP servers can be reached (SDK: run errors; documentation)."""
    for member in every_agent(agent):
        for skill in member["skills"]:
            problem = skill_problem(records, skill)
            if problem:
                raise Refusal(400, f"agent.skills: {problem}", "skill_not_found_error")
        for server in member["mcp_servers"]:
            host = urlsplit(server["url"]).hostname or ""
            if not _reachable(host, environment["config"]):
                raise Refusal(
                    400,
                    f"agent.mcp_servers: {host} is blocked by the environment's network policy",
                    "mcp_egress_blocked_error",
                )


def _reachable(host: str, config: Mapping[str, Any]) -> bool:
    """`*.example.com` doesn't cover the bare host (recorded)."""
    networking = config.get("networking", {"type": "unrestricted"})
    if networking["type"] == "unrestricted" or networking["allow_mcp_servers"]:
        return True
    allowed = [entry.lower() for entry in networking["allowed_hosts"]]
    return host in allowed or any(
        entry.startswith("*.") and host.endswith(entry[1:]) for entry in allowed
    )


def found_environment(records: Records, id: str) -> dict[str, Any]:
    """An environment that new sessions may use (SDK: both codes)."""
    environment = records.get("environment", id)
    if environment is None:
        raise Refusal(
            404,
            f"environment_id: {id} not found",
            "environment_not_found_error",
            "environment_not_found",
        )
    if environment["archived_at"] is not None:
        raise Refusal(
            400,
            f"environment_id: {id} is archived",
            "environment_archived_error",
            "environment_archived",
        )
    return environment


def check_vaults(records: Records, ids: list[str]) -> None:
    """They exist and live."""
    for id in ids:
        vault = records.get("vault", id)
        if vault is None:
            raise Refusal(404, f"vault_ids: {id} not found", "vault_not_found_error")
        if vault["archived_at"] is not None:
            raise Refusal(400, f"vault_ids: {id} is archived", "vault_archived_error")


def run_error_of(error: ApiError) -> str:
    """The type a deployment's run gives to a session that could not start (SDK)."""
    return error.run_error if isinstance(error, Refusal) else "session_creation_rejected_error"
