from __future__ import annotations

import json
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from reconciler.cli.schemas import published


@contextmanager
def serving(tmp_path: Path, *args: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "reconciler", "sandbox", "--project-dir", str(tmp_path), *args]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait(20)
        assert process.stdout
        process.stdout.close()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_prints_the_environment_serves_and_ends_when_told(
    tmp_path: Path, number: signal.Signals
) -> None:
    with serving(tmp_path) as process:
        assert process.stdout
        comment, *lines = (process.stdout.readline().strip() for _ in range(5))
        assert comment.startswith("#") and "not the hosted API" in comment
        environment = dict(text.split("=", 1) for text in lines)
        assert list(environment) == [
            "ANTHROPIC_BASE_URL", "ANTHROPIC_API_KEY", "NTRO_HOST", "NTRO_API_KEY",
        ]  # fmt: skip
        request = urllib.request.Request(
            environment["ANTHROPIC_BASE_URL"] + "/v1/agents",
            headers={
                "x-api-key": environment["ANTHROPIC_API_KEY"],
                "anthropic-version": "2023-06-01",
                "anthropic-beta": "managed-agents-2026-04-01",
            },
        )
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(request, timeout=20) as answer:
            assert json.load(answer)["data"] == []
        process.send_signal(number)
        assert process.wait(20) == 0
    assert (tmp_path / ".reconcile" / "sandbox.sqlite").exists()


def test_a_port_in_use_is_an_error_in_one_line(tmp_path: Path) -> None:
    with serving(tmp_path, "--format", "json") as process:
        assert process.stdout
        read = ""
        while not read.endswith("\n}\n"):
            read += process.stdout.readline()
        document = json.loads(read)
        assert list(Draft202012Validator(published("sandbox")).iter_errors(document)) == []
        port = document["environment"]["ANTHROPIC_BASE_URL"].rpartition(":")[2]
        second = subprocess.run(
            [sys.executable, "-m", "reconciler", "sandbox", "--port", port,
             "--db", str(tmp_path / "other.sqlite")],
            capture_output=True, text=True, timeout=20,
        )  # fmt: skip
    assert second.returncode == 1
    assert "sandbox.port error" in second.stderr
    assert "Traceback" not in second.stderr
