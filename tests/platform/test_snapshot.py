from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reconciler.engine.desired import RegistrationDetails, Resource
from reconciler.engine.diagnostics import Span
from reconciler.engine.live import Live, LiveObject, Marker, Origin, Unread
from reconciler.engine.lock import Lock, LockEntry
from reconciler.engine.values import Secret
from reconciler.platform.access import Access
from reconciler.platform.clients import connect
from reconciler.platform.errors import AccessRefused, OriginMismatch
from reconciler.platform.limits import UNLIMITED
from reconciler.platform.lockfile import LockStore
from reconciler.platform.snapshot import read_live
from reconciler.sandbox import Server
from tests.platform.builders import (
    CREDENTIAL,
    PROJECT,
    ROW,
    TARGET,
    VAULT,
    World,
    agent,
    at,
    create,
    credential,
    mark,
    named,
    registration,
    remove,
    skill_resource,
    update,
    upload,
)


def found(live: Live, kind: str) -> list[LiveObject]:
    return [item for item in live.objects if item.kind == kind]


def forget(world: World, address: str, **change: Any) -> None:
    """Take an object out of the lock, or put another entry in its place."""
    store = LockStore(world.path, world.lock)
    if change:
        store.update(at(address), LockEntry(**change))
    else:
        store.remove(at(address))


def identity(world: World, address: str) -> str:
    entry = world.lock.entry(at(address))
    assert entry is not None
    return entry.id


def all_kinds(world: World, tmp_path: Path) -> None:
    cite = skill_resource("cite", tmp_path, "one", "two")
    world.resources = (cite, *world.resources)
    report = world.apply(
        upload(cite, 0, 1),
        named("environment/ops", name="ops"),
        named(VAULT, display_name="v"),
        agent("a"),
        registration(needs=("agent/a",)),
        credential(),
    )
    assert report.ok, report


def test_an_empty_world(world: World) -> None:
    live = world.live()
    assert (live.objects, live.unread, live.deployments) == ((), (), ())
    assert live.origin.base_url == live.origin.registry == world.server.origin
    assert live.origin.workspace.startswith("wrkspc_")
    assert live.origin.organization
    assert list(live.origin.tenants) == ["byng"]


def test_every_kind_with_its_marker(world: World, tmp_path: Path) -> None:
    all_kinds(world, tmp_path)
    live = world.live()
    markers = {item.kind: str(item.marker) for item in live.objects}
    assert markers == {
        "agent": mark("agent/a", 1),
        "credential": mark(CREDENTIAL),
        "environment": mark("environment/ops"),
        "registration": "None",
        "skill": mark("skill/cite"),
        "vault": mark(VAULT),
    }
    (stored,) = found(live, "credential")
    assert stored.parent == identity(world, VAULT)
    (made,) = found(live, "agent")
    assert made.version == made.body["version"] == 1
    (row,) = found(live, "registration")
    assert row.body["externalRef"] == f"anthropic://agents/{made.id}"
    assert "apiKey" not in row.body


def test_nothing_to_do_costs_one_request_per_list(world: World, tmp_path: Path) -> None:
    all_kinds(world, tmp_path)
    world.server.clear_requests()
    world.live()
    vault = identity(world, VAULT)
    assert sorted(world.paths()) == [
        "GET /v1/agents",
        "GET /v1/deployments",
        "GET /v1/environments",
        "GET /v1/skills",
        "GET /v1/vaults",
        f"GET /v1/vaults/{vault}/credentials",
        "GET /v1/workspace/registry/agents",
        "GET /v1/workspace/tenants",
    ]


def test_without_registrations_the_registry_is_not_asked(world: World) -> None:
    world.resources = ()
    live = world.live()
    assert not any("workspace" in path for path in world.paths())
    assert (live.origin.registry, live.origin.tenants) == ("", {})


def test_contents_come_from_the_lock_while_it_knows_the_newest(
    world: World, tmp_path: Path
) -> None:
    all_kinds(world, tmp_path)
    (cite,) = found(world.live(), "skill")
    entry = world.lock.entry(at("skill/cite"))
    assert entry is not None
    assert cite.contents == entry.versions
    assert len(cite.contents) == 2


def test_contents_are_downloaded_when_the_lock_is_lost(world: World, tmp_path: Path) -> None:
    all_kinds(world, tmp_path)
    before = world.lock.entry(at("skill/cite"))
    assert before is not None
    world.path.unlink()
    (cite,) = found(world.live(), "skill")
    assert cite.contents == before.versions


def test_only_versions_the_lock_does_not_know_are_downloaded(world: World, tmp_path: Path) -> None:
    all_kinds(world, tmp_path)
    entry = world.lock.entry(at("skill/cite"))
    assert entry is not None
    first = world.resources[0].contents[0].digest
    forget(world, "skill/cite", id=entry.id, versions={first: entry.versions[first]})
    world.server.clear_requests()
    (cite,) = found(world.live(), "skill")
    assert cite.contents == entry.versions
    assert sum(path.endswith("/content") for path in world.paths()) == 1


def test_skills_of_others_are_left_alone(world: World, tmp_path: Path) -> None:
    cite = skill_resource("cite", tmp_path, "one")
    world.resources = (cite,)
    for label in ("cite (funds/prod)", "cite"):
        made = upload(cite, 0)
        world.apply(create("skill/cite", {**made.payload, "display_name": label}))
        forget(world, "skill/cite")
    world.server.clear_requests()
    skills = found(world.live(), "skill")
    assert {str(item.marker) for item in skills} == {"funds/prod/skill/cite", "None"}
    assert all(item.contents == {} for item in skills)
    assert len(world.paths()) == 5


@pytest.mark.parametrize("kind", ["agent", "environment", "vault"])
def test_an_archived_object_of_the_lock_is_told_from_a_missing_one(world: World, kind: str) -> None:
    address = f"{kind}/x"
    made = agent("x") if kind == "agent" else named(address, name="x", display_name="x")
    payload = {k: v for k, v in made.payload.items() if kind != "vault" or k != "name"}
    if kind == "environment":
        payload.pop("display_name")
    world.apply(create(address, payload))
    id = identity(world, address)
    world.apply(remove(address, "archive", id))
    forget(world, address, id=id)
    (item,) = found(world.live(), kind)
    assert (item.id, item.archived) == (id, True)
    forget(world, address, id=f"{id}x")
    live = world.live()
    assert live.gone == {f"{id}x"}
    assert found(live, kind) == []


def test_an_agent_edited_since_brings_its_base(world: World) -> None:
    world.apply(agent("a", system="one"))
    id = identity(world, "agent/a")
    world.clients.writer.beta.agents.update(id, system="two")
    live = world.live()
    assert live.history[id][-1]["system"] == "one"
    assert found(live, "agent")[0].body["system"] == "two"


def test_the_markers_version_is_the_base_before_the_locks(world: World) -> None:
    world.apply(agent("a", system="one"))
    id = identity(world, "agent/a")
    marker: dict[str, str | None] = {"reconciler": mark("agent/a", 2)}
    world.clients.writer.beta.agents.update(id, system="two", metadata=marker)
    assert world.live().history == {}
    world.clients.writer.beta.agents.update(id, system="three")
    assert world.live().history[id][-1]["system"] == "two"


def test_an_agent_of_another_project_has_no_base(world: World) -> None:
    metadata = {"reconciler": "other/test/agent/a@1"}
    made = world.clients.writer.beta.agents.create(
        name="a", model="claude-sonnet-5", metadata=metadata
    )
    world.clients.writer.beta.agents.update(made.id, system="two")
    live = world.live()
    assert live.history == {}
    assert found(live, "agent")[0].marker == Marker("other", "test", at("agent/a"), 1)


def test_all_pages_are_read(world: World) -> None:
    actions = [agent(f"a{number}") for number in range(101)]
    world.apply(*actions, parallelism=8)
    world.server.clear_requests()
    live = world.live()
    assert len(found(live, "agent")) == 101
    assert world.paths().count("GET /v1/agents") == 2
    assert live.unread == ()


@pytest.mark.parametrize(
    ("path", "unread"),
    [
        ("^/v1/agents", "agent"),
        ("^/v1/skills", "skill"),
        ("^/v1/environments", "environment"),
        ("^/v1/vaults$", "vault"),
        ("^/v1/deployments", "deployment"),
        ("tenants$", "registration"),
    ],
)
@pytest.mark.parametrize("fault", [{"status": 403}, {"status": 401}, {"status": 404}])
def test_what_cannot_be_read_is_unread(
    world: World, path: str, unread: str, fault: dict[str, Any]
) -> None:
    world.server.set_faults([{"kind": "status", "path": path, **fault}])
    (one,) = world.live().unread
    assert (one.kind, one.what) == (unread, "")
    assert "A fault was asked for" in one.reason


def test_single_reads_that_fail_are_unread_not_gone(world: World, tmp_path: Path) -> None:
    all_kinds(world, tmp_path)
    forget(world, "agent/b", id="agent_nowhere")
    forget(world, "skill/cite")
    world.clients.writer.beta.agents.update(identity(world, "agent/a"), system="edited")
    rules = [
        {"kind": "status", "status": 403, "path": path}
        for path in ("agents/agent_", "/versions$", "/credentials$", "registry/agents$")
    ]
    world.server.set_faults(rules)
    live = world.live()
    kinds = sorted((one.kind, one.what[:6]) for one in live.unread)
    assert kinds == [
        ("agent", "agent_"),
        ("agent", "agent_"),
        ("credential", "vlt_01"),
        ("registration", "byng"),
        ("skill", "skill_"),
    ]
    assert live.gone == frozenset()


def test_a_key_that_nothing_accepts_is_one_error(world: World) -> None:
    access = Access(world.access.base_url, "sandbox:x", Secret("sk-ant-wrong"), "sandbox")
    with (
        connect(access, limits=UNLIMITED) as clients,
        pytest.raises(AccessRefused, match="not accepted: 401"),
    ):
        read_live(clients, world.desired(), world.lock, lambda _: None)


def test_no_access_to_the_registry_is_unread(world: World) -> None:
    access = Access(world.access.base_url, "sandbox:x", world.access.api_key, "sandbox")
    with connect(access, limits=UNLIMITED) as clients:
        live = read_live(clients, world.desired(), world.lock, lambda _: None)
    assert [one.kind for one in live.unread] == ["registration"]
    assert "NTRO_API_KEY" in live.unread[0].reason


def test_an_unknown_tenant_is_left_out(world: World) -> None:
    world.tenants = ("byng", "nobody")
    live = world.live()
    assert list(live.origin.tenants) == ["byng"]
    assert live.unread == ()


def test_rows_of_tenants_that_only_the_lock_names_are_read(world: World, tmp_path: Path) -> None:
    all_kinds(world, tmp_path)
    world.tenants, world.resources = (), ()
    assert len(found(world.live(), "registration")) == 1


@pytest.fixture
def foreign_vault(world: World) -> Iterator[str]:
    vault = world.clients.writer.beta.vaults.create(display_name="shared")
    world.clients.writer.beta.vaults.credentials.create(
        vault.id,
        auth={"type": "static_bearer", "mcp_server_url": "https://m", "token": "t"},
    )
    yield vault.id


def details(vault_id: str) -> RegistrationDetails:
    return RegistrationDetails(
        at("agent/a"), "byng", "m", "https://m", "", at(VAULT), at(CREDENTIAL), vault_id
    )


def test_credentials_of_vaults_that_concern_us(world: World, foreign_vault: str) -> None:
    assert found(world.live(), "credential") == []
    by_id = Resource(at(ROW), {}, Span("x"), registration=details(foreign_vault))
    by_name = Resource(at(VAULT), {"display_name": "shared"}, Span("x"))
    for resource in (by_id, by_name):
        world.resources = (resource,)
        (item,) = found(world.live(), "credential")
        assert item.parent == foreign_vault
    world.resources = ()
    forget(world, CREDENTIAL, id="vcrd_1", parent=foreign_vault)
    assert len(found(world.live(), "credential")) == 1


def test_another_workspace_than_the_locks_is_told_before_anything_is_looked_for(
    world: World,
) -> None:
    store = LockStore(world.path, world.lock)
    store.set_origin(Origin(world.server.origin, workspace="wrkspc_other"))
    store.update(at("agent/a"), LockEntry(id="agent_there"))
    with pytest.raises(OriginMismatch, match="workspace wrkspc_other, this is"):
        world.live()
    assert not any(path.startswith("GET /v1/agents/") for path in world.paths())


def test_progress_is_told(world: World) -> None:
    said: list[str] = []
    read_live(world.clients, world.desired(), Lock(PROJECT, TARGET), said.append)
    assert "read 0 agents" in said


def test_a_passing_failure_is_read_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    rules = [{"kind": "status", "status": 429, "retry_after": 1, "path": "agents", "count": 1}]
    world.server.set_faults([*rules, {"kind": "drop", "path": "tenants", "count": 2}])
    assert world.live().unread == ()
    assert world.time.slept == [0.5, 1.0]


def test_unread_is_unread_after_all_retries(world: World, server: Server) -> None:
    server.set_faults([{"kind": "status", "status": 503, "path": "tenants"}])
    assert [type(one) for one in world.live().unread] == [Unread]
    assert len(world.paths("GET")) - 5 == 4


def test_an_update_keeps_its_marker_readable(world: World) -> None:
    world.apply(agent("a"))
    id = identity(world, "agent/a")
    payload = {"system": "x", "metadata": {"reconciler": mark("agent/a", 2)}}
    world.apply(update("agent/a", id, payload, version=1))
    (item,) = found(world.live(), "agent")
    assert item.marker is not None
    assert item.marker.version == item.version == 2
