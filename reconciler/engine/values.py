"""Values that bodies are made of: JSON, references and secrets."""

from __future__ import annotations

import enum
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from reconciler.engine.address import Address

#: JSON as Python has it, with `Ref` and `SecretRef` allowed as leaves.
Value: TypeAlias = Any
Body: TypeAlias = Mapping[str, Value]


class Absent(enum.Enum):
    """The one value that says "not there", which is not the same as null."""

    ABSENT = "absent"

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = Absent.ABSENT


@dataclass(frozen=True, slots=True, order=True)
class Ref:
    """A value that only the platform knows: an attribute of another object.

    `attr` is `id` (any kind), `version` (agent; or skill, then `content` is the digest of the
    content meant), `external_ref` (agent: `anthropic://agents/<id>`) or `api_key` (registration:
    the one-time key, never kept).
    """

    address: Address
    attr: str
    content: str = ""

    def encode(self) -> dict[str, str]:
        """As JSON: `{"$ref": "skill/NAME", "attr": "id"}`."""
        encoded = {"$ref": str(self.address), "attr": self.attr}
        return encoded | ({"content": self.content} if self.content else {})

    def __str__(self) -> str:
        return f"{self.address}.{self.attr}"


@dataclass(frozen=True, slots=True, order=True)
class SecretRef:
    """A secret by name: `{secret: NAME}`, read at apply from `RECONCILE_SECRET_<NAME>`."""

    name: str

    def encode(self) -> dict[str, str]:
        return {"$secret": self.name}

    def __str__(self) -> str:
        return f"secret {self.name}"


class Secret:
    """A secret's value: prints as `***`, compares by identity, is taken out by `reveal()` only."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """The value itself, for the one request that carries it."""
        return self._value

    def __repr__(self) -> str:
        return "***"

    __str__ = __repr__

    def __reduce__(self) -> Any:
        raise TypeError("a secret is never pickled")


def encode(value: Value) -> Any:
    """Plain JSON of a value, references written as objects. Raises TypeError on a `Secret`."""
    if isinstance(value, Ref | SecretRef):
        return value.encode()
    if isinstance(value, Mapping):
        return {key: encode(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [encode(item) for item in value]
    if isinstance(value, Secret):
        raise TypeError("a secret has no JSON form")
    return value


_REF_KEYS: Final = {"$ref", "attr", "content"}


def decode(value: Any) -> Value:
    """The inverse of `encode`. A JSON Schema's own `$ref` stays what it is."""
    if isinstance(value, Mapping):
        if {"$ref", "attr"} <= value.keys() <= _REF_KEYS:
            ref = Address.parse(value["$ref"])
            return Ref(ref, value["attr"], value.get("content", ""))
        if value.keys() == {"$secret"}:
            return SecretRef(value["$secret"])
        return {key: decode(item) for key, item in value.items()}
    if isinstance(value, list):
        return [decode(item) for item in value]
    return value


def replace_refs(value: Value, known: Callable[[Ref], Value]) -> Value:
    """The value with each `Ref` replaced by `known(ref)`; return the ref itself to keep it."""
    if isinstance(value, Ref):
        return known(value)
    if isinstance(value, Mapping):
        return {key: replace_refs(item, known) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [replace_refs(item, known) for item in value]
    return value


def refs_in(value: Value) -> Iterator[Ref]:
    """Every reference in the value, in reading order."""
    if isinstance(value, Ref):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from refs_in(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from refs_in(item)


def canonical(value: Value) -> str:
    """One text per value: sorted keys, no blanks, references encoded."""
    return json.dumps(
        encode(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )


def digest(value: Value) -> str:
    """`sha256:<64 hex>` over the canonical text."""
    return "sha256:" + hashlib.sha256(canonical(value).encode()).hexdigest()


def bytes_digest(data: bytes) -> str:
    """The digest of one file."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def content_digest(files: Mapping[str, bytes]) -> str:
    """The digest of a skill: its sorted relative POSIX paths and bytes; an upload has no mode."""
    total = hashlib.sha256()
    for path in sorted(files):
        name = path.encode()
        total.update(len(name).to_bytes(8, "big") + name)
        total.update(len(files[path]).to_bytes(8, "big") + files[path])
    return "sha256:" + total.hexdigest()
