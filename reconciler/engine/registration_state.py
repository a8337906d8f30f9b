"""What is live of a registration: its row, the credential that holds its key, rows in its way."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from reconciler.engine.desired import RegistrationDetails, Resource
from reconciler.engine.live import LiveObject
from reconciler.engine.lock import LockEntry
from reconciler.engine.values import Ref, Value
from reconciler.engine.world import World

#: The row's metadata key in the credential that holds its key.
ROW_KEY = "registration"


@dataclass(frozen=True, slots=True)
class Found:
    """What is live of one registration."""

    row: LiveObject | None  # the row of the lock, or the one that our credential names
    credential: LiveObject | None  # the active credential that holds the row's key
    begun: tuple[str, ...]  # rows that our intent explains and no credential names
    foreign: tuple[str, ...]  # other rows that hold the same external reference


def find_registration(
    resource: Resource, details: RegistrationDetails, body: Any, world: World
) -> Found:
    entry = world.lock.entry(resource.address)
    tenant = world.live.origin.tenants[details.tenant]
    rows = {
        item.id: item
        for item in world.live.objects
        if item.kind == "registration" and item.body.get("tenantId") == tenant
    }
    named = {
        item.body["metadata"][ROW_KEY]: item
        for item in world.live.objects
        if item.kind == "credential"
        and not item.archived
        and (item.body.get("metadata") or {}).get(ROW_KEY) in rows
        and item.marker is not None
        and item.marker.address == details.credential
        and item.marker.project == world.desired.project
        and item.marker.target == world.desired.target.name
    }
    row = rows.get(entry.id) if entry and entry.id else None
    if row is None and named:
        row = rows[min(named)]
    if (
        row is not None
        and row.id not in named
        and (adopted := _adopted(details, entry, world, row.id))
    ):
        named[row.id] = adopted
    holding = [one for one in rows if rows[one].body.get("externalRef") == body["externalRef"]]
    others = [one for one in holding if row is None or one != row.id]
    intent = entry.intent if entry else None
    explains = intent is not None and intent.external_ref == body["externalRef"]
    before = set(intent.rows) if intent else set()
    begun = [one for one in others if explains and one not in before and one not in named]
    if row is not None and row.id not in named and explains and row.id not in before:
        begun.append(row.id)
    return Found(
        row=row,
        credential=named.get(row.id) if row else None,
        begun=tuple(sorted(begun)),
        foreign=tuple(sorted(one for one in others if one not in begun)),
    )


def _adopted(
    details: RegistrationDetails, entry: LockEntry | None, world: World, row: str
) -> LiveObject | None:
    """The credential that the lock alone says holds the row's key: it was taken over with the row,
    and names this one or none. Not while a registration is under way: then it is the old row's."""
    credential = world.lock.entry(details.credential)
    if credential is None or not credential.id or (entry and entry.intent):
        return None
    for item in world.live.objects:
        if item.kind == "credential" and item.id == credential.id and not item.archived:
            named = (item.body.get("metadata") or {}).get(ROW_KEY)
            return item if named in (None, row) else None
    return None


def environment_id(details: RegistrationDetails, world: World) -> Value:
    """The environment's id, a reference to it, "" if none is named, or None if it is unknown."""
    if not isinstance(details.environment, str):
        item = world.found(details.environment)
        return item.id if item else Ref(details.environment, "id")
    if not details.environment:
        return ""
    ids = [
        item.id
        for item in world.live.objects
        if item.kind == "environment"
        and not item.archived
        and details.environment in (item.id, item.body.get("name"))
    ]
    return ids[0] if len(ids) == 1 else None


def vault_id(details: RegistrationDetails, world: World) -> Value:
    item = world.found(details.vault)
    return details.existing_vault or (item.id if item else Ref(details.vault, "id"))


def old_credential(details: RegistrationDetails, found: Found, world: World) -> LiveObject | None:
    """The active credential this registration stored before, by lock or marker."""
    return found.credential or world.found(details.credential)


def occupied(
    details: RegistrationDetails, old: LiveObject | None, world: World
) -> LiveObject | None:
    """Somebody else's active credential for this URL in this vault."""
    vault = vault_id(details, world)
    for item in world.live.objects:
        if item.kind != "credential" or item.archived or item.parent != vault:
            continue
        url = (item.body.get("auth") or {}).get("mcp_server_url")
        if url == details.mcp_server_url and (old is None or item.id != old.id):
            return item
    return None


def changelog(version: int) -> str:
    """How a recorded agent version's changelog begins; it is found again by this."""
    return f"agent version {version} "


def is_recorded(row: LiveObject, entry: LockEntry, version: Value) -> bool:
    if isinstance(version, Ref):
        return False
    if entry.recorded == version:
        return True
    return _has_changelog(row.body.get("versions") or (), changelog(version))


def _has_changelog(versions: Iterable[Any], beginning: str) -> bool:
    return any(str(item.get("changelog") or "").startswith(beginning) for item in versions)
