"""The server in a thread of its own, inside whatever process wants one."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sqlite3
import threading
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from .auth import DEFAULT_WORKSPACE, PLATFORM_KEY, REGISTRY_KEY

if TYPE_CHECKING:
    import uvicorn

    from .control import Control

LOOPBACK = "127.0.0.1"


class Server:
    """A running server; close it, or use it in a `with` statement."""

    def __init__(
        self,
        db: Path,
        connection: sqlite3.Connection,
        control: Control,
        runner: uvicorn.Server,
        thread: threading.Thread,
        port: int,
        origin: str,
    ) -> None:
        self.url = f"http://{LOOPBACK}:{port}"
        self.registry_url = f"{self.url}/v1"
        self.origin = origin
        self.api_key = PLATFORM_KEY
        self.registry_key = REGISTRY_KEY
        self._db = db
        self._connection = connection
        self._control = control
        self._runner = runner
        self._thread = thread

    def ensure_tenants(self, slugs: Iterable[str], workspace: str = DEFAULT_WORKSPACE) -> None:
        """Tenants exist on first use."""
        from .registry import add_tenants
        from .store import Records, connect, meta, writing

        with contextlib.closing(connect(self._db)) as db, writing(db):
            add_tenants(Records(db, workspace), slugs, meta(db, "organization"))

    def requests(self) -> list[dict[str, Any]]:
        """The log so far: method, path, query, status (None: dropped), masked body, …"""
        return self._control.requests()

    def clear_requests(self) -> None:
        self._control.clear_requests()

    def set_faults(self, rules: list[dict[str, Any]]) -> None:
        """Replace the faults; see the README for what a rule may say."""
        from .errors import ApiError

        try:
            self._control.set_faults(rules)
        except ApiError as error:
            raise ValueError(error.message) from None

    def close(self) -> None:
        """Stop at once: what is still in flight is cut off."""
        if self._thread.is_alive():
            self._runner.force_exit = True
            self._runner.should_exit = True
            self._thread.join()
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def serve(db: Path | str, *, port: int = 0) -> Server:
    """Start a server on the loopback interface, over the store at `db`; returns once it listens."""
    from .app import App
    from .control import Control
    from .runner import make_runner
    from .store import connect, meta

    path = Path(db)
    # The protocol is named because asyncio turns off the delay of small writes only then.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
        bound_port = listener.getsockname()[1]
        connection = connect(path)
    except BaseException:
        listener.close()
        raise
    control = Control()
    app = App(connection, meta(connection, "organization"), control)
    runner, ready = make_runner(app)
    thread = threading.Thread(
        target=lambda: asyncio.run(runner.serve(sockets=[listener])),
        name="sandbox",
        daemon=True,
    )
    thread.start()
    ready.wait()
    return Server(
        path,
        connection,
        control,
        runner,
        thread,
        bound_port,
        f"sandbox:{meta(connection, 'origin')}",
    )
