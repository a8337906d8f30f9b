"""What somebody else does to the platform meanwhile, and what is to be seen there."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import anthropic
import httpx2
from click.testing import CliRunner, Result

from reconciler.cli import main
from tests.e2e.conftest import Project, sdk


def client(project: Project) -> anthropic.Anthropic:
    server = project.server
    return sdk(server)


def agent(project: Project, address: str) -> Any:
    """The live agent of an address, as JSON."""
    return client(project).beta.agents.retrieve(project.id(address)).to_dict(mode="json")


def in_the_console(project: Project, address: str, **changes: Any) -> None:
    """An edit by hand."""
    client(project).beta.agents.update(project.id(address), **changes)


def by_hand(project: Project, name: str) -> str:
    """An agent that nobody manages; its id."""
    return client(project).beta.agents.create(name=name, model="claude-sonnet-4-6").id


def live(project: Project, **more: Any) -> list[str]:
    """The names of all live agents."""
    return sorted(one.name for one in client(project).beta.agents.list(**more))


def rows(project: Project) -> list[dict[str, Any]]:
    """The registry's rows."""
    server = project.server
    headers = {"Authorization": f"Bearer {server.registry_key}"}
    answer = httpx2.get(f"{server.registry_url}/workspace/registry/agents", headers=headers)
    return list(answer.json())


@contextmanager
def faults(project: Project, *rules: Mapping[str, Any]) -> Iterator[None]:
    project.server.set_faults([dict(rule) for rule in rules])
    try:
        yield
    finally:
        project.server.set_faults([])


def creates(project: Project, path: str = "/v1/agents") -> int:
    """How often the last command sent a create."""
    return project.writes().count(("POST", path))


def settled(project: Project) -> None:
    """A second plan is empty, and a second apply writes nothing."""
    project.plan(code=0)
    project.apply()
    assert project.writes() == []


def codes(result: Result) -> list[str]:
    """The codes of a JSON document's findings."""
    return [one["code"] for one in json.loads(result.stdout)["diagnostics"]]


def away(project: Project) -> dict[str, str]:
    """The operator's environment for a target `real` that is the same platform."""
    server = project.server
    text = (project.root / "reconcile.yaml").read_text()
    if "  real:" not in text:
        project.edit("reconcile.yaml", "  sandbox:\n", "  real:\n")
    server.ensure_tenants(["byng"])
    return {
        "ANTHROPIC_BASE_URL": server.url,
        "ANTHROPIC_API_KEY": server.api_key,
        "NTRO_HOST": server.registry_url,
        "NTRO_API_KEY": server.registry_key,
        "RECONCILE_WRITES_PER_MINUTE": "0",
        "RECONCILE_READS_PER_MINUTE": "0",
    }


def run_away(project: Project, environment: Mapping[str, str], *args: str, code: int = 0) -> Result:
    """A command with `--target real`."""
    project.server.clear_requests()
    arguments = [*args, "--target", "real", "--project-dir", str(project.root)]
    with patch.dict(os.environ, environment):
        result = CliRunner().invoke(main, arguments)
    assert result.exit_code == code, f"{result.exit_code}\n{result.output}"
    return result
