"""Ids, timestamps and the words the hosted platform spells them with."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime

ALPHABET = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
ZONED = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")


def token(length: int) -> str:
    """Random characters that are easy to read out."""
    return "".join(secrets.choice(ALPHABET) for _ in range(length))


def new_id(prefix: str) -> str:
    """`agent_…`, `env_…`: the prefix is the API's, the rest is opaque (SDK)."""
    return f"{prefix}_01{token(22)}"


def spelled(moment: datetime) -> str:
    """RFC 3339 in UTC; always the same length, so that text order is time order."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def now() -> str:
    """This moment, spelled."""
    return spelled(datetime.now(UTC))


def parsed(value: str) -> datetime | None:
    """A moment from RFC 3339, or None if it is none."""
    if not ZONED.fullmatch(value):
        return None
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
