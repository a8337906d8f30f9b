"""Lists of many pages, and reads that are behind the writes before them."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from tests.e2e.conftest import Project
from tests.scenarios.world import client, creates, faults, live, settled

MANY = 230


def crowded(project: Project) -> None:
    """Many agents that others made since, so that ours are on the last page."""
    document = project.server.dump()
    tables = document["tables"]
    model = next(one for one in tables["objects"] if one["kind"] == "agent")
    tables["objects"] = [_stranger(model, number) for number in range(MANY)]
    tables["objects"] += [_stranger(model, number, "agent_version") for number in range(MANY)]
    tables["contents"] = []
    project.server.fill(document)


def _stranger(model: dict[str, Any], number: int, kind: str = "agent") -> dict[str, Any]:
    made = copy.deepcopy(model)
    identity = f"agent_01{number:022d}"
    made["body"] |= {"id": identity, "name": f"stranger-{number}", "metadata": {}}
    made["created_at"] = made["body"]["created_at"] = f"2030-01-01T00:00:{number % 60:02d}.000000Z"
    version = kind == "agent_version"
    return made | {
        "kind": kind,
        "id": f"{identity}@1" if version else identity,
        "parent": identity if version else model["parent"],
    }


def test_ours_are_found_behind_hundreds_of_others(pair: Project) -> None:
    crowded(pair)
    assert len(live(pair)) == MANY + 2
    settled(pair)
    pair.run("plan")
    pages = [
        one["query"].get("page")
        for one in pair.server.requests()
        if one["path"] == "/v1/agents" and "include_archived" not in one["query"]
    ]
    assert len(pages) == 3 and pages[0] is None and None not in pages[1:]
    before = pair.lock()
    pair.lock_file.unlink()
    pair.apply()
    assert pair.writes() == [] and pair.lock().objects == before.objects
    pair.edit("agents/checker/agent.yaml", "You check.", "You check twice.")
    pair.apply()
    assert pair.writes() == [("POST", f"/v1/agents/{pair.id('agent/checker')}")]


def test_a_namesake_on_the_last_page_is_seen(pair: Project) -> None:
    crowded(pair)
    pair.write("agents/late/agent.yaml", "name: stranger-0\nmodel: claude-sonnet-4-6\n")
    assert f"agent_01{0:022d}, which nobody manages" in pair.apply(code=5).stdout
    assert creates(pair) == 0


LOST: dict[str, Any] = {"kind": "status", "status": 500, "when": "after", "method": "POST", "count": 1}  # fmt: skip

BEHIND: dict[str, Any] = {"kind": "stale", "writes": 32, "path": "^/v1/vaults$"}


def reads_of(project: Project, path: str) -> int:
    return [(one["method"], one["path"]) for one in project.server.requests()].count(("GET", path))


def test_a_vault_that_is_not_listed_yet_is_looked_for_again(sample: Project) -> None:
    lost = {**LOST, "path": "^/v1/vaults$"}
    with faults(sample, lost, {**BEHIND, "count": 3}):
        sample.apply()
    assert creates(sample, "/v1/vaults") == 1
    # The plan's, four until it is listed, and one to see whether another run made it too.
    assert reads_of(sample, "/v1/vaults") == 1 + 4 + 1
    (vault,) = client(sample).beta.vaults.list()
    assert vault.id == sample.id("vault/byng/audit-handover")
    settled(sample)


def test_it_is_not_looked_for_for_ever_and_never_made_twice(sample: Project) -> None:
    lost = {**LOST, "path": "^/v1/vaults$"}
    with faults(sample, lost, BEHIND):
        report = sample.apply(code=3).stdout
    assert "failed   vault/byng/audit-handover" in report and "outcome unknown" in report
    assert "skipped  registration/byng/audit-handover" in report
    assert creates(sample, "/v1/vaults") == 1 and reads_of(sample, "/v1/vaults") == 1 + 5
    sample.apply()
    assert creates(sample, "/v1/vaults") == 0
    assert len(list(client(sample).beta.vaults.list())) == 1
    settled(sample)


@pytest.mark.parametrize(
    ("path", "address"),
    [
        ("/v1/agents", "agent/nav-review"),
        ("/v1/vaults", "vault/byng/audit-handover"),
        ("/v1/environments", "environment/fund-ops"),
        ("/v1/skills", "skill/cite-sources"),
    ],
)
def test_what_the_lock_knows_and_no_list_shows_yet_is_read_by_its_id(
    sample: Project, path: str, address: str
) -> None:
    with faults(sample, {**BEHIND, "path": f"^{path}$"}):
        sample.apply()
        before = sample.lock()
        sample.apply()
        assert sample.writes() == [] and reads_of(sample, f"{path}/{sample.id(address)}") == 1
    assert sample.lock().objects == before.objects
    settled(sample)
