"""The server as an ASGI application: one pipeline from request to answer."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from . import control as controls
from .alter import UNHEARD_OF, reordered, with_unknown_field
from .auth import workspace_of
from .errors import ApiError
from .faults import Asked, Struck, chance, fingerprint
from .incoming import content_type, declared_length, read_body
from .outgoing import Answer, as_response
from .routes import MAX_BODY
from .serving import Seen, World, refusal, served

HOSTS = ("127.0.0.1", "localhost")
# Where the protocol leaves the way to cut its connection.
ABORT = "sandbox.abort"


@dataclass
class App:
    """The ASGI side of one server."""

    world: World

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = Request(scope, receive)
        try:
            response = await _respond(self.world, request)
        except ClientDisconnect:
            return
        if response is None:
            await _drop(scope)
            return
        await response(scope, receive, send)


async def _drop(scope: Scope) -> None:
    abort: Callable[[], None] | None = scope.get(ABORT)
    if abort is not None:
        abort()
    # The protocol learns of it in a later turn of the loop, and must before this returns.
    for _ in range(3):
        await asyncio.sleep(0)


async def _respond(world: World, request: Request) -> Response | None:
    """The response, or None for a connection to cut."""
    try:
        _check_host(request)
        if request.url.path.startswith(controls.PREFIX):
            return as_response(Answer(200, await _controlled(world, request)))
    except ApiError as error:
        return as_response(refusal(world, request, error, Seen("")))
    began = time.monotonic()
    seen = Seen(world.control.clock.tick())
    struck = await _strike(world, request)
    seen.point = world.history.point(struck.behind)
    await asyncio.sleep(struck.latency)
    answer = await _answer(world, request, seen, struck)
    _log(world, request, seen, struck, answer, began)
    if answer is None:
        return None
    slow = struck.first("slow")
    return as_response(answer, slow["seconds"] if slow else 0.0)


async def _strike(world: World, request: Request) -> Struck:
    """The faults of this request."""
    faults = world.control.faults
    if not faults.active:
        world.history.keep(0)
        return Struck()
    raw = await request.body() if declared_length(request) <= MAX_BODY else b""
    method, path, query = request.method, request.url.path, request.url.query
    name = fingerprint(method, path, query, content_type(request), raw)
    return faults.strike(method, path, name)


async def _answer(world: World, request: Request, seen: Seen, struck: Struck) -> Answer | None:
    """The truth, or what a fault makes of it; None is no answer at all."""
    early = struck.ending("before")
    answer = None if early else await served(world, request, seen)
    ending = early or struck.ending("after")
    if ending is not None and ending["kind"] == "drop":
        return None
    if ending is not None:
        code, status = ending.get("code"), ending["status"]
        error = ApiError(status, "A fault was asked for.", code=code)
        refused = refusal(world, request, error, seen)
        wait = ending.get("retry_after")
        more = {} if wait is None else {"retry-after": f"{wait:g}"}
        return replace(refused, headers={**refused.headers, **more})
    return answer and _altered(answer, struck)


def _altered(answer: Answer, struck: Struck) -> Answer:
    """The answer in the words of another version, if a fault asks for it."""
    if answer.status >= 300 or not isinstance(answer.body, dict | list):
        return answer
    body = answer.body
    order, unknown = struck.first("reorder"), struck.first("unknown_field")
    if order is not None:
        asked = Asked(order["method"], "", order["request"], order["nth"])
        body = reordered(body, chance(order["seed"], asked, "order"))
    if unknown is not None:
        body = with_unknown_field(body, unknown.get("name", UNHEARD_OF))
    return replace(answer, body=body)


def _log(
    world: World,
    request: Request,
    seen: Seen,
    struck: Struck,
    answer: Answer | None,
    began: float,
) -> None:
    world.control.log.add(
        {
            "at": seen.now,
            "method": request.method,
            "path": request.url.path,
            "query": dict(request.query_params),
            "workspace": seen.workspace.name if seen.workspace else None,
            "request_id": seen.request_id,
            "body": seen.body,
            "status": answer.status if answer else None,
            "answer": answer.body if answer else None,
            "faults": struck.faults,
            "started": began,
            "seconds": time.monotonic() - began,
        }
    )


async def _controlled(world: World, request: Request) -> object:
    # Its own key is asked for, so that no page in a browser can send this.
    name = workspace_of("platform", request.headers)
    body, _ = await read_body(request)
    return controls.answer(world, name, request.method, request.url.path, body)


def _check_host(request: Request) -> None:
    """Only a request meant for this machine: what a rebound DNS name brings is refused."""
    host = request.headers.get("host", "")
    if host.rpartition(":")[0] not in HOSTS and host not in HOSTS:
        raise ApiError(403, "this server answers on the loopback interface only")
