"""The log: what is in it, what is not, how much of it is kept, and that it replays a run."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import anthropic
import httpx2
import pytest

from reconciler.sandbox import Server, serve
from reconciler.sandbox.log import RequestLog

from .conftest import HEADERS, make_client

ENTRY = {
    "at", "method", "path", "query", "workspace", "request_id", "body", "status", "answer",
    "faults", "started", "seconds",
}  # fmt: skip
FLAKY = [
    {"kind": "status", "status": 500, "when": "after", "method": "POST", "probability": 0.3},
    {"kind": "drop", "probability": 0.2, "path": "^/v1/(agents|environments)"},
    {"kind": "latency", "seconds": 0.0, "jitter": 0.002, "probability": 0.5},
    {"kind": "stale", "reads": 2, "path": "^/v1/agents$", "probability": 0.7},
    {"kind": "reorder", "probability": 0.5},
]


def entry(**more: Any) -> dict[str, Any]:
    return {"body": None, "answer": None, **more}


def test_an_entry_says_what_was_asked_and_answered(tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    with serve(tmp_path / "a.sqlite", log=file) as server, make_client(server, "w") as client:
        made = client.beta.agents.create(name="a", model="claude-sonnet-5")
        with pytest.raises(anthropic.NotFoundError):
            client.beta.agents.retrieve("agent_nobody", version=3)
        first, second = server.requests()
        assert set(first) == ENTRY
        assert (first["method"], first["path"], first["workspace"]) == ("POST", "/v1/agents", "w")
        assert first["body"] == {"name": "a", "model": "claude-sonnet-5"}
        assert first["answer"] == json.loads(made.to_json())
        assert first["request_id"] == made._request_id
        assert (second["status"], second["query"]) == (404, {"version": "3"})
        assert second["answer"]["error"]["type"] == "not_found_error"
        server.clear_requests()
        assert server.requests() == []
    assert [json.loads(line) for line in file.read_text().splitlines()] == [first, second]


def test_a_second_server_adds_to_the_file(tmp_path: Path) -> None:
    file = tmp_path / "log.jsonl"
    for _ in range(2):
        with serve(tmp_path / "a.sqlite", log=file) as server, make_client(server) as client:
            client.beta.agents.list()
    assert len(file.read_text().splitlines()) == 2


def test_bytes_are_logged_by_their_number(tmp_path: Path) -> None:
    with serve(tmp_path / "a.sqlite") as server, make_client(server) as client:
        front = b"---\nname: s\ndescription: d\n---\n"
        skill = client.beta.skills.create(files=[("s/SKILL.md", front, "text/markdown")])
        data = client.beta.skills.versions.download("latest", skill_id=skill.id).read()
        assert server.requests()[-1]["answer"] == {"bytes": len(data)}


@pytest.mark.parametrize(
    "auth",
    [
        {"type": "static_bearer", "tokn": "hush"},
        {"type": "static_bearer", "token": ["hush"]},
        {"type": "static_bearer", "token": 8150473},
        {"type": "mcp_oauth", "refresh": {"token_endpoint_auth": {"secret": "hush"}}},
        "hush",
    ],
)
def test_a_secret_in_the_wrong_place_is_not_shown_either(tmp_path: Path, auth: Any) -> None:
    with serve(tmp_path / "a.sqlite", log=tmp_path / "log.jsonl") as server:
        headers = {"authorization": f"Bearer {server.api_key}", **HEADERS}
        with httpx2.Client(base_url=server.url, headers=headers) as http:
            vault = http.post("/v1/vaults", json={"display_name": "v"}).json()["id"]
            path = f"/v1/vaults/{vault}/credentials"
            assert http.post(path, json={"auth": auth}).status_code == 400
            http.post(path, content=b'{"auth": {"token": "hush"')
        said = repr(server.requests()) + (tmp_path / "log.jsonl").read_text()
        assert "hush" not in said and "8150473" not in said
        assert server.api_key not in said


def test_a_registrations_key_is_given_once_and_logged_never(tmp_path: Path) -> None:
    with serve(tmp_path / "a.sqlite") as server:
        server.ensure_tenants(["t"])
        headers = {"authorization": f"Bearer {server.registry_key}"}
        with httpx2.Client(base_url=server.registry_url, headers=headers) as http:
            tenant = http.get("/workspace/tenants").json()[0]["id"]
            body = {"tenantId": tenant, "kind": "claude_managed", "name": "n"}
            body["externalRef"] = "anthropic://agents/agent_1"
            row = http.post("/workspace/registry/agents", json=body).json()
        assert server.requests()[-1]["answer"] == {**row, "apiKey": "***"}
        assert row["apiKey"] not in repr(server.requests())


def test_a_tools_schema_is_no_secret(tmp_path: Path) -> None:
    schema = {"type": "object", "properties": {"token": {"type": "string", "enum": ["x"]}}}
    tool: Any = {"type": "custom", "name": "t", "description": "d", "input_schema": schema}
    with serve(tmp_path / "a.sqlite") as server, make_client(server) as client:
        client.beta.agents.create(name="a", model="claude-sonnet-5", tools=[tool])
        assert server.requests()[0]["body"]["tools"] == [tool]


def test_memory_is_bounded_by_entries_and_by_size() -> None:
    log = RequestLog(most=3)
    for number in range(5):
        log.add(entry(number=number))
    assert [one["number"] for one in log.entries()] == [2, 3, 4]
    log = RequestLog(characters=1000)
    for number in range(50):
        log.add(entry(number=number, body="x" * 300))
    assert [one["number"] for one in log.entries()] == [48, 49]
    log.add(entry(body="x" * 2000))
    assert log.entries() == []
    log.add(entry(number=1))
    assert len(log.entries()) == 1


def ask(client: anthropic.Anthropic, names: list[str]) -> None:
    """What a client does that takes every refusal for an answer."""

    def one(step: Callable[[], Any]) -> Any:
        try:
            return step()
        except anthropic.APIError:
            return None

    for name in names:
        made = one(lambda name=name: client.beta.agents.create(name=name, model="claude-opus-5"))
        if made:
            one(lambda made=made: client.beta.agents.update(made.id, version=1, system="s"))
            one(lambda made=made: client.beta.agents.retrieve(made.id))
        one(lambda: client.beta.agents.list(limit=2))
        one(lambda name=name: client.beta.environments.create(name=name))
        one(lambda: client.beta.environments.list())


def outline(log: list[dict[str, Any]]) -> list[Any]:
    """What must be the same in two runs that ask the same."""
    return [
        (
            one["method"],
            len(one["path"]),
            one["status"],
            [fault["kind"] for fault in one["faults"]],
            [agent["name"] for agent in one["answer"]["data"]]
            if one["status"] == 200 and "data" in one["answer"]
            else None,
        )
        for one in log
    ]


def run(folder: Path, seed: str, rules: list[Any]) -> list[dict[str, Any]]:
    folder.mkdir()
    with serve(folder / "store.sqlite", seed=seed, log=folder / "log.jsonl") as server:
        server.set_faults(rules)
        with make_client(server) as client:
            ask(client, [f"agent {number}" for number in range(12)])
        return server.requests()


def test_a_seed_decides_and_a_log_replays(tmp_path: Path) -> None:
    first = run(tmp_path / "first", "7", FLAKY)
    faults = [fault for one in first for fault in one["faults"]]
    assert {fault["kind"] for fault in faults} == {rule["kind"] for rule in FLAKY}
    assert outline(run(tmp_path / "again", "7", FLAKY)) == outline(first)
    assert outline(run(tmp_path / "other", "8", FLAKY)) != outline(first)
    replayed = run(tmp_path / "replayed", "9", faults)
    assert outline(replayed) == outline(first)
    assert [one["faults"] for one in replayed] == [one["faults"] for one in first]


def test_a_log_replays_creates_in_whatever_order_they_come(tmp_path: Path) -> None:
    def struck(server: Server, rules: list[Any], names: list[str]) -> set[str]:
        server.set_faults(rules)
        server.clear_requests()

        def create(name: str) -> None:
            with make_client(server) as client:
                try:
                    client.beta.agents.create(name=name, model="claude-opus-5")
                except anthropic.InternalServerError:
                    return

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(create, names))
        return {one["body"]["name"] for one in server.requests() if one["status"] == 500}

    names = [f"agent {number}" for number in range(24)]
    rules = [{"kind": "status", "status": 500, "when": "after", "probability": 0.4}]
    with serve(tmp_path / "store.sqlite") as server:
        first = struck(server, rules, names)
        faults = [fault for one in server.requests() for fault in one["faults"]]
        assert 0 < len(first) < len(names)
        assert struck(server, rules, names[::-1]) == first
        assert struck(server, faults[::-1], names[::-1]) == first


@pytest.mark.parametrize("method", ["PUT", "PATCH", "HEAD", "OPTIONS", "DELETE"])
def test_whatever_is_struck_can_be_struck_again(tmp_path: Path, method: str) -> None:
    with serve(tmp_path / "store.sqlite") as server:
        server.set_faults([{"kind": "status", "status": 503}])
        for _ in range(2):
            assert httpx2.request(method, f"{server.url}/v1/agents").status_code == 503
            server.set_faults(server.requests()[0]["faults"])
