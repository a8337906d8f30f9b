"""Sessions (hosted-answers, "Environments, files, sessions, headers"; API facts, section 11)."""

from __future__ import annotations

from typing import Any

import anthropic
import httpx2
import pytest
from anthropic.types.beta import BetaManagedAgentsSession

from .sessions import RUN, TOOLSET, kinds, last, message, reason


def test_create_session(client: anthropic.Anthropic, begin: Any, make_agent: Any) -> None:
    """Recorded: idle, the resolved snapshot, no output tokens, empty lists."""
    agent = make_agent(tools=[TOOLSET], system="Be calm.", description="d")
    session = begin(agent=agent.id, title="t", metadata={"k": "v"})
    shown = session.to_dict(mode="json")
    assert set(shown) == set(BetaManagedAgentsSession.model_fields)
    assert session.id.startswith("sesn_")
    assert (session.status, session.title, session.metadata) == ("idle", "t", {"k": "v"})
    assert (session.resources, session.vault_ids, session.outcome_evaluations) == ([], [], [])
    assert session.usage.output_tokens == 0
    assert session.stats.active_seconds == 0
    whole = agent.to_dict(mode="json")
    kept = ("id", "version", "model", "system", "tools", "mcp_servers", "skills", "multiagent")
    snapshot = shown["agent"]
    assert {key: snapshot[key] for key in kept} == {key: whole[key] for key in kept}
    assert set(snapshot) == {*kept, "name", "description", "type", "execution_identity"}
    client.beta.agents.update(agent.id, name="renamed")
    assert client.beta.sessions.retrieve(session.id).agent.name == "a"


def test_send_events(begin: Any, send: Any) -> None:
    """Recorded: the answer shows the events, not processed yet."""
    answer = send(begin(), message("hello")).to_dict(mode="json")
    (event,) = answer["data"]
    assert event.pop("id").startswith("sevt_")
    assert event == {**message("hello"), "processed_at": None}


def test_a_run_as_events(client: anthropic.Anthropic, begin: Any, send: Any) -> None:
    """Recorded: the order of events; then idle with output tokens."""
    session = begin()
    send(session, message("the input"))
    events = list(client.beta.sessions.events.list(session.id))
    assert [event.type for event in events] == RUN
    assert all(event.processed_at is not None for event in events)
    assert last(client, session).stop_reason.type == "end_turn"
    after = client.beta.sessions.retrieve(session.id)
    assert after.status == "idle"
    assert (after.usage.output_tokens or 0) > 0
    by_type = {event.type: event for event in events}
    use: Any = by_type["agent.tool_use"]
    result: Any = by_type["agent.tool_result"]
    assert (use.name, use.evaluated_permission, use.evaluation.type) == (
        "write",
        "allow",
        "always_allow",
    )
    assert result.tool_use_id == use.id


def test_files_of_a_session(client: anthropic.Anthropic, begin: Any, send: Any) -> None:
    """Recorded: outputs by scope, downloadable; uploads mounted into it are listed too."""
    upload = client.beta.files.upload(file=("in/notes.txt", b"n", "text/plain"))
    session = begin(resources=[{"type": "file", "file_id": upload.id}])
    send(session, message("the input"))
    listed = client.beta.files.list(scope_id=session.id).data
    output, mounted = listed
    assert (output.filename, output.mime_type, output.downloadable) == (
        "answer.txt",
        "text/plain",
        True,
    )
    assert output.scope is not None
    assert (output.scope.type, output.scope.id) == ("session", session.id)
    assert output.size_bytes == len("the input")
    assert client.beta.files.download(output.id).read() == b"the input"
    assert (mounted.filename, mounted.downloadable) == ("notes.txt", False)
    (resource,) = client.beta.sessions.retrieve(session.id).resources
    assert resource.to_dict()["file_id"] == mounted.id
    assert resource.to_dict()["mount_path"] == f"/mnt/session/uploads/{upload.id}"


def test_session_on_a_missing_agent_version(begin: Any, make_agent: Any) -> None:
    """Recorded message."""
    agent = make_agent()
    with pytest.raises(anthropic.NotFoundError) as caught:
        begin(agent={"type": "agent", "id": agent.id, "version": 999})
    assert caught.value.body["error"]["message"] == "agent.version: 999 not found"  # type: ignore[index]
    assert begin(agent={"type": "agent", "id": agent.id, "version": 1}).agent.version == 1


def test_archive_an_agent_with_sessions(
    client: anthropic.Anthropic, begin: Any, make_agent: Any, send: Any
) -> None:
    """Recorded: 200, the sessions go on with their version; new ones are refused."""
    agent = make_agent(tools=[TOOLSET])
    session = begin(agent=agent.id)
    client.beta.agents.archive(agent.id)
    send(session, message())
    assert kinds(client, session) == RUN
    with pytest.raises(anthropic.BadRequestError):
        begin(agent=agent.id)


def test_sessions_without_the_header(http: httpx2.Client) -> None:
    """Recorded: 404 `not found`; unknown values are ignored."""
    answer = http.get("/v1/sessions", headers={"anthropic-beta": "x-2026-01-01"})
    assert answer.status_code == 404
    assert answer.json()["error"]["message"] == "not found"
    known = {"anthropic-beta": "x-2026-01-01,managed-agents-2026-04-01"}
    assert http.get("/v1/sessions", headers=known).json() == {
        "data": [],
        "next_page": None,
        "prev_page": None,
    }


def test_lists_of_sessions(client: anthropic.Anthropic, begin: Any, make_agent: Any) -> None:
    """Recorded: `{data, next_page, prev_page}`."""
    agent = make_agent()
    made = [begin(agent=agent.id).id for _ in range(3)]
    newest = made[::-1]
    first = client.beta.sessions.list(limit=2)
    assert ([s.id for s in first.data], first.prev_page) == (newest[:2], None)
    second = client.beta.sessions.list(limit=2, page=first.next_page or "")
    assert ([s.id for s in second.data], second.next_page) == (newest[2:], None)
    back = client.beta.sessions.list(limit=2, page=second.prev_page or "")
    assert [s.id for s in back.data] == newest[:2]
    assert [s.id for s in client.beta.sessions.list(limit=1, order="asc")] == made
    assert [s.id for s in client.beta.sessions.list(agent_id=agent.id, agent_version=1)] == newest
    for query in ({"agent_id": "x"}, {"statuses": ["running"]}, {"deployment_id": "x"}):
        assert client.beta.sessions.list(**query).data == []  # type: ignore[arg-type]
    with pytest.raises(anthropic.BadRequestError, match="invalid page cursor"):
        client.beta.sessions.list(page=first.next_page or "", agent_id=agent.id)
    client.beta.sessions.archive(made[0])
    assert [s.id for s in client.beta.sessions.list()] == newest[:2]
    assert len(client.beta.sessions.list(include_archived=True).data) == 3


def test_events_are_listed_in_order(client: anthropic.Anthropic, begin: Any, send: Any) -> None:
    session = begin()
    send(session, message())
    assert kinds(client, session, limit=5) == RUN
    assert kinds(client, session, limit=5, order="desc") == RUN[::-1]
    assert kinds(client, session, types=["user.message", "agent.message"]) == [
        "user.message",
        "agent.message",
    ]
    moment = last(client, session).processed_at
    assert kinds(client, session, created_at_lte=moment) == RUN
    assert kinds(client, session, created_at_gt=moment) == []
    with pytest.raises(anthropic.BadRequestError):
        kinds(client, session, types=["user.letter"])


def test_a_system_message_comes_last(begin: Any, send: Any) -> None:
    system: Any = {"type": "system.message", "content": [{"type": "text", "text": "s"}]}
    session = begin()
    assert len(send(session, message(), system).data) == 2
    for events in ((system,), (system, message()), (message(), system, system)):
        with pytest.raises(anthropic.BadRequestError):
            send(session, *events)
    with pytest.raises(anthropic.BadRequestError):
        begin(initial_events=[message(), system])


def test_an_agent_with_overrides(client: anthropic.Anthropic, begin: Any, make_agent: Any) -> None:
    agent = make_agent(system="s", tools=[TOOLSET])
    overridden: Any = {
        "type": "agent_with_overrides",
        "id": agent.id,
        "model": "claude-opus-5",
        "system": None,
        "tools": [],
    }
    session = begin(agent=overridden)
    assert (session.agent.model.id, session.agent.system) == ("claude-opus-5", None)
    assert session.agent.tools == []
    assert client.beta.agents.retrieve(agent.id).system == "s"
    for wrong in ({"model": "gpt"}, {"skills": [{"type": "custom", "skill_id": "x"}]}):
        with pytest.raises((anthropic.BadRequestError, anthropic.NotFoundError)):
            begin(agent={**overridden, **wrong})
    with pytest.raises(anthropic.BadRequestError):
        begin(agent={**overridden, "name": "n"})


def test_a_roster_is_resolved(begin: Any, make_agent: Any) -> None:
    member = make_agent(name="member", system="m")
    roster: Any = {"type": "coordinator", "agents": [member.id, {"type": "self"}]}
    session = begin(agent=make_agent(name="head", multiagent=roster).id)
    agents = session.agent.multiagent.to_dict()["agents"]
    assert [(agent["name"], agent["system"]) for agent in agents] == [
        ("member", "m"),
        ("head", None),
    ]
    newer: Any = {
        "type": "multiagent_20261001",
        "subagents": {"type": "enabled", "predefined_agents": [member.id]},
    }
    session = begin(agent=make_agent(multiagent=newer).id)
    (resolved,) = session.agent.multiagent.to_dict()["subagents"]["predefined_agents"]
    assert resolved["name"] == "member"


def test_references_are_checked(client: anthropic.Anthropic, begin: Any) -> None:
    vault = client.beta.vaults.create(display_name="v")
    assert begin(vault_ids=[vault.id]).vault_ids == [vault.id]
    client.beta.vaults.archive(vault.id)
    environment = client.beta.environments.create(name="x")
    client.beta.environments.archive(environment.id)
    missing: list[dict[str, Any]] = [
        {"agent": "agent_none"},
        {"environment_id": "env_none"},
        {"vault_ids": ["vlt_none"]},
        {"resources": [{"type": "file", "file_id": "file_none"}]},
        {"resources": [{"type": "memory_store", "memory_store_id": "memstore_none"}]},
    ]
    for fields in missing:
        with pytest.raises(anthropic.NotFoundError):
            begin(**fields)
    for fields in ({"vault_ids": [vault.id]}, {"environment_id": environment.id}):
        with pytest.raises(anthropic.BadRequestError):
            begin(**fields)
    with pytest.raises(anthropic.BadRequestError):
        begin(vault_ids=["vlt_none"] * 51)


def test_an_mcp_server_must_be_reachable(
    client: anthropic.Anthropic, begin: Any, make_agent: Any
) -> None:
    agent = make_agent(
        tools=[{"type": "mcp_toolset", "mcp_server_name": "m"}],
        mcp_servers=[{"type": "url", "name": "m", "url": "https://mcp.example.com/x"}],
    ).id

    def limited(**fields: Any) -> str:
        config: Any = {"type": "cloud", "networking": {"type": "limited", **fields}}
        return client.beta.environments.create(name="l", config=config).id

    for open_enough in ({"allow_mcp_servers": True}, {"allowed_hosts": ["*.example.com"]}):
        begin(agent=agent, environment_id=limited(**open_enough))
    for closed in ({}, {"allowed_hosts": ["example.com"]}):
        with pytest.raises(anthropic.BadRequestError):
            begin(agent=agent, environment_id=limited(**closed))


def test_a_dangling_skill_stops_a_session(
    client: anthropic.Anthropic, begin: Any, make_agent: Any
) -> None:
    from .conftest import skill_files

    skill = client.beta.skills.create(files=skill_files())
    agent = make_agent(skills=[{"type": "custom", "skill_id": skill.id}])
    begin(agent=agent.id)
    client.beta.skills.delete(skill.id)
    with pytest.raises(anthropic.BadRequestError):
        begin(agent=agent.id)


def test_resources(client: anthropic.Anthropic, begin: Any) -> None:
    repository: Any = {
        "type": "github_repository",
        "url": "https://github.com/acme/books.git",
        "authorization_token": "ghp_secret",
        "checkout": {"type": "branch", "name": "main"},
    }
    session = begin(resources=[repository])
    (mounted,) = session.resources
    shown = mounted.to_dict()
    assert "ghp_secret" not in session.to_json()
    assert shown["id"].startswith("sesrsc_")
    assert (shown["mount_path"], shown["checkout"]) == (
        "/workspace/books",
        {"type": "branch", "name": "main"},
    )
    each = client.beta.sessions.resources
    file = client.beta.files.upload(file=("a.txt", b"a"))
    added = each.add(session.id, type="file", file_id=file.id, mount_path="/data/a.txt")
    assert [r.to_dict()["id"] for r in each.list(session.id)] == [shown["id"], added.id]
    assert [r.to_dict()["id"] for r in each.list(session.id, limit=1)] == [shown["id"], added.id]
    each.update(shown["id"], session_id=session.id, authorization_token="ghp_other")
    with pytest.raises(anthropic.BadRequestError):
        each.update(added.id, session_id=session.id, authorization_token="x")
    assert each.delete(added.id, session_id=session.id).type == "session_resource_deleted"
    with pytest.raises(anthropic.NotFoundError):
        each.retrieve(added.id, session_id=session.id)
    for wrong in (
        {**repository, "url": "https://example.com/a/b"},
        {**repository, "checkout": {"type": "commit", "sha": "abc"}},
        {**repository, "mount_path": "relative"},
        {"type": "file", "file_id": file.id, "x": 1},
    ):
        with pytest.raises(anthropic.BadRequestError):
            begin(resources=[wrong])


def test_update(client: anthropic.Anthropic, begin: Any) -> None:
    session = begin(title="t", metadata={"a": "1", "b": "2"})
    changed = client.beta.sessions.update(
        session.id, title="u", metadata={"a": None, "c": "3"}, agent={"tools": []}
    )
    assert (changed.title, changed.metadata) == ("u", {"b": "2", "c": "3"})
    assert changed.agent.tools == []
    assert kinds(client, session) == ["session.updated"]
    client.beta.sessions.update(session.id, title="u")
    assert kinds(client, session) == ["session.updated"]
    with pytest.raises(anthropic.BadRequestError):
        client.beta.sessions.update(session.id, vault_ids=[])


def test_budgets(client: anthropic.Anthropic, begin: Any, make_agent: Any) -> None:
    def limit(amount: str = "2500") -> Any:
        return {"type": "limit", "max_list_cost": {"amount": amount, "currency": "USD"}}

    session = begin(budget=limit())
    assert client.beta.sessions.update(session.id, budget=limit("1")).budget is not None
    assert client.beta.sessions.update(session.id, budget=None).budget is None
    with pytest.raises(anthropic.BadRequestError) as caught:
        client.beta.sessions.update(session.id, budget=limit())
    assert reason(caught) == "budget_create_only"
    with pytest.raises(anthropic.BadRequestError) as caught:
        begin(agent=make_agent(model="claude-opus-9").id, budget=limit())
    assert reason(caught) == "model_not_budgetable"
    for wrong in (limit("0"), limit("02"), limit("1.5"), {**limit(), "x": 1}):
        with pytest.raises(anthropic.BadRequestError):
            begin(budget=wrong)


def test_archive_and_delete(client: anthropic.Anthropic, begin: Any, send: Any) -> None:
    session = begin()
    send(session, message())
    archived = client.beta.sessions.archive(session.id)
    assert archived.archived_at is not None
    assert client.beta.sessions.archive(session.id).archived_at == archived.archived_at
    assert kinds(client, session) == RUN
    with pytest.raises(anthropic.BadRequestError):
        send(session, message())
    gone = client.beta.sessions.delete(session.id)
    assert gone.to_dict() == {"id": session.id, "type": "session_deleted"}
    with pytest.raises(anthropic.NotFoundError):
        kinds(client, session)
    assert len(client.beta.files.list(scope_id=session.id).data) == 1


def test_an_environment_with_sessions_is_not_deleted(
    client: anthropic.Anthropic, begin: Any, environment: str
) -> None:
    session = begin()
    with pytest.raises(anthropic.ConflictError):
        client.beta.environments.delete(environment)
    client.beta.sessions.delete(session.id)
    client.beta.environments.delete(environment)


def test_threads(client: anthropic.Anthropic, begin: Any, send: Any) -> None:
    session = begin()
    threads = client.beta.sessions.threads
    (fresh,) = threads.list(session.id)
    assert fresh.id.startswith("sthr_")
    assert (fresh.parent_thread_id, fresh.usage, fresh.status) == (None, None, "idle")
    send(session, message())
    thread = threads.retrieve(fresh.id, session_id=session.id)
    assert thread.usage is not None
    assert "multiagent" not in thread.agent.to_dict()
    events = threads.events.list(fresh.id, session_id=session.id)
    assert [event.type for event in events] == RUN
    with pytest.raises(anthropic.BadRequestError):
        threads.archive(fresh.id, session_id=session.id)
    with pytest.raises(anthropic.NotFoundError):
        threads.retrieve("sthr_none", session_id=session.id)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"agent": "AGENT"},
        {"environment_id": "ENV"},
        {"agent": {"type": "agent"}, "environment_id": "ENV"},
        {"agent": "AGENT", "environment_id": "ENV", "name": "n"},
        {"agent": "AGENT", "environment_id": "ENV", "vault_ids": None},
        {"agent": "AGENT", "environment_id": "ENV", "budget": None},
        {"agent": "AGENT", "environment_id": "ENV", "initial_events": [{"type": "user.interrupt"}]},
        {"agent": "AGENT", "environment_id": "ENV", "initial_events": [message()] * 51},
        {"agent": "AGENT", "environment_id": "ENV", "metadata": {"k": None}},
        {"agent": "AGENT", "environment_id": "ENV", "metadata": {"k": "v" * 513}},
    ],
)
def test_what_does_not_belong_is_refused(
    http: httpx2.Client, make_agent: Any, environment: str, body: Any
) -> None:
    known = {"AGENT": make_agent().id, "ENV": environment}
    filled = {
        key: known.get(value, value) if isinstance(value, str) else value
        for key, value in body.items()
    }
    assert http.post("/v1/sessions", json=filled).status_code == 400


@pytest.mark.parametrize(
    "event",
    [
        {"type": "user.letter"},
        {"type": "user.message"},
        {"type": "user.message", "content": []},
        {"type": "user.message", "content": [{"type": "text", "text": ""}]},
        {"type": "user.message", "content": [{"type": "text", "text": "t", "cache_control": {}}]},
        {
            "type": "user.message",
            "content": [{"type": "image", "source": {"type": "file", "file_id": "file_none"}}],
        },
        {"type": "user.tool_confirmation", "tool_use_id": "x", "result": "maybe"},
        {"type": "agent.message", "content": []},
    ],
)
def test_events_are_checked(http: httpx2.Client, begin: Any, event: Any) -> None:
    path = f"/v1/sessions/{begin().id}/events"
    assert http.post(path, json={"events": [event]}).status_code == 400
    assert http.post(path, json={"events": []}).status_code == 400
