"""Keeping secrets out of logs and messages.

With `ANTHROPIC_LOG=debug` the SDK logs the options of every request, bodies included (anthropic
2.11 `_base_client.py`, `_build_request`), and the body that creates a credential holds the
registry's one-time key. A filter on a logger does not see the records of its children, so the
filter goes on every logger of the client libraries and on the handlers of the root.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator

from reconciler.engine.values import Secret

MASK = "***"
_LIBRARIES = ("anthropic", "httpx2", "httpcore2")


class Redactor(logging.Filter):
    """Replaces the secrets it was told of with `***`, in text and in log records."""

    def __init__(self) -> None:
        super().__init__()
        self._known: frozenset[str] = frozenset()
        self._mutex = threading.Lock()
        self._placed: list[logging.Filterer] = []

    def learn(self, secret: Secret | None) -> None:
        """Mask this secret from now on, as it is and as JSON or a repr would write it."""
        value = secret.reveal() if secret else ""
        if not value:
            return
        forms = {value, json.dumps(value)[1:-1], repr(value)[1:-1]}
        with self._mutex:
            self._known |= forms

    def mask(self, text: str) -> str:
        """The text with every known secret replaced; longer ones first."""
        for value in sorted(self._known, key=len, reverse=True):
            text = text.replace(value, MASK)
        return text

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        masked = self.mask(message)
        if masked != message:
            record.msg, record.args = masked, None
        if record.exc_info and self._known:
            text = record.exc_text or logging.Formatter().formatException(record.exc_info)
            record.exc_text = self.mask(text)
        return True

    def install(self) -> None:
        """Stand in front of everything the client libraries log."""
        for place in _filterers():
            place.addFilter(self)
            self._placed.append(place)

    def remove(self) -> None:
        while self._placed:
            self._placed.pop().removeFilter(self)


def _filterers() -> Iterator[logging.Filterer]:
    yield from logging.getLogger().handlers
    for library in _LIBRARIES:
        yield logging.getLogger(library)
    for name, logger in list(logging.root.manager.loggerDict.items()):
        if isinstance(logger, logging.Logger) and name.startswith(
            tuple(f"{library}." for library in _LIBRARIES)
        ):
            yield logger
