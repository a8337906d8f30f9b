"""Pausing, running and archiving deployments (API facts, section 9; SDK)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import anthropic
import httpx2
import pytest
from anthropic.types.beta import BetaManagedAgentsDeploymentRun

HOURLY: Any = {"type": "cron", "expression": "0 * * * *", "timezone": "UTC"}


def moment(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}+00:00")


def fire(http: httpx2.Client) -> Any:
    return http.post("/_sandbox/schedules").json()


def test_run_now(client: anthropic.Anthropic, deploy: Any, make_agent: Any) -> None:
    vault = client.beta.vaults.create(display_name="v").id
    agent = make_agent(tools=[{"type": "agent_toolset_20260401"}])
    made = deploy(agent.id, vault_ids=[vault])
    run = client.beta.deployments.run(made.id)
    assert set(run.to_dict()) == set(BetaManagedAgentsDeploymentRun.model_fields)
    assert run.id.startswith("drun_")
    assert (run.error, run.trigger_context.type) == (None, "manual")
    assert run.agent.to_dict() == {"type": "agent", "id": agent.id, "version": 1}
    session = client.beta.sessions.retrieve(run.session_id or "")
    assert (session.deployment_id, session.vault_ids) == (made.id, [vault])
    assert session.status == "idle"
    assert (session.usage.output_tokens or 0) > 0
    assert len(client.beta.files.list(scope_id=session.id).data) == 1
    assert [s.id for s in client.beta.sessions.list(deployment_id=made.id)] == [session.id]
    assert client.beta.deployment_runs.retrieve(run.id).to_dict() == run.to_dict()


def test_lists_of_runs(client: anthropic.Anthropic, deploy: Any) -> None:
    made = deploy()
    runs = [client.beta.deployments.run(made.id).id for _ in range(3)]
    client.beta.deployments.run(deploy().id)
    each = client.beta.deployment_runs.list
    assert [run.id for run in each(deployment_id=made.id, limit=2)] == runs[::-1]
    assert len(each().data) == 4
    assert each(deployment_id="depl_none").data == []
    assert len(each(has_error=False).data) == 4
    assert each(has_error=True).data == each(trigger_type="schedule").data == []
    assert len(each(trigger_type="manual", limit=1000).data) == 4
    wrong: list[dict[str, Any]] = [{"limit": 1001}, {"trigger_type": "x"}, {"page": "page_x"}]
    for query in wrong:
        with pytest.raises(anthropic.BadRequestError):
            each(**query)


def test_pause_and_unpause(client: anthropic.Anthropic, deploy: Any) -> None:
    made = deploy()
    paused = client.beta.deployments.pause(made.id)
    assert (paused.status, paused.paused_reason.to_dict()) == ("paused", {"type": "manual"})  # type: ignore[union-attr]
    assert client.beta.deployments.pause(made.id).to_dict() == paused.to_dict()
    assert [d.id for d in client.beta.deployments.list(status="paused")] == [made.id]
    assert client.beta.deployments.list(status="active").data == []
    assert client.beta.deployments.run(made.id).session_id is not None
    back = client.beta.deployments.unpause(made.id)
    assert (back.status, back.paused_reason) == ("active", None)


def test_archive_is_for_ever(client: anthropic.Anthropic, deploy: Any) -> None:
    made = deploy(schedule=HOURLY)
    client.beta.deployments.pause(made.id)
    archived = client.beta.deployments.archive(made.id)
    assert (archived.status, archived.paused_reason) == ("active", None)
    assert archived.archived_at is not None
    assert archived.schedule is not None
    assert archived.schedule.upcoming_runs_at == []
    assert client.beta.deployments.archive(made.id).to_dict() == archived.to_dict()
    for change in ("pause", "unpause", "run", "update"):
        with pytest.raises(anthropic.BadRequestError):
            getattr(client.beta.deployments, change)(made.id)
    assert client.beta.deployments.list().data == []


def test_schedules_start_what_is_due(
    client: anthropic.Anthropic, deploy: Any, http: httpx2.Client, set_clock: Callable[[str], None]
) -> None:
    set_clock("2026-10-05T08:30:00Z")
    made = deploy(schedule=HOURLY)
    assert fire(http) == []
    set_clock("2026-10-05T10:00:00Z")
    client.beta.deployments.update(made.id, name="renamed")
    first, second = fire(http)
    assert fire(http) == []
    assert [moment(run["trigger_context"]["scheduled_at"][:16]) for run in (first, second)] == [
        moment("2026-10-05T09:00"),
        moment("2026-10-05T10:00"),
    ]
    schedule: Any = client.beta.deployments.retrieve(made.id).schedule
    assert schedule.last_run_at == moment("2026-10-05T10:00")
    assert schedule.upcoming_runs_at[0] == moment("2026-10-05T11:00")
    client.beta.deployments.run(made.id)
    assert client.beta.deployments.retrieve(made.id).schedule.last_run_at == schedule.last_run_at  # type: ignore[union-attr]
    assert len(client.beta.deployment_runs.list(trigger_type="schedule").data) == 2


def test_unpausing_makes_up_for_nothing(
    client: anthropic.Anthropic, deploy: Any, http: httpx2.Client, set_clock: Callable[[str], None]
) -> None:
    set_clock("2026-10-05T08:30:00Z")
    made = deploy(schedule=HOURLY)
    client.beta.deployments.pause(made.id)
    set_clock("2026-10-05T12:30:00Z")
    client.beta.deployments.unpause(made.id)
    assert fire(http) == []
    set_clock("2026-10-05T13:00:00Z")
    assert len(fire(http)) == 1


def test_a_scheduled_run_that_fails_pauses_the_deployment(
    client: anthropic.Anthropic, deploy: Any, http: httpx2.Client, set_clock: Callable[[str], None]
) -> None:
    set_clock("2026-10-05T08:30:00Z")
    vault = client.beta.vaults.create(display_name="v").id
    made = deploy(schedule=HOURLY, vault_ids=[vault])
    client.beta.vaults.archive(vault)
    manual = client.beta.deployments.run(made.id)
    assert manual.error is not None
    assert (manual.error.type, manual.session_id) == ("vault_archived_error", None)
    assert client.beta.deployments.retrieve(made.id).status == "active"
    set_clock("2026-10-05T11:30:00Z")
    (run,) = fire(http)
    assert run["error"]["type"] == "vault_archived_error"
    paused: Any = client.beta.deployments.retrieve(made.id)
    assert paused.status == "paused"
    assert paused.paused_reason.to_dict() == {
        "type": "error",
        "error": {"type": "vault_archived_error"},
    }
    assert len(client.beta.deployment_runs.list(has_error=True).data) == 2


def test_errors_of_runs(client: anthropic.Anthropic, deploy: Any, make_agent: Any) -> None:
    from .conftest import skill_files

    def failing(made: Any) -> str:
        run = client.beta.deployments.run(made.id)
        assert run.session_id is None
        assert run.error is not None
        return run.error.type

    archived = client.beta.environments.create(name="a").id
    made = deploy(environment_id=archived)
    client.beta.environments.archive(archived)
    assert failing(made) == "environment_archived_error"

    deleted = client.beta.environments.create(name="b").id
    made = deploy(environment_id=deleted)
    client.beta.environments.delete(deleted)
    assert failing(made) == "environment_not_found_error"

    vault = client.beta.vaults.create(display_name="v").id
    made = deploy(vault_ids=[vault])
    client.beta.vaults.delete(vault)
    assert failing(made) == "vault_not_found_error"

    file = client.beta.files.upload(file=("a.txt", b"a"))
    made = deploy(resources=[{"type": "file", "file_id": file.id}])
    client.beta.files.delete(file.id)
    assert failing(made) == "file_not_found_error"

    skill = client.beta.skills.create(files=skill_files()).id
    made = deploy(make_agent(skills=[{"type": "custom", "skill_id": skill}]).id)
    client.beta.skills.delete(skill)
    assert failing(made) == "skill_not_found_error"

    member = make_agent().id
    made = deploy(make_agent(multiagent={"type": "coordinator", "agents": [member]}).id)
    client.beta.agents.archive(member)
    assert failing(made) == "agent_archived_error"

    hosted = client.beta.environments.create(name="h", config={"type": "self_hosted"}).id
    file = client.beta.files.upload(file=("a.txt", b"a"))
    mounting: Any = [{"type": "file", "file_id": file.id}]
    made = deploy(environment_id=hosted, resources=mounting)
    assert failing(made) == "self_hosted_resources_unsupported_error"

    closed: Any = {"type": "cloud", "networking": {"type": "limited"}}
    limited = client.beta.environments.create(name="l", config=closed).id
    agent = make_agent(
        tools=[{"type": "mcp_toolset", "mcp_server_name": "m"}],
        mcp_servers=[{"type": "url", "name": "m", "url": "https://mcp.example.com"}],
    )
    assert failing(deploy(agent.id, environment_id=limited)) == "mcp_egress_blocked_error"
    assert client.beta.sessions.list().data == []
