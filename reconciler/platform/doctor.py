"""Is everything there that an apply needs?"""

from __future__ import annotations

import platform
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata

from reconciler.platform import wire
from reconciler.platform.access import Access
from reconciler.platform.clients import Clients
from reconciler.platform.errors import PlatformError


@dataclass(frozen=True, slots=True)
class Check:
    """One question, answered. `detail` is for a person and holds no secret."""

    name: str
    ok: bool
    detail: str


def examine(access: Access, clients: Clients) -> list[Check]:
    """Ask the platform and the registry a question each; nothing is written."""
    checks = [Check("credentials", True, f"from {access.key_source}")]
    checks += _platform(clients)
    checks += _registry(access, clients)
    checks += _versions()
    return checks


def _platform(clients: Clients) -> Iterator[Check]:
    """Skills need no beta header, agents do: apart they tell a key from beta access."""
    yield _ask(
        "platform",
        clients.access.origin,
        lambda: _first_page(clients, lambda sdk: sdk.beta.skills.with_raw_response.list(limit=1)),
    )
    yield _ask(
        "managed agents",
        "the beta is open to this key",
        lambda: _first_page(clients, lambda sdk: sdk.beta.agents.with_raw_response.list(limit=1)),
    )
    known = bool(clients.workspace)
    place = f"organization {clients.organization or '?'}, workspace {clients.workspace or '?'}"
    yield Check("workspace", known, place)


def _first_page(clients: Clients, send: wire.Send) -> str:
    clients.notice(wire.answer(clients, send).headers)
    return ""


def _registry(access: Access, clients: Clients) -> Iterator[Check]:
    registry = clients.registry
    if access.registry is None or registry is None:
        yield Check("registry", True, "no access set up; needed for registrations only")
        return
    place = f"{access.registry_origin}, key from {access.registry.source}"

    def tenants() -> str:
        slugs = sorted(str(tenant.get("slug")) for tenant in registry.tenants())
        return f"tenants: {', '.join(slugs) or 'none'}"

    yield _ask("registry", place, tenants)


def _ask(name: str, place: str, question: Callable[[], str]) -> Check:
    try:
        found = question()
    except PlatformError as failure:
        hint = f" ({failure.hint})" if failure.hint else ""
        return Check(name, False, f"{failure.message}{hint}")
    return Check(name, True, f"{place}; {found}" if found else place)


def _versions() -> Iterator[Check]:
    for package in ("agent-reconciler", "anthropic"):
        try:
            yield Check(package, True, metadata.version(package))
        except metadata.PackageNotFoundError:
            yield Check(package, package != "anthropic", "not installed")
    yield Check("python", True, platform.python_version())
