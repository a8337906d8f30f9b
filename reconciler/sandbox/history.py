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

    def back(self, writes: int) -> sqlite3.Connection | None:
        """The state before the last `writes` writes, or the oldest there is."""
        return self._states[-min(writes, len(self._states))] if self._states and writes else None

    def close(self) -> None:
        self.keep(0)
