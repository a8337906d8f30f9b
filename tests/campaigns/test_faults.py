"""The fault campaign in a process of its own, which may fork since it runs no threads."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def campaign(*arguments: str) -> None:
    command = [sys.executable, "-m", "tests.campaigns.run", *arguments]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    sys.stdout.write(done.stdout)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def test_a_sample_of_faults_leaves_nothing_behind() -> None:
    campaign("--sample", "40")


@pytest.mark.slow
def test_every_write_survives_every_fault() -> None:
    campaign()


@pytest.mark.slow
def test_a_platform_that_answers_from_the_past_changes_nothing() -> None:
    campaign("--sample", "24", "--seed", "2", "--stale", "2")
