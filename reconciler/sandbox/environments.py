"""Environments: filled defaults, a merged configuration, an immutable type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .call import Call
from .errors import ApiError, invalid, not_found
from .ids import new_id
from .paging import list_page
from .shapes import (
    Shape,
    boolean,
    list_of,
    merged_pairs,
    nullable,
    obj,
    one_of,
    pairs,
    refused,
    tagged,
    text,
)

MANAGERS = ("apt", "cargo", "gem", "go", "npm", "pip")

LIMITED = {
    "allowed_hosts": nullable(list_of(text(1))),
    "allow_mcp_servers": nullable(boolean),
    "allow_package_managers": nullable(boolean),
}
NETWORKING = tagged(
    {"unrestricted": obj({"type": text()}), "limited": obj({"type": text()}, LIMITED)}
)
PACKAGES = obj(
    optional={
        "type": one_of("packages"),
        **{manager: nullable(list_of(text(1))) for manager in MANAGERS},
    }
)
CONFIG = tagged(
    {
        "cloud": obj(
            {"type": text()}, {"networking": nullable(NETWORKING), "packages": nullable(PACKAGES)}
        ),
        "self_hosted": obj({"type": text()}),
    }
)
COMMON: Mapping[str, Shape] = {
    "description": nullable(text()),
    "config": nullable(CONFIG),
    "scope": nullable(one_of("organization", "account")),
}
CREATE = obj({"name": text(1)}, {**COMMON, "metadata": pairs(nulls=False)})
UPDATE = obj(optional={**COMMON, "name": nullable(text(1)), "metadata": pairs(nulls=True)})


def create(call: Call) -> dict[str, Any]:
    """`POST /v1/environments`: a name alone is enough (recorded defaults)."""
    sent = CREATE(call.body, "")
    _check_scope(sent)
    environment = {
        "id": new_id("env"),
        "type": "environment",
        "name": sent["name"],
        "description": sent.get("description") or "",
        "config": _settled(sent.get("config") or {"type": "cloud"}, {}),
        "metadata": merged_pairs({}, sent.get("metadata"), code="invalid_metadata"),
        "scope": "organization",
        "state": "active",
        "created_at": call.now,
        "updated_at": call.now,
        "archived_at": None,
    }
    call.records.insert("environment", environment)
    return environment


def retrieve(call: Call) -> dict[str, Any]:
    """`GET /v1/environments/{id}`."""
    return _found(call)


def list_all(call: Call) -> dict[str, Any]:
    """`GET /v1/environments`; its limits are not documented: as for agents."""
    return list_page(call, "environment", archivable=True)


def update(call: Call) -> dict[str, Any]:
    """`POST /v1/environments/{id}`: no version, no lock; null keeps name, config and scope,
    clears the description; an empty description stays empty (SDK)."""
    sent = UPDATE(call.body, "")
    _check_scope(sent)
    stored = _found(call)
    if stored["archived_at"] is not None:
        raise invalid("Cannot modify archived environment", code="environment_archived")
    changed = {**stored, "updated_at": call.now}
    if sent.get("name") is not None:
        changed["name"] = sent["name"]
    if "description" in sent:
        changed["description"] = sent["description"]
    if sent.get("config") is not None:
        if sent["config"]["type"] != stored["config"]["type"]:
            raise invalid("config.type cannot be changed", code="invalid_config_type_change")
        changed["config"] = _settled(sent["config"], stored["config"])
    changed["metadata"] = merged_pairs(
        stored["metadata"], sent.get("metadata"), empty_deletes=True, code="invalid_metadata"
    )
    call.records.replace("environment", changed)
    return changed


def archive(call: Call) -> dict[str, Any]:
    """`POST /v1/environments/{id}/archive`: `state: archived` (recorded)."""
    environment = _found(call)
    if environment["archived_at"] is None:
        environment = {**environment, "state": "archived", "archived_at": call.now}
        call.records.replace("environment", environment)
    return environment


def delete(call: Call) -> dict[str, Any]:
    """`DELETE /v1/environments/{id}` (SDK); refused while sessions refer to it (observed)."""
    environment = _found(call)
    sessions = call.records.children("session")
    if any(session["environment_id"] == environment["id"] for session in sessions):
        raise ApiError(409, "Environment is referenced by sessions; archive it instead.")
    call.records.delete("environment", environment["id"])
    return {"id": environment["id"], "type": "environment_deleted"}


def _found(call: Call) -> dict[str, Any]:
    environment = call.records.get("environment", call.path["environment_id"])
    if environment is None:
        raise not_found("Environment not found.")
    return environment


def _check_scope(sent: Mapping[str, Any]) -> None:
    if sent.get("scope") == "account":
        raise invalid('scope: "account" is not supported for API organizations')


def _settled(sent: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """The whole configuration: sent over stored over defaults (recorded; SDK)."""
    if sent["type"] == "self_hosted":
        return {"type": "self_hosted"}
    networking = _networking(sent.get("networking"), stored.get("networking"))
    packages = _packages(sent.get("packages"), stored.get("packages"))
    wanted = any(packages[manager] for manager in MANAGERS)
    if networking["type"] == "limited" and wanted and not networking["allow_package_managers"]:
        raise invalid(
            "config.networking.allow_package_managers: must be true when packages are specified"
        )
    return {"type": "cloud", "networking": networking, "packages": packages}


def _networking(sent: Mapping[str, Any] | None, stored: Mapping[str, Any] | None) -> dict[str, Any]:
    if sent is None:
        return dict(stored or {"type": "unrestricted"})
    if sent["type"] == "unrestricted":
        return {"type": "unrestricted"}
    base = stored if stored and stored["type"] == "limited" else {}
    networking = {
        "type": "limited",
        "allowed_hosts": base.get("allowed_hosts", []),
        "allow_mcp_servers": base.get("allow_mcp_servers", False),
        "allow_package_managers": base.get("allow_package_managers", False),
        **{key: sent[key] for key in LIMITED if sent.get(key) is not None},
    }
    for index, host in enumerate(networking["allowed_hosts"]):
        check_host(host, f"config.networking.allowed_hosts[{index}]")
    return networking


def _packages(sent: Mapping[str, Any] | None, stored: Mapping[str, Any] | None) -> dict[str, Any]:
    """Sent packages replace all: unlike for networking, the SDK promises no merge for them."""
    given = sent if sent is not None else stored or {}
    return {"type": "packages", **{manager: given.get(manager) or [] for manager in MANAGERS}}


def check_host(host: str, path: str) -> None:
    """A bare host or `*.host`; case is kept (recorded)."""
    if "://" in host:
        raise refused(path, f'"{host}" contains a URL scheme')
    if "/" in host:
        raise refused(path, f'"{host}" contains a path')
    if ":" in host:
        raise refused(path, f'"{host}" contains a port')
    bare = host.removeprefix("*.")
    if "*" in bare or not bare or any(c.isspace() for c in bare):
        raise refused(path, f'"{host}" is not a host or a wildcard such as *.example.com')
