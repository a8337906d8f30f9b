from __future__ import annotations

import math

import pytest

from reconciler.platform.errors import AccessRefused
from reconciler.platform.limits import UNLIMITED, Limits, TokenBucket, limits_from
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


def test_the_operator_sets_the_rates() -> None:
    assert limits_from({}) == Limits()
    none = limits_from({"RECONCILE_WRITES_PER_MINUTE": "0", "RECONCILE_READS_PER_MINUTE": "0"})
    assert math.isinf(none.writes_per_minute) and math.isinf(none.reads_per_minute)
    slow = limits_from({"RECONCILE_WRITES_PER_MINUTE": "30"})
    assert (slow.writes_per_minute, slow.environment_writes_per_minute) == (30, 30)
    assert slow.reads_per_minute == Limits().reads_per_minute


@pytest.mark.parametrize("text", ["-1", "fast", "nan", "inf"])
def test_a_rate_that_is_no_number_is_refused(text: str) -> None:
    with pytest.raises(AccessRefused, match="RECONCILE_READS_PER_MINUTE"):
        limits_from({"RECONCILE_READS_PER_MINUTE": text})
