"""The registry fails after the agent was made, and the agent behind a row is made again."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from tests.e2e.conftest import Project
from tests.scenarios.world import client, creates, faults, rows, settled

AGENT, ROW = "agent/audit-handover", "registration/byng/audit-handover"
KEY, VAULT = "credential/byng/audit-handover", "vault/byng/audit-handover"
REGISTRY = "/v1/workspace/registry/agents"
DOWN: dict[str, Any] = {"kind": "status", "method": "POST", "path": "/registry/agents$"}


@pytest.mark.parametrize(
    "fault",
    [
        {**DOWN, "status": 500},
        {**DOWN, "status": 403},
        {"kind": "drop", "method": "POST", "path": "/registry/agents$"},
    ],
    ids=["500", "403", "cut off"],
)
def test_the_agent_is_kept_and_the_next_run_resumes(sample: Project, fault: dict[str, Any]) -> None:
    with faults(sample, fault):
        report = sample.apply(code=3).stdout
    assert f"failed   {ROW}" in report and f"skipped  {KEY}" in report
    assert "run `reconcile apply` again" in report
    assert creates(sample, REGISTRY) == 1, "a registration was sent twice in one run"
    identity, vault = sample.id(AGENT), sample.id(VAULT)
    pending = next(entry for at, entry in sample.lock().objects.items() if str(at) == ROW)
    assert pending.id == "" and pending.intent and rows(sample) == []
    assert pending.intent.external_ref == f"anthropic://agents/{identity}"
    assert ROW in sample.plan(code=2).stdout
    sample.apply()
    assert creates(sample) == 0 and creates(sample, "/v1/vaults") == 0
    assert (
        creates(sample, REGISTRY) == 1 and creates(sample, f"/v1/vaults/{vault}/credentials") == 1
    )
    assert sample.id(AGENT) == identity and [row["id"] for row in rows(sample)] == [sample.id(ROW)]
    settled(sample)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_key_that_was_stored_is_not_made_again(sample: Project, when: str) -> None:
    """The registry made the row and its key was stored; only what came after was lost."""
    sample.edit(
        "agents/audit-handover/agent.yaml",
        "{mcp_server: ntropii}",
        "{mcp_server: ntropii, versions: true}",
    )
    unsure = {"kind": "status", "status": 500, "when": when, "method": "POST"}
    with faults(sample, {**unsure, "path": "/versions$"}):
        sample.apply(code=3 if when == "before" else 0)
    row, key = sample.id(ROW), sample.id(KEY)
    sample.apply()
    assert creates(sample, REGISTRY) == 0 and (sample.id(ROW), sample.id(KEY)) == (row, key)
    (listed,) = rows(sample)
    assert listed["id"] == row and len(listed["versions"]) == 1
    settled(sample)


def test_an_agent_made_again_is_registered_again_and_its_dependents_named(sample: Project) -> None:
    sample.apply()
    old, row = sample.id(AGENT), sample.id(ROW)
    client(sample).beta.agents.archive(old)
    held = sample.plan(code=5).stdout
    assert f"{old} was archived" in held and f"--recreate {AGENT}" in held
    planned = sample.run("plan", "--recreate", AGENT).stdout
    assert f"the id {old} ends" in planned and f"registry row {row} is deleted" in planned
    assert "runbooks that invoke the old UUID must be given the new one" in planned
    assert ROW in planned and KEY in planned
    assert sample.writes() == []


def test_coordinators_of_a_member_made_again_are_in_the_plan(sample: Project) -> None:
    sample.apply()
    old, coordinator = sample.id("agent/price-checker"), sample.id("agent/nav-review")
    client(sample).beta.agents.archive(old)
    planned = sample.run("plan", "--recreate", "agent/price-checker").stdout
    assert f"the id {old} ends" in planned and "~ agent/nav-review" in planned
    sample.apply("--recreate", "agent/price-checker")
    assert [path for _, path in sample.writes()] == ["/v1/agents", f"/v1/agents/{coordinator}"]
    settled(sample)


def test_the_row_follows_the_agent(sample: Project) -> None:
    sample.apply()
    old, row = sample.id(AGENT), sample.id(ROW)
    client(sample).beta.agents.archive(old)
    sample.apply("--recreate", AGENT)
    assert ("DELETE", f"{REGISTRY}/{row}") in sample.writes() and creates(sample) == 1
    (listed,) = rows(sample)
    assert listed["id"] == sample.id(ROW) != row
    assert listed["externalRef"] == f"anthropic://agents/{sample.id(AGENT)}"
    (credential,) = client(sample).beta.vaults.credentials.list(sample.id(VAULT))
    assert credential.metadata["registration"] == listed["id"]
    settled(sample)


def workflow(project: Project, row: str) -> None:
    """A workflow that invokes a registered agent."""
    server = project.server
    httpx2.post(
        f"{server.url}/_sandbox/workflows",
        json={"agentId": row},
        headers={"x-api-key": server.api_key},
    ).raise_for_status()


def test_a_row_that_a_workflow_uses_is_not_taken_from_under_it(sample: Project) -> None:
    sample.apply()
    old, row = sample.id(AGENT), sample.id(ROW)
    workflow(sample, row)
    client(sample).beta.agents.archive(old)
    report = sample.apply("--recreate", AGENT, code=3).stdout
    assert f"row {row} is still in use" in report and f"skipped  {KEY}" in report
    assert [one["id"] for one in rows(sample)] == [row] and sample.id(AGENT) != old
