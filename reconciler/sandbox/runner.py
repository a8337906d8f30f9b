"""uvicorn, bent to run inside another command."""

from __future__ import annotations

import asyncio
import socket
import threading
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from .app import ABORT, App


class AbortableProtocol(H11Protocol):
    """Hands each request the way to cut its connection, which ASGI has no word for."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        inner = self.app

        async def app(scope: Any, receive: Any, send: Any) -> None:
            scope[ABORT] = transport.abort
            await inner(scope, receive, send)

        self.app = app


class ThreadedServer(uvicorn.Server):
    """Says when it listens, and doesn't wait for idle connections at the end."""

    ready: threading.Event

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await super().startup(sockets)
        finally:
            self.ready.set()


def make_runner(app: App) -> tuple[uvicorn.Server, threading.Event]:
    """A server to run in a thread (so without signal handlers), silent on every stream."""
    config = uvicorn.Config(
        app,
        http=AbortableProtocol,
        ws="none",
        lifespan="off",
        loop="asyncio",
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=1,
    )
    server = ThreadedServer(config)
    server.ready = threading.Event()
    return server, server.ready
