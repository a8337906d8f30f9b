"""Whatever agents are live: imported, planned, and nothing differs."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import Any

import anthropic
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from reconciler.engine.agent_fields import normalise_agent
from reconciler.engine.live import MARKER_KEY
from reconciler.engine.privileges import permissions
from tests.e2e.conftest import Project, sdk
from tests.e2e.sdk_bodies import Pool, agent_bodies

SKILL = "---\nname: terms\ndescription: The terms we use.\n---\nUse them.\n"
_AT_ONCE = 10


@pytest.fixture
def client(project: Project) -> Iterator[anthropic.Anthropic]:
    server = project.server
    with sdk(server) as opened:
        yield opened


@pytest.fixture
def pool(client: anthropic.Anthropic) -> Pool:
    made = [client.beta.agents.create(model="claude-opus-5", name=f"m{at}") for at in range(3)]
    client.beta.agents.update(made[2].id, version=1, description="Now two versions.")
    skill = client.beta.skills.create(
        display_name="terms", files=[("terms/SKILL.md", SKILL.encode(), "text/markdown")]
    )
    assert skill.latest_version_id is not None
    return Pool([(agent.id, 1) for agent in made], [(skill.id, skill.latest_version_id)])


_SETTINGS = settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@_SETTINGS
@given(data=st.data())
def test_nothing_differs(
    project: Project, client: anthropic.Anthropic, pool: Pool, data: st.DataObject
) -> None:
    _round_trip(project, client, pool, data)


@pytest.mark.slow
@settings(_SETTINGS, max_examples=60, derandomize=False)
@given(data=st.data())
def test_nothing_differs_at_length(
    project: Project, client: anthropic.Anthropic, pool: Pool, data: st.DataObject
) -> None:
    _round_trip(project, client, pool, data)


_NUMBERS = count()


def _round_trip(
    project: Project, client: anthropic.Anthropic, pool: Pool, data: st.DataObject
) -> None:
    bodies = [data.draw(agent_bodies(pool)) for _ in range(_AT_ONCE)]
    made = [client.beta.agents.create(**body).id for body in bodies]
    into = project.root / f"imported{next(_NUMBERS)}"
    said = project.run("import", "--all", "--into", str(into))
    assert "round trip: 0 differences" in said.stdout, said.output
    assert project.writes() == []
    imported = Project(into, project.server)
    imported.plan(code=0)
    imported.apply()
    assert imported.writes() == []
    _marked_with_the_next_change(imported, client, made)
    for identity in made:
        client.beta.agents.archive(identity)


def _marked_with_the_next_change(
    imported: Project, client: anthropic.Anthropic, made: list[str]
) -> None:
    """An edit of one folder is one write, which brings the marker and no other permission."""
    address = next(str(a) for a, e in imported.lock().objects.items() if e.id == made[0])
    before = client.beta.agents.retrieve(made[0]).to_dict()
    file = f"agents/{address.removeprefix('agent/')}/agent.yaml"
    text = (imported.root / file).read_text()
    metadata = "metadata:\n" in text
    edited = text.replace("metadata:\n", "metadata:\n  edited: now\n", 1)
    imported.write(file, edited if metadata else f"{text}metadata: {{edited: now}}\n")
    imported.apply(address)
    assert imported.writes() == [("POST", f"/v1/agents/{made[0]}")]
    after = client.beta.agents.retrieve(made[0]).to_dict()
    assert _marker(after) == f"{imported.lock().project}/sandbox/{address}@2"
    assert _permissions(after) == _permissions(before)


def _marker(agent: dict[str, Any]) -> str:
    return str(agent["metadata"][MARKER_KEY])


def _permissions(agent: dict[str, Any]) -> dict[str, str]:
    return permissions(normalise_agent(agent, str)["tools"])
