"""Edits by hand: before, between and during; conflicting, equal, and widening a permission."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.e2e.conftest import Project
from tests.scenarios.world import agent, faults, in_the_console, settled

CHECKER, WRITER = "agents/checker/agent.yaml", "agents/writer/agent.yaml"


def test_an_edit_between_plan_and_apply_is_not_overwritten(pair: Project, tmp_path: Path) -> None:
    for path in (CHECKER, WRITER):
        pair.edit(path, "You check.", "You check twice.")
    pair.run("plan", "--out", str(tmp_path / "plan.json"))
    in_the_console(pair, "agent/checker", system="by hand")
    done = pair.run("apply", str(tmp_path / "plan.json"), code=4)
    assert "by hand" in done.stdout, "the edit is not shown"
    assert agent(pair, "agent/checker")["system"] == "by hand"
    assert agent(pair, "agent/writer")["system"] == "You check twice.\n"


def test_an_edit_during_the_apply_stops_that_object_alone(pair: Project) -> None:
    """The plan reads what was live before the edit, so that the write itself has to notice."""
    for path in (CHECKER, WRITER):
        pair.edit(path, "You check.", "You check twice.")
    with faults(pair, {"kind": "stale", "writes": 1, "path": "^/v1/agents$"}):
        in_the_console(pair, "agent/checker", system="by hand")
        done = pair.apply("--parallelism", "1", code=4)
    told = "update: changed since the plan was made: version 2, planned 1; edited: system"
    assert told in done.stdout and "reconcile plan" in done.stdout.partition("next: ")[2]
    sent = [path for _, path in pair.writes()]
    assert sent.count(f"/v1/agents/{pair.id('agent/checker')}") == 1, "a 409 was sent again"
    assert agent(pair, "agent/checker")["system"] == "by hand"
    assert agent(pair, "agent/writer")["system"] == "You check twice.\n"
    assert "by hand" in pair.run("drift", code=2).stdout


def test_an_edit_long_before_is_drift_until_it_is_overwritten_or_taken_into_git(
    pair: Project,
) -> None:
    for name in ("checker", "writer"):
        in_the_console(pair, f"agent/{name}", system="by hand\n")
    assert "by hand" in pair.run("drift", code=2).stdout
    assert "by hand" in pair.plan(code=5).stdout
    pair.apply(code=5)
    assert pair.writes() == []
    pair.edit(WRITER, "You check.", "by hand")
    pair.apply("--overwrite-drift", "agent/checker")
    assert pair.writes() == [("POST", f"/v1/agents/{pair.id('agent/checker')}")]
    assert agent(pair, "agent/checker")["system"] == "You check.\n"
    assert agent(pair, "agent/writer")["system"] == "by hand\n"
    settled(pair)


def test_the_same_edit_on_both_sides_only_moves_the_lock(checker: Project) -> None:
    in_the_console(checker, "agent/checker", system="by hand\n")
    checker.edit(CHECKER, "You check.", "by hand")
    assert "agent/checker" in checker.plan(code=0).stdout
    checker.apply()
    assert checker.writes() == [] and checker.version("agent/checker") == 2
    checker.run("drift")
    settled(checker)


@pytest.mark.parametrize("tools", ['[read, "bash:ask"]', "[read]"], ids=["written", "not written"])
def test_a_permission_flipped_by_hand_is_shown_as_letting_it_do_more(
    project: Project, tools: str
) -> None:
    project.write(CHECKER, f"model: claude-sonnet-4-6\ntools: {tools}\n")
    project.apply()
    (toolset,) = agent(project, "agent/checker")["tools"]
    bash = {"name": "bash", "enabled": True, "permission_policy": {"type": "always_allow"}}
    configs = [one for one in toolset["configs"] if one["name"] != "bash"]
    in_the_console(project, "agent/checker", tools=[{**toolset, "configs": [*configs, bash]}])
    held = project.plan(code=5).stdout
    assert "the edit outside lets it do more: " in held and "runs without asking" in held
    (drifted,) = json.loads(project.run("drift", "--format", "json", code=2).stdout)["drifted"]
    assert {"what": "bash", "after": "runs without asking"}.items() <= drifted["raises"][0].items()
    project.apply(code=5)
    assert project.writes() == []
