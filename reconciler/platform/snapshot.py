"""One snapshot of the live world: lists first, then single objects where the lists don't tell."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

from reconciler.engine.desired import Desired
from reconciler.engine.live import (
    MARKER_KEY,
    Live,
    LiveObject,
    Marker,
    Origin,
    Unread,
    label_marker,
)
from reconciler.engine.lock import Lock
from reconciler.engine.values import Body
from reconciler.platform import wire
from reconciler.platform.clients import Clients
from reconciler.platform.errors import AccessRefused, NotFound, PlatformError, ReadFailed
from reconciler.platform.kinds import agent, credential, environment, skill, vault
from reconciler.platform.origin import check_origin
from reconciler.platform.registry import Registry
from reconciler.platform.scope import Scope, make_scope
from reconciler.platform.skill_files import with_files

_THREADS = 8
#: Kind → how all its objects are listed, and how one is read.
_KINDS: dict[str, tuple[Callable[[Clients], Iterable[Body]], Callable[[Clients, str], Body]]] = {
    "agent": (agent.bodies, agent.body),
    "skill": (skill.bodies, skill.body),
    "environment": (environment.bodies, environment.body),
    "vault": (vault.bodies, vault.body),
}


@dataclass
class _Snapshot:
    """What was read so far; filled by several threads, each call is atomic."""

    objects: list[LiveObject] = field(default_factory=list)
    gone: set[str] = field(default_factory=set)
    unread: list[Unread] = field(default_factory=list)
    history: dict[str, tuple[Body, ...]] = field(default_factory=dict)
    deployments: list[Body] = field(default_factory=list)
    tenants: dict[str, str] = field(default_factory=dict)
    refused: list[ReadFailed] = field(default_factory=list)
    mutex: threading.Lock = field(default_factory=threading.Lock)

    def failed(self, kind: str, what: str, failure: ReadFailed) -> None:
        with self.mutex:
            self.unread.append(Unread(kind, what, failure.message))
            if failure.status == 401:
                self.refused.append(failure)


def read_live(
    clients: Clients, desired: Desired, lock: Lock, on_progress: Callable[[str], None]
) -> Live:
    """Everything the plan needs to know of the live world.

    Lists of agents, skills, environments, vaults and deployments, at the largest page size; the
    credentials of vaults that concern us; rows and tenants of the registry if registrations are
    declared or locked. Single reads only for ids of the lock, or to be taken over, that no list
    shows, for agents edited since our last write, and for skills of ours with unknown or new
    content.

    What can't be read is `Unread`, never absent. Raises AccessRefused if the key is not accepted
    at all, and OriginMismatch if the lists come from another world than the lock, in which nothing
    of it would be found. `on_progress` gets a line for a person, from several threads.
    """
    seen, scope = _Snapshot(), make_scope(desired, lock)
    with ThreadPoolExecutor(_THREADS) as pool:
        tasks = [pool.submit(_list_kind, clients, kind, seen, on_progress) for kind in _KINDS]
        tasks.append(pool.submit(_list_deployments, clients, seen))
        if scope.uses_registry:
            tasks.append(pool.submit(_read_registry, clients, scope, seen, on_progress))
        for task in tasks:
            task.result()
        _check_accepted(seen)
        origin = _origin(clients, scope, seen)
        if clients.identity or not seen.unread:  # else nothing answered: the plan is incomplete
            check_origin(origin, lock, desired.target.expect)
        singles = list(_singles(clients, scope, desired, lock, seen))
        for single in [pool.submit(one) for one in singles]:
            single.result()
    return Live(
        origin,
        tuple(sorted(seen.objects, key=lambda item: (item.kind, item.id))),
        frozenset(seen.gone),
        tuple(sorted(seen.unread, key=lambda item: (item.kind, item.what, item.reason))),
        dict(sorted(seen.history.items())),
        tuple(sorted(seen.deployments, key=lambda item: str(item.get("id")))),
    )


def _origin(clients: Clients, scope: Scope, seen: _Snapshot) -> Origin:
    return Origin(
        clients.access.origin,
        clients.organization,
        clients.workspace,
        clients.access.registry_origin if scope.uses_registry else "",
        dict(sorted(seen.tenants.items())),
    )


def _list_kind(
    clients: Clients, kind: str, seen: _Snapshot, on_progress: Callable[[str], None]
) -> None:
    try:
        found = [live_object(kind, body) for body in _KINDS[kind][0](clients)]
    except ReadFailed as failure:
        seen.failed(kind, "", failure)
        return
    on_progress(f"read {len(found)} {kind}s")
    with seen.mutex:
        seen.objects += [item for item in found if not item.archived]


def _list_deployments(clients: Clients, seen: _Snapshot) -> None:
    try:
        found = list(
            wire.pages(
                clients,
                lambda sdk, page: sdk.beta.deployments.with_raw_response.list(limit=100, **page),
            )
        )
    except ReadFailed as failure:
        seen.failed("deployment", "", failure)
        return
    with seen.mutex:
        seen.deployments += found


def live_object(kind: str, body: Body, parent: str = "") -> LiveObject:
    """A live object from the platform's whole answer."""
    text = (body.get("metadata") or {}).get(MARKER_KEY)
    marker = Marker.parse(text) if isinstance(text, str) else None
    if kind == "skill":  # it has no metadata: its label is its marker
        marker = label_marker(str(body.get("display_name") or ""))
    return LiveObject(
        kind,
        str(body["id"]),
        body,
        version=body.get("version") if kind == "agent" else None,
        archived=bool(body.get("archived_at")),
        marker=marker,
        parent=parent,
    )


def _check_accepted(seen: _Snapshot) -> None:
    """A key that nothing accepts is one clear error, not an incomplete plan."""
    lists = {item.kind for item in seen.unread if not item.what}
    if seen.refused and lists >= set(_KINDS):
        raise AccessRefused(
            f"the key is not accepted: {seen.refused[0].message}", "see `reconcile doctor`"
        )


def _singles(
    clients: Clients, scope: Scope, desired: Desired, lock: Lock, seen: _Snapshot
) -> Iterable[Callable[[], None]]:
    listed = {item.id for item in seen.objects}
    unread = {item.kind for item in seen.unread}
    names = scope.unborn(seen.objects)
    if names and "agent" not in unread:
        yield _archived_namesakes(clients, names, seen)
    for kind, id in _named(desired, lock):
        if kind in _KINDS and kind not in unread and id not in listed:
            yield _confirm(clients, kind, id, scope, seen)
    for position, item in enumerate(seen.objects):
        yield from _below(clients, position, item, scope, seen)


def _named(desired: Desired, lock: Lock) -> Iterable[tuple[str, str]]:
    """Kind and id of what the lock knows, and of what is to be taken over; each once."""
    known = [(address.kind, entry.id) for address, entry in lock.objects.items()]
    wanted = [
        (one.address.kind, one.id)
        for one in desired.adoptions
        if not ((entry := lock.entry(one.address)) and entry.id)
    ]
    return dict.fromkeys(pair for pair in (*known, *wanted) if pair[1])


def _below(
    clients: Clients, position: int, item: LiveObject, scope: Scope, seen: _Snapshot
) -> Iterable[Callable[[], None]]:
    """What an object's own answer does not tell."""
    if item.kind == "skill" and scope.is_ours(item):
        yield _skill_contents(clients, position, item, scope, seen)
    if item.kind == "vault" and scope.holds_keys(item):
        yield _credentials(clients, item.id, seen)
    if item.kind == "agent":
        version = scope.base_version(item)
        if version is not None:
            yield _history(clients, item.id, version, seen)


def _confirm(
    clients: Clients, kind: str, id: str, scope: Scope, seen: _Snapshot
) -> Callable[[], None]:
    """An id that no list shows: archived, gone, unknown, or too new for the list."""

    def run() -> None:
        try:
            found = live_object(kind, _KINDS[kind][1](clients, id))
        except NotFound:
            with seen.mutex:
                seen.gone.add(id)
        except ReadFailed as failure:
            seen.failed(kind, id, failure)
        else:
            with seen.mutex:
                position = len(seen.objects)
                seen.objects.append(found)
            for more in () if found.archived else _below(clients, position, found, scope, seen):
                more()

    return run


def _archived_namesakes(
    clients: Clients, names: frozenset[str], seen: _Snapshot
) -> Callable[[], None]:
    """Only to be named: no plan depends on them, so that failing to read them changes nothing."""

    def run() -> None:
        try:
            found = [live_object("agent", body) for body in agent.archived(clients, names)]
        except ReadFailed:
            return
        with seen.mutex:
            known = {item.id for item in seen.objects}
            seen.objects += [item for item in found if item.id not in known]

    return run


def _skill_contents(
    clients: Clients, position: int, item: LiveObject, scope: Scope, seen: _Snapshot
) -> Callable[[], None]:
    """The lock knows the contents as long as it knows the newest version; else they are
    downloaded, so that a lost lock or a lost answer is made good."""

    def run() -> None:
        versions = scope.versions(item)
        if item.body.get("latest_version_id") not in versions.values():
            try:
                versions = skill.contents(clients, item.id, versions)
            except ReadFailed as failure:
                seen.failed("skill", item.id, failure)
        known = replace(item, contents=versions)
        wanted = scope.other_contents(known)
        if wanted:
            with seen.mutex:
                pinned = scope.pinned(item, seen.objects)
            known = with_files(clients, known, wanted, pinned)
        with seen.mutex:
            seen.objects[position] = known

    return run


def _credentials(clients: Clients, vault_id: str, seen: _Snapshot) -> Callable[[], None]:
    def run() -> None:
        try:
            found = [
                live_object("credential", body, vault_id)
                for body in credential.bodies(clients, vault_id)
            ]
        except ReadFailed as failure:
            seen.failed("credential", vault_id, failure)
            return
        with seen.mutex:
            seen.objects += [item for item in found if not item.archived]

    return run


def _history(clients: Clients, id: str, version: int, seen: _Snapshot) -> Callable[[], None]:
    """The versions since our last write, of an agent edited since: the last of them is the base of
    the comparison, the others say which one brought an edit."""

    def run() -> None:
        try:
            bodies = agent.versions_since(clients, id, version)
        except NotFound:
            return
        except ReadFailed as failure:
            seen.failed("agent", id, failure)
            return
        with seen.mutex:
            seen.history[id] = tuple(bodies)

    return run


def _read_registry(
    clients: Clients, scope: Scope, seen: _Snapshot, on_progress: Callable[[str], None]
) -> None:
    """Tenant ids of the slugs in use, and the rows of each. Unknown slugs are left out."""
    registry = clients.registry
    if registry is None:
        hint = "no access to the registry: set NTRO_HOST and NTRO_API_KEY"
        seen.failed("registration", "", ReadFailed(hint))
        return
    try:
        ids = {str(tenant.get("slug")): str(tenant["id"]) for tenant in registry.tenants()}
    except PlatformError as failure:
        seen.failed("registration", "", ReadFailed(failure.message))
        return
    for slug in scope.tenants:
        if slug in ids:
            seen.tenants[slug] = ids[slug]
            _read_rows(registry, slug, ids[slug], seen, on_progress)


def _read_rows(
    registry: Registry, slug: str, tenant: str, seen: _Snapshot, on_progress: Callable[[str], None]
) -> None:
    try:
        rows = [LiveObject("registration", str(row["id"]), row) for row in registry.rows(tenant)]
    except PlatformError as failure:
        seen.failed("registration", slug, ReadFailed(failure.message))
        return
    on_progress(f"read {len(rows)} registrations of {slug}")
    with seen.mutex:
        seen.objects += rows
