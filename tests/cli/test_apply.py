"""What `apply` does around the writing: asking, refusing, ending."""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reconciler.engine.address import Address
from reconciler.engine.outcome import Outcome, Report
from reconciler.sandbox import Server, serve

from .conftest import Run

apply_module = importlib.import_module("reconciler.cli.apply")


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(apply_module, "is_terminal", lambda _: True)


def lock(project: Path) -> Path:
    return project / ".reconcile" / "reconcile.sandbox.lock"


@pytest.mark.usefixtures("terminal")
def test_on_a_terminal_the_plan_is_shown_and_the_answer_counts(run: Run, project: Path) -> None:
    for answer in ("n\n", "\n"):
        refused = run("apply", input=answer)
        assert refused.exit_code == 1
        assert "Plan: 3 to create" in refused.stdout
        assert "Apply this? [y/N]" in refused.stderr
        assert "Nothing was applied." in refused.stderr
        assert not lock(project).exists()
    assert run("apply", input="y\n").exit_code == 0
    assert lock(project).exists()
    unasked = run("apply", input="")
    assert unasked.exit_code == 0
    assert "Apply this?" not in unasked.stderr


@pytest.mark.usefixtures("terminal")
def test_for_a_program_on_a_terminal_the_plan_goes_to_stderr(run: Run) -> None:
    result = run("apply", "--format", "json", input="y\n")
    assert result.exit_code == 0
    assert "Plan: 3 to create" in result.stderr
    assert result.stdout.startswith('{\n  "format_version": 1,\n  "kind": "report"')


@pytest.mark.usefixtures("terminal")
def test_no_answer_is_an_interruption(run: Run, project: Path) -> None:
    assert run("apply", input="").exit_code == 130
    assert not lock(project).exists()


def test_without_a_terminal_nothing_is_even_read(run: Run, project: Path) -> None:
    assert run("apply").exit_code == 64
    assert not (project / ".reconcile").exists()


@pytest.mark.parametrize(
    ("results", "interrupted", "code"),
    [
        (["applied", "skipped"], True, 130),
        (["applied", "failed"], False, 3),
        (["failed"], False, 1),
    ],
)
def test_the_report_decides_the_exit_code(
    run: Run, monkeypatch: pytest.MonkeyPatch, results: Any, interrupted: bool, code: int
) -> None:
    ends = tuple(Outcome(Address("agent", one), "create", one, message="m") for one in results)
    report = Report(ends, interrupted, "run it again")
    monkeypatch.setattr("reconciler.platform.executor.execute", lambda *_, **__: report)
    result = run("apply", "--yes")
    assert result.exit_code == code
    assert "next: run it again" in result.stdout


def test_a_crash_while_writing_is_an_end_after_a_write(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object, **__: object) -> Report:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("reconciler.platform.executor.execute", crash)
    result = run("apply", "--yes")
    assert result.exit_code == 3
    assert "No space left on device" in result.stderr
    assert "Traceback" not in result.stderr


def test_progress_is_said_on_stderr_when_asked_for(run: Run) -> None:
    quiet = run("apply", "--yes")
    assert quiet.stderr == ""
    loud = run("destroy", "--yes", "--max-removals", "9", "--verbose")
    assert "read 2 agents" in loud.stderr
    assert "agent/lead: archive applied" in loud.stderr


def test_a_host_that_may_not_get_a_key_is_refused_before_anything_is_sent(
    run: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "reconcile.yaml").write_text("version: 1\nproject: demo\ntargets: {test: {}}\n")
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "https://elsewhere.example")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-api03-not-a-real-key")
    result = run("plan", "--target", "test")
    assert result.exit_code == 1
    assert "access.refused error" in result.stderr
    assert "not-a-real-key" not in result.output


class Shared:
    """A server that goes on when a command has ended."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def __getattr__(self, name: str) -> Any:
        return getattr(self._server, name)

    def close(self) -> None:
        pass


def test_what_could_not_be_read_is_not_planned_and_nothing_is_written(
    run: Run, project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("apply", "--yes")
    before = lock(project).read_text()
    (project / "agents/lead/agent.yaml").write_text("model: claude-opus-5\n")
    with serve(project / ".reconcile" / "sandbox.sqlite") as server:
        monkeypatch.setattr("reconciler.sandbox.serve", lambda _: Shared(server))
        server.set_faults([{"kind": "status", "status": 403, "path": "/v1/skills$"}])
        result = run("apply", "--yes")
        document = run("plan", "--format", "json")
        server.set_faults([])
        assert not [one for one in server.requests() if one["method"] != "GET"]
    assert result.exit_code == document.exit_code == 1
    assert "The plan is incomplete" in result.stdout
    assert result.stderr == ""
    assert json.loads(document.stdout)["complete"] is False
    assert lock(project).read_text() == before


def test_the_first_ctrl_c_finishes_what_is_in_flight_and_saves(project: Path) -> None:
    (project / "reconcile.yaml").write_text("version: 1\nproject: demo\ntargets: {test: {}}\n")
    with serve(project.parent / "other.sqlite") as server:
        server.set_faults([{"kind": "latency", "seconds": 1, "method": "POST"}])
        environment = {
            **os.environ, "ANTHROPIC_BASE_URL": server.url, "ANTHROPIC_API_KEY": server.api_key,
        }  # fmt: skip
        command = [sys.executable, "-m", "reconciler", "apply", "--yes", "--verbose",
                   "--parallelism", "1"]  # fmt: skip
        with subprocess.Popen(
            command, cwd=project, env=environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        ) as process:  # fmt: skip
            assert process.stderr and process.stdout
            for text in process.stderr:
                if "create started" in text:
                    break
            process.send_signal(signal.SIGINT)
            output, _ = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "1 applied, 0 failed, 2 skipped" in output
    assert list(json.loads((project / "reconcile.test.lock").read_text())["objects"]) == [
        "skill/cite"
    ]
