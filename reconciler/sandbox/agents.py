"""Agents: versions, optimistic locking, archive."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .agent_shapes import BLANK, CREATE, UPDATE, check_agent, settled
from .call import Call
from .deployments import archive_deployments_of
from .errors import ApiError, invalid, not_found
from .ids import new_id
from .multiagent import rosters
from .paging import list_page, whole_number

STALE = "Concurrent modification detected. Please fetch the latest version and retry."
NEWEST = 2**31


def create(call: Call) -> dict[str, Any]:
    """`POST /v1/agents`: version 1; not idempotent, names not unique (SDK, documentation)."""
    sent = CREATE(call.body, "")
    own_id = new_id("agent")
    fields = settled(call.records, sent, BLANK, own_id=own_id, own_version=1)
    agent = {
        "id": own_id,
        "type": "agent",
        "version": 1,
        **fields,
        "created_at": call.now,
        "updated_at": call.now,
        "archived_at": None,
    }
    check_agent(call.records, agent)
    call.records.insert("agent", agent)
    _keep_version(call, agent)
    return agent


def retrieve(call: Call) -> dict[str, Any]:
    """`GET /v1/agents/{id}?version=`: old versions stay intact (recorded)."""
    agent = _agent(call)
    version = whole_number(call, "version", default=agent["version"], most=NEWEST)
    snapshot = call.records.get("agent_version", f"{agent['id']}@{version}")
    if snapshot is None:
        raise not_found("Agent version not found.")
    return _as_of_today(snapshot, agent)


def update(call: Call) -> dict[str, Any]:
    """`POST /v1/agents/{id}`: a stale version is 409 and consumes none (recorded); an update that
    changes nothing makes no version (documentation)."""
    sent = UPDATE(call.body, "")
    stored = _agent(call)
    if stored["archived_at"] is not None:
        raise invalid("Cannot modify archived agent")
    if sent.get("version", stored["version"]) != stored["version"]:
        raise ApiError(409, STALE, kind="invalid_request_error")
    own_id = stored["id"]
    # A `self` entry is pinned to the version it is written with; until another change makes one,
    # it stands for the pin that is stored.
    kept_pin = _own_pin(stored)
    fields = settled(call.records, sent, stored, own_id=own_id, own_version=kept_pin)
    check_agent(call.records, {**stored, **fields})
    if all(stored[key] == value for key, value in fields.items()):
        return stored
    version = stored["version"] + 1
    fields = settled(call.records, sent, stored, own_id=own_id, own_version=version)
    agent = {**stored, **fields, "version": version, "updated_at": call.now}
    call.records.replace("agent", agent)
    _keep_version(call, agent)
    return agent


def list_all(call: Call) -> dict[str, Any]:
    """`GET /v1/agents`: newest first, archived ones only on request (SDK)."""
    return list_page(call, "agent", archivable=True)


def list_versions(call: Call) -> dict[str, Any]:
    """`GET /v1/agents/{id}/versions`: newest first (recorded)."""
    agent = _agent(call)
    page = list_page(call, "agent_version", parent=agent["id"])
    return {**page, "data": [_as_of_today(snapshot, agent) for snapshot in page["data"]]}


def archive(call: Call) -> dict[str, Any]:
    """`POST /v1/agents/{id}/archive`: for ever; twice is fine; the version stays (recorded).
    The agent's deployments go with it (documentation)."""
    agent = _agent(call)
    if agent["archived_at"] is None:
        agent = {**agent, "archived_at": call.now}
        call.records.replace("agent", agent)
        archive_deployments_of(call.records, agent["id"], call.now)
    return agent


def _agent(call: Call) -> dict[str, Any]:
    agent = call.records.get("agent", call.path["agent_id"])
    if agent is None:
        raise not_found("Agent not found.")
    return agent


def _keep_version(call: Call, agent: Mapping[str, Any]) -> None:
    body = {**agent, "created_at": agent["updated_at"]}
    call.records.insert(
        "agent_version", body, parent=agent["id"], id=f"{agent['id']}@{agent['version']}"
    )


def _as_of_today(snapshot: Mapping[str, Any], agent: Mapping[str, Any]) -> dict[str, Any]:
    """`archived_at` shows on old versions too (recorded)."""
    return {**snapshot, "created_at": agent["created_at"], "archived_at": agent["archived_at"]}


def _own_pin(agent: Mapping[str, Any]) -> int:
    for _, roster in rosters(agent["multiagent"]):
        for entry in roster:
            if entry.get("id") == agent["id"]:
                return int(entry["version"])
    return int(agent["version"]) + 1
