"""Styled lines: text with a meaning per piece; which colour a meaning has is the caller's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from reconciler.render.printable import inert, printable, redacted

Style: TypeAlias = Literal[
    "plain", "strong", "dim", "create", "update", "replace", "remove", "held",
    "added", "removed", "error", "warning", "note",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of text in one style. Whatever it is made from, it holds printable text only."""

    text: str
    style: Style = "plain"

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", printable(redacted(self.text)))


Line: TypeAlias = tuple[Piece, ...]
BLANK: Line = ()


def line(*parts: str | Piece, indent: int = 0) -> Line:
    """One line; plain strings become unstyled pieces."""
    pieces = tuple(part if isinstance(part, Piece) else Piece(part) for part in parts)
    return (Piece(" " * indent), *pieces) if indent else pieces


def plain(lines: Iterable[Line]) -> str:
    """The lines as text without style, each ended by a newline."""
    return "".join(plain_line(one) + "\n" for one in lines)


def plain_line(one: Line) -> str:
    """One line without style, from which no log reader takes a command."""
    return inert("".join(piece.text for piece in one))


def counted(number: int, one: str, many: str = "") -> str:
    """`1 error`, `2 errors`, `1,204 lines`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
