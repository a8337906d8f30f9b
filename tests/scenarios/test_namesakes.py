"""Other agents of the same name, archived or live, and one that was archived outside."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import Project
from tests.scenarios.conftest import AGENT
from tests.scenarios.world import by_hand, client, creates, live, settled

CHECKER = "agents/checker/agent.yaml"


def test_an_archived_namesake_is_passed_over_and_named(project: Project) -> None:
    old = by_hand(project, "checker")
    client(project).beta.agents.archive(old)
    project.write(CHECKER, AGENT)
    shown = project.plan(code=2).stdout
    assert f"archived, of the same name, and passed over: {old}" in shown
    assert "archiving is for ever" in shown
    assert "adopt.refused" in project.run("adopt", "agent/checker", old, code=1).output
    project.apply()
    assert project.writes() == [("POST", "/v1/agents")]
    assert project.id("agent/checker") != old
    assert client(project).beta.agents.retrieve(old).archived_at
    settled(project)


def test_two_live_namesakes_are_refused_until_one_is_adopted(project: Project) -> None:
    first, second = by_hand(project, "checker"), by_hand(project, "checker")
    project.write(CHECKER, AGENT)
    project.write("agents/writer/agent.yaml", AGENT)
    for shown in (project.plan(code=5).stdout, project.apply(code=5).stdout):
        assert first in shown and second in shown
        assert "reconcile adopt agent/checker agent_" in shown
    assert [body["name"] for body in project.sent("/v1/agents")] == ["writer"]
    project.run("adopt", "agent/checker", second)
    project.apply()
    assert project.writes() == [("POST", f"/v1/agents/{second}")]
    assert live(project) == ["checker", "checker", "writer"]
    assert "reconciler" not in client(project).beta.agents.retrieve(first).metadata
    settled(project)


@pytest.mark.parametrize("edited", [False, True], ids=["as it was", "edited"])
def test_an_agent_archived_outside_is_made_again_only_when_told(
    checker: Project, edited: bool
) -> None:
    old = checker.id("agent/checker")
    client(checker).beta.agents.archive(old)
    if edited:
        checker.edit(CHECKER, "You check.", "You check twice.")
    for held in (checker.plan(code=5).stdout, checker.apply(code=5).stdout):
        assert old in held and "archived, which is for ever" in held
        assert "--recreate agent/checker" in held
        assert checker.writes() == []
    told = checker.apply("--recreate", "agent/checker").stdout
    assert f"the id {old} ends; whatever else holds it must be given the new one" in told
    assert creates(checker) == 1 and checker.id("agent/checker") != old
    settled(checker)
