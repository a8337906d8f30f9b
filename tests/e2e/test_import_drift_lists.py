"""Skills and rosters that were changed by hand, into the folders."""

from __future__ import annotations

from tests.e2e.conftest import Project
from tests.e2e.drifting import MODEL, by_hand, client, coordinator, members, taken, toolset

SKILL = "---\nname: {name}\ndescription: {text}\n---\n{text}\n"


def new_version(project: Project, address: str, text: str, **files: bytes) -> str:
    """A version of a skill that somebody uploads by hand."""
    name = address.partition("/")[2]
    parts = [(f"{name}/SKILL.md", SKILL.format(name=name, text=text).encode(), "text/markdown")]
    parts += [(f"{name}/{path}", data, "text/plain") for path, data in files.items()]
    with client(project) as api:
        return api.beta.skills.versions.create(project.id(address), files=parts).id


def with_skill(project: Project, *agents: str, entry: str = "shared/cite") -> None:
    project.write("skills/cite/SKILL.md", SKILL.format(name="cite", text="Cites."))
    project.write("skills/cite/old.txt", "old")
    for name in agents:
        text = f"model: {MODEL}\ntools: [read]\nskills: [{entry}]  # s\n"
        project.write(f"agents/{name}/agent.yaml", text)
    project.apply()


def pin(project: Project, agent: str, version: str) -> None:
    entry = {"type": "custom", "skill_id": project.id("skill/cite"), "version": version}
    by_hand(project, f"agent/{agent}", skills=[entry])


def test_a_skill_that_one_agent_uses_gets_its_new_content(project: Project) -> None:
    with_skill(project, "a")
    pin(project, "a", new_version(project, "skill/cite", "Better.", **{"data/new.txt": b"n\r\n"}))
    assert taken(project) == [
        "SKILL.md - description: Cites.", "SKILL.md + description: Better.",
        "SKILL.md - Cites.", "SKILL.md + Better.",
        "new.txt + n", "old.txt - old",
    ]  # fmt: skip
    assert (project.root / "skills/cite/data/new.txt").read_bytes() == b"n\r\n"


def test_a_skill_that_others_use_is_copied_beside_the_agent(project: Project) -> None:
    with_skill(project, "a", "b")
    pin(project, "a", new_version(project, "skill/cite", "Better."))
    assert taken(project)[:2] == [
        "agent.yaml - skills: [shared/cite]  # s",
        "agent.yaml + skills: [./skills/cite]  # s",
    ]
    assert "Better." in (project.root / "agents/a/skills/cite/SKILL.md").read_text()
    assert "Cites." in (project.root / "skills/cite/SKILL.md").read_text()


def test_agents_that_move_together_move_the_folder(project: Project) -> None:
    with_skill(project, "a", "b")
    version = new_version(project, "skill/cite", "Better.")
    pin(project, "a", version)
    pin(project, "b", version)
    taken(project)
    assert not (project.root / "agents/a/skills").exists()
    assert "Better." in (project.root / "skills/cite/SKILL.md").read_text()


def test_a_skill_is_unpinned_and_pinned_by_hand(project: Project) -> None:
    with_skill(project, "a")
    version = project.lock().objects
    pinned = next(iter(next(e for a, e in version.items() if a.kind == "skill").versions.values()))
    pin(project, "a", "latest")
    assert len(taken(project)) > 1
    assert "version: latest" in (project.root / "agents/a/agent.yaml").read_text()
    pin(project, "a", pinned)
    taken(project)
    assert "skills: [shared/cite]  # s" in (project.root / "agents/a/agent.yaml").read_text()


def test_skills_added_and_taken_out_by_hand(project: Project) -> None:
    with_skill(project, "a", "b")
    part = ("note/SKILL.md", SKILL.format(name="note", text="Notes.").encode(), "text/markdown")
    with client(project) as api:
        made = api.beta.skills.create(display_name="note", files=[part])
    entries = [{"type": "custom", "skill_id": made.id, "version": made.latest_version_id}]
    by_hand(project, "agent/a", skills=entries)
    by_hand(project, "agent/b", skills=[])
    assert taken(project) == [
        "agent.yaml - skills: [shared/cite]  # s", "agent.yaml + skills: [shared/note]  # s",
        "agent.yaml - skills: [shared/cite]  # s",
        "SKILL.md + ---", "SKILL.md + name: note", "SKILL.md + description: Notes.",
        "SKILL.md + ---", "SKILL.md + Notes.",
    ]  # fmt: skip


def test_a_roster_gains_and_loses_members(project: Project) -> None:
    coordinator(project, roster="subagents:\n  # reads\n  - reader  # r\n  - writer  # w\n")
    agents = members(project, "reader@1", "third@1", "self")
    by_hand(project, "agent/lead", multiagent={"type": "coordinator", "agents": agents})
    assert taken(project) == [
        "agent.yaml - - writer  # w", "agent.yaml + - third", "agent.yaml + - self",
    ]  # fmt: skip


def test_a_member_is_pinned_by_hand(project: Project) -> None:
    coordinator(project, roster="subagents: [reader, {agent: writer, version: 1}]\n")
    for name in ("reader", "writer"):
        project.edit(f"agents/{name}/agent.yaml", MODEL, "claude-opus-4-8")
    project.apply()
    agents = members(project, "reader@1", "writer@2")
    by_hand(project, "agent/lead", multiagent={"type": "coordinator", "agents": agents})
    assert taken(project) == [
        "agent.yaml - subagents: [reader, {agent: writer, version: 1}]",
        "agent.yaml + subagents: [{agent: reader, version: 1}, {agent: writer, version: 2}]",
    ]


def test_a_roster_comes_goes_and_turns_into_the_other_type(project: Project) -> None:
    coordinator(project, roster="multiagent:\n  type: coordinator\n  agents: [reader]\n")
    by_hand(project, "agent/lead", multiagent=None)
    taken(project)
    one = {"type": "coordinator", "agents": members(project, "reader@1")}
    by_hand(project, "agent/lead", multiagent=one)
    assert taken(project) == ["agent.yaml + subagents: [reader]"]
    inline = {"type": "enabled", "inline_agents": {"type": "disabled"}}
    other = {
        "type": "multiagent_20261001",
        "subagents": {**inline, "predefined_agents": members(project, "reader@1", "writer@1")},
        "workflows": {"type": "disabled"},
    }
    by_hand(project, "agent/lead", multiagent=other)
    taken(project)
    other["subagents"] = {**inline, "predefined_agents": members(project, "writer@1")}
    by_hand(project, "agent/lead", multiagent=other)
    assert len(taken(project)) <= 2


def test_a_roster_of_a_cookbook(project: Project) -> None:
    project.edit("reconcile.yaml", "version: 1\n", "version: 1\npaths: {agents: books}\n")
    for name in ("reader", "writer"):
        project.write(f"books/lead/subagents/{name}.yaml", f"name: {name}\nmodel: {MODEL}\n")
    project.write(
        "books/lead/agent.yaml",
        f"name: lead\nmodel: {MODEL}\ncallable_agents:\n  - {{manifest: ./subagents/reader.yaml}}\n"
        "  # writes\n  - manifest: ./subagents/writer.yaml  # w\n",
    )
    project.apply()
    lead = {"type": "coordinator", "agents": members(project, "lead/reader@1")}
    by_hand(project, "agent/lead", multiagent=lead)
    assert taken(project) == ["agent.yaml - - manifest: ./subagents/writer.yaml  # w"]


def test_a_coordinator_that_the_next_apply_repins_is_named(project: Project) -> None:
    coordinator(project, roster="subagents: [reader]\n")
    by_hand(project, "agent/reader", tools=toolset("read"))
    said = project.run("import", "--drift").output
    assert "import.drift_follows" in said and "agent/lead" in said
    project.plan(code=2)
    project.apply()
    project.plan(code=0)
