from __future__ import annotations

import json

import pytest

from reconciler.engine.desired import Lifecycle
from reconciler.engine.drift import find_drift, without_ignores
from reconciler.engine.plan import Plan, PlanOptions
from reconciler.engine.saved_plan import (
    SavedPlanError,
    load_saved_plan,
    restrict,
    save,
)
from reconciler.render.plan_documents import plan_document
from tests.engine.builders import ORIGIN, after, agent, at, desired, live, live_agent, member, plan

OPTIONS = PlanOptions(overwrite_drift=("agent/*",), rotate_key=frozenset({at("registration/t/a")}))


def document(made: Plan, options: PlanOptions = OPTIONS) -> str:
    return json.dumps(plan_document(made, ORIGIN, options))


def told(made: Plan) -> tuple[list[str], dict[str, str]]:
    held = {str(one.action.address): one.reason for one in made.held}
    return [str(one.address) for one in made.actions], held


def test_reading_what_was_written_gives_it_back() -> None:
    made = plan(desired(agent("a"), agent("b")), live())
    assert load_saved_plan(document(made)) == save(made, OPTIONS)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "not JSON"),
        ("[]", "no plan"),
        ('{"kind": "report"}', "no plan"),
        ('{"kind": "plan", "format_version": 2}', "format 2"),
        ('{"kind": "plan", "format_version": 1}', "damaged"),
    ],
)
def test_what_is_no_plan_is_refused(text: str, words: str) -> None:
    with pytest.raises(SavedPlanError, match=words):
        load_saved_plan(text)


def test_exactly_the_reviewed_actions_go_on() -> None:
    reviewed = save(plan(desired(agent("a"), agent("b")), live()), PlanOptions())
    now = plan(desired(agent("a"), agent("b", system="new"), agent("c")), live())
    assert told(restrict(now, reviewed)) == (["agent/a"], {"agent/b": "stale", "agent/c": "stale"})


def test_what_needs_an_unreviewed_action_waits_for_it() -> None:
    lead = agent("lead", multiagent={"type": "coordinator", "agents": [member("sub")]})
    reviewed = save(plan(desired(lead, agent("sub")), live()), PlanOptions())
    now = plan(desired(lead, agent("sub", system="new")), live())
    assert told(restrict(now, reviewed)) == ([], {"agent/sub": "stale", "agent/lead": "stale"})


def test_a_hand_edit_after_the_review_is_not_overwritten() -> None:
    before = live(live_agent("a"))
    last = after(desired(agent("a")), before)
    wanted = desired(agent("a", system="new"))
    reviewed = save(plan(wanted, before, last), PlanOptions())
    now = plan(wanted, live(live_agent("a", 2, description="by hand")), last)
    assert told(restrict(now, reviewed)) == ([], {"agent/a": "stale"})  # another version


def test_what_is_done_already_is_said() -> None:
    wanted = desired(agent("a", system="new"))
    last = after(desired(agent("a")), live(live_agent("a")))
    reviewed = save(plan(wanted, live(live_agent("a")), last), PlanOptions())
    now = plan(wanted, live(live_agent("a", 2, 2, system="new")), last)
    shown = restrict(now, reviewed)
    assert told(shown) == ([], {}) and [one.code for one in shown.findings] == ["plan.done_already"]


def test_drift_is_what_was_edited_outside() -> None:
    wanted = desired(agent("a"), agent("b", system="x"), agent("c"))
    last = after(wanted, live(live_agent("a"), live_agent("b", system="x"), live_agent("c")))
    edited = live(
        live_agent("a"),
        live_agent("b", 2, system="y", updated_at="now"),
        gone=frozenset({"agent_c"}),
    )
    b, c = find_drift(plan(wanted, edited, last))
    assert (str(b.address), [one.path for one in b.fields]) == ("agent/b", ["system"])
    assert b.since == "version 2, now: system"
    assert str(c.address) == "agent/c" and "deleted" in c.message


def test_ignored_fields_are_shown_when_asked_for() -> None:
    ignoring = agent("a", Lifecycle(ignore=("metadata.team",)), metadata={"team": "x"})
    base = live(live_agent("a", metadata={"team": "x"}))
    last = after(desired(agent("a", metadata={"team": "x"})), base)
    edited = live(live_agent("a", 2, metadata={"team": "y"}))
    assert not find_drift(plan(desired(ignoring), edited, last))
    (found,) = find_drift(plan(without_ignores(desired(ignoring)), edited, last))
    assert [one.path for one in found.fields] == ["metadata.team"]
