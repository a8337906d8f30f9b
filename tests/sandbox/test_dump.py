"""The whole store as one document, and back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import anthropic
import httpx2
import pytest

from reconciler.sandbox import Server, serve

from .conftest import HEADERS, make_client, skill_files
from .test_store import SECRETS, fill


def everything(client: anthropic.Anthropic) -> list[Any]:
    beta = client.beta
    return [
        [page.to_dict() for page in listed]
        for listed in (
            beta.agents.list(include_archived=True),
            *(beta.agents.versions.list(agent.id) for agent in beta.agents.list()),
            beta.skills.list(),
            beta.environments.list(),
            beta.vaults.list(),
            *(beta.vaults.credentials.list(vault.id) for vault in beta.vaults.list()),
        )
    ]


def test_a_dump_fills_another_store(tmp_path: Path) -> None:
    with serve(tmp_path / "a.sqlite") as first, make_client(first) as client:
        made = fill(first)
        client.beta.agents.create(name="second", model="claude-sonnet-5")
        before = everything(client)
        content = client.beta.skills.versions.download("latest", skill_id=made["skill"]).read()
        dump = json.loads(json.dumps(first.dump()))
    said = json.dumps(dump)
    assert all(secret not in said for secret in (*SECRETS, made["row"]["apiKey"]))
    with serve(tmp_path / "b.sqlite") as second, make_client(second) as client:
        assert second.origin != first.origin
        for _ in range(2):  # what is there stays
            second.fill(dump)
            assert everything(client) == before
        again = client.beta.skills.versions.download("latest", skill_id=made["skill"]).read()
        assert again == content
        client.beta.agents.update(made["agent"], version=2, name="c")
        second.fill(dump)
        assert client.beta.agents.retrieve(made["agent"]).version == 3


def control(server: Server) -> httpx2.Client:
    headers = {"authorization": f"Bearer {server.api_key}", **HEADERS}
    return httpx2.Client(base_url=server.url, headers=headers)


def test_the_same_over_http(tmp_path: Path) -> None:
    with (
        serve(tmp_path / "a.sqlite") as server,
        make_client(server) as client,
        control(server) as http,
    ):
        agent = client.beta.agents.create(name="a", model="claude-sonnet-5")
        client.beta.skills.create(files=skill_files())
        before, dump = everything(client), http.get("/_sandbox/dump").json()
        assert dump == server.dump()
        client.beta.agents.update(agent.id, version=1, name="b")
        client.beta.agents.create(name="more", model="claude-sonnet-5")
        assert http.put("/_sandbox/dump", json=dump).status_code == 200
        assert everything(client) == before
        client.beta.agents.create(name="more", model="claude-sonnet-5")
        assert http.post("/_sandbox/dump", json=dump).status_code == 200
        assert len(client.beta.agents.list().data) == 2
        assert http.delete("/_sandbox/dump").status_code == 200
        assert client.beta.agents.list().data == []
        assert {skill.source.type for skill in client.beta.skills.list()} == {"anthropic"}
        assert http.patch("/_sandbox/dump").status_code == 404


ROW = {"workspace": "w", "id": "i", "data": {"base64": "eA=="}}


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        {"format_version": 2},
        {"format_version": True},
        {"format_version": 1, "tables": {"meta": []}},
        {"format_version": 1, "tables": {"contents": {}}},
        {"format_version": 1, "tables": {"contents": [1]}},
        {"format_version": 1, "tables": {"contents": [{}]}},
        {"format_version": 1, "tables": {"contents": [{**ROW, "more": 1}]}},
        {"format_version": 1, "tables": {"contents": [{**ROW, "data": {"base64": "?"}}]}},
        {"format_version": 1, "tables": {"contents": [{**ROW, "data": {"x": "eA=="}}]}},
        {"format_version": 1, "tables": {"contents": [{**ROW, "id": None}]}},
        {"format_version": 1, "tables": {"contents": [{**ROW, "id": 2**70}]}},
    ],
)
def test_what_is_no_dump_is_refused_and_changes_nothing(tmp_path: Path, document: Any) -> None:
    with serve(tmp_path / "a.sqlite") as server, make_client(server) as client:
        client.beta.agents.create(name="a", model="claude-sonnet-5")
        before = server.dump()
        with control(server) as http:
            assert http.put("/_sandbox/dump", json=document).status_code == 400
        with pytest.raises(ValueError, match=r"\w"):
            server.fill(document)
        assert server.dump() == before
