"""A plan of one commit on another: what was not reviewed does not happen, and is named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.conftest import Project
from tests.scenarios.world import agent, settled

CHECKER, WRITER = "agents/checker/agent.yaml", "agents/writer/agent.yaml"


@pytest.fixture
def plan(pair: Project, tmp_path: Path) -> str:
    """One agent changed, and the plan for that saved."""
    file = str(tmp_path / "plan.json")
    pair.edit(CHECKER, "You check.", "You check twice.")
    pair.run("plan", "--out", file)
    assert pair.writes() == []
    return file


def test_a_plan_is_carried_out_as_reviewed(pair: Project, plan: str) -> None:
    pair.run("apply", plan)
    assert pair.writes() == [("POST", f"/v1/agents/{pair.id('agent/checker')}")]
    assert agent(pair, "agent/checker")["system"] == "You check twice.\n"
    settled(pair)


def test_the_same_object_changed_again_is_held_back(pair: Project, plan: str) -> None:
    pair.edit(CHECKER, "twice", "three times")
    stale = pair.run("apply", plan, code=4).stdout
    assert "agent/checker" in stale and "reviewed" in stale and pair.writes() == []
    assert agent(pair, "agent/checker")["system"] == "You check.\n"
    assert pair.version("agent/checker") == 1


def test_another_object_changed_since_is_held_back_alone(pair: Project, plan: str) -> None:
    pair.edit(WRITER, "You check.", "You write.")
    stale = pair.run("apply", plan, code=4).stdout
    assert "agent/writer" in stale and "not in the plan that was reviewed" in stale
    assert pair.writes() == [("POST", f"/v1/agents/{pair.id('agent/checker')}")]
    pair.apply()
    settled(pair)


def test_a_new_agent_of_a_later_commit_is_not_made(pair: Project, plan: str) -> None:
    pair.write("agents/third/agent.yaml", "model: claude-sonnet-4-6\n")
    assert "agent/third" in pair.run("apply", plan, code=4).stdout
    assert [path for _, path in pair.writes()] == [f"/v1/agents/{pair.id('agent/checker')}"]


def test_a_digest_of_another_commit_refuses_as_a_whole(pair: Project, plan: str) -> None:
    digest = json.loads(Path(plan).read_text())["digest"]
    pair.edit(WRITER, "You check.", "You write.")
    stale = pair.run("apply", "--expect", digest, code=4).output
    assert "plan.stale" in stale and digest in stale and pair.writes() == []
    pair.edit(WRITER, "You write.", "You check.")
    pair.run("apply", "--expect", digest)
    settled(pair)
