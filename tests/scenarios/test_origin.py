"""The wrong lock, the wrong key, and what can't be read: nothing is made on a guess."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from tests.e2e.conftest import Project
from tests.scenarios.conftest import AGENT
from tests.scenarios.world import agent, away, client, faults, live, run_away


@pytest.fixture(autouse=True)
def _registry_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reconciler.platform.registry._READ_WAITS", (0.0, 0.0, 0.0))


#: How a lock is spoilt; what its line then holds ("": the last line); what is said.
BAD_LOCKS: Mapping[str, tuple[Callable[[str], str], str, str]] = {
    "merge markers": (
        lambda text: text.replace('    "agent/writer"', '=======\n    "agent/writer"'),
        "=======",
        "merge markers",
    ),
    "cut off": (lambda text: text[: text.index('"agent/writer"')], "", "not JSON"),
    "twice": (
        lambda text: text.replace("agent/writer", "agent/checker"),
        '"agent/checker"',
        "stands twice",
    ),
    "empty": (lambda _: "", "", "not JSON"),
    "a list": (lambda _: "[]\n", "[]", "lock must be an object"),
    "newer": (
        lambda text: text.replace('"version": 1', '"version": 9', 1),
        '"version": 9',
        "lock format 9",
    ),
    "no number": (
        lambda text: '"version": "1"'.join(text.rsplit('"version": 1', 1)),
        '"version": "1"',
        "agent/writer.version must be int",
    ),
}


def test_a_bad_lock_is_refused_at_its_line_and_left_as_it_is(pair: Project) -> None:
    good = pair.lock_file.read_text()
    for how, (spoil, holds, words) in BAD_LOCKS.items():
        text = spoil(good)
        pair.lock_file.write_text(text)
        line = max([n for n, one in enumerate(text.splitlines(), 1) if holds in one], default=1)
        for command in (["plan"], ["apply", "--yes"], ["lock", "--check"]):
            refused = pair.run(*command, code=1).output
            assert f"reconcile.sandbox.lock:{line}:" in refused and words in refused, how
            assert "lock.unreadable" in refused and "bring it back from git" in refused
            assert pair.server.requests() == []
        assert pair.lock_file.read_text() == text


@pytest.fixture
def hosted(project: Project) -> dict[str, str]:
    """Two agents, applied to what is to be told apart from other places."""
    environment = away(project)
    for name in ("checker", "writer"):
        project.write(f"agents/{name}/agent.yaml", AGENT)
    run_away(project, environment, "apply", "--yes")
    assert len(live(project)) == 2
    return environment


def lock_of(project: Project) -> Any:
    return json.loads((project.root / "reconcile.real.lock").read_text())


def write_lock(project: Project, document: Any) -> None:
    (project.root / "reconcile.real.lock").write_text(json.dumps(document, indent=2) + "\n")


def test_a_key_of_another_workspace_is_refused_before_any_write(
    project: Project, hosted: dict[str, str]
) -> None:
    other = hosted | {"ANTHROPIC_API_KEY": hosted["ANTHROPIC_API_KEY"] + "@other"}
    workspace = lock_of(project)["origin"]["workspace"]
    for command in (
        ["plan"],
        ["apply", "--yes"],
        ["apply", "--yes", "--recreate", "agent/checker"],
    ):
        refused = run_away(project, other, *command, code=1).output
        assert "origin.mismatch" in refused and f"the lock is of workspace {workspace}" in refused
        assert project.writes() == []


@pytest.mark.parametrize(
    ("variable", "what"), [("ANTHROPIC_BASE_URL", "base URL"), ("NTRO_HOST", "registry")]
)
def test_another_host_is_refused_before_a_key_is_sent(
    project: Project, hosted: dict[str, str], variable: str, what: str
) -> None:
    document = lock_of(project)
    document["origin"]["registry"] = hosted["NTRO_HOST"]
    write_lock(project, document)
    elsewhere = hosted[variable].replace("127.0.0.1", "localhost")
    refused = run_away(project, hosted | {variable: elsewhere}, "apply", "--yes", code=1).output
    assert f"the lock is of {what} {hosted[variable]}, this is {elsewhere}" in refused
    assert project.server.requests() == []


def test_a_lock_of_another_organization_is_refused(
    project: Project, hosted: dict[str, str]
) -> None:
    document = lock_of(project)
    document["origin"]["organization"] = "11111111-2222-3333-4444-555555555555"
    write_lock(project, document)
    refused = run_away(project, hosted, "apply", "--yes", code=1).output
    assert "the lock is of organization 11111111-2222" in refused and project.writes() == []


def test_a_target_that_expects_another_workspace_is_refused(
    project: Project, hosted: dict[str, str]
) -> None:
    (project.root / "reconcile.real.lock").unlink()
    project.edit("reconcile.yaml", "  real:\n", "  real:\n    expect: {workspace: wrkspc_else}\n")
    refused = run_away(project, hosted, "apply", "--yes", code=1).output
    assert "the target expects workspace wrkspc_else, this is wrkspc_" in refused
    assert project.writes() == []


def test_where_every_id_is_unknown_the_key_is_doubted_and_nothing_made(
    project: Project, hosted: dict[str, str]
) -> None:
    """An old lock may not know its workspace, so that only the ids can tell."""
    document = lock_of(project)
    document["origin"] |= {"organization": "", "workspace": ""}
    write_lock(project, document)
    other = hosted | {"ANTHROPIC_API_KEY": hosted["ANTHROPIC_API_KEY"] + "@other"}
    for command in (
        ["plan"],
        ["apply", "--yes"],
        ["apply", "--yes", "--recreate", "agent/checker"],
    ):
        refused = run_away(project, other, *command, code=1).output
        assert "origin.nothing_found" in refused and "none of the 2 objects" in refused
        assert "check the key and its workspace" in refused and project.writes() == []
    assert lock_of(project) == document


def test_an_id_that_alone_is_unknown_is_held_back(pair: Project) -> None:
    client(pair).beta.agents.update(pair.id("agent/checker"), metadata={"reconciler": None})
    gone = "agent_01" + "G" * 22
    pair.lock_file.write_text(pair.lock_file.read_text().replace(pair.id("agent/checker"), gone))
    held = pair.apply(code=5).stdout
    assert f"{gone} was deleted outside" in held and "--recreate agent/checker" in held
    assert pair.writes() == []


@pytest.fixture
def shown(sample: Project) -> Project:
    """The sample applied, and one change to be planned."""
    sample.apply()
    sample.edit("agents/ledger-checker/agent.yaml", "account by account", "one by one")
    return sample


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("^/v1/agents$", 401),
        ("^/v1/agents$", 429),
        ("^/v1/agents/agent_", 403),
        ("^/v1/agents/agent_", 500),
        ("/registry/agents$", 401),
        ("/registry/agents$", 500),
    ],
)
def test_what_can_not_be_read_is_not_taken_for_absent(
    shown: Project, path: str, status: int
) -> None:
    if path.endswith("_"):  # what no list shows is read by its id
        client(shown).beta.agents.archive(shown.id("agent/audit-handover"))
    before = shown.lock_file.read_text()
    with faults(shown, {"kind": "status", "status": status, "method": "GET", "path": path}):
        planned = shown.plan(code=1).output
        refused = shown.apply("--recreate", "agent/audit-handover", code=1).output
    assert "live.unread" in planned and f"could not be read: {status}" in planned
    assert "The plan is incomplete" in refused and shown.writes() == []
    assert shown.lock_file.read_text() == before
    assert agent(shown, "agent/ledger-checker")["version"] == 1
