"""One client and the rules of agents: a machine that knows what must be answered, step by step."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    invariant,
    rule,
    run_state_machine_as_test,
)

from reconciler.sandbox import Server, serve

from .conftest import HEADERS, WORKSPACES

WORDS = st.sampled_from(["one", "two", "three"])
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "name": WORDS,
        "system": st.none() | st.just("") | WORDS,
        "description": st.none() | WORDS,
        "model": st.sampled_from(["claude-opus-5", {"id": "claude-opus-5", "effort": "low"}]),
        "metadata": st.dictionaries(WORDS, st.none() | WORDS, max_size=2),
        "tools": st.none() | st.sampled_from([[], [{"type": "agent_toolset_20260401"}]]),
    },
)
FILLED_TOOLSET = {
    "type": "agent_toolset_20260401",
    "configs": [],
    "default_config": {"enabled": True, "permission_policy": {"type": "always_allow"}},
}


def merged(agent: dict[str, Any], sent: dict[str, Any]) -> dict[str, Any]:
    """What an agent is after an update, by the documented rules (own words, not the server's)."""
    result = copy.deepcopy(agent)
    for key, value in sent.items():
        if key == "metadata":
            result["metadata"] = {
                name: text
                for name, text in {**result["metadata"], **value}.items()
                if text is not None
            }
        elif key == "tools":
            result["tools"] = [FILLED_TOOLSET] if value else []
        elif key == "model":
            kept = result["model"]["effort"] if result["model"] else "high"
            result["model"] = {"effort": kept if isinstance(value, str) else value["effort"]}
        else:
            result[key] = value or None
    return result


def outline(body: dict[str, Any]) -> dict[str, Any]:
    """An answer, as far as the machine has an opinion of it."""
    shown = {key: body[key] for key in ("name", "system", "description", "metadata", "tools")}
    return {**shown, "model": {"effort": body["model"]["effort"]["type"]}}


class Agents(RuleBasedStateMachine):
    """Every agent of one workspace, as a list of its versions."""

    agents = Bundle("agents")
    server: Server

    def __init__(self) -> None:
        super().__init__()
        key = f"{self.server.api_key}@machine{next(WORKSPACES)}"
        headers = {"authorization": f"Bearer {key}", **HEADERS}
        self.http = httpx2.Client(base_url=self.server.url, headers=headers, verify=False)
        self.versions: dict[str, list[dict[str, Any]]] = {}
        self.archived: dict[str, str] = {}

    def teardown(self) -> None:
        self.http.close()

    def post(self, path: str, body: Any = None) -> tuple[int, Any]:
        answer = self.http.post(f"/v1/agents{path}", json=body)
        return answer.status_code, answer.json()

    def get(self, path: str) -> tuple[int, Any]:
        answer = self.http.get(f"/v1/agents{path}")
        return answer.status_code, answer.json()

    @rule(target=agents, name=WORDS, fields=FIELDS)
    def create(self, name: str, fields: dict[str, Any]) -> Any:
        given = {key: value for key, value in fields.items() if value is not None}
        body = {"model": "claude-opus-5", **given, "name": name}
        body["metadata"] = {k: v for k, v in body.get("metadata", {}).items() if v is not None}
        status, made = self.post("", body)
        assert (status, made["version"]) == (200, 1)
        blank = {"name": None, "system": None, "description": None, "metadata": {}, "tools": []}
        expected = merged({**blank, "model": None}, body)
        assert outline(made) == expected
        self.versions[made["id"]] = [expected]
        return made["id"]

    @rule(agent=agents, fields=FIELDS, send_version=st.booleans())
    def update(self, agent: str, fields: dict[str, Any], send_version: bool) -> None:
        known = self.versions[agent]
        sent = {**fields, "version": len(known)} if send_version else fields
        status, body = self.post(f"/{agent}", sent)
        if agent in self.archived:
            assert (status, body["error"]["message"]) == (400, "Cannot modify archived agent")
            return
        expected = merged(known[-1], fields)
        if expected != known[-1]:
            known.append(expected)
        assert (status, body["version"], outline(body)) == (200, len(known), expected)

    @rule(agent=agents, fields=FIELDS, off=st.integers(-3, 3).filter(bool))
    def update_with_another_version(self, agent: str, fields: dict[str, Any], off: int) -> None:
        version = len(self.versions[agent]) + off
        status, body = self.post(f"/{agent}", {**fields, "version": version})
        if agent in self.archived or version < 1:
            assert status == 400
        else:
            assert (status, body["error"]["type"]) == (409, "invalid_request_error")

    @rule(agent=agents)
    def archive(self, agent: str) -> None:
        status, body = self.post(f"/{agent}/archive")
        assert (status, body["version"]) == (200, len(self.versions[agent]))
        assert body["archived_at"] == self.archived.setdefault(agent, body["archived_at"])

    @rule(agent=agents, version=st.integers(1, 6))
    def retrieve_version(self, agent: str, version: int) -> None:
        status, body = self.get(f"/{agent}?version={version}")
        known = self.versions[agent]
        if version > len(known):
            assert (status, body["error"]["message"]) == (404, "Agent version not found.")
            return
        assert (status, outline(body)) == (200, known[version - 1])
        assert body["archived_at"] == self.archived.get(agent)

    @rule(agent=agents, limit=st.integers(1, 4))
    def list_versions(self, agent: str, limit: int) -> None:
        found, page = [], ""
        while True:
            status, body = self.get(f"/{agent}/versions?limit={limit}{page}")
            assert status == 200 and len(body["data"]) <= limit
            found += body["data"]
            if not body["next_page"]:
                break
            page = f"&page={body['next_page']}"
        known = self.versions[agent]
        assert [one["version"] for one in found] == list(range(len(known), 0, -1))
        assert [outline(one) for one in found] == known[::-1]

    @invariant()
    def the_list_is_what_is_known(self) -> None:
        newest_first = list(self.versions)[::-1]
        for query, wanted in (
            ("", [agent for agent in newest_first if agent not in self.archived]),
            ("&include_archived=true", newest_first),
        ):
            body = self.get(f"?limit=100{query}")[1]
            assert [agent["id"] for agent in body["data"]] == wanted
            for agent in body["data"]:
                assert outline(agent) == self.versions[agent["id"]][-1]


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[type[Agents]]:
    with serve(tmp_path_factory.mktemp("stateful") / "store.sqlite") as server:
        yield type("Machine", (Agents,), {"server": server})


def run(machine: type[Agents], examples: int, steps: int) -> None:
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(machine, settings=chosen)


def test_the_rules_of_agents(machine: type[Agents]) -> None:
    run(machine, examples=15, steps=20)


@pytest.mark.slow
def test_the_rules_of_agents_at_length(machine: type[Agents]) -> None:
    run(machine, examples=250, steps=40)
