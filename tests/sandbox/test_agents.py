"""Agents: versions, locking, merge rules, archive (hosted-answers, "Agents")."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anthropic
import httpx2
import pytest
from anthropic.types.beta import BetaManagedAgentsAgent

Make = Callable[..., Any]
MODEL = "claude-sonnet-5"
STALE = "Concurrent modification detected. Please fetch the latest version and retry."


def message(caught: pytest.ExceptionInfo[Any]) -> str:
    body = caught.value.body
    assert body["type"] == "error"
    assert body["request_id"].startswith("req_")
    return str(body["error"]["message"])


def test_a_created_agent_has_exactly_the_keys_of_the_sdk(http: httpx2.Client) -> None:
    body = {"name": "a", "model": MODEL, "system": "s", "description": "d", "metadata": {"k": "v"}}
    answer = http.post("/v1/agents", json=body)
    agent = answer.json()
    assert answer.status_code == 200
    assert set(agent) == set(BetaManagedAgentsAgent.model_fields)
    assert agent["version"] == 1
    assert agent["model"] == {"id": MODEL, "speed": "standard", "effort": {"type": "high"}}
    assert agent["mcp_servers"] == agent["skills"] == agent["tools"] == []
    assert agent["multiagent"] is agent["archived_at"] is None
    assert agent["execution_identity"] == {"type": "service_account"}
    assert agent["created_at"] == agent["updated_at"]


def test_update_merges_metadata_and_clears_with_null(
    client: anthropic.Anthropic, make_agent: Make
) -> None:
    agent = make_agent(system="s", description="d", metadata={"stable": "one", "remove_me": "yes"})
    second = client.beta.agents.update(
        agent.id,
        version=1,
        name="b",
        system="s2",
        description="d2",
        metadata={"stable": "two", "added": "new", "remove_me": None},
    )
    assert (second.version, second.name, second.system) == (2, "b", "s2")
    assert second.metadata == {"stable": "two", "added": "new"}
    third = client.beta.agents.update(
        agent.id, version=2, description=None, system=None, metadata={"added": None}
    )
    assert (third.version, third.description, third.system) == (3, None, None)
    assert third.metadata == {"stable": "two"}
    assert third.created_at == agent.created_at
    assert third.updated_at > agent.updated_at


def test_a_stale_version_is_409_and_consumes_no_number(
    client: anthropic.Anthropic, make_agent: Make
) -> None:
    agent = make_agent()
    client.beta.agents.update(agent.id, version=1, name="b")
    with pytest.raises(anthropic.ConflictError) as caught:
        client.beta.agents.update(agent.id, version=1, name="c")
    assert message(caught) == STALE
    assert caught.value.body["error"]["type"] == "invalid_request_error"
    with pytest.raises(anthropic.ConflictError):
        client.beta.agents.update(agent.id, version=1, name="b")  # would change nothing
    assert client.beta.agents.update(agent.id, version=2, name="c").version == 3


def test_without_a_version_the_write_is_unconditional(
    client: anthropic.Anthropic, make_agent: Make
) -> None:
    agent = make_agent()
    client.beta.agents.update(agent.id, name="b")
    assert client.beta.agents.update(agent.id, name="c").version == 3


@pytest.mark.parametrize(
    "same",
    [
        {},
        {"name": "a"},
        {"model": MODEL},
        {"model": {"id": MODEL, "effort": "high", "speed": None}},
        {"system": "", "description": None},
        {"tools": None, "mcp_servers": [], "skills": None, "multiagent": None},
        {"metadata": {}},
        {"metadata": {"never": None}},
        {"execution_identity": None},
        {"execution_identity": {"type": "service_account"}},
    ],
)
def test_an_update_that_changes_nothing_makes_no_version(
    client: anthropic.Anthropic, make_agent: Make, same: dict[str, Any]
) -> None:
    agent = make_agent()
    again = client.beta.agents.update(agent.id, **same)
    assert again.to_dict() == agent.to_dict()
    assert len(client.beta.agents.versions.list(agent.id).data) == 1


def test_a_minimal_toolset_equal_to_the_stored_one_is_no_change(
    client: anthropic.Anthropic, make_agent: Make
) -> None:
    tools: list[Any] = [{"type": "agent_toolset_20260401", "configs": [{"name": "bash"}]}]
    agent = make_agent(tools=tools)
    assert client.beta.agents.update(agent.id, tools=tools).version == 1


def test_lists_are_replaced_and_cleared(client: anthropic.Anthropic, make_agent: Make) -> None:
    servers: Any = [{"type": "url", "name": "n", "url": "https://n.example/mcp"}]
    tools: Any = [{"type": "mcp_toolset", "mcp_server_name": "n"}]
    skills: Any = [{"type": "anthropic", "skill_id": "docx"}]
    agent = make_agent(tools=tools, mcp_servers=servers, skills=skills)
    replaced = client.beta.agents.update(
        agent.id, skills=[{"type": "anthropic", "skill_id": "pdf", "version": "20260203"}]
    )
    assert [(s.skill_id, s.version) for s in replaced.skills] == [("pdf", "20260203")]
    cleared = client.beta.agents.update(agent.id, tools=None, mcp_servers=None, skills=[])
    assert cleared.tools == cleared.mcp_servers == cleared.skills == []


@pytest.mark.parametrize(
    "broken", [{"tools": []}, {"mcp_servers": []}], ids=["no toolset", "no server"]
)
def test_servers_and_toolsets_are_checked_in_the_result(
    client: anthropic.Anthropic, make_agent: Make, broken: dict[str, Any]
) -> None:
    agent = make_agent(
        tools=[{"type": "mcp_toolset", "mcp_server_name": "n"}],
        mcp_servers=[{"type": "url", "name": "n", "url": "https://n.example/mcp"}],
    )
    with pytest.raises(anthropic.BadRequestError):
        client.beta.agents.update(agent.id, **broken)
    assert client.beta.agents.retrieve(agent.id).version == 1


def test_old_versions_stay_as_they_were(client: anthropic.Anthropic, make_agent: Make) -> None:
    agent = make_agent(system="first")
    client.beta.agents.update(agent.id, system="second")
    client.beta.agents.update(agent.id, system="third")
    first = client.beta.agents.retrieve(agent.id, version=1)
    assert first.to_dict() == agent.to_dict()
    assert client.beta.agents.retrieve(agent.id).system == "third"
    with pytest.raises(anthropic.NotFoundError) as caught:
        client.beta.agents.retrieve(agent.id, version=999)
    assert message(caught) == "Agent version not found."
    with pytest.raises(anthropic.BadRequestError):
        client.beta.agents.retrieve(agent.id, version=0)


def test_versions_are_listed_newest_first_in_pages(
    client: anthropic.Anthropic, http: httpx2.Client, make_agent: Make
) -> None:
    agent = make_agent()
    for name in ("b", "c"):
        client.beta.agents.update(agent.id, name=name)
    whole = http.get(f"/v1/agents/{agent.id}/versions").json()
    assert set(whole) == {"data", "next_page"}
    assert [v["version"] for v in whole["data"]] == [3, 2, 1]
    first = client.beta.agents.versions.list(agent.id, limit=2)
    assert [v.version for v in first.data] == [3, 2]
    second = client.beta.agents.versions.list(agent.id, limit=2, page=str(first.next_page))
    assert [v.version for v in second.data] == [1]
    assert second.next_page is None


def test_archive_is_for_ever_and_twice_is_fine(
    client: anthropic.Anthropic, make_agent: Make
) -> None:
    agent = make_agent()
    client.beta.agents.update(agent.id, name="b")
    archived = client.beta.agents.archive(agent.id)
    assert archived.version == 2
    assert archived.archived_at is not None
    assert client.beta.agents.archive(agent.id).archived_at == archived.archived_at
    with pytest.raises(anthropic.BadRequestError) as caught:
        client.beta.agents.update(agent.id, name="c")
    assert message(caught) == "Cannot modify archived agent"
    assert client.beta.agents.retrieve(agent.id).archived_at == archived.archived_at
    old = client.beta.agents.retrieve(agent.id, version=1)
    assert (old.name, old.archived_at) == ("a", archived.archived_at)
    versions = client.beta.agents.versions.list(agent.id).data
    assert {v.archived_at for v in versions} == {archived.archived_at}
    assert client.beta.agents.list().data == []
    assert [a.id for a in client.beta.agents.list(include_archived=True)] == [agent.id]


def test_effort_stays_while_the_model_does(client: anthropic.Anthropic, make_agent: Make) -> None:
    agent = make_agent(
        model={"id": "claude-opus-5", "effort": "max", "speed": "fast", "inference_geo": "us"}
    )
    assert agent.model.to_dict() == {
        "id": "claude-opus-5",
        "effort": {"type": "max"},
        "speed": "fast",
        "inference_geo": "us",
    }
    same = client.beta.agents.update(agent.id, model="claude-opus-5")
    assert same.model.to_dict() == {
        "id": "claude-opus-5",
        "effort": {"type": "max"},
        "speed": "standard",
    }
    other = client.beta.agents.update(agent.id, model="claude-sonnet-5")
    assert other.model.effort is not None
    assert other.model.effort.type == "high"


@pytest.mark.parametrize(
    "model",
    ["", "gpt-5", "claude-3-opus-20240229", "claude-sonnet-4-20250514", None, 5]
    + [
        {"id": MODEL, **extra}
        for extra in (
            {"effort": "extreme"},
            {"effort": {"type": "high", "extra": 1}},
            {"speed": "fast"},
            {"temperature": 1},
        )
    ],
)
def test_a_model_that_makes_no_sense_is_refused(http: httpx2.Client, model: Any) -> None:
    answer = http.post("/v1/agents", json={"name": "a", "model": model})
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"


def test_execution_identity_is_replaced(client: anthropic.Anthropic, make_agent: Make) -> None:
    role: Any = {"type": "aws_role", "role_arn": "arn:aws:iam::123456789012:role/runner"}
    agent = make_agent(execution_identity=role)
    assert agent.execution_identity.to_dict() == role
    assert client.beta.agents.update(agent.id, name="b").execution_identity.type == "aws_role"
    back = client.beta.agents.update(agent.id, execution_identity=None)
    assert back.execution_identity.type == "service_account"


@pytest.mark.parametrize(
    "extra",
    [
        {"color": "red"},
        {"name": ""},
        {"name": None},
        {"system": "x" * 100_001},
        {"system": 5},
        {"tools": None},
        {"skills": None},
        {"mcp_servers": {}},
        {"metadata": None},
        {"metadata": {"k": 1}},
        {"metadata": {"k": None}},
        {"metadata": {"": "v"}},
        {"metadata": {"k" * 65: "v"}},
        {"metadata": {"k": "v" * 513}},
        {"metadata": {str(n): "v" for n in range(17)}},
        {"execution_identity": {"type": "service_account", "role_arn": "x"}},
        {"execution_identity": {"type": "aws_role"}},
        {"execution_identity": {"type": "aws_role", "role_arn": "x" * 2049}},
        {"skills": [{"type": "custom"}]},
        {"skills": [{"type": "custom", "skill_id": "skill_nope"}]},
        {"skills": [{"type": "other", "skill_id": "docx"}]},
        {"skills": [{"type": "custom", "skill_id": "docx"}]},
        {"skills": [{"type": "anthropic", "skill_id": "docx", "version": "1"}]},
        {"skills": [{"type": "anthropic", "skill_id": "docx", "note": "x"}]},
        {"mcp_servers": [{"type": "url", "name": "n", "url": "https://n.example", "headers": {}}]},
    ],
)
def test_what_does_not_belong_is_refused(http: httpx2.Client, extra: dict[str, Any]) -> None:
    answer = http.post("/v1/agents", json={"name": "a", "model": MODEL, **extra})
    assert answer.status_code == 400
    assert http.get("/v1/agents").json()["data"] == []


def test_the_stored_metadata_is_what_is_limited(
    client: anthropic.Anthropic, make_agent: Make
) -> None:
    agent = make_agent(metadata={str(n): "v" for n in range(16)})
    swapped = client.beta.agents.update(agent.id, metadata={"0": None, "new": "v"})
    assert len(swapped.metadata) == 16
    with pytest.raises(anthropic.BadRequestError):
        client.beta.agents.update(agent.id, metadata={"17th": "v"})


def test_the_same_skill_twice_is_refused(make_agent: Make) -> None:
    with pytest.raises(anthropic.BadRequestError) as caught:
        make_agent(skills=[{"type": "anthropic", "skill_id": "docx"}] * 2)
    assert message(caught) == 'Agent has invalid configuration: duplicate skill_id "docx"'


def test_skills_do_not_insist_on_the_read_tool(make_agent: Make) -> None:
    agent = make_agent(skills=[{"type": "anthropic", "skill_id": "docx"}], tools=[])
    assert agent.skills[0].version == "latest"


def test_the_list_pages_and_filters(client: anthropic.Anthropic, make_agent: Make) -> None:
    agents = [make_agent(name=str(n)) for n in range(25)]
    newest_first = [agent.id for agent in reversed(agents)]
    page = client.beta.agents.list()
    assert [agent.id for agent in page.data] == newest_first[:20]
    assert [agent.id for agent in client.beta.agents.list(limit=7)] == newest_first
    middle = agents[10].created_at
    later = client.beta.agents.list(created_at_gte=middle, limit=100).data
    earlier = client.beta.agents.list(created_at_lte=middle, limit=100).data
    assert [agent.id for agent in later] == newest_first[:15]
    assert [agent.id for agent in earlier] == newest_first[14:]


def test_a_page_is_not_disturbed_by_what_is_made_meanwhile(
    client: anthropic.Anthropic, make_agent: Make
) -> None:
    old = [make_agent().id for _ in range(4)]
    first = client.beta.agents.list(limit=2)
    make_agent()
    second = client.beta.agents.list(limit=2, page=str(first.next_page))
    assert [a.id for a in (*first.data, *second.data)] == old[::-1]


@pytest.mark.parametrize(
    "query",
    [
        {"limit": 0},
        {"limit": 101},
        {"limit": "many"},
        {"include_archived": "perhaps"},
        {"created_at[gte]": "yesterday"},
    ],
)
def test_a_query_that_makes_no_sense_is_refused(http: httpx2.Client, query: Any) -> None:
    assert http.get("/v1/agents", params=query).status_code == 400


def test_an_invalid_cursor_is_refused(http: httpx2.Client, make_agent: Make) -> None:
    for _ in range(2):
        make_agent()
    cursor = http.get("/v1/agents", params={"limit": 1}).json()["next_page"]
    assert http.get("/v1/agents", params={"page": cursor}).status_code == 200
    for wrong in ("page_", "page_!!!", "x", cursor[5:], cursor[:-4]):
        answer = http.get("/v1/agents", params={"page": wrong})
        assert answer.status_code == 400
        assert answer.json()["error"]["message"] == "invalid page cursor"
    assert http.get("/v1/environments", params={"page": cursor}).status_code == 400


def test_text_is_kept_as_it_is(make_agent: Make) -> None:
    system = "one\r\ntwo\n\n \u00e9\u4e2d\U0001f600\n"
    assert make_agent(system=system).system == system
