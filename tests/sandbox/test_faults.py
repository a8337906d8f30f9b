"""Faults: where and how often they strike, and those in the place of an answer."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import anthropic
import httpx2
import pytest

from reconciler.sandbox import Server, rule_from_text, serve

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
        {"kind": "drop", "probability": 0},
        {"kind": "drop", "probability": 1.5},
        {"kind": "status", "status": 600},
        {"kind": "latency", "seconds": float("nan")},
        {"kind": "latency", "seconds": 1, "jitter": -1},
        {"kind": "stale"},
        {"kind": "stale", "writes": 1, "reads": 1},
        {"kind": "stale", "writes": 33},
        {"kind": "stale", "writes": 1, "method": "POST"},
        {"kind": "slow"},
        "drop",
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
        assert control.get("/_sandbox/faults").json() == rules
        assert control.delete("/_sandbox/faults").status_code == 200
        assert control.get("/_sandbox/faults").json() == []
        assert control.get("/_sandbox/clock").json()["set"] is False
        clock = {"now": "2030-01-01T00:00:00.000000Z", "step": 2}
        assert control.put("/_sandbox/clock", json=clock).status_code == 200
        assert control.get("/_sandbox/clock").json() == {**clock, "set": True}
        assert control.put("/_sandbox/clock").status_code == 400
        assert control.delete("/_sandbox/clock").status_code == 200
        assert control.get("/_sandbox/nothing").status_code == 404
        assert httpx2.get(f"{server.url}/_sandbox/requests").status_code == 401


@pytest.mark.parametrize(
    ("written", "rule"),
    [
        ("latency 0.2 jitter=0.1", {"kind": "latency", "seconds": 0.2, "jitter": 0.1}),
        (
            "status 429 retry_after=2 method=POST path=^/v1/agents$ skip=1 count=2",
            {"kind": "status", "status": 429, "retry_after": 2, "method": "POST", "path": "^/v1/agents$", "skip": 1, "count": 2},
        ),
        ("  drop   after probability=.5 ", {"kind": "drop", "when": "after", "probability": 0.5}),
        ("drop when=before", {"kind": "drop", "when": "before"}),
        ("slow 3", {"kind": "slow", "seconds": 3}),
        ("stale writes=2", {"kind": "stale", "writes": 2, "method": "GET"}),
        ("reorder", {"kind": "reorder"}),
        ("unknown_field name=x1 path=a=b", {"kind": "unknown_field", "name": "x1", "path": "a=b"}),
        ('{"kind": "status", "status": 500}', {"kind": "status", "status": 500}),
    ],
)  # fmt: skip
def test_the_grammar_of_the_command_line(written: str, rule: dict[str, Any]) -> None:
    assert rule_from_text(written) == rule


@pytest.mark.parametrize(
    "written",
    ["", "explode", "latency", "latency soon", "drop after after", "drop when=", "reorder 1", "status 429 count=x", "status status=429 429", "stale writes=1 writes=2", "{", "[]", '{"kind": 1}', "drop path=("],
)  # fmt: skip
def test_what_the_grammar_refuses(written: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        rule_from_text(written)


def test_a_limit_with_its_error_code(server: Server, client: anthropic.Anthropic) -> None:
    server.set_faults([{"kind": "status", "status": 429, "code": "enforced_spend_limit_reached"}])
    with pytest.raises(anthropic.RateLimitError) as caught:
        client.beta.agents.list()
    assert caught.value.error_code == "enforced_spend_limit_reached"
    assert "retry-after" not in caught.value.response.headers


def test_latency_with_jitter_is_drawn_from_the_seed(
    server: Server, client: anthropic.Anthropic
) -> None:
    server.set_faults([{"kind": "latency", "seconds": 0.001, "jitter": 0.01}])
    for _ in range(4):
        client.beta.agents.list()
    drawn = [entry["faults"][0]["seconds"] for entry in server.requests()]
    assert len(set(drawn)) == 4
    assert all(0.001 <= seconds <= 0.011 for seconds in drawn)
    assert all(entry["seconds"] >= entry["faults"][0]["seconds"] for entry in server.requests())


def test_a_slow_body_arrives_whole_or_runs_into_the_timeout(
    server: Server, client: anthropic.Anthropic, make_agent: Callable[..., Any]
) -> None:
    made = make_agent(system="s" * 5000)
    server.set_faults([{"kind": "slow", "seconds": 0.02}])
    assert client.beta.agents.retrieve(made.id).system == "s" * 5000
    server.set_faults([{"kind": "slow", "seconds": 3600, "method": "POST"}])
    with pytest.raises(anthropic.APITimeoutError):
        client.with_options(timeout=0.05).beta.agents.create(name="late", model="claude-opus-5")
    assert "late" in [agent.name for agent in client.beta.agents.list()]


def test_probability_strikes_some_and_the_same_ones_again(
    server: Server, client: anthropic.Anthropic
) -> None:
    def struck() -> list[bool]:
        server.set_faults([{"kind": "status", "status": 500, "probability": 0.5}])
        server.clear_requests()
        for _ in range(20):
            with contextlib.suppress(anthropic.InternalServerError):
                client.beta.agents.list()
        return [entry["status"] == 500 for entry in server.requests()]

    first = struck()
    assert 2 < sum(first) < 18
    assert struck() == first


@pytest.mark.parametrize("again", range(20))
def test_close_does_not_wait_for_a_slow_request(tmp_path: Path, again: int) -> None:
    """Whatever it is just doing: the request may be on its way, read, or not even accepted."""
    running = serve(tmp_path / "store.sqlite")
    running.set_faults([{"kind": "latency", "seconds": 3600}])
    port = int(running.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=60) as asking:
        asking.sendall(b"GET /v1/agents HTTP/1.1\r\nHost: localhost\r\n\r\n")
        running.close()
        running.close()
        with contextlib.suppress(ConnectionResetError):  # it may not even have been read
            assert b"200" not in asking.recv(1000)
