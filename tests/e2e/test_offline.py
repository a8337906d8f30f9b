"""Folders against the lock, without a request."""

from __future__ import annotations

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
    found = {str(one.address): [change.path for change in one.fields] for one in plan.actions}
    assert found.pop("agent/fresh") and found.pop("agent/price-checker") == ["tools"]
    assert all(paths == ["multiagent"] for paths in found.values()) and found  # re-pinned
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
    assert [(one.path, one.status) for one in extra.fields] == [("description", "cleared")]
    assert any(one.address.kind == "skill" and one.verb == "update" for one in plan.actions)
    assert [str(one.address) for one in plan.orphans] == ["agent/gone"]
