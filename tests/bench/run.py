"""The benchmark: reading the folders, and a plan with nothing to do, for 1,000 agents and 100
skills.

    python -m tests.bench.run [--quick] [--agents N] [--skills N]

The platform is an embedded one in a process of its own, so that memory is the command's alone.
Limits are counts, ratios and megabytes, never seconds; it exits 1 when one is broken.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.bench.filling import fill
from tests.bench.project import write_project
from tests.bench.reading import measure_reading

MAX_MB = 300
MAX_REQUESTS = 20
AGENT_PAGE = 100
MAX_READING_RATIO = 4
MAX_READING_MB = 250


@contextmanager
def platform(folder: Path) -> Iterator[dict[str, str]]:
    """The environment lines of an embedded platform that runs until this ends."""
    command = [sys.executable, "-m", "reconciler", "sandbox", "--format", "json"]
    process = subprocess.Popen(
        [*command, "--db", str(folder / "platform.sqlite"), "--project-dir", str(folder)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        text = ""
        for line in process.stdout:
            text += line
            if line.rstrip() == "}":
                break
        yield json.loads(text)["environment"]
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def probe(root: Path, environment: dict[str, str], *arguments: str) -> dict[str, Any]:
    """One command in a process of its own; its report with the exit code."""
    command = [sys.executable, "-m", "tests.bench.probe", *arguments, "--project-dir", str(root)]
    unlimited = {"RECONCILE_WRITES_PER_MINUTE": "0", "RECONCILE_READS_PER_MINUTE": "0"}
    state = {"XDG_STATE_HOME": str(root.parent / "state")}
    done = subprocess.run(
        command,
        env={**os.environ, **environment, **unlimited, **state},
        capture_output=True,
        text=True,
        check=False,
    )
    report: dict[str, Any] = json.loads(done.stderr.strip().splitlines()[-1])
    if report["exit_code"] not in (0, 2):
        sys.exit(f"{arguments}: exit {report['exit_code']}\n{done.stdout}\n{done.stderr}")
    return report


def requests(environment: dict[str, str], *, clear: bool = False) -> list[dict[str, Any]]:
    """The platform's request log, or empty it."""
    url = environment["ANTHROPIC_BASE_URL"] + "/_sandbox/requests"
    headers = {"Authorization": f"Bearer {environment['ANTHROPIC_API_KEY']}"}
    method = "DELETE" if clear else "GET"
    call = urllib.request.Request(url, method=method, headers=headers)
    with urllib.request.urlopen(call) as answer:
        found = json.loads(answer.read())
    return [] if clear else list(found)


def show(title: str, report: dict[str, Any]) -> None:
    say(f"{title}: {report['total']:.2f} s, peak {report['peak_mb']:.0f} MB")
    for phase, seconds in sorted(report["seconds"].items(), key=lambda item: -item[1]):
        say(f"    {phase:<14} {seconds:7.2f} s  {seconds / report['total']:4.0%}")


def say(text: str) -> None:
    sys.stdout.write(text + "\n")


def measure(agents: int, skills: int) -> list[str]:
    """Build, apply, plan; print the figures; return the limits that were broken."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        root = folder / "project"
        write_project(root, agents, skills)
        broken = _read(root)
        with platform(folder) as environment:
            show(
                f"apply of {agents} agents, {skills} skills",
                probe(root, environment, "apply", "--yes"),
            )
            requests(environment, clear=True)
            report = probe(root, environment, "plan", "--detailed-exitcode")
            log = requests(environment)
        show("plan with nothing to do", report)
        kinds = Counter(entry["path"] for entry in log)
        say(f"    {len(log)} requests: " + ", ".join(f"{path} {n}" for path, n in kinds.items()))
        return broken + _broken(agents, report, kinds)


def _read(root: Path) -> list[str]:
    """Print what `validate` costs; return the limits that were broken."""
    reading = measure_reading(root)
    say(
        f"validate: {reading.validate:.2f} s, {reading.ratio:.2f} times a bare parse and hash of "
        f"the same files ({reading.bare:.2f} s), peak {reading.peak_mb:.0f} MB"
    )
    checks = {
        f"validate takes over {MAX_READING_RATIO} times a bare parse and hash": (
            reading.ratio > MAX_READING_RATIO
        ),
        f"validate takes over {MAX_READING_MB} MB": reading.peak_mb > MAX_READING_MB,
    }
    return [words for words, broken in checks.items() if broken]


def measure_platform(agents: int) -> list[str]:
    """Fill an embedded platform; print the figures; return the limits that were broken."""
    with tempfile.TemporaryDirectory() as name, platform(Path(name)) as environment:
        lines, broken = fill(environment, agents)
    say("\n".join(lines))
    return broken


def _broken(agents: int, report: dict[str, Any], kinds: Counter[str]) -> list[str]:
    allowed = math.ceil(agents / AGENT_PAGE) + 1
    checks = {
        "the plan is not empty": report["exit_code"] != 0,
        f"over {allowed} requests for agents": kinds["/v1/agents"] > allowed,
        f"over {MAX_REQUESTS} requests in all": sum(kinds.values()) > MAX_REQUESTS,
        f"over {MAX_MB} MB": report["peak_mb"] > MAX_MB,
    }
    return [words for words, broken in checks.items() if broken]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a fifth of the size")
    parser.add_argument("--agents", type=int)
    parser.add_argument("--skills", type=int)
    chosen = parser.parse_args()
    agents = chosen.agents or (200 if chosen.quick else 1000)
    skills = chosen.skills or (20 if chosen.quick else 100)
    broken = measure(agents, skills) + measure_platform(2 * agents)
    for words in broken:
        say(f"BROKEN: {words}")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
