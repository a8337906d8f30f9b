"""Planning of a registration: vault, then registry row, then its one-time key as a credential.

The key is shown once, so a row whose key no credential holds is of no use. What may be done about
it depends on who made it: a row that our own intent explains was never handed out and is made
afresh; any other row is somebody's, and is replaced only when the caller says so.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from reconciler.engine.desired import RegistrationDetails, Resource
from reconciler.engine.diagnostics import error
from reconciler.engine.live import LiveObject
from reconciler.engine.lock import LockEntry
from reconciler.engine.plan import Action, Expected, FieldChange
from reconciler.engine.plan_fields import with_marker
from reconciler.engine.registration_state import (
    Found,
    environment_id,
    find_registration,
    is_recorded,
    occupied,
    old_credential,
    vault_id,
)
from reconciler.engine.values import Ref, Value
from reconciler.engine.world import Draft, World, resolve


def plan_registration(resource: Resource, world: World, draft: Draft) -> None:
    """Decide one registration and its credential."""
    details = resource.registration
    assert details is not None, "a registration resource carries its details"
    if not _check(resource, details, world, draft):
        return
    body = resolve(resource.body, world, draft)
    found = find_registration(resource, details, body, world)
    rotate = resource.address in world.options.rotate_key or _is_of_another(
        details, body, found, world
    )
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


def _is_of_another(details: RegistrationDetails, body: Any, found: Found, world: World) -> bool:
    """Whether the row names the agent that this one was, or is to be, made again in place of."""
    if details.agent not in world.options.recreate:
        return False
    return found.row is None or found.row.body.get("externalRef") != body["externalRef"]


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
    if found.credential.parent != vault_id(details, world):
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
            "vault": vault_id(details, world),
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
    old = old_credential(details, found, world)
    foreign = occupied(details, old, world)
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
                parent=vault_id(details, world),
                fields={"mcp_server_url": details.mcp_server_url},
            ),
        )
    )


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
    _keep_credential(resource, details, credential, world, draft)
    version = resolve(Ref(details.agent, "version"), world, draft)
    if not details.versions:
        draft.keep(world, resource.address, entry)
        return
    if is_recorded(row, entry, version):
        draft.keep(world, resource.address, replace(entry, recorded=version))
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


def _keep_credential(
    resource: Resource,
    details: RegistrationDetails,
    credential: LiveObject,
    world: World,
    draft: Draft,
) -> None:
    """The key stands; after a move only the marker has to say where it is now."""
    stored = LockEntry(
        id=credential.id,
        parent=credential.parent,
        fields={"mcp_server_url": details.mcp_server_url},
    )
    if details.credential not in world.moved:
        draft.keep(world, details.credential, stored)
        return
    payload = with_marker({"vault_id": credential.parent}, world, details.credential, None)
    draft.act(
        Action(
            address=details.credential,
            verb="update",
            reason="moved",
            payload=payload,
            expected=Expected(credential.id),
            span=resource.span,
            lock=stored,
        )
    )
