"""Addresses: the identity of an object, taken from the file system and never from `name:`."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

KINDS = ("skill", "environment", "vault", "agent", "registration", "credential")


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """`kind/name`; the name may hold further slashes (`agent/gl-reconciler/reader`)."""

    kind: str
    name: str

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read `kind/name`. Raises ValueError if the kind is unknown or the name is empty."""
        kind, _, name = text.partition("/")
        if kind not in KINDS or not name:
            raise ValueError(f"not an address: {text!r} (kind/name, kinds: {', '.join(KINDS)})")
        return cls(kind, name)

    def __str__(self) -> str:
        return f"{self.kind}/{self.name}"


def matches(address: Address, globs: Iterable[str]) -> bool:
    """Whether the address equals, or is matched by, one of the globs (`agent/*`, `*/byng/*`)."""
    text = str(address)
    return any(text == glob or fnmatchcase(text, glob) for glob in globs)
