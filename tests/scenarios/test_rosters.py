"""Coordinators and the agents they call: one plan, in order, or an error before any request."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import Project
from tests.scenarios.world import agent, settled

AGENT = "model: claude-sonnet-4-6\ndescription: Works.\nsystem: |\n  You work.\ntools: [read]\n"
LEAD = "agents/lead/agent.yaml"


def write(project: Project, name: str, *subagents: str) -> None:
    roster = f"subagents: [{', '.join(subagents)}]\n" if subagents else ""
    project.write(f"agents/{name}/agent.yaml", AGENT + roster)


@pytest.fixture
def team(project: Project) -> Project:
    """A coordinator of one agent, applied."""
    write(project, "one")
    write(project, "lead", "one")
    project.apply()
    return project


def pins(project: Project) -> dict[str, int]:
    roster = agent(project, "agent/lead")["multiagent"]["agents"]
    return {one["id"]: one["version"] for one in roster}


def test_a_new_subagent_is_made_first_and_its_coordinator_keeps_its_id(team: Project) -> None:
    lead = team.id("agent/lead")
    write(team, "two")
    team.edit(LEAD, "[one]", "[one, two]")
    shown = team.plan(code=2).stdout
    assert shown.index("+ agent/two") < shown.index("~ agent/lead")
    team.apply()
    assert team.writes() == [("POST", "/v1/agents"), ("POST", f"/v1/agents/{lead}")]
    assert team.id("agent/lead") == lead
    assert pins(team) == {team.id("agent/one"): 1, team.id("agent/two"): 1}
    settled(team)


def test_an_edited_subagent_re_pins_its_coordinator_and_the_plan_says_why(team: Project) -> None:
    one, lead = team.id("agent/one"), team.id("agent/lead")
    team.edit("agents/one/agent.yaml", "You work.", "You work well.")
    assert "~ agent/lead  re-pinned: agent/one v1 → v2" in team.plan(code=2).stdout
    team.apply()
    assert team.writes() == [("POST", f"/v1/agents/{one}"), ("POST", f"/v1/agents/{lead}")]
    assert pins(team) == {one: 2}
    assert (team.id("agent/one"), team.id("agent/lead")) == (one, lead)
    settled(team)


def test_a_subagent_that_is_gone_from_the_folders_is_an_error_before_any_request(
    team: Project,
) -> None:
    (team.root / "agents/one/agent.yaml").unlink()
    refused = team.apply(code=1).output
    assert f"subagent.missing error {LEAD}:6:13 there is no agent one" in refused
    assert team.server.requests() == []


def test_what_a_roster_can_not_be_has_codes_of_its_own(project: Project) -> None:
    crowd = [f"n{number:02}" for number in range(21)]
    for name in (*crowd, "leaf"):
        write(project, name)
    write(project, "above", "below")
    write(project, "below", "leaf")
    write(project, "left", "right")
    write(project, "right", "left")
    write(project, "itself", "itself")
    write(project, "twice", "leaf", "leaf")
    write(project, "crowded", *crowd)
    refused = project.apply(code=1).output
    found = {
        (line.split(":")[0].split("/")[1], line.split()[0])
        for line in refused.splitlines()
        if line.startswith("subagent.")
    }
    assert found == {
        ("above", "subagent.depth"),
        ("left", "subagent.cycle"),
        ("itself", "subagent.cycle"),
        ("twice", "subagent.duplicate"),
        ("crowded", "subagent.too_many"),
    }
    assert "itself is this agent itself" in refused and "write `self`" in refused
    assert project.server.requests() == []


def test_self_and_a_full_roster_are_fine(project: Project) -> None:
    crowd = [f"n{number:02}" for number in range(19)]
    for name in crowd:
        write(project, name)
    write(project, "lead", "self", *crowd)
    project.apply()
    assert len(pins(project)) == 20
    settled(project)
