"""Deployments, as far as agents need them: made, listed, archived along with their agent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .call import Call
from .errors import invalid, not_found
from .ids import new_id
from .paging import flag, list_page
from .shapes import (
    as_object,
    integer,
    list_of,
    merged_pairs,
    nullable,
    obj,
    one_of,
    pairs,
    refused,
    string_or,
    text,
)
from .store import Records

EVENTS = ("user.message", "user.define_outcome", "system.message")


def _event(value: Any, path: str) -> Any:
    one_of(*EVENTS)(as_object(value, path).get("type"), f"{path}.type")
    return value


def _not_yet(value: Any, path: str) -> Any:
    if value:
        raise refused(path, "is not imitated by this server")
    return value


CREATE = obj(
    {
        "agent": string_or(obj({"type": one_of("agent"), "id": text(1)}, {"version": integer(1)})),
        "environment_id": text(1),
        "initial_events": list_of(_event, least=1, most=50),
        "name": text(1),
    },
    {
        "description": nullable(text()),
        "metadata": pairs(nulls=False),
        "vault_ids": list_of(text(1), most=50),
        "resources": _not_yet,
        "schedule": _not_yet,
        "budget": _not_yet,
    },
)


def create(call: Call) -> dict[str, Any]:
    """`POST /v1/deployments`: pins the agent's newest version, or the one named (SDK)."""
    sent = CREATE(call.body, "")
    _check_references(call.records, sent)
    deployment = {
        "id": new_id("depl"),
        "type": "deployment",
        "name": sent["name"],
        "description": sent.get("description") or None,
        "agent": _pinned(call.records, sent["agent"]),
        "environment_id": sent["environment_id"],
        "initial_events": sent["initial_events"],
        "vault_ids": sent.get("vault_ids", []),
        "resources": [],
        "schedule": None,
        "status": "active",
        "paused_reason": None,
        "metadata": merged_pairs({}, sent.get("metadata")),
        "created_at": call.now,
        "updated_at": call.now,
        "archived_at": None,
    }
    call.records.insert("deployment", deployment, label=deployment["agent"]["id"])
    return deployment


def retrieve(call: Call) -> dict[str, Any]:
    """`GET /v1/deployments/{id}`."""
    deployment = call.records.get("deployment", call.path["deployment_id"])
    if deployment is None:
        raise not_found("Deployment not found.")
    return deployment


def list_all(call: Call) -> dict[str, Any]:
    """`GET /v1/deployments`, by agent; `status` excludes `include_archived` (SDK)."""
    status = call.query.get("status")
    if status is not None and flag(call, "include_archived"):
        raise invalid("status and include_archived cannot be combined")
    if status not in (None, "active", "paused"):
        raise invalid('status: must be "active" or "paused"')
    if status == "paused":
        return {"data": [], "next_page": None}
    return list_page(call, "deployment", label=call.query.get("agent_id"), archivable=True)


def archive_deployments_of(records: Records, agent_id: str, now: str) -> None:
    """Archiving an agent archives its deployments in the same operation (documentation)."""
    for deployment in records.children("deployment", label=agent_id, live=True):
        records.replace("deployment", {**deployment, "archived_at": now, "updated_at": now})


def _pinned(records: Records, sent: Any) -> dict[str, Any]:
    given = {"id": sent} if isinstance(sent, str) else sent
    agent = records.get("agent", given["id"])
    if agent is None:
        raise not_found(f"agent: {given['id']} not found")
    if agent["archived_at"] is not None:
        raise invalid(f"agent: {given['id']} is archived")
    version = given.get("version", agent["version"])
    if records.get("agent_version", f"{agent['id']}@{version}") is None:
        raise not_found(f"agent.version: {version} not found")
    return {"type": "agent", "id": agent["id"], "version": version}


def _check_references(records: Records, sent: Mapping[str, Any]) -> None:
    named = [("environment", "environment_id", sent["environment_id"])]
    named += [("vault", "vault_ids", vault) for vault in sent.get("vault_ids", [])]
    for kind, path, id in named:
        found = records.get(kind, id)
        if found is None:
            raise not_found(f"{path}: {id} not found")
        if found["archived_at"] is not None:
            raise invalid(f"{path}: {id} is archived")
