"""Paths of memories."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from .errors import ApiError
from .shapes import refused, text

MAX_BYTES = 1024
MAX_SEGMENTS = 20
# Control and format characters, line and paragraph separators (SDK).
FORBIDDEN = ("Cc", "Cf", "Zl", "Zp")


def memory_path(value: Any, path: str) -> Any:
    """Absolute, 1 to 20 segments, NFC, at most 1,024 bytes (SDK)."""
    written = str(text(1)(value, path))
    if not written.startswith("/"):
        raise refused(path, "must start with /")
    segments = written[1:].split("/")
    if len(segments) > MAX_SEGMENTS:
        raise refused(path, f"must have at most {MAX_SEGMENTS} segments")
    if {"", ".", ".."} & set(segments):
        raise refused(path, "segments must not be empty, . or ..")
    if any(unicodedata.category(character) in FORBIDDEN for character in written):
        raise refused(path, "must not contain control or format characters")
    if not unicodedata.is_normalized("NFC", written):
        raise refused(path, "must be in Unicode Normalization Form C")
    if len(written.encode()) > MAX_BYTES:
        raise refused(path, f"must be at most {MAX_BYTES} bytes")
    return written


def check_free(path: str, others: Iterable[Mapping[str, Any]]) -> None:
    """No memory at the path, above it or below it: 409 (SDK; the fields of the error are those of
    the vendor's other clients)."""
    for other in others:
        taken = other["path"]
        if taken == path or taken.startswith(f"{path}/") or path.startswith(f"{taken}/"):
            raise ApiError(
                409,
                f"The path {path} conflicts with the memory at {taken}.",
                kind="memory_path_conflict_error",
                extra={"conflicting_memory_id": other["id"], "conflicting_path": taken},
            )


def listed(
    memories: Iterable[Mapping[str, Any]], prefix: str, depth: int
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """By path: every memory below the prefix, or its direct children, with what lies deeper
    rolled up into directories (SDK)."""
    directories: set[str] = set()
    for memory in sorted(memories, key=lambda item: str(item["path"])):
        rest = memory["path"].removeprefix(prefix)
        if not memory["path"].startswith(prefix):
            continue
        directory = f"{prefix}{rest.partition('/')[0]}/"
        if depth == 0 or "/" not in rest:
            yield memory["path"], memory
        elif directory not in directories:
            directories.add(directory)
            yield directory, {"type": "memory_prefix", "path": directory}
