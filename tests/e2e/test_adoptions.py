"""Objects that other tools made, taken over under their ids, over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import anthropic
import pytest

from reconciler.engine.live import MARKER_KEY
from tests.e2e.conftest import Project, sdk

AGENT = "name: Keeper\nmodel: claude-sonnet-5\nsystem: You keep books.\n"
HOSTED = "https://api.anthropic.com"


@pytest.fixture
def client(project: Project) -> Iterator[anthropic.Anthropic]:
    server = project.server
    with sdk(server) as opened:
        yield opened


@pytest.fixture
def live(project: Project, client: anthropic.Anthropic) -> tuple[str, str]:
    """An agent and an environment that some other tool made, and the folder they came from."""
    project.write("agents/keeper/agent.yaml", AGENT)
    project.write("agents/keeper/environment.yaml", "name: keeper\nconfig: {type: cloud}\n")
    agent = client.beta.agents.create(
        name="Keeper", model="claude-sonnet-5", system="You keep books."
    )
    room = client.beta.environments.create(name="keeper", config={"type": "cloud"})
    return agent.id, room.id


def ant(project: Project, agent: str, room: str, **origin: str) -> None:
    resources = {
        "./agents/keeper/agent.yaml": {"kind": "agent", "id": agent, "version": "1"},
        "./agents/keeper/environment.yaml": {"kind": "environment", "id": room},
    }
    document = {"version": 1, "origin": origin, "resources": resources}
    project.write("claude-lock.json", json.dumps(document, indent=2))


def agentlift(project: Project, agent: str, room: str) -> None:
    agents = {"Keeper": {"agent_id": agent, "version": 1, "spec_hash": "0", "skill_ids": []}}
    skills = {"0": {"skill_id": "skill_01X", "display_title": "books"}}
    document = {"version": 1, "agents": agents, "skills": skills}
    project.write(".agentlift-lock.json", json.dumps(document))
    project.run("adopt", "environment/keeper", room)


def manifest(project: Project, agent: str, room: str) -> None:
    ids = f"managed_agent_id: {agent}, managed_environment_id: {room}, managed_agent_version: 1"
    other = "prod: {managed_agent_id: agent_01OTHER}"  # a target that is not here
    text = f"{AGENT}platform:\n  sandbox: {{{ids}}}\n  {other}\n"
    project.write("agents/keeper/agent.yaml", text)


def by_hand(project: Project, agent: str, room: str) -> None:
    project.run("adopt", "agent/keeper", agent)
    project.run("adopt", "environment/keeper", room)


@pytest.mark.parametrize("name", [ant, agentlift, manifest, by_hand])
def test_the_same_ids_and_no_create(
    name: Callable[..., None],
    project: Project,
    client: anthropic.Anthropic,
    live: tuple[str, str],
) -> None:
    agent, room = live
    name(project, agent, room)
    project.plan(code=0)
    project.apply()
    assert project.writes() == []  # it is as the folder says: the lock alone takes note
    assert (project.id("agent/keeper"), project.id("environment/keeper")) == live
    project.edit("agents/keeper/agent.yaml", "You keep books.", "You keep all books.")
    project.apply()
    assert project.writes() == [("POST", f"/v1/agents/{agent}")]
    after = client.beta.agents.retrieve(agent)
    assert after.metadata[MARKER_KEY] == "funds/sandbox/agent/keeper@2"
    project.plan(code=0)
    for file in ("claude-lock.json", ".agentlift-lock.json"):
        (project.root / file).unlink(missing_ok=True)
    project.plan(code=0)


def test_the_marker_comes_with_the_change(
    project: Project, client: anthropic.Anthropic, live: tuple[str, str]
) -> None:
    ant(project, *live)
    project.edit("agents/keeper/agent.yaml", "You keep books.", "You keep them well.")
    said = project.plan(code=2).stdout
    assert f"taken over: {live[0]}, which claude-lock.json:" in said
    project.apply()
    assert project.writes() == [("POST", f"/v1/agents/{live[0]}")]
    assert client.beta.agents.retrieve(live[0]).metadata[MARKER_KEY].endswith("agent/keeper@2")


def refused(project: Project, *said: str) -> None:
    result = project.apply(code=1)
    assert project.writes() == []
    for words in said:
        assert words in result.output


def test_what_is_archived_or_somewhere_else_is_refused(
    project: Project, client: anthropic.Anthropic, live: tuple[str, str]
) -> None:
    agent, room = live
    client.beta.agents.archive(agent)
    ant(project, agent, room)
    refused(project, "adoption.gone", agent, "--recreate agent/keeper")
    ant(project, "agent_01NOWHERE", room)
    refused(project, "adoption.gone", "agent_01NOWHERE")
    project.apply("--recreate", "agent/keeper")
    assert project.id("agent/keeper") not in (agent, "agent_01NOWHERE")


def test_what_another_project_marked_is_refused(
    project: Project, client: anthropic.Anthropic, live: tuple[str, str]
) -> None:
    agent, room = live
    marker = "others/prod/agent/keeper@2"
    client.beta.agents.update(agent, version=1, metadata={MARKER_KEY: marker})
    manifest(project, agent, room)
    refused(project, "adopt.refused", f"{agent} is marked as others/prod/agent/keeper@2")


@pytest.mark.parametrize(
    "origin",
    [{"organization_id": "another"}, {"workspace_id": "wrkspc_01OTHER"}],
)
def test_a_lock_of_another_world_is_refused_as_a_whole(
    origin: dict[str, str], project: Project, live: tuple[str, str]
) -> None:
    ant(project, *live, base_url=HOSTED, **origin)
    refused(project, "adoption.origin", next(iter(origin.values())))


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{", "yaml."),
        ('{"version": 7, "resources": {}}', "adoption.unknown_version"),
        ('{"version": 1}', "field.type"),
        ("[]", "field.type"),
        (
            '{"resources": {"./agents/keeper/agent.yaml": {"kind": "agent", "id": 7}}}',
            "adoption.id",
        ),
        ('{"resources": {"./agents/keeper/agent.yaml": {"kind": "agent"}}}', "adoption.id"),
        (
            '{"resources": {"./agents/keeper/agent.yaml": {"kind": [], "id": "agent_1"}}}',
            "adoption.id",
        ),
        ('{"resources": {"./agents/keeper/agent.yaml": []}}', "adoption.id"),
    ],
)
def test_a_damaged_lock_is_never_taken_for_an_empty_one(
    text: str, code: str, project: Project, live: tuple[str, str]
) -> None:
    project.write("claude-lock.json", text)
    refused(project, code, "claude-lock.json:1:")
    (project.root / "claude-lock.json").unlink()
    broken = '{"agents": {"Keeper": {"agent_id": 7}}}' if code == "adoption.id" else text
    project.write(".agentlift-lock.json", "[]" if code == "field.type" else broken)
    refused(project, ".agentlift-lock.json:1:")


BOOKS = "---\nname: books\ndescription: Keeps books.\n---\nTwice.\n"


def with_a_skill(project: Project, client: anthropic.Anthropic, text: str) -> tuple[str, str]:
    """A skill of other tools with this content, and an agent that uses it; their ids."""
    skill = client.beta.skills.create(files=[("books/SKILL.md", text.encode())])
    uses: Any = {"type": "custom", "skill_id": skill.id, "version": skill.latest_version_id}
    agent = client.beta.agents.create(
        name="Keeper", model="claude-sonnet-5", system="You keep books.", skills=[uses]
    )
    room = client.beta.environments.create(name="keeper", config={"type": "cloud"})
    project.write("agents/keeper/agent.yaml", f"{AGENT}skills: [shared/books]\n")
    project.write("agents/keeper/environment.yaml", "name: keeper\nconfig: {type: cloud}\n")
    project.write("skills/books/SKILL.md", BOOKS)
    ant(project, agent.id, room.id)
    document = json.loads((project.root / "claude-lock.json").read_text())
    document["resources"]["./skills/books"] = {"kind": "skill", "id": skill.id, "version": "1"}
    project.write("claude-lock.json", json.dumps(document))
    return agent.id, skill.id


def test_a_skill_that_holds_what_the_folder_does_is_taken_over(
    project: Project, client: anthropic.Anthropic
) -> None:
    agent, skill = with_a_skill(project, client, BOOKS)
    said = project.plan(code=0).output
    assert f"skill/books is taken over: {skill}, which claude-lock.json:" in said
    project.apply()
    assert project.writes() == []
    assert (project.id("agent/keeper"), project.id("skill/books")) == (agent, skill)
    (project.root / "claude-lock.json").unlink()
    project.write("skills/books/SKILL.md", BOOKS.replace("Twice", "Thrice"))
    project.apply()
    assert [path for _, path in project.writes()] == [
        f"/v1/skills/{skill}/versions", f"/v1/agents/{agent}",
    ]  # fmt: skip
    project.plan(code=0)
    assert len(list(client.beta.skills.list(source="custom"))) == 1


def test_a_skill_with_another_content_or_gone_is_uploaded(
    project: Project, client: anthropic.Anthropic
) -> None:
    agent, skill = with_a_skill(project, client, BOOKS.replace("Twice", "Once"))
    said = project.plan(code=2).output
    assert f"the skill {skill} stays where it is: no version of it is what skill/books" in said
    lock = project.root / "claude-lock.json"
    lock.write_text(lock.read_text().replace(skill, "skill_01GONE"))
    assert (
        "the skill skill_01GONE stays where it is: skill_01GONE is deleted"
        in project.plan(code=2).output
    )
    project.apply()
    assert project.id("agent/keeper") == agent and project.id("skill/books") != skill
    project.plan(code=0)


def test_two_ids_and_what_nobody_defines(project: Project, live: tuple[str, str]) -> None:
    agent, room = live
    manifest(project, agent, room)
    ant(project, "agent_01ELSE", room)
    refused(project, "adoption.two_ids", agent, "agent_01ELSE")
    project.write("agents/keeper/agent.yaml", AGENT)
    ant(project, agent, room)
    document: dict[str, Any] = json.loads((project.root / "claude-lock.json").read_text())
    document["resources"] |= {
        "./agents/gone.md": {"kind": "agent", "id": "agent_01GONE"},
        "./skills/x": {"kind": "skill", "id": "skill_01X"},
    }
    project.write("claude-lock.json", json.dumps(document))
    said = project.plan(code=0).output
    assert "adoption.unmatched warning" in said and "agent_01GONE" in said
    assert "adoption.skill note" in said and "skill_01X" in said


def test_what_is_archived_is_told_from_what_is_deleted(
    project: Project, client: anthropic.Anthropic, live: tuple[str, str]
) -> None:
    agent, room = live
    client.beta.agents.archive(agent)
    client.beta.environments.delete(room)
    ant(project, agent, room)
    refused(project, f"{agent} is archived", f"{room} is deleted, or of another workspace")
    (project.root / "claude-lock.json").unlink()
    said = project.run("adopt", "agent/keeper", agent, code=1).output
    assert f"{agent} is archived" in said
    assert "no live agent" in project.run("adopt", "agent/keeper", "agent_01NONE", code=1).output


def test_an_id_that_can_not_be_read_is_no_reason_for_a_new_object(
    project: Project, client: anthropic.Anthropic, live: tuple[str, str]
) -> None:
    ant(project, live[0], live[1])
    client.beta.agents.archive(live[0])
    path = f"^/v1/agents/{live[0]}"
    project.server.set_faults([{"kind": "status", "status": 403, "path": path}])
    project.apply("--recreate", "agent/keeper", code=1)
    assert project.writes() == []


def test_one_id_in_two_places(project: Project, live: tuple[str, str]) -> None:
    ids = f"platform: {{sandbox: {{managed_agent_id: {live[0]}}}}}\n"
    for name in ("keeper", "other"):
        project.write(f"agents/{name}/agent.yaml", AGENT + ids)
    said = f"{live[0]} is named for agent/keeper, too, in agents/keeper/agent.yaml:4:"
    refused(project, "adopt.refused", said)


def test_a_name_that_two_agents_have_is_not_guessed(
    project: Project, live: tuple[str, str]
) -> None:
    project.write("agents/other/agent.yaml", AGENT)
    agents = {"Keeper": {"agent_id": live[0]}}
    project.write(".agentlift-lock.json", json.dumps({"version": 1, "agents": agents}))
    refused(project, "adoption.ambiguous", f"`reconcile adopt ADDRESS {live[0]}`")


def test_a_folder_that_was_renamed_keeps_its_id(project: Project, live: tuple[str, str]) -> None:
    manifest(project, *live)
    project.apply()
    (project.root / "agents/keeper").rename(project.root / "agents/books")
    refused(project, "adopt.refused", "for a rename `moved:` in reconcile.yaml")
    moved = [f"{{from: {kind}/keeper, to: {kind}/books}}" for kind in ("agent", "environment")]
    text = f"version: 1\nproject: funds\nmoved: [{', '.join(moved)}]\n"
    project.write("reconcile.yaml", text)
    project.apply()
    assert project.writes() == []
    assert (project.id("agent/books"), project.id("environment/books")) == live


def test_ids_of_a_target_that_is_not_here_are_told(project: Project, live: tuple[str, str]) -> None:
    text = f"{AGENT}platform: {{production: {{managed_agent_id: {live[0]}}}}}\n"
    project.write("agents/keeper/agent.yaml", text)
    said = project.run("validate").output
    assert "adoption.unmatched warning agents/keeper/agent.yaml:4:12" in said
    assert "there is no target production" in said and "sandbox" in said


def test_what_was_another_address_is_moved(
    project: Project, client: anthropic.Anthropic, live: tuple[str, str]
) -> None:
    client.beta.agents.update(
        live[0], version=1, metadata={MARKER_KEY: "funds/sandbox/agent/old@2"}
    )
    manifest(project, *live)
    refused(
        project, f"{live[0]} is marked as funds/sandbox/agent/old@2", "reconcile forget agent/old"
    )
    moved = "version: 1\nproject: funds\nmoved: [{from: agent/old, to: agent/keeper}]\n"
    project.write("reconcile.yaml", moved)
    assert "~ agent/keeper  moved" in project.plan(code=2).stdout
    project.write("reconcile.yaml", "version: 1\nproject: funds\n")
    project.run("forget", "agent/old")
    project.apply()
    assert project.id("agent/keeper") == live[0]
