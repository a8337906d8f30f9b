"""A session's run: canned, in the order of events that a live one was recorded with.

A run is over when the request that started it is answered, unless it waits for somebody or was
told to go on running.
"""

from __future__ import annotations

import mimetypes
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .answers import OUTPUTS, Answer, answer_of
from .errors import invalid
from .event_shapes import said
from .files import PLAIN, add_file, stored_name
from .ids import new_id
from .session_tools import Use, chosen_use
from .store import Records

WORK = "session_work"
EVENT = "session_event"
NO_USAGE = {
    "input_tokens": 0,
    "output_tokens": 0,
    "cache_read_input_tokens": 0,
    "cache_creation": {"ephemeral_1h_input_tokens": 0, "ephemeral_5m_input_tokens": 0},
}
FATAL = {
    "type": "unknown_error",
    "message": "The run was told to fail.",
    "retry_status": {"type": "terminal"},
}


@dataclass
class Run:
    """A session at work inside one request: what it is, what it waits for, what it will say."""

    records: Records
    now: str
    session: dict[str, Any]
    work: dict[str, Any]
    answer: Answer
    sent: list[dict[str, Any]] = field(default_factory=list)

    def emit(self, type: str, **fields: Any) -> dict[str, Any]:
        """One more event, processed now."""
        return self.keep({"id": new_id("sevt"), "type": type, **fields, "processed_at": self.now})

    def keep(self, event: dict[str, Any]) -> dict[str, Any]:
        row = {"id": event["id"], "created_at": self.now, "event": event}
        self.records.insert(EVENT, row, parent=self.session["id"])
        return event

    @property
    def thread(self) -> dict[str, Any]:
        return {
            "session_thread_id": self.work["thread_id"],
            "agent_name": self.session["agent"]["name"],
        }

    @property
    def self_hosted(self) -> bool:
        environment = self.records.get("environment", self.session["environment_id"])
        return environment is not None and environment["config"]["type"] == "self_hosted"


def new_work(records: Records, session: Mapping[str, Any], now: str) -> None:
    """What is kept beside a session: its primary thread, and what it is in the middle of."""
    work = {
        "id": session["id"],
        "created_at": now,
        "thread_id": new_id("sthr"),
        "waits_for": None,
        "echo": "",
        "outcomes": [],
        "queued": [],
    }
    records.insert(WORK, work)


def run_of(records: Records, session: dict[str, Any], now: str) -> Run:
    """The session with all that is kept beside it."""
    work = records.get(WORK, session["id"])
    assert work is not None
    return Run(records, now, dict(session), work, answer_of(records))


def saved(run: Run) -> dict[str, Any]:
    """Write the session and its work back."""
    run.session["updated_at"] = run.now
    run.records.replace("session", run.session)
    run.records.replace(WORK, run.work)
    return run.session


def start(run: Run, events: Iterable[Mapping[str, Any]]) -> None:
    """Begin on what was sent: status, thread, then the events themselves (recorded order)."""
    _running(run)
    echoes, outcomes = [], []
    for event in events:
        kept = run.keep({**event, "processed_at": run.now})
        if said(event):
            echoes.append(said(event))
        if event["type"] == "user.define_outcome":
            outcomes.append(kept["outcome_id"])
    run.work["echo"] = "\n".join(echoes)
    run.work["outcomes"] = outcomes
    if run.answer.ends == "running":
        run.emit("span.model_request_start")
        return
    _work(run)


def go_on(run: Run) -> None:
    """Finish a run that was told to keep running."""
    for event in run.work["queued"]:
        row = {"id": event["id"], "created_at": run.now}
        run.records.replace(EVENT, {**row, "event": {**event, "processed_at": run.now}})
        run.work["echo"] = "\n".join(part for part in (run.work["echo"], said(event)) if part)
    run.work["queued"] = []
    _finish(run, run.answer.outputs(run.work["echo"]) if run.answer.files else [])


def interrupt(run: Run) -> None:
    """Give control back at once; what was waited for is dropped."""
    run.work["waits_for"] = None
    if run.session["status"] == "running":
        for event in run.work["queued"]:
            row = {"id": event["id"], "created_at": run.now}
            run.records.replace(EVENT, {**row, "event": {**event, "processed_at": run.now}})
        run.work["queued"] = []
        _idle(run, {"type": "end_turn"})


def resume(run: Run, event: dict[str, Any], refused: bool) -> None:
    """Go on after what the run waited for: status, thread, the event, the tool's result."""
    waited = run.work["waits_for"]
    use = waited["event"]
    _running(run)
    run.keep({**event, "processed_at": run.now})
    if event["type"] == "user.tool_confirmation":
        if not refused and waited["client_runs"]:
            run.work["waits_for"] = {**waited, "for": "result"}
            _idle(run, {"type": "requires_action", "event_ids": [use["id"]]})
            return
        said_no = event.get("deny_message") or "The user denied this tool use."
        _result(run, use, said_no if refused else "ok", is_error=refused)
    run.work["waits_for"] = None
    writes = not refused and not waited["client_runs"]
    _finish(run, run.answer.outputs(run.work["echo"]) if writes else [])


def _running(run: Run) -> None:
    run.session["status"] = "running"
    run.emit("session.status_running")
    run.emit("session.thread_status_running", **run.thread)


def _work(run: Run) -> None:
    use = chosen_use(run.session, run.self_hosted, run.answer, run.work["echo"])
    if use is None:
        _finish(run, run.answer.outputs(run.work["echo"]) if run.answer.files else [])
        return
    span = run.emit("span.model_request_start")
    used = run.emit(use.event["type"], **{k: v for k, v in use.event.items() if k != "type"})
    _end_span(run, span, run.work["echo"])
    if use.waits:
        _wait(run, use, used)
        return
    refused = use.policy is None
    _result(run, used, "This tool is not enabled." if refused else "ok", is_error=refused)
    _finish(run, [] if refused else run.answer.outputs(run.work["echo"]))


def _wait(run: Run, use: Use, used: dict[str, Any]) -> None:
    first = "confirmation" if use.policy == "always_ask" else "result"
    run.work["waits_for"] = {"event": used, "for": first, "client_runs": use.client_runs}
    _idle(run, {"type": "requires_action", "event_ids": [used["id"]]})


def _result(run: Run, used: Mapping[str, Any], content: str, *, is_error: bool) -> None:
    kind, key = "agent.tool_result", "tool_use_id"
    if used["type"] == "agent.mcp_tool_use":
        kind, key = "agent.mcp_tool_result", "mcp_tool_use_id"
    blocks = [{"type": "text", "text": content}]
    run.emit(kind, **{key: used["id"]}, content=blocks, is_error=is_error)


def _finish(run: Run, outputs: list[tuple[str, bytes]]) -> None:
    """The files, the last message, the verdicts on outcomes, and the end."""
    for path, data in outputs:
        _write(run, path, data)
    names = ", ".join(stored_name(path) for path, _ in outputs)
    text = run.answer.text or (f"Wrote {names}." if names else run.work["echo"] or "Done.")
    _end_span(run, run.emit("span.model_request_start"), text)
    run.emit("agent.message", content=[{"type": "text", "text": text}])
    for outcome_id in run.work["outcomes"]:
        _satisfy(run, outcome_id)
    if run.answer.ends == "terminated":
        _terminate(run)
        return
    stop = "retries_exhausted" if run.answer.ends == "retries_exhausted" else "end_turn"
    _idle(run, {"type": stop})


def _write(run: Run, path: str, data: bytes) -> None:
    """What lies under the outputs becomes a file of the session (documentation; recorded)."""
    name = stored_name(path.removeprefix(OUTPUTS)) or "unnamed"
    add_file(
        run.records,
        filename=name,
        mime_type=mimetypes.guess_type(name)[0] or PLAIN,
        data=data,
        now=run.now,
        session_id=run.session["id"],
        downloadable=True,
    )


def _end_span(run: Run, span: Mapping[str, Any], text: str) -> None:
    """Tokens are counted as if there were four characters in each, never none."""
    count = len(text) // 4 + 1
    usage = {**run.session["usage"]}
    usage["input_tokens"] += count
    usage["output_tokens"] += count
    run.session["usage"] = usage
    run.emit(
        "span.model_request_end",
        model_request_start_id=span["id"],
        is_error=False,
        model_usage=_span_usage(count),
    )


def _span_usage(count: int) -> dict[str, int]:
    return {
        "input_tokens": count,
        "output_tokens": count,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
    }


def _satisfy(run: Run, outcome_id: str) -> None:
    """One evaluation, which is content (SDK: shapes)."""
    explanation = "The canned answer satisfies every rubric."
    started = run.emit("span.outcome_evaluation_start", outcome_id=outcome_id, iteration=0)
    run.emit(
        "span.outcome_evaluation_end",
        outcome_id=outcome_id,
        outcome_evaluation_start_id=started["id"],
        iteration=0,
        result="satisfied",
        explanation=explanation,
        usage=_span_usage(1),
    )
    run.session["outcome_evaluations"] = [
        {**entry, "result": "satisfied", "explanation": explanation, "completed_at": run.now}
        if entry["outcome_id"] == outcome_id
        else entry
        for entry in run.session["outcome_evaluations"]
    ]


def _idle(run: Run, stop_reason: Mapping[str, Any]) -> None:
    run.session["status"] = "idle"
    run.emit("session.thread_status_idle", **run.thread, stop_reason=stop_reason)
    run.emit("session.status_idle", stop_reason=stop_reason)


def _terminate(run: Run) -> None:
    run.session["status"] = "terminated"
    run.emit("session.error", error=FATAL)
    run.emit("session.thread_status_terminated", **run.thread)
    run.emit("session.status_terminated")


def check_running(session: Mapping[str, Any]) -> None:
    """A control can only finish what runs."""
    if session["status"] != "running":
        raise invalid("The session is not running.")
