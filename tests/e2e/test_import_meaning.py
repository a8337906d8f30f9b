"""What is live, said in the words of a definition, means the same when it is read again."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anthropic
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import reconciler.sandbox
from reconciler.authoring import load
from reconciler.authoring.importing.agent_document import (
    References,
    agent_document,
    definition_files,
)
from reconciler.engine.address import Address
from reconciler.engine.agent_fields import ALWAYS_OWNED, normalise_agent
from reconciler.engine.live import MARKER_KEY
from tests.e2e.conftest import sdk
from tests.e2e.sdk_bodies import Pool, agent_bodies

SKILL = "---\nname: terms\ndescription: The terms we use.\n---\nUse them.\n"


@dataclass(frozen=True)
class World:
    client: anthropic.Anthropic
    folder: Path
    pool: Pool
    references: References


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("meaning")
    with reconciler.sandbox.serve(folder / "platform.sqlite") as server:
        client = sdk(server)
        made = [client.beta.agents.create(model="claude-opus-5", name=f"m{at}") for at in range(3)]
        edited = client.beta.agents.update(made[2].id, version=1, description="Now two versions.")
        skill = client.beta.skills.create(
            display_name="terms", files=[("terms/SKILL.md", SKILL.encode(), "text/markdown")]
        )
        assert skill.latest_version_id is not None
        version = skill.latest_version_id
        pool = Pool([(agent.id, 1) for agent in made], [(skill.id, version)])
        words = {agent.id: agent.name for agent in made[1:]}  # the first is not of this project
        references = References(
            words,
            {made[1].id: 1, made[2].id: edited.version},
            {
                (skill.id, version): "shared/terms",
                (skill.id, "latest"): {"path": "../../skills/terms", "version": "latest"},
            },
        )
        project = folder / "project"
        for name in words.values():
            _write(project / "agents" / name / "agent.yaml", b"model: claude-opus-5\n")
        _write(project / "skills" / "terms" / "SKILL.md", SKILL.encode())
        _write(project / "reconcile.yaml", b"version: 1\nproject: demo\n")
        yield World(client, project, pool, references)
        client.close()


def _write(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


_QUICK = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.filter_too_much,
    ],
)


@_QUICK
@given(data=st.data())
def test_every_live_agent_can_be_said(world: World, data: st.DataObject) -> None:
    _round_trip(world, data.draw(agent_bodies(world.pool)))


@pytest.mark.slow
@settings(_QUICK, max_examples=1500, derandomize=False)
@given(data=st.data())
def test_every_live_agent_can_be_said_at_length(world: World, data: st.DataObject) -> None:
    _round_trip(world, data.draw(agent_bodies(world.pool)))


def _round_trip(world: World, body: dict[str, Any]) -> None:
    made = world.client.beta.agents.create(**body)
    live = world.client.beta.agents.with_raw_response.retrieve(made.id).http_response.json()
    imported = agent_document(live, "subject", world.references)
    folder = world.folder / "agents" / "subject"
    shutil.rmtree(folder, ignore_errors=True)
    for name, content in definition_files(imported).items():
        _write(folder / name, content)
    loaded = load(world.folder, target=None, variables={}, environ={})
    wrong = [finding for finding in loaded.findings if finding.severity == "error"]
    assert loaded.desired is not None and not wrong, (wrong, imported)
    desired = loaded.desired.by_address()[Address("agent", "subject")].body
    assert _fields(desired, live, world) == _fields(live, live, world), imported
    world.client.beta.agents.archive(made.id)


def _fields(body: Any, live: Any, world: World) -> dict[str, Any]:
    """Every field that is owned or could be, with what the API fills in and live names for ids."""
    words = {identity: f"agent/{word}" for identity, word in world.references.agents.items()}
    names = {**words, world.pool.skills[0][0]: "skill/terms"}
    fields = {"model.speed": "standard", "description": None, "system": None, **ALWAYS_OWNED}
    fields |= normalise_agent({**body, "id": live["id"]}, lambda one: names.get(one, one))
    fields.pop(f"metadata.{MARKER_KEY}", None)
    return {key: _settled(value, world) for key, value in fields.items()}


def _settled(value: Any, world: World) -> Any:
    """References to versions as the numbers they stand for now."""
    if isinstance(value, dict):
        return {key: _settled(item, world) for key, item in value.items()}
    if getattr(value, "attribute", None) == "version" or type(value).__name__ == "Ref":
        if value.address.kind == "skill":
            return world.pool.skills[0][1]
        word = value.address.name
        known = {word: identity for identity, word in world.references.agents.items()}
        return world.references.versions[known[word]]
    return value
