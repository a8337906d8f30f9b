"""Scenarios run whole commands over HTTP, and wait for nothing."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import Project, project, sample, server, unhurried

__all__ = ["project", "sample", "server", "unhurried"]

AGENT = "model: claude-sonnet-4-6\nsystem: |\n  You check.\n"


@pytest.fixture(autouse=True)
def _waits_for_nothing(unhurried: None) -> None:
    """No scenario waits."""


@pytest.fixture
def checker(project: Project) -> Project:
    """One small agent, applied."""
    project.write("agents/checker/agent.yaml", AGENT)
    project.apply()
    return project


@pytest.fixture
def pair(project: Project) -> Project:
    """Two small agents, applied."""
    for name in ("checker", "writer"):
        project.write(f"agents/{name}/agent.yaml", AGENT)
    project.apply()
    return project
