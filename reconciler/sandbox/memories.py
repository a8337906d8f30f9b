"""Memories: text documents at paths, each change of which is kept as a version."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

from .call import Call
from .errors import ApiError, invalid, not_found
from .ids import new_id
from .memory_paths import check_free, listed, memory_path
from .memory_stores import found_store, writable_store
from .memory_versions import keep_version
from .paging import choice, forward_only, whole_number, window
from .shapes import nullable, obj, one_of, refused, text

MAX_CONTENT = 102_400
MAX_MEMORIES = 2000
MAX_FULL = 20
VIEWS = ("basic", "full")
SHA256 = text(64, 64, r"[0-9a-f]*")


def _content(value: Any, path: str) -> Any:
    content = text()(value, path)
    if len(content.encode()) > MAX_CONTENT:
        raise refused(path, f"must be at most {MAX_CONTENT} bytes")
    return content


CREATE = obj({"path": memory_path, "content": nullable(_content)})
UPDATE = obj(
    optional={
        "path": nullable(memory_path),
        "content": nullable(_content),
        "precondition": obj({"type": one_of("content_sha256")}, {"content_sha256": SHA256}),
    }
)


def create(call: Call) -> dict[str, Any]:
    """`POST …/memories`: never overwrites; null is the empty content (SDK: nullable, required)."""
    view = _view(call, "basic")
    sent = CREATE(call.body, "")
    store = writable_store(call)
    memories = call.records.children("memory", parent=store["id"])
    check_free(sent["path"], memories)
    if len(memories) >= MAX_MEMORIES:
        raise invalid(f"A memory store holds at most {MAX_MEMORIES} memories.")
    memory = {
        "id": new_id("mem"),
        "type": "memory",
        "memory_store_id": store["id"],
        "path": sent["path"],
        **_measured(sent["content"] or ""),
        "created_at": call.now,
        "updated_at": call.now,
    }
    memory["memory_version_id"] = keep_version(call, memory, "created")
    call.records.insert("memory", memory, parent=store["id"])
    return _shown(memory, view)


def retrieve(call: Call) -> dict[str, Any]:
    """`GET …/memories/{id}`: with its content, unless `view=basic` (SDK)."""
    return _shown(_found(call), _view(call, "full"))


def list_all(call: Call) -> dict[str, Any]:
    """`GET …/memories`: by path; a full view has at most 20 on a page (SDK)."""
    view = _view(call, "basic")
    store = found_store(call)
    prefix = call.query.get("path_prefix") or "/"
    if not prefix.startswith("/") or not prefix.endswith("/"):
        raise invalid("path_prefix: must start and end with /")
    if call.query.get("depth") not in (None, "0", "1"):
        raise invalid("depth: must be 0 or 1")
    depth = int(call.query.get("depth") or 0)
    memories = call.records.children("memory", parent=store["id"])
    rows = [
        (path, _shown(item, view) if item["type"] == "memory" else item)
        for path, item in listed(memories, prefix, depth)
    ]
    page = window(call, f"memories/{store['id']}", rows, page_size(call, view), descending=False)
    return forward_only(page)


def update(call: Call) -> dict[str, Any]:
    """`POST …/memories/{id}`: content, path or both; the id stays (SDK). What changes nothing
    makes no version."""
    view = _view(call, "basic")
    sent = UPDATE(call.body, "")
    store = writable_store(call)
    stored = _found(call)
    expected = sent.get("precondition", {}).get("content_sha256")
    if expected is not None:
        _check_hash(stored, expected)
    changed = dict(stored)
    if sent.get("content") is not None:
        changed |= _measured(sent["content"])
    if sent.get("path") is not None:
        changed["path"] = sent["path"]
        memories = call.records.children("memory", parent=store["id"])
        check_free(sent["path"], [other for other in memories if other["id"] != stored["id"]])
    if changed != stored:
        changed["updated_at"] = call.now
        changed["memory_version_id"] = keep_version(call, changed, "modified")
        call.records.replace("memory", changed)
    return _shown(changed, view)


def delete(call: Call) -> dict[str, Any]:
    """`DELETE …/memories/{id}`: also in an archived store; its versions stay (SDK)."""
    stored = _found(call)
    expected = call.query.get("expected_content_sha256")
    if expected is not None:
        _check_hash(stored, SHA256(expected, "expected_content_sha256"))
    keep_version(call, stored, "deleted")
    call.records.delete("memory", stored["id"])
    return {"id": stored["id"], "type": "memory_deleted"}


def page_size(call: Call, view: str) -> int:
    """20 by default, 100 at most; a larger limit is cut to 20 with a full view."""
    limit = whole_number(call, "limit", default=20, most=100)
    return min(limit, MAX_FULL) if view == "full" else limit


def _view(call: Call, default: str) -> str:
    return choice(call, "view", *VIEWS) or default


def _shown(memory: Mapping[str, Any], view: str) -> dict[str, Any]:
    return {**memory, "content": memory["content"] if view == "full" else None}


def _measured(content: str) -> dict[str, Any]:
    """The hash is of the UTF-8 bytes as they are (SDK)."""
    data = content.encode()
    return {
        "content": content,
        "content_sha256": hashlib.sha256(data).hexdigest(),
        "content_size_bytes": len(data),
    }


def _check_hash(memory: Mapping[str, Any], expected: str) -> None:
    if memory["content_sha256"] != expected:
        raise ApiError(
            409,
            "The memory's content is not the expected one.",
            kind="memory_precondition_failed_error",
        )


def _found(call: Call) -> dict[str, Any]:
    store = found_store(call)
    memory = call.records.get("memory", call.path["memory_id"])
    if memory is None or memory["memory_store_id"] != store["id"]:
        raise not_found("Memory not found.")
    return memory
