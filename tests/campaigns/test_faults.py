"""A seeded sample of the fault campaign, in a process of its own: it forks, so it runs no threads.

All cells: `python -m tests.campaigns.run`.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.slow
def test_a_sample_of_faults_leaves_nothing_behind() -> None:
    command = [sys.executable, "-m", "tests.campaigns.run", "--sample", "8"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    sys.stdout.write(done.stdout)
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
