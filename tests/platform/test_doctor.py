from __future__ import annotations

from dataclasses import replace
from typing import Any

from reconciler.engine.values import Secret
from reconciler.platform.clients import connect
from reconciler.platform.doctor import Check, examine
from tests.platform.builders import World


def checks(world: World, **change: Any) -> dict[str, Check]:
    access = replace(world.access, **change)
    with connect(access) as clients:
        return {check.name: check for check in examine(access, clients)}


def test_all_is_well(world: World) -> None:
    found = checks(world)
    assert all(check.ok for check in found.values())
    assert found["registry"].detail.endswith("tenants: byng")
    assert "wrkspc_" in found["workspace"].detail
    assert found["anthropic"].detail.startswith("2.")
    assert world.access.api_key is not None
    assert world.access.api_key.reveal() not in repr(found)
    assert world.access.registry is not None
    assert world.access.registry.api_key.reveal() not in repr(found)


def test_a_wrong_key(world: World) -> None:
    found = checks(world, api_key=Secret("sk-ant-wrong"))
    assert [name for name, check in found.items() if not check.ok] == [
        "platform",
        "managed agents",
        "workspace",
    ]
    assert found["platform"].detail.startswith("401: ")


def test_no_registry_is_no_failure(world: World) -> None:
    found = checks(world, registry=None)
    assert found["registry"].ok
    assert "registrations only" in found["registry"].detail


def test_a_registry_that_does_not_answer(world: World) -> None:
    world.server.set_faults([{"kind": "status", "status": 403, "path": "tenants"}])
    assert not checks(world)["registry"].ok


def test_no_beta_access(world: World) -> None:
    world.server.set_faults([{"kind": "status", "status": 404, "path": "^/v1/agents"}])
    found = checks(world)
    assert found["platform"].ok
    assert not found["managed agents"].ok
