"""Planning of a registration: vault, then registry row, then its one-time key as a credential.

The key is shown once, so a row whose key no credential holds is of no use. What may be done about
it depends on who made it: a row that our own intent explains was never handed out and is made
afresh; any other row is somebody's, and is replaced only when the caller says so.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from reconciler.engine.desired import RegistrationDetails, Resource
from reconciler.engine.diagnostics import error
from reconciler.engine.live import LiveObject
from reconciler.engine.lock import LockEntry
from reconciler.engine.plan import Action, Expected, FieldChange
from reconciler.engine.plan_fields import with_marker
from reconciler.engine.values import Ref, Value
from reconciler.engine.world import Draft, World, resolve

#: The row's metadata key in the credential that holds its key.
ROW_KEY = "registration"


@dataclass(frozen=True, slots=True)
class Found:
    """What is live of one registration."""

    row: LiveObject | None  # the row of the lock, or the one that our credential names
    credential: LiveObject | None  # the active credential that holds the row's key
    begun: tuple[str, ...]  # rows that our intent explains and no credential names
    foreign: tuple[str, ...]  # other rows that hold the same external reference


def plan_registration(resource: Resource, world: World, draft: Draft) -> None:
    """Decide one registration and its credential."""
    details = resource.registration
    assert details is not None, "a registration resource carries its details"
    if not _check(resource, details, world, draft):
        return
    body = resolve(resource.body, world, draft)
    found = _find(resource, details, body, world)
    rotate = resource.address in world.options.rotate_key
    refusal = _refusal(resource, details, body, found, world)
    if rotate or found.row is None or found.credential is None:
        action = _register(resource, details, body, found, world, draft)
        if refusal and not rotate:
            draft.hold(action, "refused", refusal)
        else:
            draft.act(action)
        _plan_credential(resource, details, found, world, draft)
    elif refusal:
        draft.hold(_register(resource, details, body, found, world, draft), "refused", refusal)
    else:
        _keep(resource, details, body, found.row, found.credential, world, draft)


def _check(resource: Resource, details: RegistrationDetails, world: World, draft: Draft) -> bool:
    """Whether tenant, environment and vault exist; an error finding for each that does not."""
    address, before = str(resource.address), len(draft.findings)
    if details.tenant not in world.live.origin.tenants:
        draft.findings.append(
            error(
                "registration.tenant_unknown",
                f"the registry has no tenant {details.tenant!r}",
                "use a tenant's slug as `ntro tenant list` shows it, and a key that may see it",
                span=resource.place("tenant"),
                address=address,
            )
        )
    if environment_id(details, world) is None:
        draft.findings.append(
            error(
                "registration.environment_unknown",
                f"no environment {details.environment!r} is declared in the project or live",
                "declare it in environments/, or give the name or id of one live environment",
                span=resource.place("environment"),
                address=address,
            )
        )
    if details.existing_vault and not any(
        item.kind == "vault" and item.id == details.existing_vault and not item.archived
        for item in world.live.objects
    ):
        draft.findings.append(
            error(
                "registration.vault_unknown",
                f"no live vault {details.existing_vault}",
                "leave `vault` out for a vault of its own",
                span=resource.place("vault"),
                address=address,
            )
        )
    return len(draft.findings) == before


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


def _vault_id(details: RegistrationDetails, world: World) -> Value:
    item = world.found(details.vault)
    return details.existing_vault or (item.id if item else Ref(details.vault, "id"))


def _find(resource: Resource, details: RegistrationDetails, body: Any, world: World) -> Found:
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
    holding = [one for one in rows if rows[one].body.get("externalRef") == body["externalRef"]]
    others = [one for one in holding if one not in named and (row is None or one != row.id)]
    intent = entry.intent if entry else None
    explains = intent is not None and intent.external_ref == body["externalRef"]
    before = set(intent.rows) if intent else set()
    begun = [one for one in others if explains and one not in before]
    if row is not None and row.id not in named and explains and row.id not in before:
        begun.append(row.id)
    return Found(
        row=row,
        credential=named.get(row.id) if row else None,
        begun=tuple(sorted(begun)),
        foreign=tuple(sorted(one for one in others if one not in begun)),
    )


def _refusal(
    resource: Resource,
    details: RegistrationDetails,
    body: Any,
    found: Found,
    world: World,
) -> str:
    """Why this registration may not be (re)made without being told to; "" if it may."""
    entry = world.lock.entry(resource.address)
    told = f"--rotate-key {resource.address} replaces it; the agent's registry UUID then changes"
    if entry and entry.id and found.row is None:
        return f"registry row {entry.id} was deleted outside: {told}"
    if found.row is not None and found.credential is None and found.row.id not in found.begun:
        return f"registry row {found.row.id} has no stored key any more: {told}"
    if found.foreign:
        ids = ", ".join(found.foreign)
        return f"registry row {ids} already names this agent and its key is not ours: {told}"
    if found.row is None or found.credential is None:
        return ""
    changed = [
        key for key in ("name", "externalRef", "kind") if found.row.body.get(key) != body[key]
    ]
    if changed:
        return f"{', '.join(changed)} of registry row {found.row.id} can't be changed: {told}"
    url = (found.credential.body.get("auth") or {}).get("mcp_server_url")
    if url != details.mcp_server_url:
        return f"the MCP server's URL changed from {url}, and a key can't be read back: {told}"
    if found.credential.parent != _vault_id(details, world):
        return f"the key lies in vault {found.credential.parent} and can't be read back: {told}"
    return ""


def _register(
    resource: Resource,
    details: RegistrationDetails,
    body: Any,
    found: Found,
    world: World,
    draft: Draft,
) -> Action:
    """The action that makes the row, after deleting what must not stay beside it."""
    delete = set(found.begun) | set(found.foreign)
    if found.row is not None:
        delete.add(found.row.id)
    row = {key: value for key, value in body.items() if value is not None}
    payload: dict[str, Value] = {"row": row, "delete": sorted(delete)}
    if details.versions:
        version = resolve(Ref(details.agent, "version"), world, draft)
        payload["record"] = {"version": version}
    notes = [f"registry row {one} is deleted; its UUID ends" for one in sorted(delete)]
    if details.tenant and delete:
        notes.append("runbooks that invoke the old UUID must be given the new one")
    return Action(
        address=resource.address,
        verb="replace" if delete else "create",
        reason="registered afresh" if delete else "new",
        payload=payload,
        fields=tuple(
            FieldChange(key, "change", desired=value, span=resource.place(key))
            for key, value in sorted(row.items())
        ),
        needs=(details.agent, details.vault),
        expected=Expected(found.row.id) if found.row else None,
        notes=tuple(notes),
        span=resource.span,
        lock=_entry(resource, details, body, "", world),
    )


def _entry(
    resource: Resource,
    details: RegistrationDetails,
    body: Any,
    identity: str,
    world: World,
) -> LockEntry:
    previous = world.lock.entry(resource.address)
    return LockEntry(
        id=identity,
        fields={
            "agent": str(details.agent),
            "environment": environment_id(details, world),
            "externalRef": body["externalRef"],
            "name": body["name"],
            "vault": _vault_id(details, world),
        },
        recorded=previous.recorded if previous and previous.id == identity else None,
        protect=resource.lifecycle.protect,
    )


def _plan_credential(
    resource: Resource, details: RegistrationDetails, found: Found, world: World, draft: Draft
) -> None:
    """The credential that takes the new row's key; the old one goes first, since a vault holds
    one active credential per URL (documentation, vaults)."""
    credential = world.desired.by_address()[details.credential]
    payload = with_marker(resolve(credential.body, world, draft), world, details.credential, None)
    old = _old_credential(details, found, world)
    foreign = _occupied(details, old, world)
    if foreign:
        draft.findings.append(
            error(
                "registration.vault_holds_key",
                f"vault {foreign.parent} already holds a key for {details.mcp_server_url} "
                f"({foreign.id})",
                "name another vault, or leave `vault` out for a vault of its own",
                span=resource.place("vault"),
                address=str(resource.address),
            )
        )
    draft.act(
        Action(
            address=details.credential,
            verb="replace" if old else "create",
            reason="new key",
            payload=payload,
            needs=(resource.address,),
            expected=Expected(old.id) if old else None,
            notes=("the one-time key goes from the registry straight into the vault",),
            span=credential.span,
            lock=LockEntry(
                parent=_vault_id(details, world),
                fields={"mcp_server_url": details.mcp_server_url},
            ),
        )
    )


def _old_credential(details: RegistrationDetails, found: Found, world: World) -> LiveObject | None:
    """The active credential this registration stored before, by lock or marker."""
    return found.credential or world.found(details.credential)


def _occupied(
    details: RegistrationDetails, old: LiveObject | None, world: World
) -> LiveObject | None:
    """Somebody else's active credential for this URL in this vault."""
    vault = _vault_id(details, world)
    for item in world.live.objects:
        if item.kind != "credential" or item.archived or item.parent != vault:
            continue
        url = (item.body.get("auth") or {}).get("mcp_server_url")
        if url == details.mcp_server_url and (old is None or item.id != old.id):
            return item
    return None


def _keep(
    resource: Resource,
    details: RegistrationDetails,
    body: Any,
    row: LiveObject,
    credential: LiveObject,
    world: World,
    draft: Draft,
) -> None:
    """Row and key stand: record the agent's version if asked to, else nothing."""
    entry = _entry(resource, details, body, row.id, world)
    draft.keep(
        world,
        details.credential,
        LockEntry(
            id=credential.id,
            parent=credential.parent,
            fields={"mcp_server_url": details.mcp_server_url},
        ),
    )
    version = resolve(Ref(details.agent, "version"), world, draft)
    if not details.versions or _recorded(row, entry, version):
        draft.keep(world, resource.address, entry)
        return
    draft.act(
        Action(
            address=resource.address,
            verb="update",
            reason="record version",
            payload={"record": {"version": version}},
            fields=(FieldChange("version", "change", live=entry.recorded, desired=version),),
            expected=Expected(row.id),
            span=resource.span,
            lock=replace(entry, recorded=None),
        )
    )


def changelog(version: int) -> str:
    """How a recorded agent version's changelog begins; it is found again by this."""
    return f"agent version {version} "


def _recorded(row: LiveObject, entry: LockEntry, version: Value) -> bool:
    if isinstance(version, Ref):
        return False
    if entry.recorded == version:
        return True
    return _has_changelog(row.body.get("versions") or (), changelog(version))


def _has_changelog(versions: Iterable[Any], beginning: str) -> bool:
    return any(str(item.get("changelog") or "").startswith(beginning) for item in versions)
