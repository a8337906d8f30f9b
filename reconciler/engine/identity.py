"""Whose object is it: taking one over by its id, and making the lock anew from the markers."""

from __future__ import annotations

from dataclasses import replace

from reconciler.engine.address import Address
from reconciler.engine.adoptions import not_adoptable, refused
from reconciler.engine.desired import Desired, RegistrationDetails
from reconciler.engine.diagnostics import Diagnostic
from reconciler.engine.kinds import KINDS
from reconciler.engine.live import Live, LiveObject
from reconciler.engine.lock import Lock, LockEntry
from reconciler.engine.matching import ADOPTABLE, marked, match
from reconciler.engine.plan_fields import base_entry
from reconciler.engine.planner import make_plan
from reconciler.engine.registration_state import ROW_KEY
from reconciler.engine.world import external_ref, id_names


def adopt(
    desired: Desired, lock: Lock, live: Live, address: Address, identity: str, vault: str = ""
) -> Lock | Diagnostic:
    """The lock with the address bound to the live object, or why that can't be.

    Nothing is written to the object: its marker is set together with the next change. What the
    lock knows of it stays. For a registration, `vault` is the id of the vault that holds the key
    of its row.
    """
    resource = desired.by_address().get(address)
    if resource is None:
        return refused(address, f"the folders declare no {address}", "write its folder first")
    item = _by_id(live, address.kind, identity)
    refusal = not_adoptable(desired, lock, address, identity, item)
    if refusal or item is None:
        return refusal or refused(address, f"no live {address.kind} {identity}", "")
    if resource.registration:
        return _adopt_row(resource.registration, lock, live, address, item, vault)
    entry = lock.entry(address)
    if entry and entry.id == identity:
        return lock
    return lock.with_entry(address, LockEntry(id=identity, parent=item.parent))


def twins(desired: Desired, live: Live, address: Address, identity: str) -> list[LiveObject]:
    """Other live objects that carry the marker of the address, and that can lose it."""
    if address.kind not in ADOPTABLE:
        return []
    return [one for one in marked(desired, live).get(address, []) if one.id != identity]


def _by_id(live: Live, kind: str, identity: str) -> LiveObject | None:
    for item in live.objects:
        if item.kind == kind and item.id == identity:
            return item
    return None


def _adopt_row(
    details: RegistrationDetails,
    lock: Lock,
    live: Live,
    address: Address,
    row: LiveObject,
    vault: str,
) -> Lock | Diagnostic:
    """A row and the credential that holds its key, which nothing but the caller can know."""
    agent = lock.entry(details.agent)
    wanted = external_ref(agent.id) if agent and agent.id else ""
    if row.body.get("externalRef") != wanted:
        hint = f"adopt or apply {details.agent} first" if not wanted else ""
        return refused(address, f"row {row.id} names {row.body.get('externalRef')}", hint)
    if not vault:
        hint = "say which vault holds its key: --vault vlt_…"
        return refused(address, "a key can't be read back from the registry", hint)
    keys = [
        item
        for item in live.objects
        if item.kind == "credential"
        and not item.archived
        and item.parent == vault
        and (item.body.get("auth") or {}).get("mcp_server_url") == details.mcp_server_url
        and (item.body.get("metadata") or {}).get(ROW_KEY) in (None, row.id)
    ]
    if not keys:
        message = f"vault {vault} holds no key for {details.mcp_server_url}"
        hint = f"--rotate-key {address} registers afresh instead"
        return refused(address, message, hint)
    if details.existing_vault != vault and lock.entry(details.vault) != LockEntry(id=vault):
        lock = lock.with_entry(details.vault, LockEntry(id=vault))
    lock = lock.with_entry(address, LockEntry(id=row.id))
    return lock.with_entry(details.credential, LockEntry(id=keys[0].id, parent=vault))


def rebuild(desired: Desired, live: Live, lock: Lock) -> tuple[Lock, tuple[str, ...]]:
    """A lock made anew from the markers, and what has to be said about it.

    For agents the base is the version that the marker names, so that a later edit by hand still
    shows as drift. Other kinds have no versions: what is live becomes the base.
    `lock` is an empty one that carries project, target and origin.
    """
    plan = make_plan(desired, lock, live)
    matched = match(desired, lock, live)
    names, notes = id_names(lock, matched), []
    for address, entry in plan.records.items():
        lock = lock.with_entry(address, entry)
    declared = desired.by_address()
    for address, item in sorted(matched.objects.items()):
        kind, resource = KINDS[address.kind], declared.get(address)
        if address not in lock.objects and resource and address.kind not in ("skill", "credential"):
            written = item.marker.version if item.marker else None
            earlier = live.version(item.id, written) if kind.versioned else None
            version = written if earlier else item.version
            body = earlier or item.body
            lock = lock.with_entry(
                address,
                replace(base_entry(kind, resource, body, names), id=item.id, version=version),
            )
        elif address not in lock.objects:
            lock = lock.with_entry(
                address, LockEntry(id=item.id, versions=item.contents, parent=item.parent)
            )
        if not kind.versioned and address.kind in ("environment", "vault"):
            notes.append(f"{address}: what is live is taken for what was last applied")
    return lock, tuple(notes)
