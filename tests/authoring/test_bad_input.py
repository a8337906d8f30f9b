"""Every mistake has one answer: one finding with its code and its place, and nothing is sent."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from reconciler.authoring import CODES, Loaded, load
from reconciler.cli import main
from tests.authoring import bad_agents, bad_files, bad_skills
from tests.authoring.bad_input import Case
from tests.authoring.support import agent, body, loaded, places

CASES = [
    pytest.param(case, id=f"{module.__name__.rpartition('_')[2]}: {case.code}: {case.what}")
    for module in (bad_files, bad_agents, bad_skills)
    for case in module.CASES
]


@pytest.fixture(autouse=True)
def closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variables from outside, and no way out."""
    for name in list(os.environ):
        if name.startswith(("ANTHROPIC_", "NTRO_", "RECONCILE_")):
            monkeypatch.delenv(name)

    def refuse(*_: Any) -> None:
        raise AssertionError("something would be sent")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def read(root: Path) -> Loaded:
    return load(root, target=None, variables={}, environ={})


def validate(root: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["validate", "--project-dir", str(root), *options])


@pytest.mark.parametrize("case", CASES)
def test_one_finding(tmp_path: Path, case: Case) -> None:
    case.write(tmp_path)
    result = read(tmp_path)
    assert places(result) == [f"{case.code} {case.place}"]
    [finding] = result.findings
    assert finding.severity == case.severity and result.desired is None
    assert finding.code in CODES
    assert finding.message and finding.hint, finding
    assert case.says in f"{finding.message} {finding.hint}", finding
    answer = validate(tmp_path, "--format", "json")
    assert answer.exit_code == 1
    [listed] = json.loads(answer.stdout)["diagnostics"]
    assert (listed["code"], listed["severity"]) == (case.code, case.severity)
    shown = validate(tmp_path)
    assert shown.exit_code == 1 and case.code in shown.output
    for output in (answer.output, shown.output):
        assert "Traceback" not in output
        assert not case.hides or case.hides not in output
