"""What a handler is given and what it may return."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from .store import Records


class Query(Protocol):
    """The query of a request; a name may be there more than once."""

    def get(self, key: str, /) -> str | None: ...

    def getlist(self, key: str, /) -> list[str]: ...

    def multi_items(self) -> list[tuple[str, str]]: ...


@dataclass(frozen=True)
class Part:
    """One file of a multipart body."""

    filename: str
    mime_type: str | None
    data: bytes


@dataclass(frozen=True)
class Upload:
    """A multipart body: its `files[]`, with the paths their names carry, its plain fields, and
    the files under other names (whose name is also in `fields`)."""

    files: list[tuple[str, bytes]] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)
    parts: dict[str, Part] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """One request, inside its transaction."""

    records: Records
    path: Mapping[str, str]
    query: Query
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
