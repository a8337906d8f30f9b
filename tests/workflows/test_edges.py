"""Merges, runs and repositories that are not as they mostly are."""

from __future__ import annotations

import copy
import re
from pathlib import Path

import pytest
import yaml

from tests.workflows.conftest import World
from tests.workflows.runner import TOKEN
from tests.workflows.test_workflows import CHECKER, HANDOVER, STRICTER, digest_of, settled

FOLDER = "fund agents"
ENVIRONMENT = "agents/environments/fund-ops.yaml"
DESCRIBED = (ENVIRONMENT, "agents run.", "agents are run.")
AS_BEFORE = (ENVIRONMENT, "agents are run.", "agents run.")


def merged(world: World, branch: str, *edits: tuple[str, str, str]) -> str:
    """The commit of a pull request that was planned, merged and applied."""
    pull = world.open(branch, *edits)
    world.plan(pull)
    commit = world.merge(pull)
    world.apply(commit)
    world.writes()
    return commit


@pytest.mark.slow
@pytest.mark.parametrize("how", ["merge", "rebase"])
def test_two_merges_before_the_first_is_applied_in_shallow_clones(
    world: World, tmp_path: Path, how: str
) -> None:
    for name in ("plan", "apply", "drift"):
        world.edit(f".github/workflows/{name}.yml", "fetch-depth: 0", "fetch-depth: 1")
    world.people.commit("--quiet", "--all", "-m", "Shallow")
    world.people.push("--quiet", "origin", "main")
    settled(world)
    one, two = world.open("one", STRICTER), world.open("two", (HANDOVER, "You", "You there"))
    world.push(one, (CHECKER, "four per cent", "three per cent"))
    jobs = [world.plan(pull) for pull in (one, two)]
    merged = [world.merge(pull, how) for pull in (one, two)]
    jobs += [world.apply(commit) for commit in merged]
    live = world.live()
    assert "three per cent" in live["price-checker"].system
    assert "You there" in live["audit-handover"].system
    jobs.append(world.drift())
    assert world.github.issues == []

    said = "".join(job.log + job.summary for job in jobs) + str(world.github.comments)
    assert not re.search(r"^\s*::error|##\[", said, re.MULTILINE)
    left = [file.read_bytes() for file in tmp_path.rglob("*") if ".sqlite" not in file.name
            and file.is_file()]  # fmt: skip
    for secret in (TOKEN, world.server.api_key, world.server.registry_key):
        assert secret not in said and not any(secret.encode() in data for data in left)


@pytest.mark.slow
def test_nothing_was_reviewed_and_there_is_no_lock_yet(world: World) -> None:
    pull = world.open("first")
    commit = world.merge(pull)
    world.apply(commit, code=4)
    assert world.writes() == []
    digest = digest_of(world.github.said_on(pull.number)[-1])
    world.approve(digest)
    assert len(world.writes()) == 10


@pytest.mark.slow
def test_a_run_that_is_started_again_undoes_no_later_merge(world: World) -> None:
    settled(world)
    first = merged(world, "one", DESCRIBED)
    merged(world, "two", AS_BEFORE)
    recorded = world.main
    world.apply(first, attempt=2)
    assert world.writes() == [] and world.main == recorded


@pytest.mark.slow
def test_a_run_that_is_started_again_goes_on_where_it_was(world: World) -> None:
    settled(world)
    pull = world.open("one", DESCRIBED)
    world.plan(pull)
    commit = world.merge(pull)
    kept = world.github.artifacts.pop()
    world.apply(commit, code=4)
    world.github.artifacts.append(kept)  # as if the platform had been away
    later = world.open("later", STRICTER)
    world.plan(later)
    world.merge(later)
    world.apply(commit, code=4, attempt=2)
    assert len(world.writes()) == 1
    assert "five per cent" in world.live()["price-checker"].system


@pytest.mark.slow
def test_drift_is_looked_for_with_the_newest_lock(world: World) -> None:
    settled(world)
    before = world.main
    merged(world, "one", DESCRIBED)
    world.drift(before)
    assert world.github.issues == []


@pytest.mark.slow
def test_by_hand_nothing_is_applied_without_a_digest(world: World) -> None:
    pull = world.open("first")
    world.plan(pull)
    world.merge(pull)
    world.approve(code=4)
    assert world.writes() == []


@pytest.mark.slow
def test_a_fork_is_judged_by_the_rules_of_the_base(world: World) -> None:
    world.edit("reconcile.yaml", "version: 1", "version: 1\npolicy: {models: [claude-*-4-*]}")
    world.people.commit("--quiet", "--all", "-m", "Rules")
    world.people.push("--quiet", "origin", "main")
    pull = world.open(
        "fork",
        (CHECKER, "claude-haiku-4-5", "claude-sonnet-5"),
        ("reconcile.yaml", "{models: [claude-*-4-*]}", "{}"),
    )
    job = world.plan(pull, fork=True, code=5)
    assert "policy.models" in job.summary and "policy.changed" in job.summary


def twice(world: World, name: str) -> None:
    """The workflow's last step, for the project's folder, and once more for the target sandbox."""
    file = world.root / ".github" / "workflows" / f"{name}.yml"
    workflow = yaml.safe_load(file.read_text())
    (job,) = workflow["jobs"].values()
    job["steps"][-1]["with"]["project-dir"] = FOLDER
    again = copy.deepcopy(job["steps"][-1])
    again["with"]["target"] = "sandbox"
    job["steps"].append(again)
    file.write_text(yaml.safe_dump(workflow))


@pytest.mark.slow
def test_two_targets_in_a_job_of_a_project_in_a_folder(world: World) -> None:
    (world.root / FOLDER).mkdir()
    world.people.mv("agents", "reconcile.yaml", FOLDER)
    for name in ("plan", "apply"):
        twice(world, name)
    world.people.commit("--quiet", "--all", "-m", "Moved")
    world.people.push("--quiet", "origin", "main")
    checker, before, after = STRICTER
    pull = world.open("one", (f"{FOLDER}/{checker}", before, after))
    world.plan(pull)
    prod, sandbox = world.github.said_on(pull.number)
    assert "10 to create" in prod and "0 to create" in sandbox
    names = [one["name"] for one in world.github.artifacts]
    assert names == ["reconcile-plan-prod-fund-agents", "reconcile-plan-sandbox-fund-agents"]
    world.apply(world.merge(pull))
    *_, prod, sandbox = world.github.said_on(pull.number)
    assert "10 applied" in prod and "0 failed, 0 skipped" in sandbox
    assert world.changed(world.main) == [f"{FOLDER}/reconcile.prod.lock"]


@pytest.mark.slow
def test_a_commit_that_can_t_be_planned_makes_the_comment_stale(world: World) -> None:
    pull = world.open("one", STRICTER)
    world.plan(pull)
    world.push(pull, (CHECKER, "model: ", "modle: "))
    world.plan(pull, code=1)
    (comment,) = world.github.said_on(pull.number)
    assert comment.count("**Stale:**") == 1 and pull.head in comment.split("\n\n")[1]
    world.push(pull, (CHECKER, "modle: ", "model: "))
    world.plan(pull)
    (comment,) = world.github.said_on(pull.number)
    assert "**Stale:**" not in comment
