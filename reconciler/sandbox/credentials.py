"""Credentials: three kinds of secret, none of which ever comes back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .call import Call
from .credential_auth import (
    CREATE_AUTH,
    UPDATE_AUTH,
    check_auth,
    echoed_auth,
    key_of,
    merged_auth,
    secrets_of,
)
from .errors import ApiError, invalid, not_found
from .ids import new_id
from .paging import list_page
from .shapes import merged_pairs, nullable, obj, pairs, text

MAX_CREDENTIALS = 20

CREATE = obj(
    {"auth": CREATE_AUTH},
    {"display_name": nullable(text(most=255)), "metadata": pairs(nulls=False)},
)
UPDATE = obj(
    optional={
        "auth": UPDATE_AUTH,
        "display_name": nullable(text(1, 255)),
        "metadata": nullable(pairs(nulls=True)),
    }
)


def create(call: Call) -> dict[str, Any]:
    """`POST /v1/vaults/{id}/credentials`: one active credential per key, 20 per vault
    (documentation); no secret in the answer (recorded)."""
    sent = CREATE(call.body, "")
    vault = _vault(call)
    if vault["archived_at"] is not None:
        raise invalid("Vault is archived.")
    check_auth(sent["auth"], call.now)
    auth = echoed_auth(sent["auth"])
    live = call.records.children("credential", parent=vault["id"], live=True)
    if any(key_of(other["auth"]) == key_of(auth) for other in live):
        raise ApiError(409, "An active credential for this key already exists in the vault.")
    if len(live) >= MAX_CREDENTIALS:
        raise invalid(f"A vault holds at most {MAX_CREDENTIALS} credentials.")
    credential = {
        "id": new_id("vcrd"),
        "type": "vault_credential",
        "vault_id": vault["id"],
        "display_name": sent.get("display_name"),
        "metadata": merged_pairs({}, sent.get("metadata")),
        "auth": auth,
        "created_at": call.now,
        "updated_at": call.now,
        "archived_at": None,
    }
    call.records.insert("credential", credential, parent=vault["id"])
    _keep_secrets(call, credential["id"], sent["auth"])
    return credential


def retrieve(call: Call) -> dict[str, Any]:
    """`GET /v1/vaults/{id}/credentials/{id}`."""
    return _found(call)


def list_all(call: Call) -> dict[str, Any]:
    """`GET /v1/vaults/{id}/credentials`: `next_page` only with more pages (recorded)."""
    page = list_page(call, "credential", parent=_vault(call)["id"], archivable=True)
    return page if page["next_page"] else {"data": page["data"]}


def update(call: Call) -> dict[str, Any]:
    """`POST …/credentials/{id}`: a sent secret replaces, an omitted one stays; the type and the
    key are fixed (SDK; naming them is an unknown field, recorded)."""
    sent = UPDATE(call.body, "")
    stored = _found(call)
    _refuse_archived(stored)
    changed = {**stored, "updated_at": call.now}
    if "display_name" in sent:
        changed["display_name"] = sent["display_name"]
    changed["metadata"] = merged_pairs(stored["metadata"], sent.get("metadata"))
    if "auth" in sent:
        if sent["auth"]["type"] != stored["auth"]["type"]:
            raise invalid("auth.type cannot be changed")
        changed["auth"] = merged_auth(stored["auth"], sent["auth"])
        check_auth({**changed["auth"], "expires_at": sent["auth"].get("expires_at")}, call.now)
        _keep_secrets(call, stored["id"], sent["auth"])
    call.records.replace("credential", changed)
    return changed


def archive(call: Call) -> dict[str, Any]:
    """`POST …/credentials/{id}/archive`: purges the secret, frees the key (documentation)."""
    credential = _found(call)
    return credential if credential["archived_at"] else archive_credential(call, credential)


def archive_credential(call: Call, credential: dict[str, Any]) -> dict[str, Any]:
    """The same, for a credential at hand."""
    archived = {**credential, "archived_at": call.now}
    call.records.replace("credential", archived)
    call.records.drop_secrets(credential["id"])
    return archived


def delete(call: Call) -> dict[str, Any]:
    """`DELETE …/credentials/{id}` (SDK)."""
    credential = _found(call)
    remove_credential(call, credential)
    return {"id": credential["id"], "type": "vault_credential_deleted"}


def remove_credential(call: Call, credential: Mapping[str, Any]) -> None:
    """Take a credential and what is kept of its secrets away."""
    call.records.drop_secrets(credential["id"])
    call.records.delete("credential", credential["id"])


def validate(call: Call) -> dict[str, Any]:
    """`POST …/mcp_oauth_validate`: no server is called here, so the verdict is `unknown`.
    An archived or a non-OAuth credential is 400 (recorded)."""
    credential = _found(call)
    _refuse_archived(credential)
    if credential["auth"]["type"] != "mcp_oauth":
        raise invalid("Only mcp_oauth credentials can be validated.")
    return {
        "type": "vault_credential_validation",
        "credential_id": credential["id"],
        "vault_id": credential["vault_id"],
        "status": "unknown",
        "has_refresh_token": "refresh" in credential["auth"],
        "mcp_probe": None,
        "refresh": None,
        "validated_at": call.now,
    }


def _vault(call: Call) -> dict[str, Any]:
    vault = call.records.get("vault", call.path["vault_id"])
    if vault is None:
        raise not_found("Vault not found.")
    return vault


def _found(call: Call) -> dict[str, Any]:
    vault = _vault(call)
    credential = call.records.get("credential", call.path["credential_id"])
    if credential is None or credential["vault_id"] != vault["id"]:
        raise not_found("Credential not found.")
    return credential


def _refuse_archived(credential: Mapping[str, Any]) -> None:
    if credential["archived_at"] is not None:
        raise invalid("Credential is archived.")


def _keep_secrets(call: Call, credential_id: str, auth: Mapping[str, Any]) -> None:
    for name, value in secrets_of(auth):
        call.records.keep_secret(credential_id, name, value)
