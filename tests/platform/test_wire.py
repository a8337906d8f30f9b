from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from reconciler.platform import wire
from reconciler.platform.errors import Stopped, Throttled
from reconciler.platform.failures import TryLater
from reconciler.platform.limits import Limits, TokenBucket
from tests.platform.builders import FakeClock, World, agent, open_world, results


def patience(
    time: FakeClock, stop: threading.Event | None = None
) -> tuple[wire.Patience, list[str]]:
    said: list[str] = []
    return wire.Patience(time.clock(), 60, stop or threading.Event(), said.append), said


def throttled(*waits: float) -> Callable[[], str]:
    queue = list(waits)

    def attempt() -> str:
        if queue:
            raise TryLater("429: slow down", queue.pop(0))
        return "done"

    return attempt


def test_a_rate_limit_is_waited_out() -> None:
    time = FakeClock()
    waiting, said = patience(time)
    assert waiting.insist(throttled(2.5, 1)) == "done"
    assert time.slept == [1, 1, 0.5, 1]
    assert said == ["rate limited, waiting 2 s", "rate limited, waiting 1 s"]


def test_patience_ends() -> None:
    time = FakeClock()
    waiting, _ = patience(time)
    with pytest.raises(Throttled, match="429: slow down \\(waited 50 s\\)"):
        waiting.insist(throttled(50, 11))
    assert time.time == 50


def test_an_interrupted_wait_ends_within_a_second() -> None:
    time, stop = FakeClock(), threading.Event()
    stop.set()
    waiting, _ = patience(time, stop)
    with pytest.raises(Stopped):
        waiting.insist(throttled(30))
    assert time.slept == []


def test_a_rate_limit_holds_the_whole_budget_back() -> None:
    time = FakeClock()
    waiting, _ = patience(time)
    bucket = TokenBucket(6000, 1, time.clock())
    waiting.insist(throttled(5), [bucket])
    assert 5 <= time.time < 5.1


def test_a_429_on_a_write_is_sent_again(world: World) -> None:
    rule = {"kind": "status", "status": 429, "retry_after": 3, "method": "POST", "count": 2}
    world.server.set_faults([rule])
    report = world.apply(agent("a"))
    assert report.ok
    assert sum(world.time.slept) == 6
    assert [one.message for one in world.events if one.name == "waiting"] == [
        "rate limited, waiting 3 s"
    ] * 2
    assert len(world.paths("POST")) == 3


def test_writes_keep_to_their_budget(world: World, tmp_path: Any) -> None:
    limits = Limits(writes_per_minute=60, write_burst=2, reads_per_minute=60_000)
    slow = open_world(world.server, "budget", tmp_path, limits)
    with slow.clients:
        assert slow.apply(*(agent(f"a{number}") for number in range(5))).ok
    assert 2.9 < slow.time.time < 3.1


def test_a_dead_key_stops_everything(world: World) -> None:
    world.server.set_faults([{"kind": "status", "status": 401, "method": "POST"}])
    report = world.apply(agent("a"), agent("b"))
    assert results(report) == {"agent/a": "failed", "agent/b": "skipped"}
    assert str(report.outcomes[1].because) == "agent/a"
    assert len(world.paths("POST")) == 1
