"""Is this the world that the lock and the target speak of?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.engine.desired import Expectation
from reconciler.engine.live import Origin
from reconciler.engine.lock import Lock
from reconciler.platform.access import Access
from reconciler.platform.errors import OriginMismatch


def check_hosts(access: Access, lock: Lock) -> None:
    """Compare hosts, before any request carries a key. Raises OriginMismatch."""
    if lock.origin is None:
        return
    registry = access.registry_origin or lock.origin.registry
    pairs = (
        ("base URL", lock.origin.base_url, access.origin),
        ("registry", lock.origin.registry, registry),
    )
    _refuse(f"the lock is of {what} {old}, this is {new}" for what, old, new in _differing(pairs))


def check_origin(origin: Origin, lock: Lock, expect: Expectation) -> None:
    """Compare organization, workspace and tenants, before any write. Raises OriginMismatch.

    What the target expects must be confirmed by the answers; what the lock holds must not be
    contradicted by them.
    """
    _refuse(_unexpected(origin, expect))
    if lock.origin is not None:
        _refuse(_contradicted(origin, lock.origin))


def _unexpected(origin: Origin, expect: Expectation) -> Iterator[str]:
    for what, wanted, found in (
        ("organization", expect.organization, origin.organization),
        ("workspace", expect.workspace, origin.workspace),
    ):
        if wanted and wanted != found:
            yield f"the target expects {what} {wanted}, this is {found or 'unknown'}"


def _contradicted(origin: Origin, locked: Origin) -> Iterator[str]:
    pairs = [
        ("base URL", locked.base_url, origin.base_url),
        ("organization", locked.organization, origin.organization),
        ("workspace", locked.workspace, origin.workspace),
        ("registry", locked.registry, origin.registry),
    ]
    for slug in sorted({*locked.tenants} & {*origin.tenants}):
        pairs.append((f"tenant {slug} with id", locked.tenants[slug], origin.tenants[slug]))
    for what, old, new in _differing(pairs):
        yield f"the lock is of {what} {old}, this is {new}"


def _differing(pairs: Iterable[tuple[str, str, str]]) -> Iterator[tuple[str, str, str]]:
    for what, old, new in pairs:
        if old and new and old != new:
            yield what, old, new


def _refuse(reasons: Iterable[str]) -> None:
    found = list(reasons)
    if found:
        raise OriginMismatch("; ".join(found))
