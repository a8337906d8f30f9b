"""Reading a whole workspace for an import: what is live, skills unpacked, rows and keys.

Nothing is written. Requests: the pages of each list, one download per skill version, and for
registrations one list of rows per tenant and one of credentials per vault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

from reconciler.engine.desired import Desired, Target
from reconciler.engine.live import Live, LiveObject
from reconciler.engine.lock import Lock
from reconciler.engine.values import Body
from reconciler.platform import wire
from reconciler.platform.clients import Clients
from reconciler.platform.errors import BadArchive, NotFound, ReadFailed
from reconciler.platform.kinds import agent, credential, skill
from reconciler.platform.snapshot import live_object, read_live

_THREADS = 8
Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Unpacked:
    """One version of a skill: its files by path, or why there are none."""

    files: Mapping[str, bytes] | None
    problem: str = ""


def read_workspace(clients: Clients, target: Target, lock: Lock, say: Say) -> Live:
    """Everything live. Raises ReadFailed if any of it can't be read, OriginMismatch if this is not
    the world of the lock or of the target.

    It is read as nobody's, since what is ours is downloaded on other grounds here.
    """
    nobody = Desired("", Target(target.name, target.expect), ())
    live = read_live(clients, nobody, Lock("", target.name, lock.origin), say)
    for one in live.unread:
        if one.kind != "deployment":
            what = f"{one.kind} {one.what}" if one.what else f"the list of {one.kind}s"
            hint = "nothing is decided on a guess; try again"
            raise ReadFailed(f"{what} could not be read: {one.reason}", hint)
    return live


def archived(clients: Clients, words: frozenset[str]) -> tuple[Body, ...]:
    """The archived agents that have one of the words for id or name; no request without words."""
    if not words:
        return ()
    pages = wire.pages(
        clients,
        lambda sdk, page: sdk.beta.agents.with_raw_response.list(
            limit=agent.PAGE, include_archived=True, **page
        ),
    )
    return tuple(
        body
        for body in pages
        if body.get("archived_at") and {body.get("id"), body.get("name")} & words
    )


def unpack(
    clients: Clients, versions: Iterable[tuple[str, str]], say: Say
) -> dict[tuple[str, str], Unpacked]:
    """(skill id, version id) → its files; each is downloaded once. Raises ReadFailed."""
    wanted = sorted(set(versions))

    def one(pair: tuple[str, str]) -> Unpacked:
        try:
            return Unpacked(skill.download(clients, *pair))
        except NotFound:
            return Unpacked(None, "this version is gone")
        except BadArchive as problem:
            return Unpacked(None, problem.message)

    with ThreadPoolExecutor(_THREADS) as pool:
        found = {}
        for pair, unpacked in zip(wanted, pool.map(one, wanted), strict=True):
            found[pair] = unpacked
            if len(found) % 10 == 0 or len(found) == len(wanted):
                say(f"downloaded {len(found)} of {len(wanted)} skill versions")
    return found


def with_registrations(clients: Clients, live: Live, agents: Iterable[str], say: Say) -> Live:
    """The same with the registry's rows of these agents, and all credentials if there are any.

    Without access to the registry, nothing is added. Raises ReadFailed.
    """
    registry = clients.registry
    if registry is None:
        return live
    references = {f"anthropic://agents/{identity}" for identity in agents}
    tenants = {str(one.get("slug")): str(one["id"]) for one in registry.tenants()}
    rows = [
        LiveObject("registration", str(row["id"]), row)
        for identity in tenants.values()
        for row in registry.rows(identity)
        if row.get("externalRef") in references
    ]
    if not rows:
        return live
    say(f"found {len(rows)} registrations")
    used = {str(row.body.get("tenantId")) for row in rows}
    known = {slug: identity for slug, identity in tenants.items() if identity in used}
    origin = replace(live.origin, registry=clients.access.registry_origin, tenants=known)
    return replace(live, origin=origin, objects=(*live.objects, *rows))


def with_credentials(clients: Clients, live: Live) -> Live:
    """The same with the credentials of every vault, secrets left out as ever. Raises ReadFailed."""
    vaults = [item.id for item in live.objects if item.kind == "vault"]

    def of(vault: str) -> list[LiveObject]:
        bodies = credential.bodies(clients, vault)
        found = [live_object("credential", body, vault) for body in bodies]
        return [item for item in found if not item.archived]

    with ThreadPoolExecutor(_THREADS) as pool:
        found = [item for items in pool.map(of, vaults) for item in items]
    return replace(live, objects=(*live.objects, *found))
