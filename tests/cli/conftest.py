from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from reconciler.cli import main

FILES = {
    "reconcile.yaml": "version: 1\nproject: demo\n",
    "agents/researcher/agent.yaml": (
        "name: Researcher\ndescription: Looks things up.\nmodel: claude-sonnet-4-6\ntools: [read, bash:ask]\n"
        "skills: [shared/cite]\n"
    ),
    "agents/researcher/system-prompt.md": "You look things up.\nBe brief.\n",
    "agents/lead/agent.yaml": (
        "name: Lead\nmodel: claude-sonnet-4-6\nsystem: You lead.\nsubagents: [researcher]\n"
    ),
    "skills/cite/SKILL.md": "---\nname: cite\ndescription: Cites sources.\n---\nName the page.\n",
}

Run = Callable[..., Result]


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No keys, no colour settings, and a state folder of the test's own."""
    for name in list(os.environ):
        if name.startswith(("ANTHROPIC_", "NTRO_", "RECONCILE_")) or name == "NO_COLOR":
            monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    for name, text in FILES.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


@pytest.fixture
def run(project: Path) -> Run:
    """`run("plan", "--format", "json")` in the project, on the embedded platform."""

    def invoke(*args: str, **more: object) -> Result:
        where = ["--project-dir", str(project), "--target", "sandbox"]
        return CliRunner().invoke(main, [args[0], *where, *args[1:]], **more)  # type: ignore[arg-type]

    return invoke
