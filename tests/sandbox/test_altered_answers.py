"""Answers from another time or in other words: staleness, order, unknown fields, the clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import anthropic
import pytest

from reconciler.sandbox import Server, serve


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Its own: faults would strike the requests of others."""
    with serve(tmp_path_factory.mktemp("answers") / "store.sqlite") as running:
        yield running


@pytest.fixture(autouse=True)
def clean(server: Server) -> Iterator[None]:
    server.set_faults([])
    server.clear_requests()
    yield
    server.set_faults([])
    server.set_clock(None)


def names(client: anthropic.Anthropic) -> list[str]:
    return [agent.name for agent in client.beta.agents.list()]


def test_stale_by_writes(
    server: Server, client: anthropic.Anthropic, make_agent: Callable[..., Any]
) -> None:
    agent = make_agent(name="a")
    server.set_faults([{"kind": "stale", "writes": 2, "path": "^/v1/agents"}])
    assert names(client) == ["a"]
    make_agent(name="b")
    assert names(client) == ["a"]
    make_agent(name="c")
    client.beta.agents.update(agent.id, version=1, name="a2")
    assert names(client) == ["b", "a"]
    assert client.beta.agents.retrieve(agent.id).version == 1
    with pytest.raises(anthropic.ConflictError):
        client.beta.agents.update(agent.id, version=1, name="a3")
    assert names(client) == ["b", "a"]  # what is refused is no write
    client.beta.environments.list()
    assert [entry["faults"][0]["writes"] for entry in server.requests() if entry["faults"]] == [
        1,
        2,
        2,
        2,
    ]
    server.set_faults([])
    assert names(client) == ["c", "b", "a2"]


def test_stale_by_reads(
    server: Server, client: anthropic.Anthropic, make_agent: Callable[..., Any]
) -> None:
    server.set_faults([{"kind": "stale", "reads": 2}])
    assert names(client) == []
    make_agent(name="a")
    assert [names(client) for _ in range(3)] == [[], [], ["a"]]
    make_agent(name="b")
    assert names(client) == ["a"]
    make_agent(name="c")
    assert [names(client) for _ in range(3)] == [["a"], ["a"], ["c", "b", "a"]]


def test_arrays_in_another_order(
    server: Server, client: anthropic.Anthropic, make_agent: Callable[..., Any]
) -> None:
    schema = {"type": "object", "required": [str(number) for number in range(20)]}
    tools: list[Any] = [
        {"type": "custom", "name": f"t{number}", "description": "d", "input_schema": schema}
        for number in range(20)
    ]
    made = make_agent(tools=tools)
    server.set_faults([{"kind": "reorder"}])
    seen = client.beta.agents.retrieve(made.id)
    assert [t.name for t in seen.tools] != [t.name for t in made.tools]
    assert {t.name for t in seen.tools} == {t.name for t in made.tools}
    assert seen.tools[0].input_schema.to_dict() == schema
    make_agent(name="second")
    assert names(client) == ["second", "a"]


def test_a_field_nobody_knows(
    server: Server, client: anthropic.Anthropic, make_agent: Callable[..., Any]
) -> None:
    tools: Any = [{"type": "agent_toolset_20260401", "configs": [{"name": "bash"}]}]
    made = make_agent(tools=tools, metadata={"k": "v"})
    server.set_faults([{"kind": "unknown_field"}])
    with pytest.raises(AssertionError, match="BetaManagedAgentsAgent has no unheard_of"):
        client.beta.agents.retrieve(made.id)
    plain = anthropic.Anthropic(base_url=server.url, api_key=client.api_key, max_retries=0)
    with plain:
        seen = plain.beta.agents.retrieve(made.id).to_dict()
    assert seen["unheard_of"] == seen["model"]["unheard_of"] == "new"
    assert seen["tools"][0]["configs"][0]["unheard_of"] == "new"
    assert seen["metadata"] == {"k": "v"}
    with pytest.raises(anthropic.NotFoundError) as caught:
        client.beta.agents.retrieve("agent_nobody")
    assert "unheard_of" not in caught.value.body


def test_the_clock_stands_still_goes_on_and_is_let_go(
    server: Server, client: anthropic.Anthropic, make_agent: Callable[..., Any]
) -> None:
    server.set_clock({"now": "2030-01-01T01:00:00+01:00"})
    first, second = make_agent(), make_agent()
    assert first.created_at == second.created_at == datetime(2030, 1, 1, tzinfo=UTC)
    server.set_clock({"now": "2030-01-01T00:00:00Z", "step": 60})
    made = make_agent()
    assert client.beta.agents.update(made.id, name="b").updated_at.minute == 1
    vault = client.beta.vaults.create(display_name="v").id
    auth: Any = {"type": "mcp_oauth", "mcp_server_url": "https://x.example", "access_token": "t"}
    with pytest.raises(anthropic.BadRequestError, match=r"expires_at must be in the future"):
        client.beta.vaults.credentials.create(
            vault, auth={**auth, "expires_at": "2029-12-31T00:00:00Z"}
        )
    client.beta.vaults.credentials.create(
        vault, auth={**auth, "expires_at": "2030-01-02T00:00:00Z"}
    )
    server.set_clock({"now": "9999-12-30T23:59:59Z", "step": 1e8})
    assert [make_agent().created_at.year for _ in range(2)] == [9999, 9999]
    server.set_clock(None)
    assert make_agent().created_at.year < 2030


@pytest.mark.parametrize(
    "setting", [{}, {"now": "soon"}, {"now": "2030-01-01T00:00:00Z", "step": -1}, {"then": 1}]
)
def test_a_clock_that_can_not_be_set(server: Server, setting: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"now|step|then"):
        server.set_clock(setting)
