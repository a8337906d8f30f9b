"""The campaigns, each in a process of its own: they fork, so they run no threads.

python -m tests.campaigns.run             every fault at every write
python -m tests.campaigns.concurrency     two applies at once
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def campaign(name: str, *arguments: str) -> str:
    """What a campaign prints; it must have found nothing."""
    command = [sys.executable, "-m", f"tests.campaigns.{name}", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    sys.stdout.write(done.stdout)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    return done.stdout


def test_forty_cells_leave_nothing_behind() -> None:
    assert "40 cells ran: duplicate 0, orphan 0, lost key 0" in campaign("run", "--sample", "40")


def test_two_applies_at_once() -> None:
    said = campaign("concurrency", "--rounds", "2")
    assert "2 rounds on one machine and 2 on two, " in said


@pytest.mark.slow
def test_every_cell_leaves_nothing_behind() -> None:
    assert "216 cells ran: duplicate 0, orphan 0, lost key 0" in campaign("run")


@pytest.mark.slow
def test_reads_that_lag_behind_make_no_difference() -> None:
    said = campaign("run", "--sample", "24", "--seed", "5", "--stale", "2")
    assert "24 cells ran: duplicate 0" in said


@pytest.mark.slow
def test_two_applies_at_once_twenty_times() -> None:
    said = campaign("concurrency", "--rounds", "20", "--seed", "7")
    assert "20 rounds on one machine and 20 on two, " in said
    assert " 0 objects found moved" not in said
