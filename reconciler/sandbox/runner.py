"""uvicorn, bent to run inside another command."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from .app import ABORT, App

_TICK = 0.1  # seconds, as uvicorn has it; the date of answers is made anew with the ticks

_TURNS = 5  # of the loop, until all connections are known and cut


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
    """Says when it listens, and ends at once when it is told to: uvicorn looks for that ten times a
    second, which every short command would wait for."""

    ready: threading.Event
    _loop: asyncio.AbstractEventLoop
    _told: asyncio.Event

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self._loop, self._told = asyncio.get_running_loop(), asyncio.Event()
        try:
            await super().startup(sockets)
        finally:
            self.ready.set()

    def stop(self) -> None:
        """From any thread: cut off what is in flight, and end."""
        self.force_exit = self.should_exit = True
        with contextlib.suppress(RuntimeError):  # the loop has ended already
            self._loop.call_soon_threadsafe(self._told.set)

    async def main_loop(self) -> None:
        counter = 0
        while not await self.on_tick(counter):
            counter = (counter + 1) % 864_000
            with contextlib.suppress(asyncio.TimeoutError):
                await asyncio.wait_for(self._told.wait(), _TICK)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        # The listeners close last: asyncio neither serves nor closes what it accepts for a server
        # that is closed already, and whoever asked would wait for ever.
        for listener in (one for server in self.servers for one in server.sockets):
            self._loop.remove_reader(listener.fileno())
        for _ in range(_TURNS):  # what was being accepted becomes a connection first
            for connection in list(self.server_state.connections):
                connection.transport.abort()
            await asyncio.sleep(0)
        for closing in (*self.servers, *(sockets or ())):
            closing.close()


def make_runner(app: App) -> tuple[ThreadedServer, threading.Event]:
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
    )
    server = ThreadedServer(config)
    server.ready = threading.Event()
    return server, server.ready
