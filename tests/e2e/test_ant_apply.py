"""A project written for ant apply, applied as it is."""

from __future__ import annotations

import json
import shutil
from typing import Any

import anthropic

from tests.e2e.conftest import REPOSITORY, Project, sdk

DATA = REPOSITORY / "tests/data"
SKIP = "--skip-unsupported"


def taken(project: Project, name: str, *, lock: bool = False) -> None:
    """The sample's files; without its lock, which names live objects of another platform."""
    shutil.copytree(DATA / name, project.root, dirs_exist_ok=True)
    if not lock:
        (project.root / "claude-lock.json").unlink()
    project.write("reconcile.yaml", "version: 1\nproject: desk\n")


def client_of(project: Project) -> anthropic.Anthropic:
    server = project.server
    return sdk(server)


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


def of_this_platform(project: Project) -> dict[str, str]:
    """Put what that tool would have made here into its lock: address → id of what is there."""
    files = {
        "agent/ledger-keeper": "./agents/ledger-keeper/agent.md",
        "agent/greeter": "./bots/greeter.md",
        "agent/porter": "./bots/porter/agent.yaml",
        "environment/ledger-keeper": "./agents/ledger-keeper/environment.yaml",
        "environment/team": "./team/environment.yaml",
    }
    document = json.loads((project.root / "claude-lock.json").read_text())
    document["origin"] = {}
    found = {}
    with client_of(project) as client:
        for address, file in files.items():
            kind, _, name = address.partition("/")
            made: Any = (
                client.beta.agents.create(name=name, model="claude-opus-5")
                if kind == "agent"
                else client.beta.environments.create(name=name, config={"type": "cloud"})
            )
            document["resources"][file]["id"] = found[address] = made.id
    project.write("claude-lock.json", json.dumps(document))
    return found


def test_what_its_lock_names_is_taken_over(project: Project) -> None:
    taken(project, "ant-apply", lock=True)
    live_ids(project)
    ids = of_this_platform(project)
    project.apply(SKIP)
    sent = project.writes()
    assert {address: project.id(address) for address in ids} == ids
    with client_of(project) as client:
        agents = list(client.beta.agents.list())
        rooms = list(client.beta.environments.list())
        for address, identity in ids.items():
            kind = address.partition("/")[0]
            if kind == "agent":
                agent = client.beta.agents.retrieve(identity)
                assert agent.version == 2 and sent.count(("POST", f"/v1/agents/{identity}")) == 1
                assert agent.metadata["reconciler"] == f"desk/sandbox/{address}@2"
    assert len({one.name for one in agents}) == len(agents)
    assert len({one.name for one in rooms}) == len(rooms)
    project.plan(SKIP, code=0)
    (project.root / "claude-lock.json").unlink()  # which said that bots/greeter.md is an agent
    said = project.plan(SKIP, code=2).stdout
    assert (
        f"? agent/greeter  {ids['agent/greeter']}  no longer in the folders; left as it is" in said
    )


def test_a_lock_of_another_platform_says_how_to_go_on(project: Project) -> None:
    taken(project, "ant-apply", lock=True)
    live_ids(project)
    refused = project.apply(SKIP, "--format", "json", code=1)
    assert project.writes() == []
    document = json.loads(refused.stdout)
    found = [one for one in document["diagnostics"] if one["code"] == "adoption.origin"]
    assert len(found) == 5 and "delete claude-lock.json" in found[0]["hint"]
    again = [f"--recreate={one['address']}" for one in found]
    assert all(f"--recreate {one['address']}" in one["hint"] for one in found)
    project.apply(SKIP, *again)
    project.plan(SKIP, code=0)


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
