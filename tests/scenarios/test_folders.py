"""Folders that are renamed, or go: what keeps its id, what is left, and what is archived."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.e2e.conftest import Project
from tests.scenarios.world import agent, client, creates, faults, in_the_console, live, settled

CHECKER = "agents/checker/agent.yaml"


def test_a_changed_name_is_an_update_in_place(checker: Project) -> None:
    identity = checker.id("agent/checker")
    checker.edit(CHECKER, "model:", "name: Second checker\nmodel:")
    assert "name: checker → " in checker.plan(code=2).stdout
    checker.apply()
    assert checker.writes() == [("POST", f"/v1/agents/{identity}")]
    assert checker.id("agent/checker") == identity and live(checker) == ["Second checker"]
    settled(checker)


def deployed(project: Project, address: str) -> str:
    """A deployment that holds an agent; its id."""
    environment = client(project).beta.environments.create(name="room", config={"type": "cloud"})
    made = client(project).beta.deployments.create(
        name="nightly",
        agent=project.id(address),
        environment_id=environment.id,
        initial_events=[{"type": "user.message", "content": [{"type": "text", "text": "Go."}]}],
    )
    return made.id


def test_what_left_git_is_listed_until_told_and_then_its_deployments_first(pair: Project) -> None:
    gone, deployment = pair.id("agent/writer"), deployed(pair, "agent/writer")
    shutil.rmtree(pair.root / "agents/writer")
    for shown in (pair.plan(code=0).stdout, pair.apply().stdout):
        assert "agent/writer" in shown and gone in shown and "orphan" in shown
    assert pair.writes() == [] and live(pair) == ["checker", "writer"]
    planned = pair.run("plan", "--prune").stdout
    assert "archiving is for ever" in planned
    assert f"deployment nightly ({deployment}) is archived with it" in planned
    pair.apply("--prune")
    assert pair.writes() == [("POST", f"/v1/agents/{gone}/archive")]
    assert live(pair) == ["checker"] and "writer" not in pair.lock_file.read_text()
    settled(pair)


def test_what_was_edited_after_the_look_is_not_archived(pair: Project, tmp_path: Path) -> None:
    """Once between a saved plan and its apply, and once between the read and the write."""
    gone, plan = pair.id("agent/writer"), str(tmp_path / "plan.json")
    shutil.rmtree(pair.root / "agents/writer")
    pair.run("plan", "--prune", "--out", plan)
    in_the_console(pair, "agent/writer", system="by hand")
    held = pair.run("apply", plan, code=4).stdout
    assert "agent/writer" in held and pair.writes() == []
    with faults(pair, {"kind": "stale", "writes": 1, "path": "^/v1/agents$"}):
        in_the_console(pair, "agent/writer", system="by hand, again")
        told = ("--prune", "--overwrite-drift", "agent/writer")
        stopped = pair.apply(*told, code=4).stdout
    assert "changed since the plan was made" in stopped and "reconcile plan" in stopped
    assert pair.writes() == [] and pair.id("agent/writer") == gone
    assert live(pair) == ["checker", "writer"]


def test_what_was_edited_before_the_look_is_archived_only_when_told(pair: Project) -> None:
    gone = pair.id("agent/writer")
    shutil.rmtree(pair.root / "agents/writer")
    in_the_console(pair, "agent/writer", system="by hand")
    assert "edited outside since the last apply (system)" in pair.plan(code=0).stdout
    for command in (["apply", "--yes", "--prune"], ["destroy", "--yes", "--max-removals", "9"]):
        held = pair.run(*command, code=5).stdout
        assert "--overwrite-drift agent/writer has it removed" in held
        assert ("POST", f"/v1/agents/{gone}/archive") not in pair.writes()
    pair.run("destroy", "--yes", "--max-removals", "9", "--overwrite-drift", "agent/writer")
    assert ("POST", f"/v1/agents/{gone}/archive") in pair.writes() and live(pair) == []


def test_what_the_marker_alone_knows_is_archived_when_told_though_edited(pair: Project) -> None:
    gone = pair.id("agent/writer")
    shutil.rmtree(pair.root / "agents/writer")
    in_the_console(pair, "agent/writer", system="by hand")
    pair.lock_file.unlink()
    assert "--overwrite-drift agent/writer" in pair.apply("--prune", code=5).stdout
    pair.apply("--prune", "--overwrite-drift", "agent/writer")
    assert ("POST", f"/v1/agents/{gone}/archive") in pair.writes()


@pytest.mark.parametrize("command", [["plan"], ["apply", "--yes"]], ids=["plan", "apply"])
def test_pruning_with_chosen_addresses_is_refused(pair: Project, command: list[str]) -> None:
    shutil.rmtree(pair.root / "agents/writer")
    refused = pair.run(*command, "agent/checker", "--prune", code=64).output
    assert "--prune" in refused and pair.server.requests() == []
    assert "orphan" not in pair.run("plan", "agent/checker").stdout


def test_a_renamed_folder_without_a_move_is_no_second_agent_unsaid(checker: Project) -> None:
    identity = checker.id("agent/checker")
    (checker.root / "agents/checker").rename(checker.root / "agents/second")
    planned = checker.plan(code=2).stdout
    assert "moved: [{from: agent/checker, to: agent/second}]" in planned
    checker.edit(
        "reconcile.yaml", "targets:", "moved: [{from: agent/checker, to: agent/second}]\ntargets:"
    )
    checker.apply()
    assert creates(checker) == 0 and checker.id("agent/second") == identity
    assert agent(checker, "agent/second")["name"] == "second"
    settled(checker)
