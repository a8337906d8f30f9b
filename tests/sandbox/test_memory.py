"""Memory stores, memories and their versions (API facts, section 8; SDK)."""

from __future__ import annotations

import hashlib
from typing import Any

import anthropic
import httpx2
import pytest
from anthropic.types.beta import BetaManagedAgentsMemoryStore
from anthropic.types.beta.memory_stores import (
    BetaManagedAgentsMemory,
    BetaManagedAgentsMemoryVersion,
)

HEADER = "anthropic-beta"
MEMORY = "agent-memory-2026-07-22"
AGENTS = "managed-agents-2026-04-01"


@pytest.fixture
def store(client: anthropic.Anthropic) -> str:
    return client.beta.memory_stores.create(name="s").id


@pytest.fixture
def write(client: anthropic.Anthropic, store: str) -> Any:
    def make(path: str, content: str | None = "calm", **fields: Any) -> Any:
        return client.beta.memory_stores.memories.create(
            store, path=path, content=content, **fields
        )

    return make


def error(caught: pytest.ExceptionInfo[Any]) -> Any:
    return caught.value.body["error"]


def test_one_of_two_headers(http: httpx2.Client) -> None:
    for value in (MEMORY, AGENTS, f"x-2026-01-01,{MEMORY}"):
        assert http.get("/v1/memory_stores", headers={HEADER: value}).status_code == 200
    both = http.get("/v1/memory_stores", headers={HEADER: f"{MEMORY},{AGENTS}"})
    assert both.status_code == 400
    neither = http.get("/v1/memory_stores", headers={HEADER: "x-2026-01-01"})
    assert (neither.status_code, neither.json()["error"]["message"]) == (404, "not found")
    assert http.get("/v1/agents", headers={HEADER: MEMORY}).status_code == 404


def test_a_store(client: anthropic.Anthropic) -> None:
    made = client.beta.memory_stores.create(name="My notes!")
    assert set(made.to_dict()) == set(BetaManagedAgentsMemoryStore.model_fields)
    assert made.id.startswith("memstore_")
    assert (made.description, made.metadata, made.archived_at) == ("", {}, None)
    update = client.beta.memory_stores.update
    changed = update(made.id, description="d", metadata={"a": "1", "b": "2"})
    kept = update(made.id, name=None, description=None, metadata={"a": None})
    assert (kept.name, kept.description, kept.metadata) == ("My notes!", "d", {"b": "2"})
    assert update(made.id, description="").description == ""
    assert changed.updated_at >= made.updated_at
    assert [s.id for s in client.beta.memory_stores.list()] == [made.id]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "n" * 256},
        {"name": "a\nb"},
        {"name": "n", "description": "d" * 1025},
        {"name": "n", "description": None},
        {"name": "n", "metadata": None},
        {"name": "n", "metadata": {str(n): "" for n in range(17)}},
        {"name": "n", "scope": "x"},
    ],
)
def test_what_does_not_belong_is_refused(http: httpx2.Client, body: Any) -> None:
    assert http.post("/v1/memory_stores", json=body).status_code == 400


def test_an_archived_store_is_read_only(
    client: anthropic.Anthropic, store: str, write: Any
) -> None:
    memories = client.beta.memory_stores.memories
    memory = write("/a", "1")
    memories.update(memory.id, memory_store_id=store, content="2")
    archived = client.beta.memory_stores.archive(store)
    assert archived.archived_at is not None
    assert client.beta.memory_stores.archive(store).archived_at == archived.archived_at
    with pytest.raises(anthropic.BadRequestError):
        client.beta.memory_stores.update(store, name="x")
    with pytest.raises(anthropic.BadRequestError):
        write("/b")
    with pytest.raises(anthropic.BadRequestError):
        memories.update(memory.id, memory_store_id=store, content="x")
    assert memories.retrieve(memory.id, memory_store_id=store).content == "2"
    versions = client.beta.memory_stores.memory_versions
    first = list(versions.list(store))[-1]
    assert versions.redact(first.id, memory_store_id=store).redacted_at is not None
    memories.delete(memory.id, memory_store_id=store)
    assert client.beta.memory_stores.list().data == []
    assert len(client.beta.memory_stores.list(include_archived=True).data) == 1
    assert client.beta.memory_stores.delete(store).type == "memory_store_deleted"
    with pytest.raises(anthropic.NotFoundError):
        client.beta.memory_stores.retrieve(store)


def test_a_memory(client: anthropic.Anthropic, store: str, write: Any) -> None:
    memories = client.beta.memory_stores.memories
    made = write("/projects/é.md", "naïve\n")
    assert set(made.to_dict()) == set(BetaManagedAgentsMemory.model_fields)
    data = "naïve\n".encode()
    assert made.content_sha256 == hashlib.sha256(data).hexdigest()
    assert (made.content, made.content_size_bytes) == (None, len(data))
    assert memories.retrieve(made.id, memory_store_id=store).content == "naïve\n"
    basic = memories.retrieve(made.id, memory_store_id=store, view="basic")
    assert (basic.content, basic.content_sha256) == (None, made.content_sha256)
    assert write("/full", "x", view="full").content == "x"
    assert write("/empty", "", view="full").content == ""
    moved = memories.update(made.id, memory_store_id=store, path="/new.md", view="full")
    assert (moved.id, moved.path, moved.content) == (made.id, "/new.md", "naïve\n")
    same = memories.update(made.id, memory_store_id=store, content="naïve\n")
    assert same.memory_version_id == moved.memory_version_id
    before = client.beta.memory_stores.retrieve(store)
    assert before.updated_at == before.created_at


def test_a_taken_path_is_never_overwritten(
    client: anthropic.Anthropic, store: str, write: Any
) -> None:
    first = write("/notes/a")
    for path in ("/notes/a", "/notes", "/notes/a/b"):
        with pytest.raises(anthropic.ConflictError) as caught:
            write(path)
        assert error(caught)["type"] == "memory_path_conflict_error"
        assert error(caught)["conflicting_memory_id"] == first.id
        assert error(caught)["conflicting_path"] == "/notes/a"
    other = write("/notes/A")
    memories = client.beta.memory_stores.memories
    with pytest.raises(anthropic.ConflictError):
        memories.update(other.id, memory_store_id=store, path="/notes/a")
    memories.update(other.id, memory_store_id=store, path="/notes/A/below")


def test_preconditions(client: anthropic.Anthropic, store: str, write: Any) -> None:
    memories = client.beta.memory_stores.memories
    memory = write("/a", "1")
    wrong = "0" * 64
    with pytest.raises(anthropic.ConflictError) as caught:
        memories.update(
            memory.id,
            memory_store_id=store,
            content="2",
            precondition={"type": "content_sha256", "content_sha256": wrong},
        )
    assert error(caught)["type"] == "memory_precondition_failed_error"
    with pytest.raises(anthropic.ConflictError):
        memories.delete(memory.id, memory_store_id=store, expected_content_sha256=wrong)
    right: Any = {"type": "content_sha256", "content_sha256": memory.content_sha256}
    changed = memories.update(memory.id, memory_store_id=store, content="2", precondition=right)
    gone = memories.delete(
        memory.id, memory_store_id=store, expected_content_sha256=changed.content_sha256
    )
    assert gone.to_dict() == {"id": memory.id, "type": "memory_deleted"}
    with pytest.raises(anthropic.NotFoundError):
        memories.retrieve(memory.id, memory_store_id=store)


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "a",
        "/a/",
        "//a",
        "/./a",
        "/../a",
        "/a\nb",
        "/a\u200bb",
        "/a\u2028b",
        "/e\u0301",
        "/" + "/".join("a" * 21),
        "/" + "é" * 512,
    ],
)
def test_paths_are_checked(write: Any, path: str) -> None:
    with pytest.raises(anthropic.BadRequestError):
        write(path)


def test_the_longest_path_and_content(write: Any) -> None:
    write("/" + "/".join("a" * 20))
    write("/" + "a" * 1023)
    write("/c", "c" * 102_400)
    with pytest.raises(anthropic.BadRequestError):
        write("/d", "é" * 51_201)


def test_lists_of_memories(client: anthropic.Anthropic, store: str, write: Any) -> None:
    for path in ("/b", "/a/2", "/a/1", "/a/deep/x", "/a/deep/y", "/a-archive/z"):
        write(path, path)

    def paths(**query: Any) -> list[str]:
        return [item.path for item in client.beta.memory_stores.memories.list(store, **query)]

    everything = ["/a-archive/z", "/a/1", "/a/2", "/a/deep/x", "/a/deep/y", "/b"]
    assert paths() == paths(limit=2) == paths(depth=0, limit=4) == everything
    assert sorted(paths(depth=1)) == ["/a-archive/", "/a/", "/b"]
    assert paths(path_prefix="/a/") == everything[1:5]
    assert paths(path_prefix="/a/", depth=1, limit=1) == ["/a/1", "/a/2", "/a/deep/"]
    (prefix,) = client.beta.memory_stores.memories.list(store, path_prefix="/a/", depth=1).data[2:]
    assert prefix.to_dict() == {"type": "memory_prefix", "path": "/a/deep/"}
    full = client.beta.memory_stores.memories.list(store, view="full", limit=100)
    assert [item.to_dict()["content"] for item in full.data] == everything
    for query in ({"path_prefix": "/a"}, {"depth": 2}, {"limit": 101}, {"view": "all"}):
        with pytest.raises(anthropic.BadRequestError):
            paths(**query)


def test_a_full_page_has_twenty(client: anthropic.Anthropic, store: str, write: Any) -> None:
    for number in range(21):
        write(f"/{number:02}")
    page = client.beta.memory_stores.memories.list(store, view="full", limit=100)
    assert (len(page.data), page.has_next_page()) == (20, True)
    assert len(client.beta.memory_stores.memories.list(store, limit=100).data) == 21


def test_versions(client: anthropic.Anthropic, store: str, write: Any) -> None:
    memories, versions = (
        client.beta.memory_stores.memories,
        client.beta.memory_stores.memory_versions,
    )
    memory = write("/a", "1")
    changed = memories.update(memory.id, memory_store_id=store, content="2", path="/b")
    write("/other")
    memories.delete(memory.id, memory_store_id=store)
    listed = list(versions.list(store, memory_id=memory.id, view="full"))
    assert [v.operation for v in listed] == ["deleted", "modified", "created"]
    assert [v.path for v in listed] == ["/b", "/b", "/a"]
    assert [v.content for v in listed] == [None, "2", "1"]
    assert listed[1].id == changed.memory_version_id
    assert set(listed[0].to_dict()) == set(BetaManagedAgentsMemoryVersion.model_fields)
    assert [v.content for v in versions.list(store, operation="created")] == [None, None]
    assert versions.list(store, session_id="sesn_x").data == []
    assert len(list(versions.list(store, limit=1))) == 4
    redacted = versions.redact(listed[2].id, memory_store_id=store)
    assert redacted.redacted_by is not None
    shown = versions.retrieve(redacted.id, memory_store_id=store)
    assert (shown.content, shown.path, shown.content_sha256) == (None, None, None)
    assert shown.content_size_bytes is None
    with pytest.raises(anthropic.NotFoundError):
        versions.retrieve("memver_none", memory_store_id=store)


def test_a_store_in_a_session(client: anthropic.Anthropic, make_agent: Any, deploy: Any) -> None:
    stores = client.beta.memory_stores
    store = stores.create(name="User preferences (EU)", description="d").id
    environment = client.beta.environments.create(name="e").id
    agent = make_agent().id

    def begin(*ids: str, **fields: Any) -> Any:
        resources: Any = [{"type": "memory_store", "memory_store_id": id, **fields} for id in ids]
        return client.beta.sessions.create(
            agent=agent, environment_id=environment, resources=resources
        )

    session = begin(store, instructions="read first")
    (resource,) = session.to_dict()["resources"]
    assert resource == {
        "type": "memory_store",
        "memory_store_id": store,
        "name": "User preferences (EU)",
        "description": "d",
        "access": "read_write",
        "instructions": "read first",
        "mount_path": "/mnt/memory/user-preferences-eu-",
    }
    assert [s.id for s in client.beta.sessions.list(memory_store_id=store)] == [session.id]
    more = [stores.create(name=str(n)).id for n in range(9)]
    wrong: list[Any] = [(store, store), tuple(more)]
    for ids in wrong:
        with pytest.raises(anthropic.BadRequestError):
            begin(*ids)
    for fields in ({"access": "write_only"}, {"instructions": "i" * 4097}):
        with pytest.raises(anthropic.BadRequestError):
            begin(store, **fields)
    made = deploy(agent, resources=[{"type": "memory_store", "memory_store_id": store}])
    stores.archive(store)
    with pytest.raises(anthropic.BadRequestError):
        begin(store)
    run = client.beta.deployments.run(made.id)
    assert run.error is not None
    assert run.error.type == "memory_store_archived_error"
