"""The lock: what the last apply left behind, one block per object, as JSON that git can merge.

LockError   the text is not a lock this version can read; carries line and column
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from reconciler.engine.address import Address
from reconciler.engine.live import Origin
from reconciler.engine.lock_document import (
    LockBlock,
    LockDocument,
    LockIntent,
    LockOrigin,
    keys,
)

FORMAT: Final = 1


class LockError(ValueError):
    """The lock can't be read. Never taken for an empty one: that would duplicate everything."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.message, self.line, self.column = message, line, column


@dataclass(frozen=True, slots=True)
class Intent:
    """A registration that was begun: the rows that already held the external reference then."""

    external_ref: str
    rows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LockEntry:
    """One object as last applied.

    `fields`: owned field path → digest (agents), or → the value itself (other kinds).
    `versions` (skills): content digest → version id. `parent` (credentials): the vault's id.
    `recorded` (registrations): the last agent version recorded in the registry. `taken_over`:
    whose marker, without a version, the object still carries though it is ours by now.
    """

    id: str = ""
    version: int | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    parent: str = ""
    protect: bool = False
    recorded: int | None = None
    intent: Intent | None = None
    taken_over: str = ""


@dataclass(frozen=True, slots=True)
class Lock:
    """The lock of one project and target. `origin` is None before the first apply."""

    project: str
    target: str
    origin: Origin | None = None
    objects: Mapping[Address, LockEntry] = field(default_factory=dict)

    def entry(self, address: Address) -> LockEntry | None:
        return self.objects.get(address)

    def with_entry(self, address: Address, entry: LockEntry) -> Lock:
        return replace(self, objects={**self.objects, address: entry})

    def without(self, address: Address) -> Lock:
        rest = {key: entry for key, entry in self.objects.items() if key != address}
        return replace(self, objects=rest)


def dump_lock(lock: Lock) -> str:
    """The lock as JSON text: sorted, two blanks of indent, a final newline."""
    document: LockDocument = {
        "version": FORMAT,
        "project": lock.project,
        "target": lock.target,
        "origin": _dump_origin(lock.origin),
        "objects": {str(key): _dump_entry(lock.objects[key]) for key in sorted(lock.objects)},
    }
    return json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def load_lock(text: str) -> Lock:
    """Read a lock. Raises LockError with line and column for anything that is not one."""
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith(("<<<<<<<", ">>>>>>>", "=======")):
            raise LockError("the lock holds merge markers: resolve the merge first", number)
    try:
        raw = json.loads(text, object_pairs_hook=_no_duplicates)
    except json.JSONDecodeError as failure:
        raise LockError(f"not JSON: {failure.msg}", failure.lineno, failure.colno) from None
    except _DuplicateKey as failure:
        second = _last_line_of(text, str(failure))
        raise LockError(f"the key {failure} stands twice", second) from None
    try:
        return _load_document(raw)
    except _Malformed as failure:
        raise LockError(str(failure), _line_of(text, *failure.near)) from None


def _dump_origin(origin: Origin | None) -> LockOrigin | None:
    if origin is None:
        return None
    return {
        "base_url": origin.base_url,
        "organization": origin.organization,
        "workspace": origin.workspace,
        "registry": origin.registry,
        "tenants": dict(sorted(origin.tenants.items())),
    }


def _dump_entry(entry: LockEntry) -> LockBlock:
    """A block with what is set only, so that the diff of a change is as small as the change."""
    block: LockBlock = {}
    if entry.id:
        block["id"] = entry.id
    if entry.version is not None:
        block["version"] = entry.version
    if entry.parent:
        block["parent"] = entry.parent
    if entry.recorded is not None:
        block["recorded"] = entry.recorded
    if entry.protect:
        block["protect"] = True
    if entry.intent:
        rows = sorted(entry.intent.rows)
        block["intent"] = {"external_ref": entry.intent.external_ref, "rows": rows}
    if entry.taken_over:
        block["taken_over"] = entry.taken_over
    if entry.versions:
        block["versions"] = dict(sorted(entry.versions.items()))
    if entry.fields:
        block["fields"] = dict(sorted(entry.fields.items()))
    return block


class _DuplicateKey(ValueError):
    pass


class _Malformed(ValueError):
    """`near` are keys on the way to the place, outermost first."""

    def __init__(self, message: str, *near: str) -> None:
        super().__init__(message)
        self.near = near


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    for key, value in pairs:
        if key in seen:
            raise _DuplicateKey(key)
        seen[key] = value
    return seen


def _line_of(text: str, *path: str) -> int:
    """The line of the last key, each looked for from the one before it; what is not there counts
    for nothing, and 1 is where it begins."""
    lines, found = text.splitlines(), 0
    for key in path:
        quoted = json.dumps(key, ensure_ascii=False)
        later = range(found, len(lines))
        found = next((number for number in later if quoted in lines[number]), found)
    return found + 1


def _last_line_of(text: str, key: str) -> int:
    """The last line that holds the quoted key, which of a duplicate is the second."""
    quoted = json.dumps(key, ensure_ascii=False)
    found = [number for number, line in enumerate(text.splitlines(), 1) if quoted in line]
    return found[-1] if found else 1


def _get(block: Any, key: str, kind: type, default: Any, where: str) -> Any:
    value = block.get(key, default)
    if value is not default and (
        not isinstance(value, kind) or isinstance(value, bool) != (kind is bool)
    ):
        raise _Malformed(f"{where}.{key} must be {kind.__name__}", where, key)
    return value


def _texts(block: Any, key: str, where: str) -> dict[str, str]:
    found = _get(block, key, dict, {}, where)
    for name, value in found.items():
        if not isinstance(value, str):
            raise _Malformed(f"{where}.{key}.{name} must be text", where, key, name)
    return dict(found)


def _known_keys(block: Any, form: type, where: str) -> None:
    if not isinstance(block, dict):
        raise _Malformed(f"{where} must be an object", *where.rsplit(".", 1))
    allowed = keys(form)
    for key in block:
        if key not in allowed:
            raise _Malformed(f"unknown key {where}.{key}", where, key)


def _load_document(raw: Any) -> Lock:
    _known_keys(raw, LockDocument, "lock")
    version = raw.get("version")
    if version != FORMAT:
        raise _Malformed(f"lock format {version!r}: this version reads {FORMAT}", "version")
    objects: dict[Address, LockEntry] = {}
    for key, block in _get(raw, "objects", dict, {}, "lock").items():
        try:
            address = Address.parse(key)
        except ValueError as failure:
            raise _Malformed(str(failure), key) from None
        objects[address] = _load_entry(block, key)
    return Lock(
        project=_get(raw, "project", str, "", "lock"),
        target=_get(raw, "target", str, "", "lock"),
        origin=_load_origin(raw.get("origin")),
        objects=objects,
    )


def _load_origin(block: Any) -> Origin | None:
    if block is None:
        return None
    names = ("base_url", "organization", "workspace", "registry")
    _known_keys(block, LockOrigin, "origin")
    return Origin(
        **{name: _get(block, name, str, "", "origin") for name in names},
        tenants=_texts(block, "tenants", "origin"),
    )


def _load_entry(block: Any, where: str) -> LockEntry:
    _known_keys(block, LockBlock, where)
    return LockEntry(
        id=_get(block, "id", str, "", where),
        version=_get(block, "version", int, None, where),
        parent=_get(block, "parent", str, "", where),
        recorded=_get(block, "recorded", int, None, where),
        protect=_get(block, "protect", bool, False, where),
        intent=_load_intent(block.get("intent"), where),
        taken_over=_get(block, "taken_over", str, "", where),
        versions=_texts(block, "versions", where),
        fields=_get(block, "fields", dict, {}, where),
    )


def _load_intent(block: Any, where: str) -> Intent | None:
    if block is None:
        return None
    _known_keys(block, LockIntent, f"{where}.intent")
    rows = _get(block, "rows", list, [], f"{where}.intent")
    if not all(isinstance(row, str) for row in rows):
        raise _Malformed(f"{where}.intent.rows must be ids", where, "rows")
    return Intent(_get(block, "external_ref", str, "", f"{where}.intent"), tuple(rows))
