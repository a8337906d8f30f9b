from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import anthropic
import httpx2
import pytest

from reconciler.sandbox import Server, serve
from tests.sdk_types import CheckedAnthropic

from .sessions import TOOLSET

WORKSPACES = itertools.count(1)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with serve(tmp_path_factory.mktemp("sandbox") / "store.sqlite") as running:
        yield running


@pytest.fixture
def workspace() -> str:
    """A workspace nothing else has used."""
    return f"w{next(WORKSPACES)}"


@pytest.fixture
def client(server: Server, workspace: str) -> Iterator[anthropic.Anthropic]:
    """The official client, in a workspace of its own."""
    with make_client(server, workspace) as made:
        yield made


def make_client(server: Server, workspace: str | None = None) -> anthropic.Anthropic:
    key = server.api_key if workspace is None else f"{server.api_key}@{workspace}"
    # Reading the certificates, of no use here, is what takes longest in making a client.
    plain = anthropic.DefaultHttpxClient(verify=False)
    return CheckedAnthropic(base_url=server.url, api_key=key, max_retries=0, http_client=plain)


HEADERS = {
    "anthropic-version": "2026-10-21",
    "anthropic-beta": "managed-agents-2026-04-01",
}


@pytest.fixture
def http(server: Server, workspace: str) -> Iterator[httpx2.Client]:
    """Bare HTTP, for what the official client would not send."""
    headers = {"authorization": f"Bearer {server.api_key}@{workspace}", **HEADERS}
    with httpx2.Client(base_url=server.url, headers=headers, verify=False) as made:
        yield made


@pytest.fixture
def registry(server: Server) -> Iterator[httpx2.Client]:
    headers = {"authorization": f"Bearer {server.registry_key}"}
    with httpx2.Client(base_url=server.registry_url, headers=headers, verify=False) as made:
        yield made


@pytest.fixture
def make_agent(client: anthropic.Anthropic) -> Callable[..., Any]:
    def make(**fields: Any) -> Any:
        return client.beta.agents.create(**{"name": "a", "model": "claude-sonnet-5", **fields})

    return make


@pytest.fixture
def deploy(client: anthropic.Anthropic, make_agent: Callable[..., Any]) -> Callable[..., Any]:
    """A deployment of an agent of its own, unless another is named."""

    def make(agent: Any = None, **fields: Any) -> Any:
        whole: dict[str, Any] = {"name": "d", "initial_events": EVENTS, **fields}
        whole["agent"] = agent or make_agent().id
        if "environment_id" not in whole:
            whole["environment_id"] = client.beta.environments.create(name="e").id
        return client.beta.deployments.create(**whole)

    return make


@pytest.fixture
def set_clock(server: Server) -> Iterator[Callable[[str], None]]:
    """Makes the server's time stand still, until the test is over."""
    yield lambda now: server.set_clock({"now": now})
    server.set_clock(None)


EVENTS: Any = [{"type": "user.message", "content": [{"type": "text", "text": "go"}]}]


def skill_files(
    slug: str = "house-style", description: str = "How we write.", folder: str | None = None
) -> list[tuple[str, bytes, str]]:
    top = slug if folder is None else folder
    front = f"---\nname: {slug}\ndescription: {description}\n---\nWrite well.\n"
    return [
        (f"{top}/SKILL.md", front.encode(), "text/markdown"),
        (f"{top}/notes/tone.md", b"calm\n", "text/markdown"),
    ]


@pytest.fixture
def environment(client: anthropic.Anthropic) -> str:
    return client.beta.environments.create(name="e").id


@pytest.fixture
def begin(
    client: anthropic.Anthropic, make_agent: Callable[..., Any], environment: str
) -> Callable[..., Any]:
    def make(**fields: Any) -> Any:
        agent = fields.pop("agent", None) or make_agent(tools=[TOOLSET]).id
        return client.beta.sessions.create(
            **{"agent": agent, "environment_id": environment, **fields}
        )

    return make


@pytest.fixture
def send(client: anthropic.Anthropic) -> Callable[..., Any]:
    def post(session: Any, *events: Any) -> Any:
        return client.beta.sessions.events.send(session.id, events=events)

    return post


@pytest.fixture
def told(http: httpx2.Client) -> Callable[..., None]:
    """Sets what the next runs answer."""

    def put(**setting: Any) -> None:
        assert http.put("/_sandbox/answer", json=setting).status_code == 200

    return put
