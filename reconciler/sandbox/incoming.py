"""From what came over the wire to a body."""

from __future__ import annotations

import json
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import ClientDisconnect, Request

from .call import Part, Upload
from .errors import ApiError, invalid
from .routes import MAX_BODY
from .skill_upload import too_large


async def read_body(request: Request, most: int = MAX_BODY) -> tuple[Any, Upload]:
    """The body: JSON, or multipart with its files."""
    if declared_length(request) > most:
        raise too_large()
    if content_type(request).lower().startswith("multipart/form-data"):
        return None, await _read_form(request)
    raw = await request.body()
    if len(raw) > most:
        raise too_large()
    if not raw:
        return None, Upload()
    try:
        text = raw.decode()
        # Half of a surrogate pair is legal in JSON and nowhere else.
        body = json.loads(text, parse_constant=_no_constant)
        if "\\ud" in text.lower():
            json.dumps(body, ensure_ascii=False).encode()
        return body, Upload()
    except (ValueError, RecursionError):
        raise invalid("Failed to parse request body: it is not valid JSON") from None


def _no_constant(word: str) -> Any:
    raise ValueError(word)


async def _read_form(request: Request) -> Upload:
    upload = Upload()
    try:
        async with request.form(max_files=5000, max_fields=100) as form:
            for key, value in form.multi_items():
                if not isinstance(value, UploadFile):
                    upload.fields[key] = value
                elif key in ("files[]", "files"):
                    upload.files.append((value.filename or "", await value.read()))
                else:
                    upload.fields[key] = value.filename or ""
                    part = Part(value.filename or "", value.content_type, await value.read())
                    upload.parts[key] = part
    except ApiError:
        raise
    except Exception as error:
        if isinstance(error, ClientDisconnect):
            raise
        raise invalid("Failed to parse request body: it is not valid multipart") from None
    return upload


def declared_length(request: Request) -> int:
    """What the client says that the body's length is."""
    declared = request.headers.get("content-length", "0")
    return int(declared) if declared.isdigit() else 0


def content_type(request: Request) -> str:
    return str(request.headers.get("content-type", "")).strip()


def summary(upload: Upload) -> Any:
    """What a log says of a multipart body: its fields, and the paths of its files."""
    if not upload.files and not upload.fields:
        return None
    return {**upload.fields, "files": [path for path, _ in upload.files]}
