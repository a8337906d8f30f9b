"""SIGKILL in the middle of the load: after a restart every acknowledged write is there."""

from __future__ import annotations

import asyncio
import random
import subprocess
import sys
from pathlib import Path

import anthropic
import pytest

from reconciler.sandbox import agents, serve

from .conftest import make_client
from .load import Ledger, check, load
from .processes import running


def campaign(folder: Path, kills: int, clients: int, seed: str) -> int:
    """Load, kill, restart, check; over and over on one store. Returns the writes acknowledged."""
    chance, ledger = random.Random(seed), Ledger()
    for number in range(kills):
        with running(folder) as server:
            asyncio.run(check(server.url, server.key, ledger))
            least = ledger.acknowledged + chance.randrange(5, 250)

            def kill(server=server, least=least) -> bool:  # type: ignore[no-untyped-def]
                if ledger.acknowledged >= least:
                    server.process.kill()
                return server.process.poll() is not None

            asyncio.run(load(server.url, server.key, ledger, kill, clients, f"{seed}-{number}"))
            assert server.process.wait(20) == -9
            assert ledger.wrong == []
    with running(folder) as server:
        asyncio.run(check(server.url, server.key, ledger))
    return ledger.acknowledged


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_two_kills_lose_nothing(tmp_path: Path) -> None:
    assert campaign(tmp_path, kills=2, clients=10, seed="quick") > 10


def test_a_write_that_breaks_in_the_middle_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("in the middle")

    with serve(tmp_path / "store.sqlite") as server, make_client(server) as client:
        made = client.beta.agents.create(name="a", model="claude-opus-5")
        monkeypatch.setattr(agents, "_keep_version", broken)
        with pytest.raises(anthropic.InternalServerError, match="in the middle"):
            client.beta.agents.create(name="b", model="claude-opus-5")
        with pytest.raises(anthropic.InternalServerError, match="in the middle"):
            client.beta.agents.update(made.id, version=1, name="c")
        assert [agent.to_dict() for agent in client.beta.agents.list()] == [made.to_dict()]


@pytest.mark.slow
def test_twenty_kills_lose_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    written = campaign(tmp_path, kills=20, clients=25, seed="long")
    check_store(tmp_path / "store.sqlite")
    with capsys.disabled():
        print(f"\ntwenty kills: {written} acknowledged writes, none lost")  # noqa: T201


def check_store(file: Path) -> None:
    """SQLite itself finds nothing wrong."""
    code = "import sqlite3, sys; print(sqlite3.connect(sys.argv[1]).execute('PRAGMA integrity_check').fetchone()[0])"
    said = subprocess.run([sys.executable, "-c", code, str(file)], capture_output=True, text=True)
    assert said.stdout.strip() == "ok"
