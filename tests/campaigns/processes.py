"""Processes made by `os.fork` from one that has everything imported and runs no thread."""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import sys
import threading
import traceback
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import reconciler.sandbox.server as sandbox_server
from reconciler.sandbox import serve

_PACKAGES = (
    "reconciler", "uvicorn", "starlette", "httpx2", "anthropic.types.beta", "anthropic.resources.beta",
    "deepdiff", "filelock", "git",
)  # fmt: skip
BROKEN = 70  # exit code of a child whose own code failed
_PATIENCE = 60  # seconds after which something that should come never will


def fork(work: Callable[[], int], output: Path) -> int:
    """Run `work` in a child whose output goes to a file; returns its process id."""
    assert threading.active_count() == 1, "a process with threads must not be forked"
    gc.freeze()
    pid = os.fork()
    if pid:
        return pid
    code = BROKEN
    try:
        handle = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(handle, 1)
        os.dup2(handle, 2)
        code = work()
    except BaseException:
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def preload() -> None:
    """Import whatever an apply and the platform import on their way, so that no child has to."""
    for name in _PACKAGES:
        package = importlib.import_module(name)
        for found in pkgutil.walk_packages(package.__path__, f"{name}.", onerror=lambda _: None):
            if "__main__" not in found.name:
                with contextlib.suppress(Exception), warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    importlib.import_module(found.name)


def ended(pid: int) -> int:
    """Wait for a child: its exit code, or minus the signal that killed it."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def listener() -> socket.socket:
    """A port for all platforms of this process, one after the other: locks name it."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", 0))
    bound.listen(128)
    return bound


@dataclass(frozen=True)
class Platform:
    """A platform in a child process; `environment` is what clients need to find it. `late` is a
    pipe in which it says that it carried out what came with a latency."""

    environment: Mapping[str, str]
    log: Path
    late: int

    def requests(self) -> list[dict[str, Any]]:
        """The log so far, oldest first."""
        if not self.log.exists():
            return []
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]

    def wait_for_latecomer(self) -> None:
        """Until a request that was to be late is carried out."""
        ready, _, _ = select.select([self.late], [], [], _PATIENCE)
        assert ready and os.read(self.late, 1), "what was to be late was never carried out"


@contextlib.contextmanager
def platform(
    store: Path, port: socket.socket, tenant: str, rules: list[dict[str, Any]], log: Path
) -> Iterator[Platform]:
    """Serve a store until this ends, or this process."""
    told, tell = os.pipe()
    late, carried_out = os.pipe()
    served, serving = os.pipe()

    def work() -> int:
        os.close(serving)
        sandbox_server._listener = lambda _: port.dup()  # type: ignore[assignment]
        server = serve(store, log=log)
        server.ensure_tenants([tenant])
        server.set_faults(rules)
        _tell_of_latecomers(server, carried_out)
        about = {
            "ANTHROPIC_BASE_URL": server.url,
            "ANTHROPIC_API_KEY": server.api_key,
            "NTRO_HOST": server.registry_url,
            "NTRO_API_KEY": server.registry_key,
        }
        os.write(tell, json.dumps(about).encode())
        os.close(tell)
        os.read(served, 1)  # until nobody holds the other end any more
        return 0

    pid = fork(work, log.with_suffix(".out"))
    for end in (tell, carried_out, served):
        os.close(end)
    try:
        with os.fdopen(told) as pipe:
            text = pipe.read()
        assert text, log.with_suffix(".out").read_text()
        yield Platform(json.loads(text), log, late)
    finally:
        os.kill(pid, signal.SIGKILL)
        ended(pid)
        os.close(late)
        os.close(serving)


def _tell_of_latecomers(server: sandbox_server.Server, pipe: int) -> None:
    """Say in a pipe that what a latency struck is in the log."""
    log = server._world.control.log
    add = log.add

    def added(entry: Mapping[str, Any]) -> None:
        add(entry)
        if any(fault["kind"] == "latency" for fault in entry["faults"]):
            os.write(pipe, b".")

    log.add = added  # type: ignore[method-assign]
