"""Earlier states of the store, for readers that are not told of the latest writes."""

from __future__ import annotations

import sqlite3
from collections import deque
from pathlib import Path


class History:
    """The states before the last few writes, each held by a transaction that is open to read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._states: deque[sqlite3.Connection] = deque()
        self._remembered = 0

    def keep(self, most: int) -> None:
        """How many states are wanted; older ones are let go."""
        while len(self._states) > most:
            self._states.popleft().close()

    def mark(self) -> sqlite3.Connection:
        """The state of now; to be remembered once the write that follows is committed."""
        state = sqlite3.connect(self._path, isolation_level=None, check_same_thread=False)
        state.execute("BEGIN")
        state.execute("SELECT count(*) FROM meta").fetchone()
        return state

    def remember(self, state: sqlite3.Connection) -> None:
        self._states.append(state)
        self._remembered += 1

    def point(self, writes: int) -> int | None:
        """The point before the last `writes` writes, whatever is written from now on."""
        return self._remembered - writes if writes else None

    def at(self, point: int) -> sqlite3.Connection | None:
        """The state at a point, or the oldest there is."""
        first = self._remembered - len(self._states)
        return self._states[max(point - first, 0)] if self._states else None

    def close(self) -> None:
        self.keep(0)
