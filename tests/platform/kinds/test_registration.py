from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reconciler.engine.history import History
from reconciler.engine.lock import Intent, LockEntry
from reconciler.engine.plan import Action, Expected
from reconciler.engine.values import Ref
from tests.platform.builders import (
    CREDENTIAL,
    ROW,
    VAULT,
    World,
    agent,
    at,
    credential,
    named,
    only,
    registration,
    remove,
    results,
    update,
)

POST_ROW = {"method": "POST", "path": "registry/agents$"}
POST_CREDENTIAL = {"method": "POST", "path": "/credentials$"}


def entry(world: World, address: str = ROW) -> LockEntry:
    found = world.lock.entry(at(address))
    assert found is not None
    return found


@pytest.fixture
def reference(world: World) -> str:
    """agent/a and the vault are there; the reference that its row will hold."""
    assert world.apply(agent("a"), named(VAULT, display_name="v")).ok
    return f"anthropic://agents/{entry(world, 'agent/a').id}"


def key_of(world: World) -> Any:
    """The only credential, and the row it names."""
    (stored,) = [one for one in world.live().objects if one.kind == "credential"]
    return stored


def replacing(action: Action, id: str, *doomed: str) -> Action:
    payload = {**action.payload, "delete": list(doomed)} if doomed else action.payload
    return replace(action, verb="replace", payload=payload, expected=Expected(id))


def test_register_and_store_the_key(world: World, reference: str) -> None:
    report = world.apply(registration(), credential())
    assert report.ok
    (row,) = world.rows()
    assert (row["externalRef"], row["name"], row["kind"]) == (reference, "a", "claude_managed")
    assert entry(world) == LockEntry(id=row["id"], fields={"externalRef": reference, "name": "a"})
    stored = key_of(world)
    assert stored.body["metadata"]["registration"] == row["id"]
    assert stored.parent == entry(world, CREDENTIAL).parent == entry(world, VAULT).id
    assert "ntro_sandboxkey_" not in world.path.read_text()
    assert "ntro_sandboxkey_" not in repr((report, world.events))


def test_nothing_is_registered_that_no_action_stores_the_key_of(
    world: World, reference: str
) -> None:
    end = only(world.apply(registration()))
    assert "nothing in this plan would store the one-time key" in end.message
    assert world.rows() == []


def test_an_unknown_tenant_registers_nothing(world: World, reference: str) -> None:
    action = registration()
    row = {**action.payload["row"], "tenant": "nobody"}
    report = world.apply(replace(action, payload={"row": row}), credential())
    assert report.outcomes[0].message == "the registry knows no tenant nobody"
    assert world.rows() == []


def test_a_refused_row_is_readable(world: World, reference: str) -> None:
    world.server.set_faults([{"kind": "status", "status": 422, **POST_ROW}])
    report = world.apply(registration(), credential())
    assert results(report) == {ROW: "failed", CREDENTIAL: "skipped"}
    assert report.outcomes[0].message == "422: registry: A fault was asked for."
    assert entry(world).intent == Intent(reference, ())
    assert entry(world).id == ""


def test_nothing_is_registered_without_knowing_the_rows_before(
    world: World, reference: str
) -> None:
    rule = {"kind": "status", "status": 403, "method": "GET", "path": "registry/agents$"}
    world.server.set_faults([{**rule, "skip": 1}])
    report = world.apply(registration(), credential())
    assert report.outcomes[0].message.startswith("not registered: 403")
    assert not any("POST /v1/workspace" in path for path in world.paths())


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_answer_is_never_sent_again_and_explained_by_the_intent(
    world: World, reference: str, when: str
) -> None:
    world.server.clear_requests()
    world.server.set_faults([{"kind": "drop", "when": when, **POST_ROW}])
    report = world.apply(registration(), credential())
    assert results(report) == {ROW: "failed", CREDENTIAL: "skipped"}
    assert report.outcomes[0].message.startswith("registration outcome unknown")
    assert entry(world).intent == Intent(reference, ())
    assert sum("POST /v1/workspace/registry" in path for path in world.paths()) == 1
    assert len(world.rows()) == (1 if when == "after" else 0)


def of_another_run(world: World, reference: str) -> str:
    """The id of a row of the same agent that another run makes."""
    registry = world.clients.registry
    assert registry is not None
    row = {"kind": "claude_managed", "name": "theirs", "externalRef": reference}
    theirs, _ = registry.create({**row, "tenantId": registry.tenants()[0]["id"]})
    return str(theirs["id"])


def test_a_row_that_the_plan_did_not_see_is_given_way_to(world: World, reference: str) -> None:
    theirs = of_another_run(world, reference)
    world.server.clear_requests()
    report = world.apply(registration(), credential())
    assert results(report) == {ROW: "failed", CREDENTIAL: "skipped"}
    assert report.outcomes[0].moved
    assert (
        report.outcomes[0].message == f"another run registered the agent as {theirs} since the plan"
    )
    assert not any(path.startswith(("POST", "DELETE")) for path in world.paths())
    assert [row["id"] for row in world.rows()] == [theirs]


def test_of_two_rows_made_at_once_the_one_that_stays_is_given_way_to(
    world: World, reference: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry = world.clients.registry
    assert registry is not None
    create = registry.create
    theirs: list[str] = []

    def crossed(row: dict[str, Any]) -> Any:
        made = create(row)
        if not theirs:  # the other run makes its row just after ours, and saw none before
            theirs.append("")
            theirs[0] = of_another_run(world, reference)
        return made

    monkeypatch.setattr(type(registry), "create", lambda self, row: crossed(row))
    report = world.apply(registration(), credential())
    assert report.outcomes[0].moved
    assert [row["id"] for row in world.rows()] == theirs
    assert entry(world).intent == Intent(reference, tuple(theirs))


def test_a_key_that_was_not_stored_leaves_the_intent(world: World, reference: str) -> None:
    world.server.set_faults([{"kind": "status", "status": 400, **POST_CREDENTIAL}])
    report = world.apply(registration(), credential())
    assert results(report) == {ROW: "applied", CREDENTIAL: "failed"}
    (row,) = world.rows()
    assert entry(world).id == row["id"]
    assert entry(world).intent == Intent(reference, ())
    world.server.set_faults([])
    report = world.apply(replacing(registration(), row["id"], row["id"]), credential())
    assert report.ok
    (fresh,) = world.rows()
    assert fresh["id"] != row["id"]
    assert entry(world).intent is None
    assert key_of(world).body["metadata"]["registration"] == fresh["id"]


def test_rows_to_be_deleted_are_not_in_the_intent(world: World, reference: str) -> None:
    world.apply(registration(), credential())
    (old,) = world.rows()
    world.server.set_faults([{"kind": "status", "status": 422, **POST_ROW}])
    world.apply(replacing(registration(), old["id"], old["id"]), credential())
    assert entry(world).intent == Intent(reference, ())
    assert world.rows() == []


def test_rotating_a_key_archives_the_old_credential(world: World, reference: str) -> None:
    world.apply(registration(), credential())
    (old,), before = world.rows(), key_of(world)
    report = world.apply(replacing(registration(), old["id"]), replacing(credential(), before.id))
    assert report.ok
    (row,) = world.rows()
    assert row["id"] != old["id"]
    stored = key_of(world)
    assert stored.id != before.id
    assert stored.body["metadata"]["registration"] == row["id"]


def test_the_old_credential_is_archived_where_it_lies(world: World, reference: str) -> None:
    world.apply(registration(), credential())
    (old,), before = world.rows(), key_of(world)
    other = world.clients.writer.beta.vaults.create(display_name="other")
    moved = replacing(credential(vault=other.id), before.id)
    assert world.apply(replacing(registration(), old["id"]), moved).ok
    assert entry(world, CREDENTIAL).parent == other.id
    left = world.clients.reader.beta.vaults.credentials.list(before.parent)
    assert list(left) == []


def test_a_credential_whose_answer_was_lost_is_found(world: World, reference: str) -> None:
    world.server.set_faults([{"kind": "drop", "when": "after", **POST_CREDENTIAL}])
    assert world.apply(registration(), credential()).ok
    assert entry(world, CREDENTIAL).id == key_of(world).id
    assert entry(world).intent is None


@pytest.mark.parametrize("url", ["https://evil.example/mcp", "http://mcp.ntropii.com/mcp"])
def test_the_key_goes_to_no_other_server(world: World, reference: str, url: str) -> None:
    report = world.apply(registration(), credential(url=url))
    assert results(report) == {ROW: "applied", CREDENTIAL: "failed"}
    assert report.outcomes[1].message == f"the registry's key is not stored for {url}"
    assert not any(path.endswith("/credentials") for path in world.paths("POST"))


def test_a_row_in_use_is_not_deleted(world: World, reference: str) -> None:
    world.apply(registration(), credential())
    (row,) = world.rows()
    rule = {"kind": "status", "status": 409, "method": "DELETE"}
    world.server.set_faults([rule])
    end = only(world.apply(remove(ROW, "delete", row["id"])))
    assert end.message.startswith(f"row {row['id']} is still in use: 409")
    assert at(ROW) in world.lock.objects


@pytest.mark.parametrize(("when", "result"), [("after", "applied"), ("before", "failed")])
def test_a_deletion_whose_answer_was_lost(
    world: World, reference: str, when: str, result: str
) -> None:
    world.apply(registration(), credential())
    (row,) = world.rows()
    world.server.set_faults([{"kind": "drop", "when": when, "method": "DELETE"}])
    assert only(world.apply(remove(ROW, "delete", row["id"]))).result == result


def test_delete_and_archive(world: World, reference: str) -> None:
    world.apply(registration(), credential())
    (row,), stored = world.rows(), key_of(world)
    report = world.apply(
        remove(ROW, "delete", row["id"]),
        remove(CREDENTIAL, "archive", stored.id, payload={"vault_id": stored.parent}),
    )
    assert report.ok
    assert world.rows() == []
    assert world.apply(remove(ROW, "delete", row["id"])).ok


def recording(world: World) -> Action:
    version = Ref(at("agent/a"), "version")
    return update(ROW, world.rows()[0]["id"], {"record": {"version": version}}, lock=entry(world))


def changelogs(world: World) -> list[str]:
    return [version["changelog"] for version in world.rows()[0]["versions"]]


def test_a_version_is_recorded_once(world: World, reference: str) -> None:
    world.apply(registration(), credential())
    for _ in range(2):
        assert world.apply(recording(world), history=History("abc123")).ok
    assert changelogs(world) == ["agent version 1 (commit abc123)"]
    assert entry(world).recorded == 1


def test_a_new_registration_records_its_version(world: World, reference: str) -> None:
    record = {"version": Ref(at("agent/a"), "version")}
    assert world.apply(registration(record=record), credential()).ok
    assert changelogs(world) == ["agent version 1 (no commit)"]
    assert entry(world).recorded == 1


def test_a_version_that_was_not_recorded_fails_and_does_not_lose_the_key(
    world: World, reference: str
) -> None:
    record = {"version": Ref(at("agent/a"), "version")}
    world.server.set_faults([{"kind": "status", "status": 403, "path": "/versions$"}])
    row, key = world.apply(registration(record=record), credential()).outcomes
    assert (str(row.address), row.result, key.result) == (ROW, "failed", "applied")
    (listed,) = world.rows()
    assert f"registered as {listed['id']}, but the agent's version is not recorded" in row.message
    assert (entry(world).id, entry(world).recorded, entry(world).intent) == (
        listed["id"], None, None,
    )  # fmt: skip
    assert entry(world, CREDENTIAL).id


def test_a_version_is_recorded_though_its_new_row_is_not_seen_yet(
    world: World, reference: str
) -> None:
    record = {"version": Ref(at("agent/a"), "version")}
    world.server.set_faults([{"kind": "stale", "writes": 1, "path": "agents/[^/]+$"}])
    assert world.apply(registration(record=record), credential()).ok
    assert entry(world).recorded == 1


@pytest.mark.parametrize(("when", "result"), [("after", "applied"), ("before", "failed")])
def test_a_recording_whose_answer_was_lost(
    world: World, reference: str, when: str, result: str
) -> None:
    world.apply(registration(), credential())
    world.server.set_faults([{"kind": "drop", "when": when, "path": "/versions$"}])
    assert only(world.apply(recording(world))).result == result
    assert len(changelogs(world)) == (1 if result == "applied" else 0)
