from __future__ import annotations

from reconciler.platform.limits import UNLIMITED, TokenBucket
from tests.platform.builders import FakeClock


def test_a_burst_then_a_steady_rate() -> None:
    time = FakeClock()
    bucket = TokenBucket(60, 2, time.clock())
    for _ in range(4):
        bucket.take()
    assert time.slept == [1.0, 1.0]


def test_tokens_come_back_up_to_the_burst() -> None:
    time = FakeClock()
    bucket = TokenBucket(60, 2, time.clock())
    bucket.take()
    time.time += 100
    for _ in range(3):
        bucket.take()
    assert time.slept == [1.0]


def test_a_rest_holds_everybody_back() -> None:
    time = FakeClock()
    bucket = TokenBucket(UNLIMITED.writes_per_minute, 1, time.clock())
    bucket.take()
    bucket.rest(30)
    bucket.take()
    bucket.take()
    assert time.slept == [30]
