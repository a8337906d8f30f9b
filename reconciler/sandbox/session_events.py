"""What is sent to a session, and its history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .call import Call
from .errors import invalid, not_found
from .event_shapes import SENT, check_events
from .ids import new_id
from .paging import choice, choices, forward_only, time_range, whole_number, window
from .session_runs import EVENT, WORK, Run, interrupt, resume, run_of, saved, start
from .store import Records

MAX_LIMIT = 1000
STARTING = ("user.message", "user.define_outcome", "system.message")
# The events that answer a wait: the id they name, and what they answer.
ANSWERING = {
    "user.tool_confirmation": ("tool_use_id", "confirmation"),
    "user.tool_result": ("tool_use_id", "result"),
    "user.custom_tool_result": ("custom_tool_use_id", "result"),
}
TYPES = (
    *STARTING,
    *ANSWERING,
    "user.interrupt",
    "agent.custom_tool_use",
    "agent.message",
    "agent.thinking",
    "agent.mcp_tool_use",
    "agent.mcp_tool_result",
    "agent.tool_use",
    "agent.tool_result",
    "agent.thread_message_received",
    "agent.thread_message_sent",
    "agent.thread_context_compacted",
    "session.error",
    "session.status_rescheduled",
    "session.status_running",
    "session.status_idle",
    "session.status_terminated",
    "session.thread_created",
    "session.thread_status_running",
    "session.thread_status_idle",
    "session.thread_status_terminated",
    "session.thread_status_rescheduled",
    "session.updated",
    "session.usage",
    "span.outcome_evaluation_start",
    "span.outcome_evaluation_end",
    "span.outcome_evaluation_ongoing",
    "span.model_request_start",
    "span.model_request_end",
    "workflow_run.created",
    "workflow_run.status_running",
    "workflow_run.status_idle",
    "workflow_run.status_ended",
    "workflow_run.error",
    "workflow_run.phase_started",
    "workflow_run.phase_ended",
)


def found_session(call: Call) -> dict[str, Any]:
    """The session the path names."""
    session = call.records.get("session", call.path["session_id"])
    if session is None:
        raise not_found("Session not found.")
    return session


def send(call: Call) -> dict[str, Any]:
    """`POST /v1/sessions/{id}/events`: the answer shows them unprocessed (recorded)."""
    events = SENT(call.body, "")["events"]
    session = found_session(call)
    if session["archived_at"] is not None:
        raise invalid("Session is archived.")
    check_events(call.records, events, "events")
    run = run_of(call.records, session, call.now)
    deliver(run, events)
    saved(run)
    return {"data": run.sent}


def list_all(call: Call) -> dict[str, Any]:
    """`GET /v1/sessions/{id}/events`: oldest first unless told otherwise (SDK)."""
    return history(call, found_session(call)["id"])


def history(call: Call, session_id: str) -> dict[str, Any]:
    """A session's events, by type and time; what waits to be processed has no time (SDK)."""
    wanted = choices(call, "types", *TYPES)
    within = time_range(call)
    limit = whole_number(call, "limit", default=MAX_LIMIT, most=MAX_LIMIT)
    rows = [
        (seq, row["event"])
        for seq, row in call.records.page(EVENT, parent=session_id)
        if (not wanted or row["event"]["type"] in wanted) and within(row["event"]["processed_at"])
    ]
    descending = choice(call, "order", "asc", "desc") == "desc"
    ordered = rows if descending else rows[::-1]
    return forward_only(window(call, f"events/{session_id}", ordered, limit, descending=descending))


def deliver(run: Run, events: list[dict[str, Any]]) -> None:
    """Each event in its turn; those that start something start it together."""
    waiting: list[dict[str, Any]] = []
    for event in events:
        echoed = _accepted(run, event)
        if event["type"] in STARTING:
            waiting.append(echoed)
            continue
        _begin(run, waiting)
        waiting = []
        _act(run, echoed)
    _begin(run, waiting)


def _accepted(run: Run, event: Mapping[str, Any]) -> dict[str, Any]:
    echoed = {"id": new_id("sevt"), **event, "processed_at": None}
    if event["type"] == "user.define_outcome":
        echoed |= _outcome(run, event)
    if event["type"] == "user.interrupt":
        _check_thread(run, event)
    run.sent.append(echoed)
    return echoed


def _outcome(run: Run, event: Mapping[str, Any]) -> dict[str, Any]:
    """An outcome gets its id, and a file's rubric becomes its text (SDK)."""
    outcome_id = new_id("outc")
    entry = {
        "type": "outcome_evaluation",
        "outcome_id": outcome_id,
        "description": event["description"],
        "result": "pending",
        "iteration": 0,
        "explanation": None,
        "completed_at": None,
    }
    run.session["outcome_evaluations"] = [*run.session["outcome_evaluations"], entry]
    rubric = event["rubric"]
    if rubric["type"] == "file":
        data = run.records.content(rubric["file_id"]) or b""
        rubric = {"type": "text", "content": data.decode(errors="replace")}
    iterations = event.get("max_iterations") or 3
    return {"outcome_id": outcome_id, "rubric": rubric, "max_iterations": iterations}


def _begin(run: Run, events: list[dict[str, Any]]) -> None:
    if not events:
        return
    _check_alive(run)
    if run.session["status"] == "running":
        for event in events:
            run.keep(event)
        run.work["queued"] = [*run.work["queued"], *events]
        return
    if run.work["waits_for"] is not None:
        raise invalid(f"The session waits for an answer to {run.work['waits_for']['event']['id']}.")
    start(run, events)


def _act(run: Run, event: dict[str, Any]) -> None:
    _check_alive(run)
    if event["type"] == "user.interrupt":
        run.keep({**event, "processed_at": run.now})
        interrupt(run)
        return
    key, answered = ANSWERING[event["type"]]
    waited = run.work["waits_for"]
    expected = waited is not None and waited["for"] == answered
    custom = waited is not None and waited["event"]["type"] == "agent.custom_tool_use"
    wanted = "user.custom_tool_result" if custom else event["type"]
    if not expected or event[key] != waited["event"]["id"] or wanted != event["type"]:
        raise invalid(f"{event['type']}: the session does not wait for {event[key]}")
    resume(run, event, refused=event.get("result") == "deny")


def _check_alive(run: Run) -> None:
    if run.session["status"] == "terminated":
        raise invalid("Session is terminated.")


def _check_thread(run: Run, event: Mapping[str, Any]) -> None:
    thread = event.get("session_thread_id")
    if thread is not None and thread != run.work["thread_id"]:
        raise not_found(f"session_thread_id: {thread} not found")


def forget(records: Records, session_id: str) -> None:
    """Take away a session's events and what is kept beside it."""
    for row in records.children(EVENT, parent=session_id):
        records.delete(EVENT, row["id"])
    records.delete(WORK, session_id)
