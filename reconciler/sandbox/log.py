"""What was asked and answered: kept in bounded memory, and in a file on request."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Mapping
from pathlib import Path
from typing import IO, Any

from .masks import masked

MAX_ENTRIES = 20_000
MAX_CHARACTERS = 64 * 1024 * 1024


class RequestLog:
    """One line of JSON per request; the oldest go first when there are too many, or too long."""

    def __init__(
        self,
        file: Path | None = None,
        *,
        most: int = MAX_ENTRIES,
        characters: int = MAX_CHARACTERS,
    ) -> None:
        self._lock = threading.Lock()
        self._lines: deque[str] = deque()
        self._most, self._characters, self._held = most, characters, 0
        self._file: IO[str] | None = None
        if file is not None:
            self._file = file.open("a", encoding="utf-8", buffering=1)

    def add(self, entry: Mapping[str, Any]) -> None:
        """Remember one request; `body` and `answer` lose their secrets here."""
        shown = {**entry, "body": shown_body(entry["body"]), "answer": shown_body(entry["answer"])}
        line = json.dumps(shown)
        with self._lock:
            if self._file is not None:
                self._file.write(line + "\n")
            self._lines.append(line)
            self._held += len(line)
            while len(self._lines) > self._most or self._held > self._characters:
                self._held -= len(self._lines.popleft())

    def entries(self) -> list[dict[str, Any]]:
        """All that is still known, oldest first."""
        with self._lock:
            lines = list(self._lines)
        return [json.loads(line) for line in lines]

    def clear(self) -> None:
        """Forget; what is in the file stays there."""
        with self._lock:
            self._lines.clear()
            self._held = 0

    def close(self) -> None:
        with self._lock:
            if self._file is not None:
                self._file.close()
                self._file = None


def shown_body(body: Any) -> Any:
    """A body without secrets; bytes by their number."""
    return {"bytes": len(body)} if isinstance(body, bytes) else masked(body)
