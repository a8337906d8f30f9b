"""The server in a thread of its own, inside whatever process wants one."""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from .auth import DEFAULT_WORKSPACE, PLATFORM_KEY, REGISTRY_KEY

if TYPE_CHECKING:
    from .runner import ThreadedServer
    from .serving import World

LOOPBACK = "127.0.0.1"


class Server:
    """A running server; close it, or use it in a `with` statement."""

    def __init__(
        self,
        db: Path,
        world: World,
        runner: ThreadedServer,
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
        self._world = world
        self._runner = runner
        self._thread = thread

    def ensure_tenants(self, slugs: Iterable[str], workspace: str = DEFAULT_WORKSPACE) -> None:
        """Tenants exist on first use."""
        from .registry import add_tenants
        from .store import Records, connect, meta, writing

        now = self._world.control.clock.tick()
        with contextlib.closing(connect(self._db)) as db, writing(db):
            add_tenants(Records(db, workspace), slugs, meta(db, "organization"), now)

    def requests(self) -> list[dict[str, Any]]:
        """The log so far, oldest first; the README says what is in an entry."""
        return self._world.control.log.entries()

    def clear_requests(self) -> None:
        self._world.control.log.clear()

    def set_faults(self, rules: list[dict[str, Any]]) -> None:
        """Replace the faults; the README says what a rule may say. Raises ValueError."""
        with _as_value_error():
            self._world.control.faults.set(rules)

    def set_clock(self, setting: Mapping[str, Any] | None) -> None:
        """`{"now": …, "step": seconds}`, or None for the machine's time. Raises ValueError."""
        with _as_value_error():
            self._world.control.clock.set(setting)

    def dump(self) -> dict[str, Any]:
        """The whole store as one JSON document, without secrets."""
        from .dump import dumped
        from .store import connect, reading

        with contextlib.closing(connect(self._db)) as db, reading(db):
            return dumped(db)

    def fill(self, document: Any) -> None:
        """Add the rows of a dump that are not there yet. Raises ValueError."""
        from .dump import filled
        from .store import connect, writing

        with _as_value_error(), contextlib.closing(connect(self._db)) as db, writing(db):
            filled(db, document)

    def close(self) -> None:
        """Stop at once: what is still in flight is cut off."""
        if self._thread.is_alive():
            self._runner.stop()
            self._thread.join()
        self._world.history.close()
        self._world.control.log.close()
        self._world.db.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def serve(db: Path | str, *, port: int = 0, seed: str = "0", log: Path | None = None) -> Server:
    """Start a server on the loopback interface, over the store at `db`; returns once it listens.

    `seed` decides what a fault leaves to chance; `log` is a file that every request is added to.
    """
    from .app import App
    from .runner import make_runner
    from .store import meta

    path = Path(db)
    with contextlib.ExitStack() as undo:
        listener = undo.enter_context(_listener(port))
        world = _world(path, seed, log, undo)
        origin = meta(world.db, "origin")
        undo.pop_all()
    runner, ready = make_runner(App(world))
    thread = threading.Thread(
        target=lambda: asyncio.run(runner.serve(sockets=[listener])),
        name="sandbox",
        daemon=True,
    )
    bound_port = listener.getsockname()[1]
    thread.start()
    ready.wait()
    return Server(path, world, runner, thread, bound_port, f"sandbox:{origin}")


def _listener(port: int) -> socket.socket:
    """A socket on the loopback interface, and on no other."""
    # The protocol is named because asyncio turns off the delay of small writes only then.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((LOOPBACK, port))
    except BaseException:
        listener.close()
        raise
    return listener


def _world(path: Path, seed: str, log: Path | None, undo: contextlib.ExitStack) -> World:
    """The store and everything around it; `undo` closes it if the start fails."""
    from .control import Control
    from .faults import Faults
    from .history import History
    from .log import RequestLog
    from .serving import World
    from .store import connect, meta

    connection = connect(path)
    undo.callback(connection.close)
    control = Control(log=RequestLog(log), faults=Faults(seed))
    undo.callback(control.log.close)
    return World(connection, meta(connection, "organization"), control, History(path))


@contextlib.contextmanager
def _as_value_error() -> Iterator[None]:
    """What a request would be refused for, for a caller in this process."""
    from .errors import ApiError

    try:
        yield
    except ApiError as error:
        raise ValueError(error.message) from None
