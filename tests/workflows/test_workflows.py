"""From the first pull request to the merge to drift, by the workflows' own scripts."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.workflows.conftest import World
from tests.workflows.runner import TOKEN

CHECKER, HANDOVER = "agents/price-checker/agent.yaml", "agents/audit-handover/system-prompt.md"
LEDGER, REVIEW = "agents/ledger-checker/agent.yaml", "agents/nav-review/agent.yaml"
LOCK = "reconcile.prod.lock"
STRICTER = (CHECKER, "five per cent", "four per cent")


def settled(world: World) -> None:
    """Everything is live, by a first pull request."""
    pull = world.open("first")
    world.plan(pull)
    world.apply(world.merge(pull))
    world.writes()


def edit_by_hand(world: World, name: str, **fields: Any) -> None:
    agent = world.live()[name]
    world.client.beta.agents.update(agent.id, version=agent.version, **fields)
    world.writes()


def digest_of(text: str) -> str:
    found = re.findall(r"sha256:[0-9a-f]{64}", text)
    return str(found[-1])


def test_from_the_first_pull_request_to_the_lock_on_main(world: World) -> None:
    pull = world.open("first", (CHECKER, "five per cent", "six per cent"))
    world.plan(pull)
    world.push(pull, (CHECKER, "six per cent", "four per cent"))
    job = world.plan(pull)
    (comment,) = world.github.said_on(pull.number)
    assert "10 to create" in comment and f'"head": "{pull.head}"' in comment
    assert comment.index("agent/price-checker") < comment.index("agent/audit-handover")
    assert "+ agent/audit-handover" in job.summary and world.writes() == []

    merged = world.merge(pull)
    world.apply(merged)
    made = world.writes()
    assert len(made) == 10 and not any("PATCH" in one for one in made)
    assert "four per cent" in world.live()["price-checker"].system
    recorded = world.main
    assert world.changed(recorded) == [LOCK] and world.people.rev_parse(f"{recorded}^") == merged
    _, report = world.github.said_on(pull.number)
    assert "10 applied, 0 failed, 0 skipped" in report and "How to go on" not in report

    again = world.apply(merged)
    assert world.writes() == [] and world.main == recorded
    assert world.github.said_on(pull.number) == [comment, report]
    assert "nothing to say" in again.log
    assert world.github.tokens == {f"token {TOKEN}"}


@pytest.mark.slow
def test_drift_is_in_one_issue_until_somebody_decides(world: World) -> None:
    settled(world)
    world.drift()
    assert world.github.issues == []
    edit_by_hand(world, "price-checker", system="Anything goes.")
    for _ in range(2):
        world.drift()
    (issue,) = world.github.issues
    assert "agent/price-checker" in issue["body"] and issue["state"] == "open"
    shown = world.approve(overwrite="agent/price-checker", code=4)
    assert world.writes() == []
    world.approve(digest_of(shown.summary), "agent/price-checker")
    assert "five per cent" in world.live()["price-checker"].system
    world.drift()
    assert issue["state"] == "closed"


@pytest.mark.slow
def test_two_side_by_side_and_one_that_was_edited_by_hand_meanwhile(world: World) -> None:
    settled(world)
    one = world.open("one", STRICTER)
    two = world.open("two", (HANDOVER, "You", "You, the auditor's friend,"))
    three = world.open(
        "three",
        (LEDGER, "trial balance", "balance of the trial"),
        ("agents/skills/cite-sources/SKILL.md", "description: ", "description: Always "),
    )
    for pull in (one, two, three):
        world.plan(pull)
    first, second = world.merge(one), world.merge(two)
    world.apply(first)
    world.apply(second)
    live = world.live()
    assert "four per cent" in live["price-checker"].system
    assert "auditor's friend" in live["audit-handover"].system
    written = world.writes()
    assert len([one for one in written if "/v1/agents/" in one]) == 3  # the coordinator's pins, too

    edit_by_hand(world, "ledger-checker", description="By hand.")
    third = world.merge(three)
    world.apply(third, code=4)
    live = world.live()
    assert live["ledger-checker"].description == "By hand."
    (*_, report) = world.github.said_on(three.number)
    assert "<code>agent/ledger-checker</code> was edited outside" in report
    assert "import --drift agent/ledger-checker" in report and "overwrite-drift" in report


@pytest.mark.slow
def test_what_nobody_reviewed_is_not_applied_until_its_digest_is_given(world: World) -> None:
    settled(world)
    pull = world.open("unplanned", STRICTER)
    merged = world.merge(pull)
    world.apply(merged, code=4)
    assert world.writes() == [] and "five per cent" in world.live()["price-checker"].system
    (report,) = world.github.said_on(pull.number)
    assert "nobody reviewed" in report
    digest = digest_of(report)
    world.approve("sha256:" + "0" * 64, code=4)
    assert world.writes() == []
    world.approve(digest)
    assert "four per cent" in world.live()["price-checker"].system
    assert world.changed(world.main) == [LOCK]


@pytest.mark.slow
def test_a_commit_after_the_review_is_held_back(world: World) -> None:
    settled(world)
    pull = world.open("late", STRICTER)
    world.plan(pull)
    reviewed = world.github.artifacts[-1]
    world.push(pull, (LEDGER, "trial balance", "balance of the trial"))
    reviewed["workflow_run"]["head_sha"] = pull.head  # as if the plan had been made for this one
    world.apply(world.merge(pull), code=4)
    assert "four per cent" in world.live()["price-checker"].system
    assert "trial balance" in world.live()["ledger-checker"].description
    assert "nobody reviewed" in world.github.said_on(pull.number)[-1]


@pytest.mark.slow
@pytest.mark.parametrize("depth", [0, 1])
def test_a_rule_is_broken_and_the_branch_can_t_lift_it(world: World, depth: int) -> None:
    """In a shallow clone, too, in which the base is not at hand."""
    world.edit(".github/workflows/plan.yml", "fetch-depth: 0", f"fetch-depth: {depth}")
    world.edit("reconcile.yaml", "version: 1", "version: 1\npolicy: {models: [claude-*-4-*]}")
    world.people.commit("--quiet", "--all", "-m", "Rules")
    world.people.push("--quiet", "origin", "main")
    pull = world.open(
        "rule",
        (CHECKER, "claude-haiku-4-5", "claude-sonnet-5"),
        ("reconcile.yaml", "{models: [claude-*-4-*]}", "{}"),
    )
    job = world.plan(pull, code=5)
    assert "policy.models" in job.log and "policy.changed" in world.github.said_on(pull.number)[0]
    assert world.github.artifacts == [] and world.writes() == []


def test_a_fork_gets_no_key_and_nothing_is_asked_for_it(world: World) -> None:
    url = world.server.url
    pull = world.open("fork", (CHECKER, "tools: [", "tools: [bash, "))
    environment = f"ANTHROPIC_API_KEY={world.server.api_key}\nANTHROPIC_BASE_URL={url}\n"
    (world.root / ".env").write_text(environment)
    workflow = ".github/workflows/plan.yml"
    world.push(pull, (workflow, "${{ vars.ANTHROPIC_BASE_URL }}", url))
    world.server.clear_requests()
    job = world.plan(pull, fork=True)
    assert ".env" in world.people.ls_tree("--name-only", pull.head)
    assert world.server.requests() == [] and world.github.requests == []
    assert "No findings" in job.summary
    assert "agent/price-checker" in job.summary and "what is live is unread" in job.summary
    assert world.github.artifacts == []


@pytest.mark.slow
def test_the_embedded_platform_is_made_anew_in_each_job(world: World) -> None:
    world.runner.variables = {}
    world.runner.secrets = {}
    one, two = world.open("one", STRICTER), world.open("two", (HANDOVER, "You", "You there"))
    for pull in (one, two):
        world.plan(pull)
        assert "0 to create" in world.github.said_on(pull.number)[0]
    first, second = world.merge(one), world.merge(two)
    world.apply(first)
    world.apply(second)
    for pull in (one, two):
        assert "0 failed, 0 skipped" in world.github.said_on(pull.number)[-1]
    assert world.main == second and world.writes() == []
    world.drift()
    assert world.github.issues == []
