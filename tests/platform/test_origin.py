from __future__ import annotations

from typing import Any

import pytest

from reconciler.engine.desired import Expectation
from reconciler.engine.live import Origin
from reconciler.engine.lock import Lock
from reconciler.engine.values import Secret
from reconciler.platform.access import Access, RegistryAccess
from reconciler.platform.errors import OriginMismatch
from reconciler.platform.origin import check_hosts, check_origin

HERE = Origin("https://a", "org", "ws", "https://r", {"byng": "1", "acme": "2"})


def access(base: str = "https://a", registry: str = "https://r") -> Access:
    reached = RegistryAccess(registry, Secret("k"), "NTRO_API_KEY") if registry else None
    return Access(base, base, Secret("k"), "ANTHROPIC_API_KEY", reached)


def locked(origin: Origin | None = HERE) -> Lock:
    return Lock("funds", "test", origin)


@pytest.mark.parametrize(
    ("reached", "lock"),
    [
        (access(), locked()),
        (access("https://b"), locked(None)),
        (access(registry=""), locked()),
        (access(), locked(Origin("https://a"))),
    ],
)
def test_hosts_that_agree(reached: Access, lock: Lock) -> None:
    check_hosts(reached, lock)


@pytest.mark.parametrize(
    ("reached", "named"),
    [
        (access("https://b"), "base URL https://a, this is https://b"),
        (access(registry="https://s"), "registry https://r, this is https://s"),
    ],
)
def test_hosts_that_differ(reached: Access, named: str) -> None:
    with pytest.raises(OriginMismatch, match=named):
        check_hosts(reached, locked())


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"organization": "other"}, "organization org, this is other"),
        ({"workspace": "other"}, "workspace ws, this is other"),
        ({"registry": "https://s"}, "registry"),
        ({"tenants": {"byng": "9"}}, "tenant byng with id 1, this is 9"),
    ],
)
def test_what_contradicts_the_lock(change: dict[str, Any], named: str) -> None:
    origin = Origin(**{"base_url": "https://a", "organization": "org", "workspace": "ws", **change})
    with pytest.raises(OriginMismatch, match=named):
        check_origin(origin, locked(), Expectation())


def test_what_the_lock_does_not_contradict() -> None:
    check_origin(HERE, locked(), Expectation("ws", "org"))
    check_origin(Origin("https://a", tenants={"new": "3"}), locked(), Expectation())
    check_origin(HERE, locked(None), Expectation())


@pytest.mark.parametrize(
    ("expect", "named"),
    [
        (Expectation(workspace="prod"), "expects workspace prod, this is ws"),
        (Expectation(organization="prod"), "expects organization prod, this is org"),
    ],
)
def test_what_the_target_does_not_expect(expect: Expectation, named: str) -> None:
    with pytest.raises(OriginMismatch, match=named):
        check_origin(HERE, locked(None), expect)


def test_an_expectation_must_be_confirmed() -> None:
    with pytest.raises(OriginMismatch, match="this is unknown"):
        check_origin(Origin("https://a"), locked(None), Expectation("ws"))
