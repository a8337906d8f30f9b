"""Many clients at once: no 500, no lost write, no gap between versions, no stale update taken."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from reconciler.sandbox import serve

from .load import Ledger, check, load
from .processes import running


def stress(url: str, key: str, seconds: float, clients: int = 50) -> Ledger:
    ledger, end = Ledger(), time.monotonic() + seconds
    asyncio.run(load(url, key, ledger, lambda: time.monotonic() > end, clients, "stress"))
    assert ledger.wrong == []
    assert set(ledger.statuses) <= {200, 400, 409}
    assert ledger.statuses[409] > 0 and ledger.acknowledged > 20
    asyncio.run(check(url, key, ledger))
    return ledger


def test_fifty_clients_for_two_seconds(tmp_path: Path) -> None:
    with serve(tmp_path / "store.sqlite") as server:
        stress(server.url, server.api_key, 2)


@pytest.mark.slow
def test_fifty_clients_for_a_minute(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with running(tmp_path) as server:
        ledger = stress(server.url, server.key, 60)
    with capsys.disabled():
        print(f"\nfifty clients for a minute: {ledger.summary()}")  # noqa: T201
