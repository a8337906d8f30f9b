"""Deployments, as far as agents need them (API facts, section 9)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anthropic
import pytest


def test_a_deployment_pins_its_agent(
    client: anthropic.Anthropic, make_agent: Callable[..., Any], deploy: Callable[..., Any]
) -> None:
    agent = make_agent()
    first = deploy(agent.id)
    client.beta.agents.update(agent.id, name="b")
    second = deploy(agent.id)
    third = deploy({"type": "agent", "id": agent.id, "version": 1})
    assert [d.agent.version for d in (first, second, third)] == [1, 2, 1]
    assert client.beta.deployments.retrieve(first.id).agent.version == 1
    assert (first.status, first.paused_reason, first.schedule) == ("active", None, None)
    listed = client.beta.deployments.list(agent_id=agent.id)
    assert [d.id for d in listed] == [third.id, second.id, first.id]
    assert client.beta.deployments.list(agent_id="agent_nobody").data == []
    assert client.beta.deployments.list(status="paused").data == []
    with pytest.raises(anthropic.BadRequestError):
        client.beta.deployments.list(status="active", include_archived=True)


def test_archiving_an_agent_archives_its_deployments(
    client: anthropic.Anthropic, make_agent: Callable[..., Any], deploy: Callable[..., Any]
) -> None:
    one, two = make_agent(), make_agent()
    mine, other = deploy(one.id), deploy(two.id)
    client.beta.agents.archive(one.id)
    assert client.beta.deployments.retrieve(mine.id).archived_at is not None
    assert [d.id for d in client.beta.deployments.list()] == [other.id]
    assert len(client.beta.deployments.list(include_archived=True).data) == 2
    with pytest.raises(anthropic.BadRequestError):
        deploy(one.id)


def test_references_are_checked(make_agent: Callable[..., Any], deploy: Callable[..., Any]) -> None:
    agent = make_agent()
    wrong: list[dict[str, Any]] = [
        {"agent": "agent_nobody"},
        {"agent": {"type": "agent", "id": agent.id, "version": 9}},
        {"agent": agent.id, "environment_id": "env_nowhere"},
        {"agent": agent.id, "vault_ids": ["vlt_none"]},
    ]
    for fields in wrong:
        with pytest.raises(anthropic.NotFoundError):
            deploy(**fields)
    for fields in ({"initial_events": []}, {"name": ""}, {"metadata": {"k": "v" * 513}}):
        with pytest.raises(anthropic.BadRequestError):
            deploy(agent.id, **fields)
