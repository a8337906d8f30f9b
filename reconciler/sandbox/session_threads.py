"""The threads of a session: here there is only ever the primary one."""

from __future__ import annotations

from typing import Any

from .call import Call
from .errors import invalid, not_found
from .paging import choices, forward_only, whole_number, window
from .session_agent import thread_agent
from .session_events import found_session, history
from .session_runs import WORK
from .sessions import STATUSES, shown


def list_all(call: Call) -> dict[str, Any]:
    """`GET /v1/sessions/{id}/threads` (SDK)."""
    session = found_session(call)
    wanted = choices(call, "statuses", *STATUSES)
    limit = whole_number(call, "limit", default=1000, most=1000)
    threads = [thread for thread in (_primary(call),) if not wanted or thread["status"] in wanted]
    rows = list(enumerate(threads))
    return forward_only(window(call, f"threads/{session['id']}", rows, limit, descending=False))


def retrieve(call: Call) -> dict[str, Any]:
    """`GET /v1/sessions/{id}/threads/{id}` (SDK)."""
    thread = _primary(call)
    if thread["id"] != call.path["thread_id"]:
        raise not_found("Session thread not found.")
    return thread


def archive(call: Call) -> dict[str, Any]:
    """`POST …/threads/{id}/archive`: the primary thread goes with its session only."""
    retrieve(call)
    raise invalid("The primary thread cannot be archived.")


def list_events(call: Call) -> dict[str, Any]:
    """`GET …/threads/{id}/events`: the primary thread's are the session's."""
    retrieve(call)
    return history(call, call.path["session_id"])


def _primary(call: Call) -> dict[str, Any]:
    session = shown(found_session(call), call.now)
    work = call.records.get(WORK, session["id"])
    assert work is not None
    ran = session["usage"]["output_tokens"] > 0
    return {
        "id": work["thread_id"],
        "type": "session_thread",
        "session_id": session["id"],
        "parent_thread_id": None,
        "workflow_run_id": None,
        "agent": thread_agent(session["agent"]),
        "status": session["status"],
        "stats": {**session["stats"], "startup_seconds": 0.0} if ran else None,
        "usage": session["usage"] if ran else None,
        "created_at": session["created_at"],
        "updated_at": session["updated_at"],
        "archived_at": session["archived_at"],
    }
