"""Keys, headers, hosts and error bodies (design, "The embedded platform"; hosted-answers)."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import anthropic
import httpx2
import pytest

from reconciler.sandbox import Server

from .conftest import HEADERS, make_client

NAME_ONLY = {"name": "e"}
AGENT = {"name": "a", "model": "claude-sonnet-5"}


def without(*names: str) -> dict[str, str]:
    return {key: value for key, value in HEADERS.items() if key not in names}


def call(server: Server, method: str, path: str, **more: Any) -> httpx2.Response:
    headers = more.pop("headers", HEADERS)
    if "authorization" not in headers and "x-api-key" not in headers:
        headers = {"authorization": f"Bearer {server.api_key}", **headers}
    return httpx2.request(method, server.url + path, headers=headers, **more)


def test_importing_loads_no_web_server() -> None:
    code = (
        "import sys, reconciler.sandbox;"
        "assert not {'starlette', 'uvicorn', 'anthropic'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("version", ["2023-06-01", "2026-10-21"])
@pytest.mark.parametrize("query", ["", "?beta=true"])
@pytest.mark.parametrize("key_header", ["authorization", "x-api-key"])
def test_every_generation_of_client_is_served(
    server: Server, version: str, query: str, key_header: str
) -> None:
    key = f"Bearer {server.api_key}" if key_header == "authorization" else server.api_key
    headers = {**HEADERS, "anthropic-version": version, key_header: key}
    assert call(server, "GET", f"/v1/agents{query}", headers=headers).status_code == 200


@pytest.mark.parametrize(
    "key",
    ["none", "sk-ant-api03", "ntro_sandbox_local", "sk-ant-sandbox-x@", "sk-ant-sandbox-x@a b"],
)
def test_any_other_key_is_401(server: Server, key: str) -> None:
    for headers in ({"authorization": f"Bearer {key}"}, {"x-api-key": key}):
        answer = call(server, "GET", "/v1/agents", headers={**HEADERS, **headers})
        assert answer.status_code == 401
        assert answer.json()["error"]["type"] == "authentication_error"


def test_a_suffix_picks_another_workspace(server: Server) -> None:
    with make_client(server, "one") as one, make_client(server, "two") as two:
        agent = one.beta.agents.create(name="a", model="claude-sonnet-5")
        with pytest.raises(anthropic.NotFoundError):
            two.beta.agents.retrieve(agent.id)
        with pytest.raises(anthropic.NotFoundError):
            two.beta.agents.update(agent.id, name="b")
        assert agent.id not in [a.id for a in two.beta.agents.list()]
        with pytest.raises(anthropic.BadRequestError):
            two.beta.agents.create(
                name="b",
                model="claude-sonnet-5",
                multiagent={"type": "coordinator", "agents": [agent.id]},
            )


def test_answers_say_who_gave_them(server: Server) -> None:
    with make_client(server, "one") as one, make_client(server, "two") as two:
        answers = [c.beta.agents.with_raw_response.list() for c in (one, one, two)]
        headers = [answer.headers for answer in answers]
        workspaces = [h["anthropic-workspace-id"] for h in headers]
        assert workspaces[0] == workspaces[1] != workspaces[2]
        assert workspaces[0].startswith("wrkspc_")
        assert len({h["anthropic-organization-id"] for h in headers}) == 1
        assert len({h["request-id"] for h in headers}) == 3
        one.beta.agents.list(workspace_id=workspaces[0])
        with pytest.raises(anthropic.PermissionDeniedError):
            one.beta.agents.list(workspace_id=workspaces[2])


def test_an_error_body_names_its_request(client: anthropic.Anthropic) -> None:
    with pytest.raises(anthropic.NotFoundError) as caught:
        client.beta.agents.retrieve("agent_nobody")
    error = caught.value
    assert error.request_id == error.body["request_id"]
    assert error.body == {
        "type": "error",
        "error": {"type": "not_found_error", "message": "Agent not found."},
        "request_id": error.request_id,
    }


@pytest.mark.parametrize(
    "path", ["/v1/agents", "/v1/agents/agent_x", "/v1/vaults", "/v1/deployments"]
)
def test_agents_hide_without_their_beta_header(server: Server, path: str) -> None:
    answer = call(server, "GET", path, headers=without("anthropic-beta"))
    assert answer.status_code == 404
    error = answer.json()["error"]
    assert error == {"type": "not_found_error", "message": "not found"}


def test_environments_name_the_header_they_want(server: Server) -> None:
    answer = call(
        server, "POST", "/v1/environments", json=NAME_ONLY, headers=without("anthropic-beta")
    )
    assert answer.status_code == 404
    assert "managed-agents-2026-04-01" in answer.json()["error"]["message"]


def test_an_unknown_beta_is_ignored_on_agents_and_refused_on_environments(server: Server) -> None:
    headers = {**HEADERS, "anthropic-beta": "made-up-2026-01-01, managed-agents-2026-04-01"}
    assert call(server, "POST", "/v1/agents", json=AGENT, headers=headers).status_code == 200
    answer = call(server, "POST", "/v1/environments", json=NAME_ONLY, headers=headers)
    assert answer.status_code == 400
    assert "made-up-2026-01-01" in answer.json()["error"]["message"]
    both = {**HEADERS, "anthropic-beta": "managed-agents-2026-04-01,skills-2025-10-02"}
    assert call(server, "GET", "/v1/environments", headers=both).status_code == 200


def test_the_version_header_is_required(server: Server) -> None:
    missing = without("anthropic-version")
    assert call(server, "GET", "/v1/agents", headers=missing).status_code == 400
    future = {**HEADERS, "anthropic-version": "2030-01-01"}
    assert call(server, "GET", "/v1/agents", headers=future).status_code == 400


@pytest.mark.parametrize("host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", ""])
def test_a_foreign_host_is_refused(server: Server, host: str) -> None:
    for path in ("/v1/agents", "/_sandbox/requests", "/v1/workspace/tenants"):
        answer = call(server, "GET", path, headers={**HEADERS, "host": host})
        assert answer.status_code in (400, 403)
        assert "data" not in answer.text


def test_localhost_is_this_machine(server: Server) -> None:
    port = server.url.rpartition(":")[2]
    headers = {**HEADERS, "host": f"localhost:{port}"}
    assert call(server, "GET", "/v1/agents", headers=headers).status_code == 200


def test_a_body_that_is_no_json_is_refused(server: Server) -> None:
    for content in (b"{", b"\xff", b"", b"[]", b'"name"', b"null", b"NaN"):
        answer = call(server, "POST", "/v1/agents", content=content)
        assert answer.status_code == 400
        assert answer.json()["error"]["type"] == "invalid_request_error"


def test_a_body_over_the_limit_is_413(server: Server) -> None:
    answer = call(server, "POST", "/v1/agents", json={**AGENT, "system": "x" * 33 * 1024 * 1024})
    assert answer.status_code == 413
    assert answer.json()["error"]["type"] == "request_too_large"


def test_paths_and_methods_it_does_not_know(server: Server) -> None:
    assert call(server, "GET", "/v1/nothing").status_code == 404
    assert call(server, "GET", "/").status_code == 404
    assert call(server, "PUT", "/v1/agents").status_code == 405
    assert call(server, "DELETE", "/v1/agents/agent_x").status_code == 405


def test_without_a_key_it_is_401_too(server: Server) -> None:
    assert httpx2.get(f"{server.url}/v1/agents", headers=HEADERS).status_code == 401
    assert httpx2.get(f"{server.registry_url}/workspace/tenants").status_code == 401
