"""What memories were: one version for each change, which redaction can empty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .call import Call
from .errors import invalid, not_found
from .ids import new_id
from .memory_stores import found_store
from .paging import choice, forward_only, time_range, whole_number, window

OPERATIONS = ("created", "modified", "deleted")
VIEWS = ("basic", "full")
# One key stands for all of them.
ACTOR = {"type": "api_actor", "api_key_id": "apikey_sandbox"}
CONTENT = ("content", "content_sha256", "content_size_bytes")
ABOUT = ("path", *CONTENT)


def keep_version(call: Call, memory: Mapping[str, Any], operation: str) -> str:
    """Remember a change; of a deletion, only where it was (SDK)."""
    gone = operation == "deleted"
    version = {
        "id": new_id("memver"),
        "type": "memory_version",
        "memory_id": memory["id"],
        "memory_store_id": memory["memory_store_id"],
        "operation": operation,
        "path": memory["path"],
        **{key: None if gone else memory[key] for key in CONTENT},
        "created_by": ACTOR,
        "created_at": call.now,
        "redacted_at": None,
        "redacted_by": None,
    }
    call.records.insert("memory_version", version, parent=memory["memory_store_id"])
    return str(version["id"])


def retrieve(call: Call) -> dict[str, Any]:
    """`GET …/memory_versions/{id}`."""
    return _shown(_found(call), choice(call, "view", *VIEWS) or "full")


def list_all(call: Call) -> dict[str, Any]:
    """`GET …/memory_versions`: newest first; of a deleted memory too (SDK)."""
    view = choice(call, "view", *VIEWS) or "basic"
    store = found_store(call)
    limit = whole_number(call, "limit", default=20, most=100)
    operation, within = choice(call, "operation", *OPERATIONS), time_range(call)
    memory_id, key = call.query.get("memory_id"), call.query.get("api_key_id")
    # No session and no service account ever writes here.
    others = call.query.get("session_id") or call.query.get("service_account_id")
    rows = [
        (seq, _shown(version, view))
        for seq, version in call.records.page("memory_version", parent=store["id"])
        if within(version["created_at"])
        and operation in (None, version["operation"])
        and memory_id in (None, version["memory_id"])
        and key in (None, ACTOR["api_key_id"])
        and not others
    ]
    size = min(limit, 20) if view == "full" else limit
    return forward_only(window(call, f"memory_versions/{store['id']}", rows, size))


def redact(call: Call) -> dict[str, Any]:
    """`POST …/memory_versions/{id}/redact`: for ever, in an archived store too (SDK). That
    what a memory holds now is refused, is inferred."""
    version = _found(call)
    memory = call.records.get("memory", version["memory_id"])
    if memory is not None and memory["memory_version_id"] == version["id"]:
        raise invalid("The current version of a memory cannot be redacted.")
    if version["redacted_at"] is None:
        emptied = dict.fromkeys(ABOUT)
        version = {**version, **emptied, "redacted_at": call.now, "redacted_by": ACTOR}
        call.records.replace("memory_version", version)
    return version


def _shown(version: Mapping[str, Any], view: str) -> dict[str, Any]:
    return {**version, "content": version["content"] if view == "full" else None}


def _found(call: Call) -> dict[str, Any]:
    store = found_store(call)
    version = call.records.get("memory_version", call.path["memory_version_id"])
    if version is None or version["memory_store_id"] != store["id"]:
        raise not_found("Memory version not found.")
    return version
