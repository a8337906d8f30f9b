"""The resources of a session, one by one."""

from __future__ import annotations

from typing import Any

from .call import Call
from .errors import invalid, not_found
from .paging import forward_only, whole_number, window
from .resources import FILE, attached, found_file
from .session_events import found_session
from .shapes import obj, text

UPDATE = obj({"authorization_token": text(1)})


def list_all(call: Call) -> dict[str, Any]:
    """`GET /v1/sessions/{id}/resources`: all of them, unless a limit is given (SDK)."""
    session = found_session(call)
    rows = list(enumerate(session["resources"]))
    limit = whole_number(call, "limit", default=max(1, len(rows)), most=1000)
    kind = f"resources/{session['id']}"
    return forward_only(window(call, kind, rows, limit, descending=False))


def retrieve(call: Call) -> dict[str, Any]:
    """`GET /v1/sessions/{id}/resources/{id}`; a memory store has no id of its own there (SDK)."""
    return _found(call, found_session(call))


def add(call: Call) -> dict[str, Any]:
    """`POST /v1/sessions/{id}/resources`: files only (SDK)."""
    sent = FILE(call.body, "")
    session = _open_session(call)
    found_file(call.records, sent["file_id"], "resource", call.now)
    made = attached(call.records, sent, session["id"], call.now)
    _save(call, session, [*session["resources"], made])
    return made


def update(call: Call) -> dict[str, Any]:
    """`POST /v1/sessions/{id}/resources/{id}`: a repository's token, never shown (SDK)."""
    sent = UPDATE(call.body, "")
    session = _open_session(call)
    resource = _found(call, session)
    if resource["type"] != "github_repository":
        raise invalid("Only github_repository resources support token rotation.")
    token = sent["authorization_token"]
    call.records.keep_secret(resource["id"], "authorization_token", token)
    changed = {**resource, "updated_at": call.now}
    _save(call, session, [changed if r is resource else r for r in session["resources"]])
    return changed


def delete(call: Call) -> dict[str, Any]:
    """`DELETE /v1/sessions/{id}/resources/{id}` (SDK)."""
    session = _open_session(call)
    resource = _found(call, session)
    call.records.drop_secrets(resource["id"])
    _save(call, session, [r for r in session["resources"] if r is not resource])
    return {"id": resource["id"], "type": "session_resource_deleted"}


def _open_session(call: Call) -> dict[str, Any]:
    session = found_session(call)
    if session["archived_at"] is not None:
        raise invalid("Session is archived.")
    return session


def _found(call: Call, session: dict[str, Any]) -> dict[str, Any]:
    for resource in session["resources"]:
        if resource.get("id") == call.path["resource_id"]:
            found: dict[str, Any] = resource
            return found
    raise not_found("Session resource not found.")


def _save(call: Call, session: dict[str, Any], resources: list[dict[str, Any]]) -> None:
    call.records.replace("session", {**session, "resources": resources, "updated_at": call.now})
