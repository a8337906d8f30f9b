"""Whole commands, run in this process, over real HTTP against one embedded platform per test."""

from __future__ import annotations

import shutil
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import anthropic
import httpx2
import pytest
from click.testing import CliRunner, Result

import reconciler.sandbox
from reconciler.cli import main
from reconciler.engine.lock import Lock, load_lock
from reconciler.platform import clients, limits
from reconciler.sandbox import Server

REPOSITORY = Path(__file__).parents[2]
CORPUS = REPOSITORY.parent / "shared" / "corpus"
URL = "https://mcp.ntropii.com/mcp"


def sdk(server: Server, **options: Any) -> anthropic.Anthropic:
    """The official client, by default without retries. The authorities of TLS, which nothing here
    needs and which take long to load, are left out. It keeps no connection, so that it may be
    dropped without being closed."""
    plain = httpx2.Client(
        verify=ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT),
        limits=httpx2.Limits(max_keepalive_connections=0),
    )
    given = {"max_retries": 0, **options}
    return anthropic.Anthropic(
        base_url=server.url, api_key=server.api_key, http_client=plain, **given
    )


class Shared:
    """The test's server, as a command sees it: the command's end does not end it."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def __getattr__(self, name: str) -> Any:
        return getattr(self._server, name)

    def close(self) -> None:
        pass


@dataclass
class Project:
    """A project folder and the embedded platform that its commands talk to."""

    root: Path
    server: Server

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())

    def edit(self, path: str, old: str, new: str) -> None:
        text = (self.root / path).read_bytes().decode()
        assert old in text, f"{old!r} is not in {path}"
        self.write(path, text.replace(old, new))

    def run(self, *args: str, code: int | None = 0) -> Result:
        """A command with `--target sandbox`; the exit code must be `code` unless that is None."""
        self.server.clear_requests()
        arguments = [*args, "--target", "sandbox", "--project-dir", str(self.root)]
        result = CliRunner().invoke(main, arguments)
        assert code is None or result.exit_code == code, f"{result.exit_code}\n{result.output}"
        return result

    def apply(self, *args: str, code: int | None = 0) -> Result:
        return self.run("apply", "--yes", *args, code=code)

    def plan(self, *args: str, code: int | None = 0) -> Result:
        return self.run("plan", "--detailed-exitcode", *args, code=code)

    def writes(self) -> list[tuple[str, str]]:
        """Method and path of every request of the last command that could have written."""
        return [
            (one["method"], one["path"]) for one in self.server.requests() if one["method"] != "GET"
        ]

    def sent(self, path: str) -> list[Any]:
        """The bodies of the last command's writes to a path."""
        return [
            one["body"]
            for one in self.server.requests()
            if one["method"] != "GET" and one["path"] == path
        ]

    @property
    def lock_file(self) -> Path:
        return self.root / ".reconcile" / "reconcile.sandbox.lock"

    def lock(self) -> Lock:
        return load_lock(self.lock_file.read_text())

    def id(self, address: str) -> str:
        return self.id_of(self.lock(), address)

    @staticmethod
    def id_of(lock: Lock, address: str) -> str:
        return next(e.id for a, e in lock.objects.items() if str(a) == address)

    def version(self, address: str) -> int | None:
        return next(e.version for a, e in self.lock().objects.items() if str(a) == address)


@pytest.fixture
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries of reads, and looks for what a lost answer left behind, follow at once."""
    no_wait = replace(limits.UNLIMITED, lookups=(0.0, 0.0, 0.0, 0.0))
    monkeypatch.setattr(clients, "UNLIMITED", no_wait)
    monkeypatch.setattr(
        anthropic._base_client.BaseClient, "_calculate_retry_timeout", lambda *_, **__: 0.0
    )


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with reconciler.sandbox.serve(tmp_path / "platform.sqlite") as running:
        yield running


@pytest.fixture
def project(tmp_path: Path, server: Server, monkeypatch: pytest.MonkeyPatch) -> Project:
    """An empty project named `funds` with an MCP URL variable and a tenant."""
    monkeypatch.setattr(reconciler.sandbox, "serve", lambda *_, **__: Shared(server))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    made = Project(tmp_path / "project", server)
    made.write(
        "reconcile.yaml",
        "version: 1\nproject: funds\ntargets:\n  sandbox:\n"
        f"    ntropii: {{tenant: byng}}\n    variables: {{ntropii_mcp_url: {URL}}}\n",
    )
    return made


@pytest.fixture
def sample(project: Project) -> Project:
    """The repository's own sample project."""
    shutil.copytree(REPOSITORY / "agents", project.root / "agents")
    shutil.copy(REPOSITORY / "reconcile.yaml", project.root)
    return project


@pytest.fixture
def corpus() -> Callable[[str], Path]:
    def folder(name: str) -> Path:
        if not (CORPUS / name).is_dir():
            pytest.skip(f"the corpus is not beside the repository ({name})")
        return CORPUS / name

    return folder
