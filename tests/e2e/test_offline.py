"""Folders against the lock, without a request."""

from __future__ import annotations

import json

import pytest

from reconciler.authoring import load
from reconciler.engine.lock import Lock
from reconciler.engine.offline import offline_plan
from reconciler.engine.plan import Plan
from tests.e2e.conftest import Project


def offline(project: Project, lock: Lock | None = None) -> Plan:
    loaded = load(project.root, target="sandbox", variables={}, environ={})
    assert loaded.desired is not None, loaded.findings
    return offline_plan(loaded.desired, lock or project.lock())


def test_what_was_applied_is_no_change(sample: Project) -> None:
    sample.apply()
    plan = offline(sample)
    assert plan.actions == () and plan.orphans == ()
    assert not plan.complete and not plan.applicable
    assert [one.code for one in plan.findings] == ["live.not_read"]


def test_everything_is_new_before_the_first_apply(sample: Project) -> None:
    plan = offline(sample, Lock("fund-agents", "sandbox"))
    assert {action.verb for action in plan.actions} == {"create"}
    sample.apply()
    locked = {address for address in sample.lock().objects if address.kind != "credential"}
    assert {action.address for action in plan.actions} == locked


def test_what_a_branch_changes_and_whom_it_reaches(sample: Project) -> None:
    sample.apply()
    before = {str(address) for address in sample.lock().objects}
    sample.edit("agents/price-checker/agent.yaml", "tools: [read, grep]", "tools: [read]")
    sample.write("agents/fresh/agent.yaml", "model: claude-sonnet-4-6\n")
    plan = offline(sample)
    found = {str(one.address): list(one.notes) for one in plan.actions}
    said = "is not what was last applied; what is live is unread"
    assert found.pop("agent/fresh") == []
    assert found.pop("agent/price-checker") == [f"tools {said}"]
    assert all(notes == [f"multiagent {said}"] for notes in found.values()) and found  # re-pinned
    online = sample.plan(code=2).output
    assert all(address in online for address in found)
    assert before >= set(found)


def test_a_dropped_field_a_skill_and_a_removed_folder(sample: Project) -> None:
    sample.write("agents/extra/agent.yaml", "model: claude-sonnet-4-6\ndescription: d\n")
    sample.write("agents/gone/agent.yaml", "model: claude-sonnet-4-6\n")
    sample.apply()
    sample.write("agents/extra/agent.yaml", "model: claude-sonnet-4-6\n")
    (sample.root / "agents/gone/agent.yaml").unlink()
    skill = next((sample.root / "agents").rglob("SKILL.md"))
    skill.write_text(skill.read_text() + "One more line.\n")
    plan = offline(sample)
    extra = next(one for one in plan.actions if str(one.address) == "agent/extra")
    assert extra.fields == ()
    assert extra.notes == ("description is dropped; what is live is unread",)
    assert any(one.address.kind == "skill" and one.verb == "update" for one in plan.actions)
    assert [str(one.address) for one in plan.orphans] == ["agent/gone"]


def test_the_command_asks_nobody_and_needs_no_key(
    sample: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample.apply()
    sample.edit("agents/price-checker/agent.yaml", "tools: [read, grep]", "tools: [read]")

    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("something was started")

    monkeypatch.setattr("reconciler.sandbox.serve", refuse)
    said = sample.run("plan", "--offline", "--detailed-exitcode", code=2).stdout
    assert "tools is not what was last applied; what is live is unread" in said
    assert "runs without asking" not in said
    assert sample.server.requests() == []
    document = json.loads(sample.run("plan", "--offline", "--format", "json").stdout)
    assert document["complete"] is False and document["applicable"] is False
    markdown = sample.run("plan", "--offline", "--format", "markdown").stdout
    assert "<code>live.not_read</code>" in markdown
    sample.run("plan", "--offline", "--out", "x.json", code=64)
    sample.run("plan", "--offline", "--prune", code=64)


def test_rules_count_offline_too(sample: Project) -> None:
    sample.apply()
    sample.edit("agents/price-checker/agent.yaml", "tools: [read, grep]", "tools: [read, bash]")
    text = (sample.root / "reconcile.yaml").read_text()
    sample.write("reconcile.yaml", f"{text}policy: {{ask: [bash]}}\n")
    assert "policy.ask error" in sample.run("plan", "--offline", code=5).stdout
