"""Which of two objects made at one moment stays, seen from one run at a time."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.platform.errors import ReadFailed
from reconciler.platform.kinds.rivals import Made, first_of
from reconciler.platform.limits import Limits
from tests.platform.builders import FakeClock

MINE, EARLIER, LATER = Made("2026-02", "m"), Made("2026-01", "e"), Made("2026-03", "l")
UNREADABLE = "unreadable"


@dataclass
class _Clients:
    clock: Any
    limits: Limits = field(default_factory=Limits)


@dataclass
class _Step:
    clients: _Clients


def given_way_to(*looks: Any, mine: Made = MINE) -> tuple[str, list[float]]:
    """What is given way to when each look finds this, the last one again and again; the waits."""
    time, left = FakeClock(), list(looks)

    def look() -> list[Made]:
        found = left.pop(0) if len(left) > 1 else left[0]
        if found == UNREADABLE:
            raise ReadFailed("no")
        return [mine, *found]

    step = cast(Any, _Step(_Clients(time.clock())))
    return first_of(step, mine, look), time.slept


def test_alone() -> None:
    assert given_way_to([]) == ("", [])


def test_an_earlier_one_is_given_way_to_at_once() -> None:
    assert given_way_to([LATER, EARLIER]) == ("e", [])


def test_a_later_one_that_goes_is_waited_for() -> None:
    assert given_way_to([LATER], [LATER], []) == ("", [0.5, 1])


def test_a_later_one_that_stays_saw_nothing_of_ours() -> None:
    assert given_way_to([LATER]) == ("l", [0.5, 1, 2, 4])


def test_the_same_moment_is_told_apart_by_id() -> None:
    assert given_way_to([Made(MINE.at, "a")]) == ("a", [])
    assert given_way_to([Made(MINE.at, "z")], []) == ("", [0.5])


def test_what_cannot_be_read_again_counts_as_still_there() -> None:
    assert given_way_to([LATER], UNREADABLE) == ("l", [0.5, 1, 2, 4])
    assert given_way_to([LATER], UNREADABLE, []) == ("", [0.5, 1])


def test_nothing_read_at_all_is_the_callers_to_judge() -> None:
    with pytest.raises(ReadFailed):
        given_way_to(UNREADABLE)


class _Runs:
    """Runs that each make one object and settle it, one request at a time, in a given order."""

    def __init__(self, moments: list[int]) -> None:
        self.made = [Made(str(moment), str(run)) for run, moment in enumerate(moments)]
        self.there: set[Made] = set()
        self.turns = [threading.Semaphore(0) for _ in moments]
        self.idle = threading.Semaphore(0)
        self.over: set[int] = set()
        self.threads = [threading.Thread(target=self._run, args=(one,)) for one in self.made]

    def _ask(self, run: int, request: Callable[[], Any]) -> Any:
        """What a request answers, once this run has its turn."""
        self.idle.release()
        self.turns[run].acquire()
        return request()

    def _run(self, mine: Made) -> None:
        run = self.made.index(mine)
        step = cast(Any, _Step(_Clients(FakeClock().clock())))
        self._ask(run, lambda: self.there.add(mine))
        if first_of(step, mine, lambda: self._ask(run, lambda: list(self.there))):
            self._ask(run, lambda: self.there.remove(mine))
        self.over.add(run)
        self.idle.release()

    def play(self, order: list[int]) -> None:
        for thread in self.threads:
            thread.start()
            self.idle.acquire()
        for run in [*order, *itertools.chain(*([range(len(self.made))] * 7))]:
            if run not in self.over:
                self.turns[run].release()
                self.idle.acquire()
        for thread in self.threads:
            thread.join()


@given(st.lists(st.integers(0, 2), min_size=2, max_size=3), st.lists(st.integers(0, 2)))
def test_never_do_two_stay(moments: list[int], order: list[int]) -> None:
    runs = _Runs(moments)
    runs.play([one for one in order if one < len(moments)])
    assert len(runs.there) <= 1
