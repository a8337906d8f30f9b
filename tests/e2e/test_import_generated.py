"""A workspace of generated agents comes out as folders whose plan is empty."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import anthropic
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import reconciler.sandbox
from reconciler.sandbox import Server
from tests.e2e.conftest import Project, Shared
from tests.e2e.sdk_bodies import Pool, agent_bodies

SKILL = "---\nname: terms\ndescription: The terms we use.\n---\nUse them.\n"


def pool(client: anthropic.Anthropic) -> Pool:
    made = [client.beta.agents.create(model="claude-opus-5", name=f"m{at}") for at in range(3)]
    client.beta.agents.update(made[2].id, version=1, description="Now two versions.")
    skill = client.beta.skills.create(
        display_name="terms", files=[("terms/SKILL.md", SKILL.encode(), "text/markdown")]
    )
    assert skill.latest_version_id is not None
    return Pool([(agent.id, 1) for agent in made], [(skill.id, skill.latest_version_id)])


def imported(bodies: list[Any], server: Server, root: Path) -> None:
    """All of them at once."""
    root.mkdir()
    (root / "reconcile.yaml").write_text("version: 1\nproject: funds\n")
    project = Project(root, server)
    result = project.run("import", "--all")
    assert "round trip: 0 differences" in result.output and "left_out" not in result.output
    assert len(list((root / "agents").iterdir())) >= len(bodies)
    project.plan(code=0)


_QUICK = settings(
    max_examples=4,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def _run(data: st.DataObject, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    with (
        tempfile.TemporaryDirectory() as name,
        reconciler.sandbox.serve(Path(name) / "platform.sqlite") as server,
        monkeypatch.context() as patch,
        anthropic.Anthropic(base_url=server.url, api_key=server.api_key, max_retries=0) as client,
    ):
        patch.setenv("XDG_STATE_HOME", str(Path(name) / "state"))
        strategy = agent_bodies(pool(client))
        bodies = [data.draw(strategy) for _ in range(size)]
        for body in bodies:
            client.beta.agents.create(**body)
        patch.setattr(reconciler.sandbox, "serve", lambda *_, **__: Shared(server))
        imported(bodies, server, Path(name) / "project")


@_QUICK
@given(data=st.data())
def test_a_generated_workspace(data: st.DataObject, monkeypatch: pytest.MonkeyPatch) -> None:
    _run(data, monkeypatch, 12)


@pytest.mark.slow
@settings(_QUICK, max_examples=25, derandomize=False)
@given(data=st.data())
def test_a_generated_workspace_at_length(
    data: st.DataObject, monkeypatch: pytest.MonkeyPatch
) -> None:
    _run(data, monkeypatch, 30)
