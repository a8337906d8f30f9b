"""What is mounted into a session: repositories, files, memory stores."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .errors import ApiError
from .files import add_file, expired, stored_name
from .ids import new_id
from .shapes import list_of, nullable, obj, one_of, refused, tagged, text
from .store import Records

MAX_RESOURCES = 500
MAX_STORES = 8
MAX_INSTRUCTIONS = 4096
REPOSITORY = re.compile(r"https://github\.com/[\w.-]+/(?P<name>[\w.-]+?)(\.git)?/?")

MOUNT = nullable(text(1, pattern=r"/.*"))
CHECKOUT = tagged(
    {
        "branch": obj({"type": text(), "name": text(1)}),
        "commit": obj({"type": text(), "sha": text(pattern=r"[0-9a-f]{40}")}),
    }
)
FILE = obj({"type": one_of("file"), "file_id": text(1)}, {"mount_path": MOUNT})
RESOURCES = list_of(
    tagged(
        {
            "github_repository": obj(
                {"type": text(), "url": text(1)},
                {
                    "authorization_token": text(1),
                    "checkout": nullable(CHECKOUT),
                    "mount_path": MOUNT,
                },
            ),
            "file": FILE,
            "memory_store": obj(
                {"type": text(), "memory_store_id": text(1)},
                {
                    "access": nullable(one_of("read_write", "read_only")),
                    "instructions": nullable(text(most=MAX_INSTRUCTIONS)),
                },
            ),
        }
    ),
    most=MAX_RESOURCES,
)


class Refusal(ApiError):
    """Why a session can't start, which a deployment's run keeps as its error (SDK)."""

    def __init__(self, status: int, message: str, run_error: str, code: str | None = None) -> None:
        super().__init__(status, message, code=code)
        self.run_error = run_error


def check_resources(records: Records, resources: list[dict[str, Any]], now: str) -> None:
    """They exist and live; no store twice, eight stores at most (documentation)."""
    stores: list[str] = []
    for index, resource in enumerate(resources):
        path = f"resources[{index}]"
        if resource["type"] == "github_repository":
            if not REPOSITORY.fullmatch(resource["url"]):
                raise refused(f"{path}.url", "must be https://github.com/<owner>/<repository>")
        elif resource["type"] == "file":
            found_file(records, resource["file_id"], path, now)
        else:
            found_store(records, resource["memory_store_id"], path)
            stores.append(resource["memory_store_id"])
    if len(set(stores)) != len(stores):
        raise refused("resources", "a memory store may be attached once")
    if len(stores) > MAX_STORES:
        raise refused("resources", f"at most {MAX_STORES} memory stores are allowed")


def found_file(records: Records, id: str, path: str, now: str) -> dict[str, Any]:
    """A file that can be mounted."""
    file = records.get("file", id)
    if file is None or expired(file, now):
        raise Refusal(404, f"{path}.file_id: {id} not found", "file_not_found_error")
    return file


def found_store(records: Records, id: str, path: str) -> dict[str, Any]:
    """A memory store that can be attached."""
    store = records.get("memory_store", id)
    if store is None:
        raise Refusal(
            404, f"{path}.memory_store_id: {id} not found", "session_resource_not_found_error"
        )
    if store["archived_at"] is not None:
        raise Refusal(
            400, f"{path}.memory_store_id: {id} is archived", "memory_store_archived_error"
        )
    return store


def without_secrets(resource: Mapping[str, Any]) -> dict[str, Any]:
    """As a deployment shows it: the input minus what is write-only (SDK)."""
    return {key: value for key, value in resource.items() if key != "authorization_token"}


def attached(
    records: Records, resource: Mapping[str, Any], session_id: str, now: str
) -> dict[str, Any]:
    """As a session shows it; a file is mounted as a copy of the session's own (documentation)."""
    if resource["type"] == "memory_store":
        return _attached_store(records, resource)
    made = {"id": new_id("sesrsc"), "type": resource["type"], "created_at": now, "updated_at": now}
    if resource["type"] == "file":
        return {**made, **attached_file(records, resource, session_id, now)}
    if "authorization_token" in resource:
        records.keep_secret(made["id"], "authorization_token", resource["authorization_token"])
    match = REPOSITORY.fullmatch(resource["url"])
    name = match["name"] if match else "repository"
    return {
        **made,
        "url": resource["url"],
        "checkout": resource.get("checkout"),
        "mount_path": resource.get("mount_path") or f"/workspace/{name}",
    }


def attached_file(
    records: Records, resource: Mapping[str, Any], session_id: str, now: str
) -> dict[str, Any]:
    """The session's copy of an upload: listed with its files, not downloadable (recorded)."""
    original = found_file(records, resource["file_id"], "resource", now)
    mount_path = resource.get("mount_path") or f"/mnt/session/uploads/{original['id']}"
    copy = add_file(
        records,
        filename=stored_name(original["filename"]),
        mime_type=original["mime_type"],
        data=records.content(original["id"]) or b"",
        now=now,
        session_id=session_id,
    )
    return {"file_id": copy["id"], "mount_path": mount_path}


def _attached_store(records: Records, resource: Mapping[str, Any]) -> dict[str, Any]:
    """Name and description are snapshots; the directory is the name's slug (SDK)."""
    store = found_store(records, resource["memory_store_id"], "resource")
    slug = re.sub(r"[^a-z0-9]+", "-", store["name"].lower())
    return {
        "type": "memory_store",
        "memory_store_id": store["id"],
        "name": store["name"],
        "description": store["description"],
        "access": resource.get("access") or "read_write",
        "instructions": resource.get("instructions"),
        "mount_path": f"/mnt/memory/{slug}",
    }
