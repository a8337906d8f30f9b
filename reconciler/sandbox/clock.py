"""What time it is: the machine's, or one that the caller has set."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta
from typing import Any

from .ids import now, parsed, spelled
from .shapes import amount, obj, refused, text

SETTING = obj({"now": text(1)}, {"step": amount})


class Clock:
    """A set clock stands still, or goes on by `step` seconds with every request."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._moment: datetime | None = None
        self._step = timedelta()

    def tick(self) -> str:
        """The moment of one request, spelled."""
        with self._lock:
            if self._moment is None:
                return now()
            moment = self._moment
            self._moment = min(moment, _LAST - self._step) + self._step
            return spelled(moment)

    def set(self, setting: Any) -> None:
        """`{now, step?}`; None is the machine's time again."""
        moment, step = None, timedelta()
        if setting is not None:
            given = SETTING(setting, "")
            moment = parsed(given["now"])
            if moment is None:
                raise refused("now", "must be an RFC 3339 timestamp")
            step = timedelta(seconds=min(given.get("step", 0), _LONGEST))
        with self._lock:
            self._moment, self._step = moment, step

    def shown(self) -> dict[str, Any]:
        """The time that the next request gets, and how it goes on."""
        with self._lock:
            if self._moment is None:
                return {"now": now(), "set": False}
            step = self._step.total_seconds()
            return {"now": spelled(self._moment), "set": True, "step": step}


_LONGEST = 10 * 366 * 24 * 3600
_LAST = datetime.fromisoformat("9999-12-31T00:00:00+00:00")
