"""Live edits into the folders of managed objects, over HTTP: only their lines change, and the plan
is empty."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anthropic
import pytest

from reconciler.sandbox import Server
from tests.e2e.conftest import Project

AGENT = """\
# An agent of the tests.
description: Old.  # shown in lists
model: claude-sonnet-4-6  # the usual one

# What it may do
tools: [read, "bash:ask"]  # bash asks
metadata:
  owner: funds  # the team
  tier: gold
"""
PROMPT = "You help.\n\nBe brief.\n"


@pytest.fixture(autouse=True)
def client(server: Server) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(
        base_url=server.url, api_key=server.api_key, max_retries=0
    ) as _CLIENTS[server.url]:
        yield _CLIENTS[server.url]


_CLIENTS: dict[str, anthropic.Anthropic] = {}


def applied(project: Project, text: str = AGENT, prompt: str | None = PROMPT) -> Project:
    project.write("agents/helper/agent.yaml", text)
    if prompt is not None:
        project.write("agents/helper/system-prompt.md", prompt)
    project.apply()
    return project


def by_hand(project: Project, address: str = "agent/helper", **body: Any) -> Any:
    """An edit as the Console makes it."""
    agents, identity = _CLIENTS[project.server.url].beta.agents, project.id(address)
    version = agents.retrieve(identity).version
    return agents.update(identity, version=version, **body)


def tree(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".reconcile/" not in path.as_posix()
    }


def rows(before: dict[str, bytes], after: dict[str, bytes]) -> list[str]:
    """The lines that are others, by file."""
    found = []
    for path in sorted(before.keys() | after.keys()):
        old, new = (side.get(path, b"").decode().splitlines(True) for side in (before, after))
        lines = difflib.unified_diff(old, new, n=0, lineterm="")
        found += [
            f"{path.rpartition('/')[2]} {line[0]} {line[1:].strip()}"
            for line in lines
            if not line.startswith(("---", "+++", "@@"))
        ]
    return found


def taken(project: Project, *args: str, code: int = 0) -> list[str]:
    """What `import --drift` changes. With exit code 0, nothing is left for a plan."""
    before = tree(project.root)
    project.run("import", "--drift", *args, code=code)
    assert project.writes() == []
    if code == 0:
        project.plan(code=0)
        project.run("drift", code=0)
    return rows(before, tree(project.root))


def toolset(*words: str) -> list[dict[str, Any]]:
    policies = {"ask": "always_ask", "allow": "always_allow", "auto": "auto"}
    configs = []
    for word in words:
        name, _, suffix = word.partition(":")
        policy = {"permission_policy": {"type": policies[suffix]}} if suffix else {}
        configs.append({"name": name, "enabled": True, **policy})
    return [
        {
            "type": "agent_toolset_20260401",
            "default_config": {"enabled": False},
            "configs": configs,
        }
    ]


def test_a_prompt_and_a_policy_become_two_lines(project: Project) -> None:
    applied(project)
    by_hand(project, system="You help.\n\nBe thorough.\n", tools=toolset("read", "bash"))
    assert taken(project) == [
        'agent.yaml - tools: [read, "bash:ask"]  # bash asks',
        "agent.yaml + tools: [read, bash]  # bash asks",
        "system-prompt.md - Be brief.",
        "system-prompt.md + Be thorough.",
    ]
