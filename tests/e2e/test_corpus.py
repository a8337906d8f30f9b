"""Real definitions, written by others, applied whole."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from tests.e2e.conftest import Project, sdk


def test_sales_factory(project: Project, corpus: Callable[[str], Path]) -> None:
    shutil.copytree(corpus("sales-factory") / "agents", project.root / "agents")
    project.apply()
    server = project.server
    client = sdk(server)
    agents = {agent.name: agent for agent in client.beta.agents.list()}
    assert sorted(agents) == [
        "Deck Agent",
        "Order Agent",
        "Quote Agent",
        "Research Agent",
        "Sales Factory Coordinator",
    ]
    (environment,) = client.beta.environments.list()
    assert environment.name == "sales-factory-env"
    roster = agents["Sales Factory Coordinator"].multiagent
    assert roster is not None and roster.type == "coordinator"
    members = {agent.id for name, agent in agents.items() if name != "Sales Factory Coordinator"}
    assert {entry.id for entry in roster.agents} == members  # type: ignore[union-attr]
    project.plan(code=0)
    project.apply()
    assert project.writes() == []
