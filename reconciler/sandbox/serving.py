"""One request against the store: key, headers, route, body, transaction."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from starlette.requests import ClientDisconnect, Request

from .auth import check_headers, check_workspace, workspace_of
from .call import Call, Reply
from .control import Control
from .errors import ApiError
from .history import History
from .ids import new_id
from .incoming import read_body, summary
from .outgoing import Answer, error_answer
from .routes import find, surface_of
from .store import Records, reading, writing
from .workspaces import Workspace, ensure_workspace


@dataclass
class World:
    """One server's connection to the store, and what it knows of it."""

    db: sqlite3.Connection
    organization: str
    control: Control
    history: History
    workspaces: dict[str, Workspace] = field(default_factory=dict)


@dataclass
class Seen:
    """What is learnt about a request on its way."""

    now: str
    point: int | None = None  # of the history, if an earlier state is to be seen
    request_id: str = field(default_factory=lambda: new_id("req"))
    workspace: Workspace | None = None
    body: Any = None


async def served(world: World, request: Request, seen: Seen) -> Answer:
    """The answer; an error of any sort is one too."""
    try:
        reply = await _reply(world, request, seen)
    except ApiError as error:
        return refusal(world, request, error, seen)
    except ClientDisconnect:
        raise
    except Exception as error:
        # A mistake in this server: the answer says so, in the shape a client can read.
        internal = ApiError(500, f"Internal server error: {type(error).__name__}: {error}")
        return refusal(world, request, internal, seen)
    return Answer(reply.status, reply.body, {**identity(world, seen), **reply.headers})


def refusal(world: World, request: Request, error: ApiError, seen: Seen) -> Answer:
    """An error's answer."""
    return error_answer(request.url.path, error, seen.request_id, identity(world, seen))


def identity(world: World, seen: Seen) -> dict[str, str]:
    """`request-id` and who answered (SDK, documentation)."""
    headers = {"request-id": seen.request_id, "anthropic-organization-id": world.organization}
    if seen.workspace is not None:
        headers["anthropic-workspace-id"] = seen.workspace.id
    return headers


async def _reply(world: World, request: Request, seen: Seen) -> Reply:
    surface = surface_of(request.url.path)
    name = workspace_of(surface, request.headers)
    seen.workspace = ensure_workspace(world.db, world.workspaces, name)
    route, named = find(request.method, request.url.path)
    if surface == "platform":
        check_headers(route.headers, request.headers)
        check_workspace(request.headers, seen.workspace.id)
    body, upload = await read_body(request, route.max_body)
    seen.body = body if body is not None else summary(upload)
    with _transaction(world, route.method, seen.point) as db:
        call = Call(
            records=Records(db, seen.workspace.name),
            path=named,
            query=request.query_params,
            body=body,
            upload=upload,
            now=seen.now,
        )
        result = route.handler(call)
    return result if isinstance(result, Reply) else Reply(result)


@contextlib.contextmanager
def _transaction(world: World, method: str, point: int | None) -> Iterator[sqlite3.Connection]:
    """The store as this request may see it."""
    if method != "GET":
        with _remembered(world), writing(world.db):
            yield world.db
        return
    earlier = None if point is None else world.history.at(point)
    if earlier is not None:
        yield earlier
        return
    with reading(world.db):
        yield world.db


@contextlib.contextmanager
def _remembered(world: World) -> Iterator[None]:
    """Keeps the state before a write, where a fault asks for it; if the write succeeds."""
    most = world.control.faults.most_behind
    if not most:
        yield
        return
    state = world.history.mark()
    try:
        yield
    except BaseException:
        state.close()
        raise
    world.history.remember(state)
    world.history.keep(most)
    world.control.faults.wrote()
