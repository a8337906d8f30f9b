"""Scenarios run whole commands over HTTP, and wait for nothing."""

from __future__ import annotations

from dataclasses import replace

import anthropic._base_client
import pytest

from reconciler.platform import clients, limits
from tests.e2e.conftest import Project, project, sample, server

__all__ = ["project", "sample", "server"]

AGENT = "model: claude-sonnet-4-6\nsystem: |\n  You check.\n"


@pytest.fixture(autouse=True)
def _unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Retries of reads, and looks for what a lost answer left behind, follow at once."""
    no_wait = replace(limits.UNLIMITED, lookups=(0.0, 0.0, 0.0, 0.0))
    monkeypatch.setattr(clients, "UNLIMITED", no_wait)
    monkeypatch.setattr(
        anthropic._base_client.BaseClient, "_calculate_retry_timeout", lambda *_, **__: 0.0
    )


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
