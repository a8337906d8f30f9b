"""Controls over one workspace's objects: what sessions answer, and what time would bring."""

from __future__ import annotations

from typing import Any

from .answers import answer_of, clear_answer, set_answer
from .deployment_runs import run_due
from .errors import not_found
from .registry import workflow_control
from .session_runs import check_running, go_on, run_of, saved
from .store import Records

PREFIX = "/_sandbox/"
KINDS = ("workflows", "answer", "sessions", "schedules")


def concerns(path: str) -> bool:
    """Whether a control is one of these."""
    return path.removeprefix(PREFIX).partition("/")[0] in KINDS


def answer(records: Records, method: str, path: str, body: Any, now: str) -> Any:
    """`GET|PUT|DELETE answer` · `POST sessions/{id}/continue` · `POST schedules`: starts every
    scheduled run that is due · workflows."""
    match (method, *path.removeprefix(PREFIX).split("/")):
        case ("GET", "answer"):
            return vars(answer_of(records))
        case ("PUT", "answer"):
            set_answer(records, body, now)
        case ("DELETE", "answer"):
            clear_answer(records)
        case ("POST", "sessions", id, "continue"):
            return _continued(records, id, now)
        case ("POST", "schedules"):
            return run_due(records, now)
        case (_, "workflows", *_):
            return workflow_control(records, method, path, body, now)
        case _:
            raise not_found(f"{method} {path} is not a control of this server")
    return {"ok": True}


def _continued(records: Records, id: str, now: str) -> Any:
    session = records.get("session", id)
    if session is None:
        raise not_found("Session not found.")
    check_running(session)
    run = run_of(records, session, now)
    go_on(run)
    return saved(run)
