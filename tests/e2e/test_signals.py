"""Ctrl-C once and twice, and SIGTERM, in the middle of an apply."""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from tests.e2e.conftest import REPOSITORY, Project, sdk

NAMES = ["first", "second", "third"]
apply_module = importlib.import_module("reconciler.cli.apply")


@pytest.fixture
def three(project: Project) -> Project:
    """Three agents, not applied yet."""
    for name in NAMES:
        project.write(f"agents/{name}/agent.yaml", "model: claude-sonnet-4-6\n")
    return project


def live(project: Project) -> list[str]:
    server = project.server
    client = sdk(server)
    return sorted(one.name for one in client.beta.agents.list())


def signal_at(number: int, moment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The signal arrives when this is about to be told of an event."""
    told: Callable[[Any], str] = apply_module._event_text

    def tell(event: Any) -> str:
        text = told(event)
        if text == moment:
            os.kill(os.getpid(), number)
        return text

    monkeypatch.setattr(apply_module, "_event_text", tell)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["INT", "TERM"])
def test_once_finishes_what_is_in_flight_saves_and_reports(
    three: Project, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    before = signal.getsignal(number)
    with monkeypatch.context() as patch:
        signal_at(number, "agent/first: create started", patch)
        told = three.apply("--parallelism", "1", code=130).stdout
    assert three.writes() == [("POST", "/v1/agents")] and live(three) == ["first"]
    assert f"applied  agent/first  created, {three.id('agent/first')} v1" in told
    for name in NAMES[1:]:
        assert f"skipped  agent/{name}  create: interrupted before it" in told
    assert "1 applied, 0 failed, 2 skipped" in told and "the lock is saved" in told
    assert "run `reconcile apply` again, it goes on from here" in told
    assert signal.getsignal(number) is before
    three.apply()
    assert len(three.writes()) == 2 and live(three) == NAMES
    three.plan(code=0)


def test_a_key_that_was_issued_is_stored_before_the_end(
    sample: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The registry hands a key out once, so that neither an interruption nor a rate limit may
    lose it."""
    limited = {"kind": "status", "status": 429, "retry_after": 0.01, "count": 1}
    sample.server.set_faults([{"method": "POST", "path": "/credentials$", **limited}])
    row, key = "registration/byng/audit-handover", "credential/byng/audit-handover"
    with monkeypatch.context() as patch:
        signal_at(signal.SIGINT, f"{row}: create started", patch)
        report = json.loads(
            sample.apply("--format", "json", "--parallelism", "1", code=None).stdout
        )
    assert {one["address"]: one["result"] for one in report["outcomes"]}[key] == "applied"
    identity = sample.id(row)
    sample.apply()
    assert [path for _, path in sample.writes() if "registry" in path or "vaults" in path] == []
    assert sample.id(row) == identity


def test_twice_leaves_now(three: Project) -> None:
    """A process of its own; its request in flight would be answered long after the test's end."""
    three.edit("reconcile.yaml", "  sandbox:\n", "  real:\n")
    three.server.set_faults([{"kind": "latency", "seconds": 600, "method": "POST"}])
    environment = {
        **os.environ,
        "ANTHROPIC_BASE_URL": three.server.url,
        "ANTHROPIC_API_KEY": three.server.api_key,
    }
    command = [sys.executable, "-m", "reconciler", "apply", "--yes", "--verbose", "--project-dir"]
    with subprocess.Popen(
        [*command, str(three.root)], env=environment, cwd=REPOSITORY, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as process:  # fmt: skip
        assert process.stderr
        said = iter(process.stderr)
        assert any("create started" in text for text in said)
        process.send_signal(signal.SIGINT)
        assert any("Once more leaves now" in text for text in said)
        process.send_signal(signal.SIGINT)
        try:
            assert process.wait(timeout=20) == 130
        finally:
            process.kill()
    lock = three.root / "reconcile.real.lock"
    assert not lock.exists() or json.loads(lock.read_text())["objects"] == {}
