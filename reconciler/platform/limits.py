"""How fast, how patiently and how often: limits as data, token buckets, and the clock.

Managed Agents: 300 creates and 1,200 reads per minute and organization, enforced over shorter
windows too (documentation of August 2026; updates and archives are not listed and are counted as
creates). Environments are taken more slowly.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from reconciler.platform.errors import AccessRefused


@dataclass(frozen=True, slots=True)
class Clock:
    """Time as two functions, in seconds, so that tests need not wait."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Requests per minute and burst per budget; waits in seconds.

    `patience` is how long one write waits for rate limits to pass, `lookups` the waits between the
    re-reads that follow a lost answer, `timeout` the longest silence of one request.
    """

    writes_per_minute: float = 300
    write_burst: int = 5
    reads_per_minute: float = 1200
    read_burst: int = 20
    environment_writes_per_minute: float = 60
    environment_burst: int = 5
    environment_concurrency: int = 5
    patience: float = 300
    lookups: tuple[float, ...] = (0.5, 1, 2, 4)
    timeout: float = 120


#: For a platform that runs inside this process.
UNLIMITED = Limits(
    writes_per_minute=math.inf, reads_per_minute=math.inf, environment_writes_per_minute=math.inf
)


def limits_from(environ: Mapping[str, str]) -> Limits:
    """The documented limits, or the operator's: `RECONCILE_WRITES_PER_MINUTE` and
    `RECONCILE_READS_PER_MINUTE`, requests per minute, 0 for none.

    Organizations differ, and one's budget is shared with its sessions. Raises AccessRefused for a
    value that is no such number.
    """
    writes = _rate(environ, "RECONCILE_WRITES_PER_MINUTE")
    reads = _rate(environ, "RECONCILE_READS_PER_MINUTE")
    limits = Limits()
    if writes is not None:
        slower = writes if math.isinf(writes) else min(writes, limits.environment_writes_per_minute)
        limits = replace(limits, writes_per_minute=writes, environment_writes_per_minute=slower)
    return limits if reads is None else replace(limits, reads_per_minute=reads)


def _rate(environ: Mapping[str, str], variable: str) -> float | None:
    text = environ.get(variable, "").strip()
    if not text:
        return None
    try:
        rate = float(text)
    except ValueError:
        rate = math.nan
    if not 0 <= rate < math.inf:
        raise AccessRefused(f"{variable} must be a number of requests per minute, 0 for no limit")
    return rate or math.inf


class TokenBucket:
    """Grants tokens at a steady rate with a burst. Callers queue in the order they come."""

    def __init__(self, per_minute: float, burst: int, clock: Clock) -> None:
        self._rate = per_minute / 60
        self._burst = float(burst)
        self._clock = clock
        self._tokens = float(burst)
        self._at = clock.now()
        self._not_before = 0.0
        self._mutex = threading.Lock()

    def take(self) -> None:
        """Wait until one token is there, and take it."""
        wait = self._reserve()
        if wait > 0:
            self._clock.sleep(wait)

    def rest(self, seconds: float) -> None:
        """Grant nothing for that long: the platform said `retry-after`."""
        with self._mutex:
            self._not_before = max(self._not_before, self._clock.now() + seconds)

    def _reserve(self) -> float:
        with self._mutex:
            now = self._clock.now()
            held = max(0.0, self._not_before - now)
            if math.isinf(self._rate):
                return held
            self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate) - 1
            self._at = now
            return max(held, -self._tokens / self._rate)
