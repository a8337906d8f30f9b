"""Whose object it is: what is marked twice, or by somebody else, is refused by its ids."""

from __future__ import annotations

from typing import Any

import anthropic
import pytest

from tests.e2e.conftest import Project, sdk

AGENT = "model: claude-sonnet-4-6\nsystem: |\n  Ours.\n"
ADDRESS = "agent/helper"
FOREIGN = [
    "others/sandbox/agent/helper@1",
    "funds/prod/agent/helper@1",
    "funds/sandbox/agent/else@1",
]
WHOSE = ["another project", "another target", "another address"]


def client(project: Project) -> anthropic.Anthropic:
    server = project.server
    return sdk(server)


def marked(project: Project, marker: str) -> str:
    """A live agent with this marker; its id."""
    made: dict[str, Any] = {"name": "helper", "model": "claude-sonnet-4-6", "system": "Theirs.\n"}
    return client(project).beta.agents.create(**made, metadata={"reconciler": marker}).id


@pytest.fixture
def one(project: Project) -> Project:
    """One agent, applied."""
    project.write("agents/helper/agent.yaml", AGENT)
    project.apply()
    return project


@pytest.mark.parametrize("known", [True, False], ids=["in the lock", "not in the lock"])
def test_two_objects_with_one_marker_are_refused(one: Project, known: bool) -> None:
    first = one.id(ADDRESS)
    second = marked(one, f"funds/sandbox/{ADDRESS}@1")
    one.edit("agents/helper/agent.yaml", "Ours.", "Ours now.")
    if not known:
        one.lock_file.unlink()
    for refused in (one.plan(code=1).output, one.apply(code=1).output):
        assert "identity.ambiguous" in refused
        assert f"several live objects carry the marker of {ADDRESS}" in refused
        assert first in refused and second in refused
        assert one.writes() == []
        assert f"`reconcile adopt {ADDRESS} {first if known else 'ID'}`" in refused
    told = one.run("adopt", ADDRESS, first).stdout
    assert one.writes() == [("POST", f"/v1/agents/{second}")]
    assert f"{second} is nobody's any more" in told
    assert "reconciler" not in client(one).beta.agents.retrieve(second).metadata
    one.apply()
    assert one.writes() == [("POST", f"/v1/agents/{first}")]
    one.plan(code=0)


def test_of_two_objects_with_one_marker_the_lock_can_let_its_own_go(one: Project) -> None:
    first = one.id(ADDRESS)
    second = marked(one, f"funds/sandbox/{ADDRESS}@1")
    assert f"`reconcile forget {ADDRESS}`" in one.plan(code=1).output
    refused = one.run("adopt", ADDRESS, second, code=1).output
    assert f"the lock binds it to {first}" in refused
    one.run("forget", ADDRESS)
    one.run("adopt", ADDRESS, second)
    one.apply()
    assert one.writes() == [("POST", f"/v1/agents/{second}")]
    assert client(one).beta.agents.retrieve(first).system == "Ours.\n"


def test_what_is_adopted_again_keeps_what_was_last_applied(project: Project) -> None:
    project.write(
        "environments/desk.yaml", "name: desk\ndescription: Ours.\nconfig: {type: cloud}\n"
    )
    project.apply()
    before = project.lock_file.read_text()
    project.run("adopt", "environment/desk", project.id("environment/desk"))
    assert project.lock_file.read_text() == before


@pytest.mark.parametrize("marker", FOREIGN, ids=WHOSE)
def test_what_somebody_else_marked_is_refused_even_if_the_lock_names_it(
    one: Project, marker: str
) -> None:
    identity = one.id(ADDRESS)
    client(one).beta.agents.update(identity, metadata={"reconciler": marker})
    one.edit("agents/helper/agent.yaml", "Ours.", "Ours now.")
    for arguments in ([], ["--overwrite-drift", ADDRESS], ["--recreate", ADDRESS]):
        refused = one.apply(*arguments, code=1).output
        assert "identity.foreign" in refused and f"{identity} is marked as {marker}" in refused
        assert f"reconcile forget {ADDRESS}" in refused
        assert one.writes() == []
    assert client(one).beta.agents.retrieve(identity).system == "Ours.\n"


def test_forgetting_what_somebody_else_marked_leaves_their_marker(one: Project) -> None:
    identity = one.id(ADDRESS)
    client(one).beta.agents.update(identity, metadata={"reconciler": FOREIGN[0]})
    assert "another's" in one.run("forget", ADDRESS).stdout
    assert one.writes() == [] and ADDRESS not in one.lock_file.read_text()
    assert client(one).beta.agents.retrieve(identity).metadata["reconciler"] == FOREIGN[0]
    one.apply()
    assert one.writes() == [("POST", "/v1/agents")] and one.id(ADDRESS) != identity


def test_what_somebody_else_marked_is_not_adopted(project: Project) -> None:
    identity = marked(project, FOREIGN[0])
    project.write("agents/helper/agent.yaml", AGENT)
    refused = project.run("adopt", ADDRESS, identity, code=1).output
    assert "adopt.refused" in refused and f"{identity} is marked as {FOREIGN[0]}" in refused
    assert project.writes() == [] and not project.lock_file.exists()


def test_neither_pruned_nor_destroyed_is_what_somebody_else_marked(one: Project) -> None:
    identity = one.id(ADDRESS)
    one.write("agents/second/agent.yaml", AGENT)
    one.apply()
    client(one).beta.agents.update(identity, metadata={"reconciler": FOREIGN[0]})
    (one.root / "agents/helper/agent.yaml").unlink()
    for command in (["apply", "--yes", "--prune"], ["destroy", "--yes"]):
        refused = one.run(*command, "--max-removals", "9", code=1).output
        assert "identity.foreign" in refused and one.writes() == []
    assert client(one).beta.agents.retrieve(identity).archived_at is None
