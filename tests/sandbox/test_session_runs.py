"""What a session does with what it is sent: tools, answers, outcomes."""

from __future__ import annotations

from typing import Any

import anthropic
import httpx2
import pytest

from .sessions import RUN, TOOLSET, kinds, last, message


def test_a_tool_that_must_be_asked_for(
    client: anthropic.Anthropic, begin: Any, make_agent: Any, send: Any, told: Any
) -> None:
    asking: Any = {"name": "bash", "permission_policy": {"type": "always_ask"}}
    session = begin(agent=make_agent(tools=[{**TOOLSET, "configs": [asking]}]).id)
    told(tool={"name": "bash", "input": {"command": "ls"}})
    send(session, message("the input"))
    stopped = last(client, session)
    assert stopped.stop_reason.type == "requires_action"
    (use_id,) = stopped.stop_reason.event_ids
    assert client.beta.sessions.retrieve(session.id).status == "idle"
    assert client.beta.files.list(scope_id=session.id).data == []
    with pytest.raises(anthropic.BadRequestError):
        send(session, message("and another"))
    with pytest.raises(anthropic.BadRequestError):
        send(session, {"type": "user.tool_confirmation", "tool_use_id": "x", "result": "allow"})
    send(session, {"type": "user.tool_confirmation", "tool_use_id": use_id, "result": "allow"})
    assert kinds(client, session)[8:] == [
        "session.status_running",
        "session.thread_status_running",
        "user.tool_confirmation",
        "agent.tool_result",
        "span.model_request_start",
        "span.model_request_end",
        "agent.message",
        "session.thread_status_idle",
        "session.status_idle",
    ]
    assert last(client, session).stop_reason.type == "end_turn"
    assert len(client.beta.files.list(scope_id=session.id).data) == 1


def test_a_refused_tool_writes_nothing(
    client: anthropic.Anthropic, begin: Any, make_agent: Any, send: Any
) -> None:
    default: Any = {"permission_policy": {"type": "always_ask"}}
    session = begin(agent=make_agent(tools=[{**TOOLSET, "default_config": default}]).id)
    send(session, message())
    (use_id,) = last(client, session).stop_reason.event_ids
    denial = {"type": "user.tool_confirmation", "tool_use_id": use_id, "result": "deny"}
    send(session, {**denial, "deny_message": "no"})
    (result,) = client.beta.sessions.events.list(session.id, types=["agent.tool_result"])
    assert result.to_dict()["is_error"] is True
    assert client.beta.files.list(scope_id=session.id).data == []
    with pytest.raises(anthropic.BadRequestError):
        send(session, {**denial, "result": "allow", "deny_message": "no"})


def test_tools_of_others(
    client: anthropic.Anthropic, begin: Any, make_agent: Any, send: Any, told: Any
) -> None:
    custom: Any = {
        "type": "custom",
        "name": "lookup",
        "description": "d",
        "input_schema": {"type": "object"},
    }
    servers: Any = [{"type": "url", "name": "m", "url": "https://mcp.example.com/x"}]
    toolset: Any = {"type": "mcp_toolset", "mcp_server_name": "m"}
    agent = make_agent(tools=[custom, toolset], mcp_servers=servers).id
    session = begin(agent=agent)
    told(tool={"name": "lookup"})
    send(session, message())
    (use_id,) = last(client, session).stop_reason.event_ids
    send(session, {"type": "user.custom_tool_result", "custom_tool_use_id": use_id})
    assert last(client, session).stop_reason.type == "end_turn"
    told(tool={"name": "find", "mcp_server_name": "m"})
    session = begin(agent=agent)
    send(session, message())
    (use_id,) = last(client, session).stop_reason.event_ids
    send(session, {"type": "user.tool_confirmation", "tool_use_id": use_id, "result": "allow"})
    assert "agent.mcp_tool_result" in kinds(client, session)
    told(tool={"name": "bash"})
    session = begin(agent=agent)
    send(session, message())
    (refused,) = client.beta.sessions.events.list(session.id, types=["agent.tool_use"])
    assert refused.to_dict()["evaluated_permission"] == "deny"


def test_a_self_hosted_environment_runs_its_tools_itself(
    client: anthropic.Anthropic, begin: Any, send: Any
) -> None:
    hosted = client.beta.environments.create(name="h", config={"type": "self_hosted"}).id
    session = begin(environment_id=hosted)
    send(session, message())
    (use_id,) = last(client, session).stop_reason.event_ids
    send(session, {"type": "user.tool_result", "tool_use_id": use_id, "content": []})
    assert last(client, session).stop_reason.type == "end_turn"
    assert client.beta.files.list(scope_id=session.id).data == []


def test_an_agent_without_tools_only_speaks(
    client: anthropic.Anthropic, begin: Any, make_agent: Any, send: Any
) -> None:
    session = begin(agent=make_agent().id)
    send(session, message("the input"))
    assert kinds(client, session) == [*RUN[:3], *RUN[7:]]
    (spoken,) = client.beta.sessions.events.list(session.id, types=["agent.message"])
    assert spoken.to_dict()["content"] == [{"type": "text", "text": "the input"}]
    assert client.beta.files.list(scope_id=session.id).data == []


def test_what_a_run_answers_can_be_set(
    client: anthropic.Anthropic, begin: Any, send: Any, told: Any, http: httpx2.Client
) -> None:
    files = [{"path": "/mnt/session/outputs/a/pack.docx", "base64": "AAE="}, {"path": "b.md"}]
    told(text="done", files=files)
    session = begin()
    send(session, message())
    listed = client.beta.files.list(scope_id=session.id).data
    assert {file.filename for file in listed} == {"pack.docx", "b.md"}
    pack = next(file for file in listed if file.filename == "pack.docx")
    assert client.beta.files.download(pack.id).read() == b"\x00\x01"
    assert "wordprocessingml" in pack.mime_type
    told(ends="terminated")
    send(session, message())
    assert client.beta.sessions.retrieve(session.id).status == "terminated"
    assert last(client, session).type == "session.status_terminated"
    with pytest.raises(anthropic.BadRequestError):
        send(session, message())
    assert http.delete("/_sandbox/answer").status_code == 200
    for wrong in ({"ends": "soon"}, {"files": [{"path": "a", "base64": "?"}]}, {"x": 1}):
        assert http.put("/_sandbox/answer", json=wrong).status_code == 400


def test_a_session_that_goes_on_running(
    client: anthropic.Anthropic, begin: Any, send: Any, told: Any, http: httpx2.Client
) -> None:
    told(ends="running")
    session = begin(initial_events=[message("first")])
    assert session.status == "running"
    assert [s.id for s in client.beta.sessions.list(statuses=["running"])] == [session.id]
    send(session, message("second"))
    assert list(client.beta.sessions.events.list(session.id))[-1].processed_at is None
    for refused in (client.beta.sessions.archive, client.beta.sessions.delete):
        with pytest.raises(anthropic.BadRequestError):
            refused(session.id)
    with pytest.raises(anthropic.BadRequestError):
        client.beta.sessions.update(session.id, agent={"tools": []})
    http.delete("/_sandbox/answer")
    done = http.post(f"/_sandbox/sessions/{session.id}/continue")
    assert done.json()["status"] == "idle"
    assert all(e.processed_at for e in client.beta.sessions.events.list(session.id))
    assert http.post(f"/_sandbox/sessions/{session.id}/continue").status_code == 400
    told(ends="running")
    send(session, message())
    send(session, {"type": "user.interrupt"})
    assert client.beta.sessions.retrieve(session.id).status == "idle"


def test_an_outcome_is_met(client: anthropic.Anthropic, begin: Any, send: Any) -> None:
    rubric = client.beta.files.upload(file=("rubric.md", b"is calm", "text/markdown"))
    outcome: Any = {
        "type": "user.define_outcome",
        "description": "a report",
        "rubric": {"type": "file", "file_id": rubric.id},
    }
    session = begin(initial_events=[outcome])
    (evaluation,) = session.outcome_evaluations
    assert (evaluation.result, evaluation.description) == ("satisfied", "a report")
    (event,) = client.beta.sessions.events.list(session.id, types=["user.define_outcome"])
    shown = event.to_dict(mode="json")
    assert shown["rubric"] == {"type": "text", "content": "is calm"}
    assert (shown["max_iterations"], shown["outcome_id"]) == (3, evaluation.outcome_id)
    assert "span.outcome_evaluation_end" in kinds(client, session)
    with pytest.raises(anthropic.BadRequestError):
        send(session, {**outcome, "max_iterations": 21})
