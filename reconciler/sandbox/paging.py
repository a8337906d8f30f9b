"""Lists: limits, filters and opaque cursors, newest first."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from .call import Call
from .errors import invalid
from .ids import parsed, spelled

CURSOR = "page_"
NUMBER = re.compile(r"[0-9]{1,18}")


def list_page(
    call: Call,
    kind: str,
    *,
    parent: str = "",
    label: str | None = None,
    most: int = 100,
    archivable: bool = False,
) -> dict[str, Any]:
    """`{data, next_page}` (recorded). 20 by default; the maximum is the endpoint's (SDK)."""
    limit = whole_number(call, "limit", default=20, most=most)
    scope = f"{kind}/{parent}/{label or ''}"
    rows = call.records.page(
        kind,
        parent=parent,
        label=label,
        live=archivable and not flag(call, "include_archived"),
        before=_position(call.query.get("page"), scope),
        since=moment(call, "created_at[gte]"),
        until=moment(call, "created_at[lte]"),
        limit=limit + 1,
    )
    more = len(rows) > limit
    return {
        "data": [body for _, body in rows[:limit]],
        "next_page": _cursor(rows[limit - 1][0], scope) if more else None,
    }


def whole_number(call: Call, name: str, *, default: int, most: int) -> int:
    """A number in the query, from 1 to a maximum."""
    written = call.query.get(name)
    if written is None:
        return default
    plain = written.isascii() and written.isdigit() and len(written) <= 10
    if not plain or not 1 <= int(written) <= most:
        raise invalid(f"{name}: must be between 1 and {most}")
    return int(written)


def flag(call: Call, name: str) -> bool:
    """true or false in the query; absent is false."""
    written = call.query.get(name) or "false"
    if written not in ("true", "false"):
        raise invalid(f"{name}: must be true or false")
    return written == "true"


def moment(call: Call, name: str) -> str | None:
    """An RFC 3339 moment in the query."""
    written = call.query.get(name)
    if written is None:
        return None
    when = parsed(written)
    if when is None:
        raise invalid(f"{name}: must be an RFC 3339 timestamp")
    return spelled(when)


def _cursor(position: int, scope: str) -> str:
    return CURSOR + base64.urlsafe_b64encode(f"{position} {scope}".encode()).decode()


def _position(cursor: str | None, scope: str) -> int | None:
    """Where a cursor stands; one of another list is as wrong as any (recorded message)."""
    if not cursor:
        return None
    try:
        decoded = base64.urlsafe_b64decode(cursor.removeprefix(CURSOR)).decode()
    except (binascii.Error, ValueError):
        raise invalid("invalid page cursor") from None
    position, _, made_for = decoded.partition(" ")
    if not cursor.startswith(CURSOR) or made_for != scope or not NUMBER.fullmatch(position):
        raise invalid("invalid page cursor")
    return int(position)
