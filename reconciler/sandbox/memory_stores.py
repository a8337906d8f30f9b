"""Memory stores: named containers of memories."""

from __future__ import annotations

import unicodedata
from typing import Any

from .call import Call
from .errors import invalid, not_found
from .ids import new_id
from .paging import list_page
from .shapes import merged_pairs, nullable, obj, pairs, refused, text

MAX_DESCRIPTION = 1024


def _name(value: Any, path: str) -> Any:
    name = text(1, 255)(value, path)
    if any(unicodedata.category(character) == "Cc" for character in name):
        raise refused(path, "must not contain control characters")
    return name


CREATE = obj(
    {"name": _name}, {"description": text(most=MAX_DESCRIPTION), "metadata": pairs(nulls=False)}
)
UPDATE = obj(
    optional={
        "name": nullable(_name),
        "description": nullable(text(most=MAX_DESCRIPTION)),
        "metadata": nullable(pairs(nulls=True)),
    }
)


def create(call: Call) -> dict[str, Any]:
    """`POST /v1/memory_stores`: names are not unique, an unset description is empty (SDK)."""
    sent = CREATE(call.body, "")
    store = {
        "id": new_id("memstore"),
        "type": "memory_store",
        "name": sent["name"],
        "description": sent.get("description", ""),
        "metadata": merged_pairs({}, sent.get("metadata")),
        "created_at": call.now,
        "updated_at": call.now,
        "archived_at": None,
    }
    call.records.insert("memory_store", store)
    return store


def retrieve(call: Call) -> dict[str, Any]:
    """`GET /v1/memory_stores/{id}`."""
    return found_store(call)


def list_all(call: Call) -> dict[str, Any]:
    """`GET /v1/memory_stores` (SDK)."""
    return list_page(call, "memory_store", archivable=True)


def update(call: Call) -> dict[str, Any]:
    """`POST /v1/memory_stores/{id}`: an empty description clears; null keeps name and
    description; not when archived (SDK)."""
    sent = UPDATE(call.body, "")
    stored = writable_store(call)
    changed = {**stored, "metadata": merged_pairs(stored["metadata"], sent.get("metadata"))}
    for key in ("name", "description"):
        if sent.get(key) is not None:
            changed[key] = sent[key]
    if changed != stored:
        changed["updated_at"] = call.now
        call.records.replace("memory_store", changed)
    return changed


def archive(call: Call) -> dict[str, Any]:
    """`POST /v1/memory_stores/{id}/archive`: for ever; counts as a change (SDK)."""
    store = found_store(call)
    if store["archived_at"] is None:
        store = {**store, "archived_at": call.now, "updated_at": call.now}
        call.records.replace("memory_store", store)
    return store


def delete(call: Call) -> dict[str, Any]:
    """`DELETE /v1/memory_stores/{id}`: with its memories and versions, archived or not (SDK)."""
    store = found_store(call)
    for kind in ("memory", "memory_version"):
        for child in call.records.children(kind, parent=store["id"]):
            call.records.delete(kind, child["id"])
    call.records.delete("memory_store", store["id"])
    return {"id": store["id"], "type": "memory_store_deleted"}


def found_store(call: Call) -> dict[str, Any]:
    """The store the path names."""
    store = call.records.get("memory_store", call.path["memory_store_id"])
    if store is None:
        raise not_found("Memory store not found.")
    return store


def writable_store(call: Call) -> dict[str, Any]:
    """The same; an archived one takes no writes (SDK)."""
    store = found_store(call)
    if store["archived_at"] is not None:
        raise invalid("Memory store is archived.")
    return store
