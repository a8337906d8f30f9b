"""Ctrl-C and SIGTERM: the first asks to stop, the second leaves."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from reconciler.cli.exit_codes import INTERRUPTED

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_FIRST = b"Stopping: what is in flight is finished and saved. Once more leaves now.\n"


@contextmanager
def stopping() -> Iterator[threading.Event]:
    """An event that the first signal sets; the second ends the process as it is.

    Away from the main thread, where signals can't be had, the event is never set.
    """
    stop = threading.Event()

    def handle(number: int, frame: FrameType | None) -> None:
        if stop.is_set():
            os._exit(INTERRUPTED)
        stop.set()
        os.write(2, _FIRST)  # a buffered stream might be in the middle of a write

    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = {number: signal.signal(number, handle) for number in _SIGNALS}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
