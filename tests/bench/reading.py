"""What reading folders costs, next to a bare parse and hash of the same files.

A ratio of medians from alternating passes says the same on a slow machine as on a fast one.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import io
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import yaml

PASSES = 5


@dataclass(frozen=True)
class Reading:
    """Median seconds of `validate` and of the bare pass, and the peak of `validate` alone."""

    validate: float
    bare: float
    peak_mb: float

    @property
    def ratio(self) -> float:
        return self.validate / self.bare


def measure_reading(root: Path) -> Reading:
    """Alternate both passes in this process, and run `validate` once in one of its own."""
    bare(root)
    validate(root)
    seconds: dict[str, list[float]] = {"bare": [], "validate": []}
    for _ in range(PASSES):
        seconds["bare"].append(_timed(lambda: bare(root)))
        seconds["validate"].append(_timed(lambda: validate(root)))
    medians = {name: statistics.median(found) for name, found in seconds.items()}
    return Reading(medians["validate"], medians["bare"], peak_mb(root))


def bare(root: Path) -> str:
    """Read and hash every file of the project, and parse those that are YAML."""
    total = hashlib.sha256()
    for path in sorted(root.rglob("*")):
        if not path.is_file():
            continue
        data = path.read_bytes()
        total.update(hashlib.sha256(data).digest())
        if path.suffix == ".yaml":
            yaml.load(data, Loader=yaml.CSafeLoader)
        elif path.name == "SKILL.md":
            yaml.load(data.split(b"---\n", 2)[1], Loader=yaml.CSafeLoader)
    return total.hexdigest()


def validate(root: Path) -> None:
    from reconciler.cli import main

    with contextlib.redirect_stdout(io.StringIO()) as said, contextlib.suppress(SystemExit):
        main(["validate", "--project-dir", str(root)])
    assert said.getvalue() == "No findings.\n", said.getvalue()


def peak_mb(root: Path) -> float:
    command = [sys.executable, "-m", "reconciler", "validate", "--project-dir", str(root)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage.ru_maxrss / 1024


def _timed(work: Callable[[], object]) -> float:
    gc.collect()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
