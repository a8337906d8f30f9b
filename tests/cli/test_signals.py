from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading

import pytest

from reconciler.cli.signals import stopping


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_signal_asks_to_stop(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with stopping() as stop:
        assert not stop.is_set()
        os.kill(os.getpid(), number)
        assert stop.wait(5)
    assert signal.getsignal(number) is before


def test_the_second_signal_leaves_now() -> None:
    script = (
        "import os, signal\nfrom reconciler.cli.signals import stopping\n"
        "with stopping() as stop:\n"
        "    os.kill(os.getpid(), signal.SIGINT); stop.wait()\n"
        "    os.kill(os.getpid(), signal.SIGINT)\n"
        "    while True: signal.pause()\n"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, timeout=20)
    assert ended.returncode == 130
    assert b"Once more leaves now" in ended.stderr


def test_away_from_the_main_thread_there_are_no_signals() -> None:
    seen: list[bool] = []

    def work() -> None:
        with stopping() as stop:
            seen.append(stop.is_set())

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [False]
