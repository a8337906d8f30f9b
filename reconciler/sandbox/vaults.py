"""Vaults: named containers of credentials."""

from __future__ import annotations

from typing import Any

from .call import Call
from .credentials import archive_credential, remove_credential
from .errors import invalid, not_found
from .ids import new_id
from .paging import list_page
from .shapes import merged_pairs, nullable, obj, pairs, text

CREATE = obj({"display_name": text(1, 255)}, {"metadata": pairs(nulls=False)})
UPDATE = obj(
    optional={
        "display_name": nullable(text(1, 255)),
        "metadata": nullable(pairs(nulls=True)),
    }
)


def create(call: Call) -> dict[str, Any]:
    """`POST /v1/vaults`: the keys of the answer are recorded; names are not unique."""
    sent = CREATE(call.body, "")
    vault = {
        "id": new_id("vlt"),
        "type": "vault",
        "display_name": sent["display_name"],
        "metadata": merged_pairs({}, sent.get("metadata")),
        "created_at": call.now,
        "updated_at": call.now,
        "archived_at": None,
    }
    call.records.insert("vault", vault)
    return vault


def retrieve(call: Call) -> dict[str, Any]:
    """`GET /v1/vaults/{id}`."""
    return found_vault(call)


def list_all(call: Call) -> dict[str, Any]:
    """`GET /v1/vaults` (SDK)."""
    return list_page(call, "vault", archivable=True)


def update(call: Call) -> dict[str, Any]:
    """`POST /v1/vaults/{id}`: the name is replaced, metadata patched (SDK)."""
    sent = UPDATE(call.body, "")
    stored = found_vault(call)
    if stored["archived_at"] is not None:
        raise invalid("Vault is archived.")
    changed = {
        **stored,
        "display_name": sent.get("display_name") or stored["display_name"],
        "metadata": merged_pairs(stored["metadata"], sent.get("metadata")),
        "updated_at": call.now,
    }
    call.records.replace("vault", changed)
    return changed


def archive(call: Call) -> dict[str, Any]:
    """`POST /v1/vaults/{id}/archive`: takes its credentials along, purges their secrets (SDK)."""
    vault = found_vault(call)
    if vault["archived_at"] is None:
        vault = {**vault, "archived_at": call.now}
        call.records.replace("vault", vault)
        for credential in call.records.children("credential", parent=vault["id"], live=True):
            archive_credential(call, credential)
    return vault


def delete(call: Call) -> dict[str, Any]:
    """`DELETE /v1/vaults/{id}`, archived or not (recorded)."""
    vault = found_vault(call)
    for credential in call.records.children("credential", parent=vault["id"]):
        remove_credential(call, credential)
    call.records.delete("vault", vault["id"])
    return {"id": vault["id"], "type": "vault_deleted"}


def found_vault(call: Call) -> dict[str, Any]:
    """The vault the path names."""
    vault = call.records.get("vault", call.path["vault_id"])
    if vault is None:
        raise not_found("Vault not found.")
    return vault
