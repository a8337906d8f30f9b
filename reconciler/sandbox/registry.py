"""Ntropii's registry of external agents, beside the platform under /v1."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from .call import Call, Reply
from .errors import ApiError, not_found
from .ids import token
from .shapes import nullable, obj, one_of, text
from .store import Records

# The kinds of the registry's own SDK, 0.1.2.
KINDS = ("claude_managed", "azure_ai_agent", "vertex_agent", "openai_assistant")
# Not a key of the workspace: with it an agent calls back into the MCP server.
KEY_PREFIX = "ntro_sandboxkey_"
REFERENCE = r"anthropic://agents/[A-Za-z0-9_-]+"

CREATE = obj(
    {
        "tenantId": text(1),
        "kind": one_of(*KINDS),
        "name": text(1),
        "externalRef": text(1),
    },
    {"description": nullable(text()), "credentialsRef": nullable(text())},
)
WORKFLOW = obj({"agentId": text(1)})
CREATE_VERSION = obj(optional={"artifactUrl": nullable(text()), "changelog": nullable(text())})


def list_tenants(call: Call) -> list[dict[str, Any]]:
    """`GET /workspace/tenants`: a plain array (registry SDK), optionally by `status`."""
    status = call.query.get("status")
    tenants = call.records.children("tenant")
    return [tenant for tenant in tenants if status in (None, tenant["status"])]


def retrieve_tenant(call: Call) -> dict[str, Any]:
    """`GET /workspace/tenants/{id}` (registry SDK)."""
    tenant = call.records.get("tenant", call.path["tenant_id"])
    if tenant is None:
        raise not_found(f"Tenant {call.path['tenant_id']} not found")
    return tenant


def add_tenants(records: Records, slugs: Iterable[str], organization: str, now: str) -> None:
    """Tenants exist on first use; one that is there already stays as it is."""
    known = {tenant["slug"] for tenant in records.children("tenant")}
    for slug in sorted(set(slugs) - known):
        tenant = {
            "id": str(uuid.uuid4()),
            "orgId": organization,
            "slug": slug,
            "name": slug,
            "status": "ACTIVE",
            "dataPlatform": "managed-postgres",
            "dataPlatformConfigId": None,
            "config": None,
            "entityCount": 0,
            "createdAt": now,
            "updatedAt": now,
        }
        records.insert("tenant", tenant)


def create(call: Call) -> Reply:
    """`POST /workspace/registry/agents`: the key is in this answer only, a hash is kept
    (documentation). Whether names must be unique is unknown: they need not be here."""
    sent = CREATE(call.body, "")
    tenant = call.records.get("tenant", sent["tenantId"])
    if tenant is None:
        raise not_found(f"Tenant {sent['tenantId']} not found")
    if sent["kind"] == "claude_managed":
        text(pattern=REFERENCE)(sent["externalRef"], "externalRef")
    key = KEY_PREFIX + token(32)
    row = {
        "id": str(uuid.uuid4()),
        "orgId": tenant["orgId"],
        "tenantId": tenant["id"],
        "name": sent["name"],
        "description": sent.get("description"),
        "kind": sent["kind"],
        "externalRef": sent["externalRef"],
        "credentialsRef": sent.get("credentialsRef"),
        "capabilityManifest": None,
        "mcpUrl": None,
        "apiKeyRef": None,
        "createdAt": call.now,
        "updatedAt": call.now,
    }
    call.records.insert("registration", row, label=tenant["id"])
    call.records.keep_secret(row["id"], "apiKey", key)
    return Reply({**row, "versions": [], "apiKey": key}, status=201)


def list_all(call: Call) -> list[dict[str, Any]]:
    """`GET /workspace/registry/agents?tenantId=`: a plain array, newest first."""
    rows = call.records.children("registration", label=call.query.get("tenantId"))
    return [_with_versions(call, row) for row in rows]


def retrieve(call: Call) -> dict[str, Any]:
    """`GET /workspace/registry/agents/{id}`, with its versions."""
    return _with_versions(call, _found(call))


def delete(call: Call) -> Reply:
    """`DELETE /workspace/registry/agents/{id}`: refused while a workflow refers to it."""
    row = _found(call)
    if call.records.children("workflow", label=row["id"]):
        raise ApiError(409, f"Agent {row['id']} is referenced by a workflow")
    for version in call.records.children("registration_version", parent=row["id"]):
        call.records.delete("registration_version", version["id"])
    call.records.drop_secrets(row["id"])
    call.records.delete("registration", row["id"])
    return Reply(status=204)


def create_version(call: Call) -> Reply:
    """`POST …/{id}/versions`: numbered from 1 (registry SDK)."""
    sent = CREATE_VERSION(call.body if call.body is not None else {}, "")
    row = _found(call)
    earlier = call.records.children("registration_version", parent=row["id"])
    version = {
        "id": str(uuid.uuid4()),
        "agentId": row["id"],
        "version": len(earlier) + 1,
        "artifactUrl": sent.get("artifactUrl"),
        "changelog": sent.get("changelog"),
        "createdAt": call.now,
    }
    call.records.insert("registration_version", version, parent=row["id"])
    call.records.replace("registration", {**row, "updatedAt": call.now})
    return Reply(version, status=201)


def whoami(call: Call) -> dict[str, Any]:
    """`GET /me` (registry SDK)."""
    return {
        "id": str(uuid.uuid5(uuid.NAMESPACE_URL, call.records.workspace)),
        "email": "sandbox@localhost",
        "name": "sandbox",
        "orgId": call.records.workspace,
        "roles": [],
    }


def workflow_control(
    records: Records, method: str, path: str, body: Any, now: str
) -> dict[str, Any]:
    """`POST /_sandbox/workflows {agentId}`: a workflow that uses a registered agent, so that its
    deletion is refused; `DELETE /_sandbox/workflows/{id}` takes it away again."""
    if (method, path) == ("POST", "/_sandbox/workflows"):
        agent_id = WORKFLOW(body, "")["agentId"]
        if records.get("registration", agent_id) is None:
            raise not_found(f"Agent {agent_id} not found")
        workflow = {"id": str(uuid.uuid4()), "agentId": agent_id, "createdAt": now}
        records.insert("workflow", workflow, label=agent_id)
        return workflow
    workflow_id = path.rpartition("/")[2]
    if method != "DELETE" or records.get("workflow", workflow_id) is None:
        raise not_found(f"{method} {path} is not a control of this server")
    records.delete("workflow", workflow_id)
    return {"ok": True}


def _found(call: Call) -> dict[str, Any]:
    row = call.records.get("registration", call.path["agent_id"])
    if row is None:
        raise not_found(f"Agent {call.path['agent_id']} not found")
    return row


def _with_versions(call: Call, row: Mapping[str, Any]) -> dict[str, Any]:
    versions = call.records.children("registration_version", parent=row["id"])
    return {**row, "versions": versions}
