"""Deployments, field by field (API facts, section 9; SDK)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import anthropic
import httpx2
import pytest
from anthropic.types.beta import BetaManagedAgentsDeployment

EVENTS: Any = [{"type": "user.message", "content": [{"type": "text", "text": "go"}]}]
WEEKLY: Any = {"type": "cron", "expression": "0 20 * * 5", "timezone": "America/New_York"}
BUDGET: Any = {"type": "limit", "max_list_cost": {"amount": "2500", "currency": "USD"}}
REPOSITORY: Any = {
    "type": "github_repository",
    "url": "https://github.com/acme/books",
    "authorization_token": "ghp_secret",
}


def test_the_keys_of_a_deployment(deploy: Any) -> None:
    shown = deploy().to_dict(mode="json")
    assert set(shown) == set(BetaManagedAgentsDeployment.model_fields) - {"budget"}
    assert deploy(budget=BUDGET).budget.max_list_cost.amount == "2500"
    assert deploy(budget=None, schedule=None, description="").description is None


def test_secrets_of_resources_are_not_echoed(client: anthropic.Anthropic, deploy: Any) -> None:
    made = deploy(resources=[REPOSITORY])
    (resource,) = made.resources
    assert resource.to_dict() == {k: v for k, v in REPOSITORY.items() if k != "authorization_token"}
    assert "ghp_secret" not in client.beta.deployments.retrieve(made.id).to_json()


def test_an_update_keeps_replaces_and_clears(client: anthropic.Anthropic, deploy: Any) -> None:
    one = client.beta.vaults.create(display_name="1").id
    two = client.beta.vaults.create(display_name="2").id
    made = deploy(
        description="d",
        vault_ids=[two, one],
        resources=[REPOSITORY],
        schedule=WEEKLY,
        budget=BUDGET,
        metadata={"a": "1", "b": "2"},
    )
    assert made.vault_ids == [two, one]
    update = client.beta.deployments.update
    same = update(made.id)
    assert same.to_dict() == made.to_dict()
    renamed = update(made.id, name="e", metadata={"a": None, "c": "3"}, vault_ids=[one, two])
    assert (renamed.name, renamed.metadata) == ("e", {"b": "2", "c": "3"})
    assert (renamed.vault_ids, renamed.description) == ([one, two], "d")
    assert len(renamed.resources) == 1
    cleared = update(
        made.id, description="", vault_ids=None, resources=None, schedule=None, budget=None
    )
    assert (cleared.vault_ids, cleared.resources) == ([], [])
    assert (cleared.description, cleared.schedule, cleared.budget) == (None, None, None)
    again = update(made.id, vault_ids=[one])
    assert update(again.id, vault_ids=[]).vault_ids == []


def test_an_agent_as_a_string_is_pinned_anew(
    client: anthropic.Anthropic, make_agent: Any, deploy: Any
) -> None:
    agent = make_agent()
    made = deploy(agent=agent.id)
    client.beta.agents.update(agent.id, name="b")
    update = client.beta.deployments.update
    assert update(made.id, name="x").agent.version == 1
    assert update(made.id, agent=agent.id).agent.version == 2
    pinned: Any = {"type": "agent", "id": agent.id, "version": 1}
    assert update(made.id, agent=pinned).agent.version == 1
    other = make_agent()
    assert update(made.id, agent=other.id).agent.id == other.id
    assert client.beta.deployments.list(agent_id=agent.id).data == []
    client.beta.agents.archive(other.id)
    assert client.beta.deployments.retrieve(made.id).archived_at is not None


@pytest.mark.parametrize(
    "fields",
    [
        {"name": None},
        {"name": ""},
        {"agent": None},
        {"environment_id": None},
        {"initial_events": None},
        {"initial_events": []},
        {"initial_events": EVENTS * 51},
        {"initial_events": [{"type": "user.interrupt"}]},
        {"schedule": {"type": "cron", "expression": "0 9 * * *"}},
        {"schedule": {**WEEKLY, "jitter": 1}},
        {"schedule": {**WEEKLY, "timezone": "Europe/Atlantis"}},
        {"schedule": {**WEEKLY, "timezone": "america/new_york"}},
        {"budget": {**BUDGET, "max_list_cost": {"amount": "1", "currency": "EUR"}}},
        {"budget": {**BUDGET, "type": "soft"}},
        {"vault_ids": ["vlt_x"] * 51},
        {"resources": [{**REPOSITORY, "type": "svn"}]},
        {"resources": [REPOSITORY] * 501},
        {"status": "paused"},
        {"metadata": {str(n): "" for n in range(17)}},
    ],
)
def test_what_does_not_belong_is_refused(http: httpx2.Client, deploy: Any, fields: Any) -> None:
    made = deploy()
    assert http.post(f"/v1/deployments/{made.id}", json=fields).status_code == 400
    base = made.to_dict(mode="json")
    whole = {key: base[key] for key in ("agent", "environment_id", "initial_events", "name")}
    assert http.post("/v1/deployments", json={**whole, **fields}).status_code == 400


def test_lists_and_metadata_are_not_nullable_on_create(http: httpx2.Client, deploy: Any) -> None:
    base = deploy().to_dict(mode="json")
    whole = {key: base[key] for key in ("agent", "environment_id", "initial_events", "name")}
    for key in ("vault_ids", "resources", "metadata"):
        assert http.post("/v1/deployments", json={**whole, key: None}).status_code == 400
        assert http.post(f"/v1/deployments/{base['id']}", json={key: None}).status_code == 200


@pytest.mark.parametrize(
    "expression",
    [
        "@daily",
        "* * * *",
        "* * * * * *",
        "60 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "* * L * *",
        "* * 15W * *",
        "* * ? * *",
        "* * * 13 *",
        "* * * * 8",
        "* * * * 5#2",
        "5-1 * * * *",
        "*/0 * * * *",
        "1/5 * * * *",
        "0 0 30 2 *",
    ],
)
def test_cron_expressions_are_checked(deploy: Any, expression: str) -> None:
    with pytest.raises(anthropic.BadRequestError, match=r"schedule\.expression"):
        deploy(schedule={**WEEKLY, "expression": expression})


@pytest.mark.parametrize(
    ("expression", "timezone", "now", "upcoming"),
    [
        # The example of the documentation.
        (
            "0 20 * * 5",
            "America/New_York",
            "2026-05-05T12:00:00Z",
            ["2026-05-09T00:00", "2026-05-16T00:00", "2026-05-23T00:00"],
        ),
        ("30 9 * * 1-5", "UTC", "2026-10-30T09:30:00Z", ["2026-11-02T09:30", "2026-11-03T09:30"]),
        ("0 0 * * 7", "UTC", "2026-10-31T00:00:00Z", ["2026-11-01T00:00", "2026-11-08T00:00"]),
        ("0 0 * * 0", "UTC", "2026-10-31T00:00:00Z", ["2026-11-01T00:00", "2026-11-08T00:00"]),
        # Either day is enough when both are given.
        ("0 0 13 * 5", "UTC", "2026-11-10T00:00:00Z", ["2026-11-13T00:00", "2026-11-20T00:00"]),
        ("0 0 29 2 *", "UTC", "2026-01-01T00:00:00Z", ["2028-02-29T00:00", "2032-02-29T00:00"]),
        (
            "*/30 8-9 * jan MON",
            "UTC",
            "2027-01-04T08:10:00Z",
            ["2027-01-04T08:30", "2027-01-04T09:00"],
        ),
        # A wall-clock time that a day skips does not occur, one it repeats occurs twice.
        ("30 2 * * *", "America/New_York", "2026-03-07T12:00:00Z", ["2026-03-09T06:30"]),
        (
            "30 1 * * *",
            "America/New_York",
            "2026-11-01T00:00:00Z",
            ["2026-11-01T05:30", "2026-11-01T06:30"],
        ),
    ],
)
def test_upcoming_runs(
    http: httpx2.Client,
    deploy: Any,
    set_clock: Callable[[str], None],
    expression: str,
    timezone: str,
    now: str,
    upcoming: list[str],
) -> None:
    set_clock(now)
    made = deploy(schedule={"type": "cron", "expression": expression, "timezone": timezone})
    assert (made.schedule.expression, made.schedule.timezone) == (expression, timezone)
    assert made.schedule.last_run_at is None
    assert len(made.schedule.upcoming_runs_at) == 5
    expected = [datetime.fromisoformat(f"{moment}+00:00") for moment in upcoming]
    assert made.schedule.upcoming_runs_at[: len(expected)] == expected
