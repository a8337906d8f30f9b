"""The request log and the faults."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anthropic
import httpx2
import pytest

from reconciler.sandbox import Server, serve

from .conftest import make_client


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Its own: faults would strike the requests of others."""
    with serve(tmp_path_factory.mktemp("faults") / "store.sqlite") as running:
        yield running


@pytest.fixture(autouse=True)
def clean(server: Server) -> Iterator[None]:
    server.set_faults([])
    server.clear_requests()
    yield
    server.set_faults([])


def count(client: anthropic.Anthropic) -> int:
    return len(client.beta.agents.list().data)


def test_the_log_tells_what_was_asked(server: Server, client: anthropic.Anthropic) -> None:
    client.beta.agents.create(name="a", model="claude-sonnet-5")
    with pytest.raises(anthropic.NotFoundError):
        client.beta.agents.retrieve("agent_nobody", version=3)
    first, second = server.requests()
    assert (first["method"], first["path"], first["status"]) == ("POST", "/v1/agents", 200)
    assert first["body"] == {"name": "a", "model": "claude-sonnet-5"}
    assert (second["path"], second["status"]) == ("/v1/agents/agent_nobody", 404)
    assert second["query"] == {"version": "3"}
    assert second["body"] is None
    server.clear_requests()
    assert server.requests() == []


def test_the_log_shows_no_secret(server: Server, client: anthropic.Anthropic) -> None:
    vault = client.beta.vaults.create(display_name="v").id
    for auth in (
        {"type": "static_bearer", "mcp_server_url": "https://x.example", "token": "hush"},
        {
            "type": "mcp_oauth",
            "mcp_server_url": "https://y.example",
            "access_token": "hush",
            "refresh": {
                "client_id": "c",
                "refresh_token": "hush",
                "token_endpoint": "https://y.example/token",
                "token_endpoint_auth": {"type": "client_secret_post", "client_secret": "hush"},
            },
        },
        {
            "type": "environment_variable",
            "secret_name": "N",
            "secret_value": "hush",
            "networking": {"type": "unrestricted"},
        },
    ):
        client.beta.vaults.credentials.create(vault, auth=auth)
    said = repr(server.requests())
    assert "hush" not in said
    assert server.api_key not in said
    assert said.count("***") == 5


def test_an_upload_is_logged_by_its_paths(server: Server, client: anthropic.Anthropic) -> None:
    front = b"---\nname: s\ndescription: d\n---\n"
    client.beta.skills.create(files=[("s/SKILL.md", front, "text/markdown")], display_name="N")
    assert server.requests()[0]["body"] == {"display_name": "N", "files": ["s/SKILL.md"]}


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (429, anthropic.RateLimitError),
        (500, anthropic.InternalServerError),
        (529, anthropic.APIStatusError),
        (401, anthropic.AuthenticationError),
        (403, anthropic.PermissionDeniedError),
    ],
)
@pytest.mark.parametrize(("when", "made"), [("before", 0), ("after", 1)])
def test_a_status_before_or_after_the_commit(
    server: Server,
    client: anthropic.Anthropic,
    make_agent: Callable[..., Any],
    status: int,
    kind: type[anthropic.APIStatusError],
    when: str,
    made: int,
) -> None:
    server.set_faults(
        [{"kind": "status", "status": status, "when": when, "method": "POST", "retry_after": 2}]
    )
    with pytest.raises(kind) as caught:
        make_agent()
    assert caught.value.status_code == status
    assert caught.value.response.headers["retry-after"] == "2"
    assert caught.value.body["error"]["type"].endswith("_error")
    assert count(client) == made
    assert server.requests()[0]["faults"][0]["kind"] == "status"


@pytest.mark.parametrize(("when", "made"), [("before", 0), ("after", 1)])
def test_a_connection_that_is_dropped(
    server: Server,
    client: anthropic.Anthropic,
    make_agent: Callable[..., Any],
    when: str,
    made: int,
) -> None:
    server.set_faults([{"kind": "drop", "when": when, "method": "POST"}])
    with pytest.raises(anthropic.APIConnectionError):
        make_agent()
    assert count(client) == made
    dropped = server.requests()[0]
    assert (dropped["status"], dropped["faults"][0]["kind"]) == (None, "drop")


def test_skip_and_count(server: Server, make_agent: Callable[..., Any]) -> None:
    rule = {"kind": "status", "status": 500, "path": "^/v1/agents$", "skip": 1, "count": 2}
    server.set_faults([rule])
    make_agent()
    for _ in range(2):
        with pytest.raises(anthropic.InternalServerError):
            make_agent()
    make_agent()


def test_a_rule_strikes_what_it_names(server: Server, client: anthropic.Anthropic) -> None:
    server.set_faults([{"kind": "status", "status": 500, "path": "/environments", "method": "GET"}])
    client.beta.environments.create(name="e")
    client.beta.agents.list()
    with pytest.raises(anthropic.InternalServerError):
        client.beta.environments.list()


def test_latency_delays(server: Server, make_agent: Callable[..., Any]) -> None:
    server.set_faults([{"kind": "latency", "seconds": 0.05}])
    make_agent()
    assert server.requests()[0]["seconds"] >= 0.05


def test_the_registry_gets_its_own_shape(server: Server, registry: httpx2.Client) -> None:
    server.set_faults([{"kind": "status", "status": 500}])
    answer = registry.get("/workspace/tenants")
    assert answer.status_code == 500
    assert answer.json()["error"] == "Internal Server Error"


@pytest.mark.parametrize(
    "rule",
    [
        {},
        {"kind": "explode"},
        {"kind": "latency"},
        {"kind": "latency", "seconds": -1},
        {"kind": "status"},
        {"kind": "status", "status": 200},
        {"kind": "status", "status": 500, "when": "during"},
        {"kind": "drop", "path": "("},
        {"kind": "drop", "count": 0},
        {"kind": "drop", "colour": "red"},
    ],
)
def test_a_rule_it_does_not_understand_is_refused(server: Server, rule: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"faults|colour"):
        server.set_faults([rule])


def test_the_same_over_http(server: Server) -> None:
    key = {"authorization": f"Bearer {server.api_key}"}
    with httpx2.Client(base_url=server.url, headers=key) as control, make_client(server) as client:
        rules = [{"kind": "status", "status": 500, "count": 1}]
        assert control.put("/_sandbox/faults", json=rules).status_code == 200
        assert control.put("/_sandbox/faults", json=[{"kind": "x"}]).status_code == 400
        with pytest.raises(anthropic.InternalServerError):
            client.beta.agents.list()
        client.beta.agents.list()
        log = control.get("/_sandbox/requests").json()
        assert [entry["status"] for entry in log] == [500, 200]
        assert control.delete("/_sandbox/requests").status_code == 200
        assert control.get("/_sandbox/requests").json() == []
        assert control.delete("/_sandbox/faults").status_code == 200
        assert control.get("/_sandbox/nothing").status_code == 404
        assert httpx2.get(f"{server.url}/_sandbox/requests").status_code == 401


def test_close_does_not_wait_for_a_slow_request(tmp_path: Path) -> None:
    running = serve(tmp_path / "store.sqlite")
    running.set_faults([{"kind": "latency", "seconds": 3600}])
    port = int(running.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as asking:
        asking.sendall(b"GET /v1/agents HTTP/1.1\r\nHost: localhost\r\n\r\n")
        running.close()
        running.close()
        assert b"200" not in asking.recv(1000)
