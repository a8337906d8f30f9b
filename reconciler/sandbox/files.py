"""Files: immutable uploads, and what sessions write."""

from __future__ import annotations

import mimetypes
import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from .call import Call, Part, Reply
from .errors import ApiError, invalid, not_found
from .ids import new_id, parsed, spelled
from .paging import list_page, repeated
from .skill_upload import too_large
from .store import Records

MAX_LIMIT = 1000
MAX_IDS = 100
MAX_BYTES = 500 * 1024 * 1024
# The file and what multipart puts around it.
MAX_BODY = MAX_BYTES + 64 * 1024
# Files documentation, "Errors": also 1 to 255 characters long.
FORBIDDEN = re.compile(r'[<>:"|?*\\/\x00-\x1f]')
EXPIRY = range(3600, 7_776_000 + 1)
PLAIN = "application/octet-stream"


def upload(call: Call) -> dict[str, Any]:
    """`POST /v1/files`, multipart: a user's file is not downloadable (recorded)."""
    for key in call.upload.fields:
        if key not in ("file", "expires_in_seconds"):
            raise invalid(f'Failed to parse request body: unknown field "{key}"')
    part = _part(call)
    if len(part.data) > MAX_BYTES:
        raise too_large()
    mime_type = _mime_type(part)
    filename = stored_name(part.filename) or "unnamed" + (
        mimetypes.guess_extension(mime_type) or ""
    )
    if len(filename) > 255 or FORBIDDEN.search(filename):
        raise invalid("file: the filename must have 1 to 255 characters, none of them forbidden")
    return add_file(
        call.records,
        filename=filename,
        mime_type=mime_type,
        data=part.data,
        now=call.now,
        expires_at=_expiry(call),
    )


def retrieve(call: Call) -> dict[str, Any]:
    """`GET /v1/files/{id}`: metadata, of an expired file too."""
    return _found(call)


def list_all(call: Call) -> dict[str, Any]:
    """`GET /v1/files`: by `scope_id` (recorded), or those of `ids[]`, on one page (SDK)."""
    ids = list(dict.fromkeys(repeated(call, "ids")))
    if not ids:
        return list_page(call, "file", label=call.query.get("scope_id"), most=MAX_LIMIT)
    if call.query.get("page") or call.query.get("limit"):
        raise invalid("ids: cannot be combined with page or limit")
    if len(ids) > MAX_IDS:
        raise invalid(f"ids: at most {MAX_IDS} are allowed")
    scope = call.query.get("scope_id")
    files = call.records.children("file", label=scope)
    return {"data": [file for file in files if file["id"] in ids], "next_page": None}


def content(call: Call) -> Reply:
    """`GET /v1/files/{id}/content`: what a session wrote, not what a user uploaded (recorded)."""
    file = _found(call)
    if not file["downloadable"]:
        raise invalid("File is not downloadable.", code="file_not_downloadable")
    if expired(file, call.now):
        raise ApiError(404, "File has expired.", code="file_expired")
    headers = {
        "content-type": file["mime_type"],
        "content-disposition": f"attachment; filename*=UTF-8''{quote(file['filename'], safe='')}",
    }
    return Reply(call.records.content(file["id"]) or b"", headers=headers)


def delete(call: Call) -> dict[str, Any]:
    """`DELETE /v1/files/{id}` (SDK)."""
    file = _found(call)
    call.records.delete("file", file["id"])
    call.records.drop_content(file["id"])
    return {"id": file["id"], "type": "file_deleted"}


def add_file(
    records: Records,
    *,
    filename: str,
    mime_type: str,
    data: bytes,
    now: str,
    session_id: str | None = None,
    downloadable: bool = False,
    expires_at: str | None = None,
) -> dict[str, Any]:
    """A new file; one that belongs to a session carries its scope (recorded)."""
    file: dict[str, Any] = {
        "id": new_id("file"),
        "type": "file",
        "filename": filename,
        "mime_type": mime_type,
        "size_bytes": len(data),
        "created_at": now,
        "downloadable": downloadable,
        "expires_at": expires_at,
        "scope": {"type": "session", "id": session_id} if session_id else None,
    }
    records.insert("file", file, label=session_id or "")
    records.put_content(file["id"], data)
    return file


def stored_name(written: str) -> str:
    """Only the last component of a path is kept (recorded; SDK)."""
    return written.rpartition("/")[2]


def expired(file: dict[str, Any], now: str) -> bool:
    """Whether its content is gone."""
    return file["expires_at"] is not None and file["expires_at"] <= now


def _found(call: Call) -> dict[str, Any]:
    file = call.records.get("file", call.path["file_id"])
    if file is None:
        raise not_found("File not found.")
    return file


def _part(call: Call) -> Part:
    """The file; a part without any filename arrives as a plain field."""
    if "file" not in call.upload.fields:
        raise invalid("file: Field required")
    plain = Part("", None, call.upload.fields["file"].encode())
    return call.upload.parts.get("file", plain)


def _mime_type(part: Part) -> str:
    said = (part.mime_type or "").partition(";")[0].strip().lower()
    return said or mimetypes.guess_type(part.filename)[0] or PLAIN


def _expiry(call: Call) -> str | None:
    written = call.upload.fields.get("expires_in_seconds")
    if written is None:
        return None
    plain = written.isascii() and written.isdigit() and len(written) <= 10
    if not plain or int(written) not in EXPIRY:
        raise invalid(f"expires_in_seconds: must be between {EXPIRY.start} and {EXPIRY.stop - 1}")
    moment = parsed(call.now)
    assert moment is not None
    return spelled(moment + timedelta(seconds=int(written)))
