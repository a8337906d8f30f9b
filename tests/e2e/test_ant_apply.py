"""A project written for ant apply, applied as it is."""

from __future__ import annotations

import json
import shutil
from typing import Any

import anthropic

from tests.e2e.conftest import REPOSITORY, Project

DATA = REPOSITORY / "tests/data"
SKIP = "--skip-unsupported"


def taken(project: Project, name: str) -> None:
    """The sample's files without its lock, which names live objects of another platform."""
    shutil.copytree(DATA / name, project.root, dirs_exist_ok=True)
    (project.root / "claude-lock.json").unlink()
    project.write("reconcile.yaml", "version: 1\nproject: desk\n")


def client_of(project: Project) -> anthropic.Anthropic:
    server = project.server
    return anthropic.Anthropic(base_url=server.url, api_key=server.api_key, max_retries=0)


def live_ids(project: Project) -> None:
    """Put ids of live objects where the sample has ids of its own."""
    manifest = b"---\nname: shared\ndescription: Is shared.\n---\nBody.\n"
    with client_of(project) as client:
        helper = client.beta.agents.create(name="Helper", model="claude-opus-5")
        skill = client.beta.skills.create(files=[("shared/SKILL.md", manifest)])
    project.edit("agents/desk.md", "agent_01" + "M" * 22, helper.id)
    project.edit("agents/summarizer.md", "skill_01" + "L" * 22, skill.id)


def test_the_sample_is_applied_and_is_then_in_step(project: Project) -> None:
    taken(project, "ant-apply")
    live_ids(project)
    project.apply(SKIP)
    with client_of(project) as client:
        agents: dict[str, Any] = {agent.name: agent for agent in client.beta.agents.list()}
        rooms = {room.name: room for room in client.beta.environments.list()}
    assert agents["Summarizer"].system.endswith("---\n\nThree sentences at most.\n")
    assert [tool.type for tool in agents["Summarizer"].tools] == [
        "agent_toolset_20260401", "custom", "custom", "mcp_toolset",
    ]  # fmt: skip
    members = [getattr(member, "id", None) for member in agents["desk"].multiagent.agents]
    names = ("Summarizer", "quote", "orders", "agent-checker", "Helper")
    assert members[:5] == [agents[name].id for name in names]
    assert rooms["cloud"].description == "Where the desk works,\nwith pandas."
    assert {"sealed", "ledger", "environment-staging"} <= rooms.keys()
    project.plan(SKIP, code=0)
    project.apply(SKIP)
    assert project.writes() == []


def test_a_change_of_a_named_file_is_a_change_of_who_names_it(project: Project) -> None:
    taken(project, "ant-apply")
    live_ids(project)
    project.apply(SKIP)
    project.edit("agents/orders.json", "look up", "find")
    project.apply(SKIP)
    changed = [f"agent/{name}" for name in ("orders", "desk", "planner")]
    expected = sorted(("POST", f"/v1/agents/{project.id(address)}") for address in changed)
    assert sorted(project.writes()) == expected


def test_kinds_not_managed_send_nothing(project: Project) -> None:
    taken(project, "ant-apply")
    found = json.loads(project.apply("--format", "json", code=1).output)["diagnostics"]
    assert project.server.requests() == []
    errors = [one for one in found if one["severity"] == "error"]
    assert {one["code"] for one in errors} == {"kind.not_managed"}
    assert [one["file"] for one in errors] == [
        "agents/ledger-keeper/deployment-daily.yaml",
        "agents/ledger-keeper/memory_store-ledger.yaml",
        "agents/ledger-keeper/vault.yaml",
        "deployments/nightly.md",
        "memory_stores/notes.yaml",
        "vaults/keys.json",
    ]
