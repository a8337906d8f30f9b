"""No body makes the server stumble: what it does not take, it refuses with 400."""

from __future__ import annotations

import copy
import json
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

REF = {"type": "tool_reference", "name": "web_search"}
AGENT: dict[str, Any] = {
    "name": "a",
    "model": {"id": "claude-opus-5", "effort": {"type": "high"}, "speed": "fast"},
    "system": "s",
    "tools": [
        {
            "type": "agent_toolset_20260401",
            "default_config": {"enabled": True, "permission_policy": {"type": "auto"}},
            "configs": [
                {"name": "bash", "enabled": False},
                {
                    "name": "web_fetch",
                    "allowed_domains": ["a.example"],
                    "url_sources": {"server_tool_results": {"type": "only", "tools": [REF]}},
                },
            ],
        },
        {"type": "mcp_toolset", "mcp_server_name": "n", "configs": [{"name": "x"}]},
        {"type": "custom", "name": "t", "description": "d", "input_schema": {"type": "object"}},
    ],
    "mcp_servers": [{"type": "url", "name": "n", "url": "https://n.example/mcp"}],
    "skills": [{"type": "anthropic", "skill_id": "docx", "version": None}],
    "multiagent": {
        "type": "multiagent_20261001",
        "subagents": {"type": "enabled", "predefined_agents": [{"type": "self"}]},
        "workflows": {"type": "disabled"},
        "advisor": {"type": "enabled", "model": "claude-opus-5"},
    },
    "metadata": {"k": "v"},
    "execution_identity": {"type": "aws_role", "role_arn": "arn:aws:iam::1:role/x"},
}
ENVIRONMENT: dict[str, Any] = {
    "name": "e",
    "config": {
        "type": "cloud",
        "networking": {
            "type": "limited",
            "allowed_hosts": ["a.example"],
            "allow_package_managers": True,
        },
        "packages": {"pip": ["x"]},
    },
    "metadata": {"k": "v"},
}
CREDENTIAL: dict[str, Any] = {
    "display_name": "n",
    "auth": {
        "type": "mcp_oauth",
        "mcp_server_url": "https://x.example:8080/mcp",
        "access_token": "t",
        "expires_at": "2099-01-01T00:00:00Z",
        "refresh": {
            "client_id": "c",
            "refresh_token": "t",
            "token_endpoint": "https://y.example",
            "token_endpoint_auth": {"type": "client_secret_basic", "client_secret": "t"},
        },
    },
}

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=8)
    | st.sampled_from(["enabled", "self", "docx", "agent_x", "http://[", "https://x:99999/", "*"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["type", "id", "name", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value)
    found = [path]
    for key, item in inner:
        here = (*path, key)
        found += places(item, here) if isinstance(item, dict | list) else [here]
    return found


def changed(body: dict[str, Any], data: st.DataObject) -> Any:
    """The body with something else at one place, a key more, or one less."""
    result = copy.deepcopy(body)
    path = data.draw(st.sampled_from(places(body)[1:]))
    holder = result
    for step in path[:-1]:
        holder = holder[step]
    what = data.draw(st.sampled_from(["replace", "remove", "add"]))
    if what == "replace":
        holder[path[-1]] = data.draw(VALUES)
    elif what == "remove":
        del holder[path[-1]]
    elif isinstance(holder, dict):
        holder[data.draw(st.text(max_size=4))] = data.draw(VALUES)
    return result


LIMITS = settings(
    max_examples=120,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@pytest.mark.parametrize(
    ("path", "body"),
    [("/v1/agents", AGENT), ("/v1/environments", ENVIRONMENT), ("/v1/vaults/V", CREDENTIAL)],
    ids=["agent", "environment", "credential"],
)
@LIMITS
@given(data=st.data())
def test_a_changed_body_is_taken_or_refused(
    http: httpx2.Client, path: str, body: dict[str, Any], data: st.DataObject
) -> None:
    sent = changed(body, data)
    if path.endswith("/V"):
        vault = http.post("/v1/vaults", json={"display_name": "v"}).json()["id"]
        path = f"/v1/vaults/{vault}/credentials"
    answer = http.post(path, json=sent)
    assert answer.status_code in (200, 400), answer.text
    if answer.status_code == 200:
        again = http.post(f"{path}/{answer.json()['id']}", json={})
        assert again.status_code == 200


def test_the_bodies_it_starts_from_are_taken(http: httpx2.Client) -> None:
    assert http.post("/v1/agents", json=AGENT).status_code == 200
    assert http.post("/v1/environments", json=ENVIRONMENT).status_code == 200
    vault = http.post("/v1/vaults", json={"display_name": "v"}).json()["id"]
    assert http.post(f"/v1/vaults/{vault}/credentials", json=CREDENTIAL).status_code == 200


@pytest.mark.parametrize(
    "content",
    [
        b'{"name": "\\ud800", "model": "claude-opus-5"}',
        b'{"name": 1e999, "model": "claude-opus-5"}',
        b'{"name": "a", "model": "claude-opus-5", "version": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
    ],
)
def test_json_at_its_edges(http: httpx2.Client, content: bytes) -> None:
    assert http.post("/v1/agents", content=content).status_code == 400


def test_whole_surrogate_pairs_are_fine(http: httpx2.Client) -> None:
    body = json.dumps({"name": "\U0001f600", "model": "claude-opus-5"})
    answer = http.post("/v1/agents", content=body)
    assert answer.json()["name"] == "\U0001f600"


@pytest.mark.parametrize(
    "query",
    [
        {"limit": "9" * 5000},
        {"limit": "\u0662"},
        {"page": "page_" + "A" * 5000},
        {"created_at[gte]": "0001-01-01T00:00:00+23:59"},
        {"created_at[lte]": "2026-13-01T00:00:00Z"},
    ],
)
def test_queries_at_their_edges(http: httpx2.Client, query: dict[str, str]) -> None:
    assert http.get("/v1/agents", params=query).status_code == 400
