"""The store: restarts, several processes, secrets, growth."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx2
import pytest

from reconciler.sandbox import Server, serve
from reconciler.sandbox.store import Records, connect, reading, writing

from .conftest import make_client, skill_files

SECRETS = ["hush-bearer-token", "hush-environment-value"]


def fill(server: Server) -> dict[str, Any]:
    server.ensure_tenants(["acme"])
    with make_client(server) as client:
        agent = client.beta.agents.create(name="a", model="claude-sonnet-5")
        client.beta.agents.update(agent.id, name="b")
        skill = client.beta.skills.create(files=skill_files())
        vault = client.beta.vaults.create(display_name="v")
        auths: list[Any] = [
            {"type": "static_bearer", "mcp_server_url": "https://x.example", "token": SECRETS[0]},
            {
                "type": "environment_variable",
                "secret_name": "N",
                "secret_value": SECRETS[1],
                "networking": {"type": "unrestricted"},
            },
        ]
        for auth in auths:
            client.beta.vaults.credentials.create(vault.id, auth=auth)
    headers = {"authorization": f"Bearer {server.registry_key}"}
    with httpx2.Client(base_url=server.registry_url, headers=headers) as registry:
        body = {
            "tenantId": registry.get("/workspace/tenants").json()[0]["id"],
            "kind": "claude_managed",
            "name": "a",
            "externalRef": f"anthropic://agents/{agent.id}",
        }
        row = registry.post("/workspace/registry/agents", json=body).json()
    return {"agent": agent.id, "skill": skill.id, "vault": vault.id, "row": row}


def test_a_restart_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "store.sqlite"
    with serve(path) as first:
        made = fill(first)
        origin = first.origin
    with serve(path) as second, make_client(second) as client:
        assert second.origin == origin
        assert origin.startswith("sandbox:")
        assert client.beta.agents.retrieve(made["agent"]).version == 2
        assert client.beta.agents.retrieve(made["agent"], version=1).name == "a"
        assert client.beta.skills.versions.download("latest", skill_id=made["skill"]).read()
        assert len(client.beta.vaults.credentials.list(made["vault"]).data) == 2
        second.ensure_tenants(["acme"])
        headers = {"authorization": f"Bearer {second.registry_key}"}
        tenants = httpx2.get(second.registry_url + "/workspace/tenants", headers=headers)
        assert [t["slug"] for t in tenants.json()] == ["acme"]


def test_another_store_is_another_origin(tmp_path: Path) -> None:
    with serve(tmp_path / "a.sqlite") as a, serve(tmp_path / "b.sqlite") as b:
        assert a.origin != b.origin


def test_no_secret_is_in_the_bytes_of_the_store(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    with serve(path) as server:
        key = fill(server)["row"]["apiKey"]
        files = sorted(tmp_path.iterdir())
        assert {file.name for file in files} > {"store.sqlite"}
        running = b"".join(file.read_bytes() for file in files)
    stopped = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    for data in (running, stopped):
        assert b"house-style" in data
        for secret in (*SECRETS, key):
            assert secret.encode() not in data


def test_archiving_purges_what_is_kept_of_a_secret(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"

    def kept() -> int:
        db = sqlite3.connect(path)
        try:
            (number,) = db.execute("SELECT count(*) FROM secrets").fetchone()
            return int(number)
        finally:
            db.close()

    with serve(path) as server, make_client(server) as client:
        made = fill(server)
        assert kept() == 3
        client.beta.vaults.archive(made["vault"])
        assert kept() == 1


WRITER = """
import sys, httpx2
from reconciler.sandbox import serve
with serve(sys.argv[1]) as server:
    headers = {"authorization": "Bearer " + server.api_key, "anthropic-version": "2026-10-21",
               "anthropic-beta": "managed-agents-2026-04-01"}
    with httpx2.Client(base_url=server.url, headers=headers) as http:
        print(server.origin, flush=True)
        for number in range(40):
            body = {"name": sys.argv[2], "model": "claude-sonnet-5"}
            assert http.post("/v1/agents", json=body).status_code == 200
        stored = http.get("/v1/agents/" + sys.argv[3]).json()
        won = 0
        while stored["version"] < 60:
            body = {"name": sys.argv[2] + str(stored["version"]), "version": stored["version"]}
            answer = http.post("/v1/agents/" + sys.argv[3], json=body)
            won += answer.status_code == 200
            assert answer.status_code in (200, 409), answer.text
            stored = http.get("/v1/agents/" + sys.argv[3]).json()
        print(won)
"""


def test_two_processes_on_one_store(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    with serve(path) as server, make_client(server) as client:
        shared = client.beta.agents.create(name="s", model="claude-sonnet-5").id
        writers = [
            subprocess.Popen(
                [sys.executable, "-c", WRITER, str(path), name, shared],
                stdout=subprocess.PIPE,
                text=True,
            )
            for name in ("one", "two")
        ]
        said = [writer.communicate()[0].split() for writer in writers]
        assert [writer.returncode for writer in writers] == [0, 0]
        assert {origin for origin, _ in said} == {server.origin}
        # Every version was won by exactly one of the two: none lost, none made twice.
        assert sum(int(won) for _, won in said) == 59
        versions = [v.version for v in client.beta.agents.versions.list(shared, limit=100)]
        assert versions == list(range(60, 0, -1))
        names = [agent.name for agent in client.beta.agents.list(limit=100)]
        assert (names.count("one"), names.count("two")) == (40, 40)


def test_two_processes_that_make_the_store_at_once(tmp_path: Path) -> None:
    def origin(_: int) -> str:
        with serve(tmp_path / "store.sqlite") as server:
            return server.origin

    with ThreadPoolExecutor(6) as pool:
        assert len(set(pool.map(origin, range(6)))) == 1


@pytest.mark.parametrize("live", [True, False])
@pytest.mark.parametrize("label", [None, "l"])
def test_lists_read_only_what_they_show(tmp_path: Path, live: bool, label: str | None) -> None:
    """SQLite sorts nothing and scans nothing for a page, so it stays flat as the store fills."""
    db = connect(tmp_path / "store.sqlite")
    try:
        records = Records(db, "w")
        with writing(db):
            for number in range(50):
                body = {"id": str(number), "created_at": "2026-01-01T00:00:00.000000Z"}
                records.insert("agent", body, label="l")
        plans: list[str] = []
        db.set_trace_callback(plans.append)
        with reading(db):
            assert len(records.page("agent", live=live, label=label, before=40, limit=5)) == 5
        db.set_trace_callback(None)
        (statement,) = [plan for plan in plans if plan.startswith("SELECT")]
        steps = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {statement}")]
        assert len(steps) == 1
        assert "USING INDEX objects_" in steps[0]
        assert "seq<?" in steps[0]
    finally:
        db.close()


def test_a_port_can_be_chosen_and_the_file_is_all_there_is(tmp_path: Path) -> None:
    with serve(tmp_path / "store.sqlite") as first:
        port = int(first.url.rpartition(":")[2])
        with pytest.raises(OSError, match="in use"):
            serve(tmp_path / "store.sqlite", port=port)
    with serve(tmp_path / "store.sqlite", port=port) as second:
        assert second.url == first.url
        assert second.registry_url == f"{second.url}/v1"
    assert [file.name for file in tmp_path.iterdir()] == ["store.sqlite"]
