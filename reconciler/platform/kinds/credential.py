"""Credentials: live in a vault, never echo their secret, can't be read back or changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from reconciler.engine.hosts import may_hold_registry_key
from reconciler.engine.values import Body, Ref, refs_in
from reconciler.platform import wire
from reconciler.platform.errors import WriteFailed
from reconciler.platform.kinds.step import Step, reflects
from reconciler.platform.resolve import Written, reveal

if TYPE_CHECKING:
    from reconciler.platform.clients import Clients

PAGE = 100


def bodies(clients: Clients, vault_id: str) -> Iterator[Body]:
    """The active credentials of a vault."""
    return wire.pages(
        clients,
        lambda sdk, page: sdk.beta.vaults.credentials.with_raw_response.list(
            vault_id, limit=PAGE, **page
        ),
    )


def create(step: Step) -> Written:
    """Create; the secret is revealed in this one request and nowhere else."""
    _check_server(step)
    vault_id = _vault(step)
    body: dict[str, Any] = {key: v for key, v in step.payload.items() if key != "vault_id"}
    made = step.create(
        lambda sdk: sdk.beta.vaults.credentials.with_raw_response.create(vault_id, **reveal(body)),
        lambda clients: bodies(clients, vault_id),
    )
    return Written(id=made["id"], parent=vault_id)


def replace(step: Step) -> Written:
    """Archive the old one, then create: a URL is held by one active credential of a vault."""
    _check_server(step)
    archive(step)
    return create(step)


def update(step: Step) -> Written:
    """Change the metadata alone: a key stays what it is."""
    vault_id, metadata = _vault(step), dict(step.payload["metadata"])
    step.settle(
        lambda sdk: sdk.beta.vaults.credentials.with_raw_response.update(
            step.id, vault_id=vault_id, metadata=metadata
        ),
        lambda: _read(step, vault_id),
        lambda found: reflects(found.get("metadata"), metadata),
    )
    return Written(id=step.id, parent=vault_id)


def archive(step: Step) -> Written:
    vault_id = step.parent or _vault(step)
    return step.archive(
        lambda sdk: sdk.beta.vaults.credentials.with_raw_response.archive(
            step.id, vault_id=vault_id
        ),
        lambda: _read(step, vault_id),
    )


def _read(step: Step, vault_id: str) -> Body:
    found: Body = step.read(
        lambda sdk: sdk.beta.vaults.credentials.with_raw_response.retrieve(
            step.id, vault_id=vault_id
        )
    )
    return found


def _vault(step: Step) -> str:
    vault_id = step.payload.get("vault_id")
    if not isinstance(vault_id, str) or not vault_id:
        raise WriteFailed("the plan names no vault for this credential")
    return vault_id


def _check_server(step: Step) -> None:
    """The registry's one-time key goes to a Ntropii MCP server only, whatever the plan says."""
    if not any(is_key(ref) for ref in refs_in(step.action.payload)):
        return
    url = str((step.payload.get("auth") or {}).get("mcp_server_url") or "")
    if not may_hold_registry_key(url, step.clients.access.allowed_hosts):
        raise WriteFailed(f"the registry's key is not stored for {url}", code="access.refused")


def is_key(ref: Ref) -> bool:
    return ref.attr == "api_key"


WRITES = {"create": create, "update": update, "replace": replace, "archive": archive}
