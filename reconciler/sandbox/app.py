"""The server as an ASGI application: one pipeline from request to answer."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from . import control as controls
from .auth import check_headers, check_workspace, workspace_of
from .call import Call, Part, Reply, Upload
from .control import Control, Rule, masked
from .errors import ApiError, invalid, platform_body, registry_body, registry_status
from .ids import new_id, now
from .registry import workflow_control
from .routes import MAX_BODY, Route, find, surface_of
from .skill_upload import too_large
from .store import Records, reading, writing
from .workspaces import Workspace, ensure_workspace

HOSTS = ("127.0.0.1", "localhost")
# Where the protocol leaves the way to cut its connection.
ABORT = "sandbox.abort"


@dataclass
class App:
    """One server's state: its connection to the store, what it knows, what it has seen."""

    db: sqlite3.Connection
    organization: str
    control: Control
    workspaces: dict[str, Workspace] = field(default_factory=dict)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        try:
            response = await _answer(self, request)
        except ClientDisconnect:
            return
        if response is None:
            await _drop(scope)
            return
        await response(scope, receive, send)


@dataclass
class Seen:
    """What is learnt about a request on its way."""

    request_id: str = field(default_factory=lambda: new_id("req"))
    workspace: Workspace | None = None
    body: Any = None


async def _drop(scope: Scope) -> None:
    abort: Callable[[], None] | None = scope.get(ABORT)
    if abort is not None:
        abort()
    # The protocol learns of it in a later turn of the loop, and must before this returns.
    for _ in range(3):
        await asyncio.sleep(0)


async def _answer(app: App, request: Request) -> Response | None:
    """The response, or None for a connection to cut."""
    method, path = request.method, request.url.path
    try:
        _check_host(request)
        if path.startswith("/_sandbox/"):
            return await _controlled(app, request)
    except ApiError as error:
        return _error_response(app, path, error, Seen())
    seen = Seen()
    began = time.monotonic()
    fault = app.control.fault_for(method, path)
    if fault.latency:
        await asyncio.sleep(fault.latency)
    early = fault.at("before")
    response = None if early else await _served(app, request, seen)
    rule = early or fault.at("after")
    if rule is not None:
        response = _struck(app, path, rule, seen)
    entry = {
        "method": method,
        "path": path,
        "query": dict(request.query_params),
        "status": None if response is None else response.status_code,
        "body": masked(seen.body),
        "request_id": seen.request_id,
        "workspace": seen.workspace.name if seen.workspace else None,
        "fault": rule.kind if rule else None,
        "started": began,
        "seconds": time.monotonic() - began,
    }
    app.control.log(entry)
    return response


def _struck(app: App, path: str, rule: Rule, seen: Seen) -> Response | None:
    """What a fault answers in the place of the truth."""
    if rule.kind == "drop":
        return None
    response = _error_response(app, path, ApiError(rule.status, "A fault was asked for."), seen)
    if rule.retry_after is not None:
        response.headers["retry-after"] = f"{rule.retry_after:g}"
    return response


async def _served(app: App, request: Request, seen: Seen) -> Response:
    path = request.url.path
    try:
        surface = surface_of(path)
        name = workspace_of(surface, request.headers)
        seen.workspace = ensure_workspace(app.db, app.workspaces, name)
        route, named = find(request.method, path)
        if surface == "platform":
            check_headers(route.headers, request.headers)
            check_workspace(request.headers, seen.workspace.id)
        body, upload = await _read(request, route.max_body)
        seen.body = body if body is not None else _summary(upload)
        reply = _run(app, route, seen.workspace, named, request, body, upload)
    except ApiError as error:
        return _error_response(app, path, error, seen)
    except ClientDisconnect:
        raise
    except Exception as error:
        # A mistake in this server: the answer says so, in the shape a client can read.
        internal = ApiError(500, f"Internal server error: {type(error).__name__}: {error}")
        return _error_response(app, path, internal, seen)
    return _reply_response(app, reply, seen)


def _run(
    app: App,
    route: Route,
    workspace: Workspace,
    named: Mapping[str, str],
    request: Request,
    body: Any,
    upload: Upload,
) -> Reply:
    transaction = reading if route.method == "GET" else writing
    with transaction(app.db):
        call = Call(
            records=Records(app.db, workspace.name),
            path=named,
            query=request.query_params,
            body=body,
            upload=upload,
            now=now(),
        )
        result = route.handler(call)
    return result if isinstance(result, Reply) else Reply(result)


async def _read(request: Request, most: int = MAX_BODY) -> tuple[Any, Upload]:
    """The body: JSON, or multipart with its files."""
    declared = request.headers.get("content-length", "0")
    if declared.isdigit() and int(declared) > most:
        raise too_large()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return None, await _read_form(request)
    raw = await request.body()
    if len(raw) > most:
        raise too_large()
    if not raw:
        return None, Upload()
    try:
        text = raw.decode()
        # Half of a surrogate pair is legal in JSON and nowhere else.
        body = json.loads(text, parse_constant=_no_constant)
        if "\\ud" in text.lower():
            json.dumps(body, ensure_ascii=False).encode()
        return body, Upload()
    except (ValueError, RecursionError):
        raise invalid("Failed to parse request body: it is not valid JSON") from None


def _no_constant(word: str) -> Any:
    raise ValueError(word)


async def _read_form(request: Request) -> Upload:
    upload = Upload()
    try:
        async with request.form(max_files=5000, max_fields=100) as form:
            for key, value in form.multi_items():
                if not isinstance(value, UploadFile):
                    upload.fields[key] = value
                elif key in ("files[]", "files"):
                    upload.files.append((value.filename or "", await value.read()))
                else:
                    upload.fields[key] = value.filename or ""
                    part = Part(value.filename or "", value.content_type, await value.read())
                    upload.parts[key] = part
    except ApiError:
        raise
    except Exception as error:
        if isinstance(error, ClientDisconnect):
            raise
        raise invalid("Failed to parse request body: it is not valid multipart") from None
    return upload


def _summary(upload: Upload) -> Any:
    if not upload.files and not upload.fields:
        return None
    return {**upload.fields, "files": [path for path, _ in upload.files]}


async def _controlled(app: App, request: Request) -> Response:
    # Its own key is asked for, so that no page in a browser can send this.
    name = workspace_of("platform", request.headers)
    body, _ = await _read(request)
    path = request.url.path
    if path.startswith("/_sandbox/workflows"):
        with writing(app.db):
            records = Records(app.db, name)
            result: Any = workflow_control(records, request.method, path, body)
    else:
        result = controls.answer(app.control, request.method, path, body)
    return _json(200, result)


def _check_host(request: Request) -> None:
    """Only a request meant for this machine: what a rebound DNS name brings is refused."""
    host = request.headers.get("host", "")
    if host.rpartition(":")[0] not in HOSTS and host not in HOSTS:
        raise ApiError(403, "this server answers on the loopback interface only")


def _error_response(app: App, path: str, error: ApiError, seen: Seen) -> Response:
    if surface_of(path) == "registry":
        return _json(registry_status(error), registry_body(error))
    body = platform_body(error, seen.request_id)
    return _json(error.status, body, _identity(app, seen))


def _reply_response(app: App, reply: Reply, seen: Seen) -> Response:
    headers = {**_identity(app, seen), **reply.headers}
    if isinstance(reply.body, bytes):
        return Response(reply.body, reply.status, headers)
    if reply.body is None:
        return Response(None, reply.status, headers)
    return _json(reply.status, reply.body, headers)


def _identity(app: App, seen: Seen) -> dict[str, str]:
    """`request-id` and who answered (SDK, documentation)."""
    headers = {"request-id": seen.request_id, "anthropic-organization-id": app.organization}
    if seen.workspace is not None:
        headers["anthropic-workspace-id"] = seen.workspace.id
    return headers


def _json(status: int, body: Any, headers: Mapping[str, str] | None = None) -> Response:
    return Response(json.dumps(body), status, headers, "application/json")
