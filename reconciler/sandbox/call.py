"""What a handler is given and what it may return."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .store import Records


@dataclass(frozen=True)
class Upload:
    """A multipart body: its files, with the paths their names carry, and its plain fields."""

    files: list[tuple[str, bytes]] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """One request, inside its transaction."""

    records: Records
    path: Mapping[str, str]
    query: Mapping[str, str]
    body: Any
    upload: Upload
    now: str


@dataclass(frozen=True)
class Reply:
    """An answer that is not a plain 200 with JSON."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Call], Any]
