"""The command `sandbox` in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Running:
    """A server that is another process."""

    process: subprocess.Popen[str]
    url: str
    key: str


@contextmanager
def running(folder: Path, *args: str) -> Iterator[Running]:
    """Serve the store in `folder` until this ends, or the process is killed."""
    command = [sys.executable, "-m", "reconciler", "sandbox", "--format", "json", *args]
    store = ["--project-dir", str(folder), "--db", str(folder / "store.sqlite")]
    process = subprocess.Popen(
        [*command, *store], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    try:
        text = ""
        for line in process.stdout:
            text += line
            if line.rstrip() == "}":
                break
        environment = json.loads(text)["environment"]
        yield Running(process, environment["ANTHROPIC_BASE_URL"], environment["ANTHROPIC_API_KEY"])
    finally:
        process.kill()
        process.wait()
        process.stdout.close()
