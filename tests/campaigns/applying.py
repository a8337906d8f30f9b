"""The real `reconcile apply`, in a child process that may be made to die at a chosen moment."""

from __future__ import annotations

import json
import os
import signal
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import httpx2

from reconciler.cli import main
from reconciler.platform import limits
from tests.campaigns.processes import fork
from tests.campaigns.project import TARGET

Moment = Literal["", "before sending", "answered", "lock written", "timeout"]
#: Seconds before a request that is to time out does; the platform answers it much later.
PATIENCE = 0.05


@dataclass(frozen=True)
class Hook:
    """What happens to the write with the number `at`, counted from 0 as they are sent."""

    moment: Moment = ""
    at: int = 0
    lookups: tuple[float, ...] = (0.01, 0.02)


@dataclass(frozen=True)
class Apply:
    """One run of the command. `state` is the folder of this machine's locks."""

    root: Path
    environment: Mapping[str, str]
    state: Path
    evidence: Path
    output: Path
    hook: Hook = Hook()
    args: tuple[str, ...] = ("--parallelism", "1")
    ready: Callable[[], None] = lambda: None

    def start(self) -> int:
        """Start it; returns the process id."""
        return fork(self._run, self.output)

    def evidence_of(self) -> dict[str, Any]:
        """What the child noted before it died, or before its request timed out."""
        text = self.evidence.read_text(encoding="utf-8") if self.evidence.exists() else "{}"
        return dict(json.loads(text))

    def _run(self) -> int:
        os.environ.update(self.environment)
        os.environ["XDG_STATE_HOME"] = str(self.state)
        limits.limits_from = lambda environ: replace(limits.UNLIMITED, lookups=self.hook.lookups)
        _Hooked(self.hook, self.evidence).install()
        self.ready()
        arguments = ["--yes", "--target", TARGET, "--project-dir", str(self.root), *self.args]
        try:
            main(["apply", *arguments])
        except SystemExit as end:
            return int(end.code or 0)
        return 0


class _Hooked:
    """Counts the writes of this process, and strikes at one of them."""

    def __init__(self, hook: Hook, evidence: Path) -> None:
        self._hook, self._evidence = hook, evidence
        self._sent = 0
        self._armed = threading.Event()
        self._mutex = threading.Lock()
        self._handle = httpx2.HTTPTransport.handle_request

    def install(self) -> None:
        hooked, rename = self, Path.replace

        def handle(transport: Any, request: httpx2.Request) -> httpx2.Response:
            return hooked._send(transport, request)

        def replacing(path: Path, target: Path) -> Path:
            if hooked._armed.is_set() and path.suffix == ".tmp":
                hooked._die(temporary=path.name)
            return rename(path, target)

        httpx2.HTTPTransport.handle_request = handle  # type: ignore[method-assign, assignment]
        Path.replace = replacing  # type: ignore[method-assign, assignment]

    def _send(self, transport: Any, request: httpx2.Request) -> httpx2.Response:
        if request.method == "GET" or not self._is_chosen():
            return self._handle(transport, request)
        said = f"{request.method} {request.url.path}"
        if self._hook.moment == "before sending":
            self._die(write=said)
        if self._hook.moment == "timeout":
            return self._time_out(transport, request, said)
        response = self._handle(transport, request)
        if self._hook.moment == "answered":
            self._die(write=said, status=response.status_code)
        if self._hook.moment == "lock written":
            self._armed.set()
        return response

    def _is_chosen(self) -> bool:
        with self._mutex:
            number, self._sent = self._sent, self._sent + 1
        return number == self._hook.at

    def _time_out(self, transport: Any, request: httpx2.Request, said: str) -> httpx2.Response:
        timeout = {"connect": 5, "read": PATIENCE, "write": 5, "pool": 5}
        request.extensions = {**request.extensions, "timeout": timeout}
        try:
            return self._handle(transport, request)
        except httpx2.ReadTimeout:
            self._note(write=said, timeout=True)
            raise

    def _note(self, **said: Any) -> None:
        self._evidence.write_text(json.dumps({"moment": self._hook.moment, **said}))

    def _die(self, **said: Any) -> None:
        self._note(**said)
        os.kill(os.getpid(), signal.SIGKILL)
