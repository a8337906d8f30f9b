"""Whatever the folders say and then say instead: after an apply there is nothing left to do.

Generated bodies, the real planner and executor, the embedded platform over HTTP.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import reconciler.sandbox
from reconciler.engine.address import Address
from reconciler.engine.desired import Desired, Resource, Target
from reconciler.engine.diagnostics import Span
from reconciler.engine.lock import Lock
from reconciler.engine.plan import Plan
from reconciler.engine.planner import make_plan
from reconciler.platform.access import embedded
from reconciler.platform.clients import Clients, connect
from reconciler.platform.executor import execute
from reconciler.platform.lockfile import LockStore
from reconciler.platform.snapshot import read_live

TOOLSET = "agent_toolset_20260401"
POLICIES = st.sampled_from(["always_allow", "always_ask", "auto"]).map(lambda one: {"type": one})
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=30)
PROSE = st.lists(TEXT, max_size=3).flatmap(
    lambda lines: st.sampled_from(["\n", "\r\n"]).map(lambda end: end.join(lines))
)


def some(**optional: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({}, optional=optional)


CONFIG = some(enabled=st.booleans(), permission_policy=POLICIES)
DOMAINS = st.lists(st.sampled_from(["a.org", "b.org", "c.example.com"]), min_size=1, unique=True)


def configs(names: list[str]) -> st.SearchStrategy[list[dict[str, Any]]]:
    one = st.tuples(st.sampled_from(names), CONFIG).map(lambda pair: {"name": pair[0], **pair[1]})
    return st.lists(one, unique_by=lambda config: config["name"], max_size=3)


def with_limits(toolset: dict[str, Any], domains: list[str] | None) -> dict[str, Any]:
    for config in toolset.get("configs", []):
        if domains and config["name"] in ("web_fetch", "web_search"):
            config["allowed_domains"] = domains
    return toolset


BUILTIN = st.builds(
    with_limits,
    some(default_config=CONFIG, configs=configs(["bash", "read", "web_fetch", "web_search"])).map(
        lambda more: {"type": TOOLSET, **more}
    ),
    st.none() | DOMAINS,
)
MCP_TOOLSET = some(default_config=CONFIG, configs=configs(["look", "list", "send"]))
CUSTOM = st.sampled_from(["ask_host", "post"]).map(
    lambda name: {
        "type": "custom",
        "name": name,
        "description": f"Does {name}.",
        "input_schema": {"type": "object", "properties": {"x": {"type": ["number", "null"]}}},
    }
)
ROSTER = {"type": "enabled", "predefined_agents": [{"type": "self"}]}
MULTIAGENT = st.sampled_from(
    [
        None,
        {"type": "coordinator", "agents": [{"type": "self"}]},
        {"type": "coordinator", "agents": [{"type": "self"}, {"type": "advisor", "model": "claude-opus-5"}]},
        {"type": "multiagent_20261001", "subagents": ROSTER, "workflows": {"type": "disabled"}, "advisor": {"type": "disabled"}},
        {"type": "multiagent_20261001", "subagents": {"type": "disabled"}, "workflows": {"type": "enabled"}, "advisor": {"type": "enabled", "model": "claude-opus-5"}},
    ]
)  # fmt: skip
MODEL = st.sampled_from(["claude-sonnet-5", "claude-opus-5"]).flatmap(
    lambda name: some(
        effort=st.sampled_from(["low", "high"]),
        speed=st.sampled_from(["standard", "fast"]) if name == "claude-opus-5" else st.just("standard"),
        inference_geo=st.sampled_from(["us", "global"]),
    ).map(lambda more: {"id": name, **more})
)  # fmt: skip
SKILLS = st.lists(st.sampled_from(["docx", "xlsx", "pdf"]), unique=True, max_size=2).flatmap(
    lambda names: st.permutations(
        [{"type": "anthropic", "skill_id": name, "version": "latest"} for name in names]
    )
)


@st.composite
def bodies(draw: st.DrawFn) -> dict[str, Any]:
    """A valid agent body as authoring makes them, without its name."""
    servers = draw(st.lists(st.sampled_from(["alpha", "beta"]), unique=True))
    tools = [
        {"type": "mcp_toolset", "mcp_server_name": name, **draw(MCP_TOOLSET)} for name in servers
    ]
    tools += draw(st.lists(BUILTIN, max_size=1))
    tools += draw(st.lists(CUSTOM, unique_by=lambda tool: tool["name"], max_size=2))
    body: dict[str, Any] = {"model": draw(MODEL)}
    body |= draw(
        some(
            description=st.none() | TEXT,
            system=st.none() | PROSE.map(lambda text: text.replace("\r\n", "\n")),
            metadata=st.dictionaries(st.sampled_from("abc"), TEXT, max_size=3),
            skills=SKILLS,
            multiagent=MULTIAGENT,
            execution_identity=st.sampled_from(
                [{"type": "service_account"}, {"type": "aws_role", "role_arn": "arn:aws:iam::1:x"}]
            ),
        )
    )
    if tools or draw(st.booleans()):
        body["tools"] = draw(st.permutations(tools))
        body["mcp_servers"] = [
            {"type": "url", "name": name, "url": f"https://{name}.example.com/mcp"}
            for name in draw(st.permutations(servers))
        ]
    return body


class World:
    """One agent of one project after another, on one platform."""

    def __init__(self, clients: Clients, folder: Path) -> None:
        self.clients, self.folder, self.numbers = clients, folder, count()

    def fresh(self) -> tuple[str, LockStore]:
        name = f"a{next(self.numbers)}"
        return name, LockStore(self.folder / f"{name}.lock", Lock(name, "test"))

    def plan(self, name: str, body: dict[str, Any], store: LockStore) -> tuple[Plan, Any, Any]:
        resource = Resource(Address("agent", name), {"name": name, **body}, Span("agent.yaml"))
        desired = Desired(name, Target("test"), (resource,))
        live = read_live(self.clients, desired, store.lock, lambda _: None)
        return make_plan(desired, store.lock, live), desired, live

    def apply(self, name: str, body: dict[str, Any], store: LockStore) -> None:
        made, desired, live = self.plan(name, body, store)
        assert made.applicable and not made.held, made
        report = execute(
            made, desired, self.clients, store, stop=threading.Event(), on_event=lambda _: None, live=live
        )  # fmt: skip
        assert report.ok, report

    def settled(self, name: str, body: dict[str, Any], store: LockStore) -> None:
        made, _, _ = self.plan(name, body, store)
        assert not made.actions and not made.held, made.actions or made.held


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("convergence")
    with reconciler.sandbox.serve(folder / "platform.sqlite") as server:
        access = embedded(
            server.url, server.registry_url, server.origin, server.api_key, server.registry_key
        )
        with connect(access) as clients:
            yield World(clients, folder)


_QUICK = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


@_QUICK
@given(first=bodies(), then=bodies())
def test_a_plan_after_an_apply_is_empty(
    world: World, first: dict[str, Any], then: dict[str, Any]
) -> None:
    name, store = world.fresh()
    for body in (first, then, first):
        world.apply(name, body, store)
        world.settled(name, body, store)
    _lose_the_lock(world, name, first)


def _lose_the_lock(world: World, name: str, body: dict[str, Any]) -> None:
    store = LockStore(world.folder / f"{name}.lost.lock", Lock(name, "test"))
    world.settled(name, body, store)


@pytest.mark.slow
@settings(_QUICK, max_examples=400, derandomize=False)
@given(first=bodies(), then=bodies())
def test_a_plan_after_an_apply_is_empty_at_length(
    world: World, first: dict[str, Any], then: dict[str, Any]
) -> None:
    name, store = world.fresh()
    for body in (first, then, first):
        world.apply(name, body, store)
        world.settled(name, body, store)
