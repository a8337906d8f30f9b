"""The registry (hosted-answers, "Registry side"), over plain HTTP as its own client speaks it."""

from __future__ import annotations

import uuid
from typing import Any

import httpx2
import pytest

from reconciler.sandbox import Server

AGENTS = "/workspace/registry/agents"


@pytest.fixture
def tenant(server: Server, registry: httpx2.Client) -> str:
    slug = f"t-{uuid.uuid4().hex[:8]}"
    server.ensure_tenants([slug])
    tenants = registry.get("/workspace/tenants").json()
    return str(next(t["id"] for t in tenants if t["slug"] == slug))


def body(tenant: str, **fields: Any) -> dict[str, Any]:
    return {
        "tenantId": tenant,
        "kind": "claude_managed",
        "name": "audit-handover",
        "externalRef": "anthropic://agents/agent_01x",
        **fields,
    }


def problem(answer: httpx2.Response, status: int, reason: str) -> str:
    assert answer.status_code == status
    assert set(answer.json()) == {"statusCode", "message", "error"}
    assert answer.json()["statusCode"] == status
    assert answer.json()["error"] == reason
    return str(answer.json()["message"])


def test_tenants_exist_once_they_are_used(server: Server, registry: httpx2.Client) -> None:
    def slugs() -> list[str]:
        return [t["slug"] for t in registry.get("/workspace/tenants").json()]

    assert "first-use" not in slugs()
    server.ensure_tenants(["first-use", "first-use"])
    server.ensure_tenants(["first-use"])
    assert slugs().count("first-use") == 1
    tenant = next(t for t in registry.get("/workspace/tenants").json() if t["slug"] == "first-use")
    assert (tenant["name"], tenant["status"]) == ("first-use", "ACTIVE")
    assert registry.get(f"/workspace/tenants/{tenant['id']}").json() == tenant
    assert registry.get("/workspace/tenants", params={"status": "FAILED"}).json() == []
    problem(registry.get("/workspace/tenants/nope"), 404, "Not Found")


def test_the_key_is_in_the_first_answer_only(registry: httpx2.Client, tenant: str) -> None:
    answer = registry.post(AGENTS, json=body(tenant, description="d"))
    assert answer.status_code == 201
    created = answer.json()
    assert uuid.UUID(created["id"])
    key = created.pop("apiKey")
    assert len(key) > 40
    assert set(created) == {
        *("id", "orgId", "tenantId", "name", "description", "kind", "externalRef"),
        *("credentialsRef", "capabilityManifest", "mcpUrl", "apiKeyRef", "versions"),
        *("createdAt", "updatedAt"),
    }
    got = registry.get(f"{AGENTS}/{created['id']}")
    listed = registry.get(AGENTS, params={"tenantId": tenant})
    assert got.json() == created
    assert listed.json() == [created]
    assert key not in got.text + listed.text
    # Nor is it a key of the workspace.
    headers = {"authorization": f"Bearer {key}"}
    problem(registry.get(AGENTS, headers=headers), 401, "Unauthorized")


def test_the_same_registration_twice_makes_two_rows(registry: httpx2.Client, tenant: str) -> None:
    first, second = (registry.post(AGENTS, json=body(tenant)).json() for _ in range(2))
    assert first["id"] != second["id"]
    assert first["apiKey"] != second["apiKey"]
    listed = registry.get(AGENTS, params={"tenantId": tenant}).json()
    assert [row["id"] for row in listed] == [second["id"], first["id"]]
    everywhere = registry.get(AGENTS).json()
    assert {first["id"], second["id"]} <= {row["id"] for row in everywhere}
    assert registry.get(AGENTS, params={"tenantId": "nobody"}).json() == []


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": "runbook"},
        {"name": ""},
        {"name": None},
        {"externalRef": "agent_01x"},
        {"externalRef": "copilot://agents/x"},
        {"color": "red"},
        {"description": 5},
    ],
)
def test_a_body_it_cannot_take_is_422(
    registry: httpx2.Client, tenant: str, fields: dict[str, Any]
) -> None:
    problem(registry.post(AGENTS, json=body(tenant, **fields)), 422, "Unprocessable Entity")
    assert registry.get(AGENTS, params={"tenantId": tenant}).json() == []


def test_what_is_not_there_is_404(registry: httpx2.Client, tenant: str) -> None:
    problem(registry.post(AGENTS, json=body("nobody")), 404, "Not Found")
    for method, path in (
        ("GET", f"{AGENTS}/nope"),
        ("DELETE", f"{AGENTS}/nope"),
        ("GET", "/workspace/nothing"),
    ):
        problem(registry.request(method, path), 404, "Not Found")
    problem(registry.post(f"{AGENTS}/nope/versions", json={}), 404, "Not Found")
    problem(registry.put("/workspace/tenants", json={}), 405, "Method Not Allowed")


def test_versions_are_numbered(registry: httpx2.Client, tenant: str) -> None:
    row = registry.post(AGENTS, json=body(tenant)).json()
    assert row["versions"] == []
    path = f"{AGENTS}/{row['id']}/versions"
    first = registry.post(path, json={"changelog": "one", "artifactUrl": "https://x.example/1"})
    second = registry.post(path, json={})
    assert first.status_code == 201
    assert set(first.json()) == {
        *("id", "agentId", "version", "artifactUrl", "changelog", "createdAt")
    }
    assert [v.json()["version"] for v in (first, second)] == [1, 2]
    again = registry.get(f"{AGENTS}/{row['id']}").json()
    assert again["versions"] == [second.json(), first.json()]
    listed = registry.get(AGENTS, params={"tenantId": tenant}).json()
    assert listed[0]["versions"] == again["versions"]
    problem(registry.post(path, json={"note": "x"}), 422, "Unprocessable Entity")


def test_deletion_is_refused_while_a_workflow_refers_to_it(
    server: Server, registry: httpx2.Client, tenant: str
) -> None:
    used, free = (registry.post(AGENTS, json=body(tenant)).json()["id"] for _ in range(2))
    control = {"authorization": f"Bearer {server.api_key}"}
    made = httpx2.post(f"{server.url}/_sandbox/workflows", json={"agentId": used}, headers=control)
    assert made.status_code == 200
    problem(registry.delete(f"{AGENTS}/{used}"), 409, "Conflict")
    assert registry.get(f"{AGENTS}/{used}").status_code == 200
    gone = registry.delete(f"{AGENTS}/{free}")
    assert (gone.status_code, gone.content) == (204, b"")
    problem(registry.get(f"{AGENTS}/{free}"), 404, "Not Found")
    workflow = made.json()["id"]
    httpx2.delete(f"{server.url}/_sandbox/workflows/{workflow}", headers=control)
    assert registry.delete(f"{AGENTS}/{used}").status_code == 204


def test_workspaces_are_apart(server: Server, registry: httpx2.Client, tenant: str) -> None:
    row = registry.post(AGENTS, json=body(tenant)).json()["id"]
    other = {"authorization": f"Bearer {server.registry_key}@other"}
    assert registry.get("/workspace/tenants", headers=other).json() == []
    problem(registry.get(f"{AGENTS}/{row}", headers=other), 404, "Not Found")
    problem(registry.delete(f"{AGENTS}/{row}", headers=other), 404, "Not Found")


@pytest.mark.parametrize("key", ["none", "ntro_live_key", "sk-ant-sandbox-local"])
def test_any_other_key_is_401(registry: httpx2.Client, key: str) -> None:
    headers = {"authorization": f"Bearer {key}"}
    problem(registry.get("/workspace/tenants", headers=headers), 401, "Unauthorized")


def test_who_am_i(registry: httpx2.Client) -> None:
    assert {"id", "email", "name", "orgId", "roles"} <= set(registry.get("/me").json())
