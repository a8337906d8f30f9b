"""Lists: limits, filters and opaque cursors, newest first."""

from __future__ import annotations

import base64
import binascii
import json
import operator
import re
from collections.abc import Callable, Sequence
from typing import Any

from .call import Call
from .errors import invalid
from .ids import parsed, spelled

CURSOR = "page_"
COMPARISONS = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}
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


def choice(call: Call, name: str, *words: str) -> str | None:
    """One of a fixed set of words in the query, or None."""
    written = call.query.get(name)
    if written is not None and written not in words:
        raise invalid(f"{name}: must be one of " + ", ".join(f'"{word}"' for word in words))
    return written


def repeated(call: Call, name: str) -> list[str]:
    """Every value of a name that may be repeated, written `name[]` or `name`."""
    return call.query.getlist(f"{name}[]") + call.query.getlist(name)


def choices(call: Call, name: str, *words: str) -> list[str]:
    """The same, from a fixed set of words."""
    written = repeated(call, name)
    for word in written:
        if word not in words:
            raise invalid(f'{name}: "{word}" is not one of its values')
    return written


def time_range(call: Call) -> Callable[[str | None], bool]:
    """Whether a moment lies within `created_at[gt|gte|lt|lte]`; none at all lies in no range."""
    bounds = [(holds, moment(call, f"created_at[{name}]")) for name, holds in COMPARISONS.items()]
    given = [(holds, bound) for holds, bound in bounds if bound is not None]

    def within(when: str | None) -> bool:
        return not given or (when is not None and all(holds(when, bound) for holds, bound in given))

    return within


def window(
    call: Call, kind: str, rows: Sequence[tuple[Any, Any]], limit: int, *, descending: bool = True
) -> dict[str, Any]:
    """`{data, next_page, prev_page}` of rows that are sorted by their key; the cursor is good for
    the same list with the same filters only."""
    scope = _filters(call, kind)
    start, end = _bounds([key for key, _ in rows], call.query.get("page"), scope, limit, descending)
    page = rows[start:end]
    return {
        "data": [item for _, item in page],
        "next_page": _mark("next", page[-1][0], scope) if page and end < len(rows) else None,
        "prev_page": _mark("prev", page[0][0], scope) if page and start > 0 else None,
    }


def forward_only(page: dict[str, Any]) -> dict[str, Any]:
    """A window without the way back."""
    return {"data": page["data"], "next_page": page["next_page"]}


def _filters(call: Call, kind: str) -> list[Any]:
    given = [pair for pair in call.query.multi_items() if pair[0] not in ("page", "limit", "beta")]
    return [kind, *sorted([name, value] for name, value in given)]


def _bounds(
    keys: list[Any], cursor: str | None, scope: list[Any], limit: int, descending: bool
) -> tuple[int, int]:
    if not cursor:
        return 0, min(limit, len(keys))
    toward, mark = _read_mark(cursor, scope)
    try:
        passed = [key > mark if descending else key < mark for key in keys]
    except TypeError:
        raise invalid("invalid page cursor") from None
    before = sum(passed)
    if toward == "prev":
        return max(0, before - limit), before
    start = before + keys.count(mark)
    return start, min(start + limit, len(keys))


def _mark(toward: str, key: Any, scope: list[Any]) -> str:
    written = json.dumps([toward, key, scope])
    return CURSOR + base64.urlsafe_b64encode(written.encode()).decode()


def _read_mark(cursor: str, scope: list[Any]) -> tuple[str, Any]:
    try:
        toward, key, made_for = json.loads(base64.urlsafe_b64decode(cursor.removeprefix(CURSOR)))
    except (ValueError, TypeError, RecursionError):
        raise invalid("invalid page cursor") from None
    if not cursor.startswith(CURSOR) or made_for != scope or toward not in ("next", "prev"):
        raise invalid("invalid page cursor")
    return toward, key


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
