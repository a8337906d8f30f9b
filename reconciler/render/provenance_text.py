"""Where substituted and overridden values come from, as text; never the values."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.engine.provenance import Provenance
from reconciler.render.lines import Line, Piece, line


def provenance_lines(items: Iterable[Provenance], address: str) -> list[Line]:
    """One line each for a reader of the address: the place, the variable, and where from."""
    return [
        line(
            f"{item.address} " if item.address != address else "",
            Piece(item.path, "strong"),
            f": {_text(item)}",
            indent=2,
        )
        for item in items
    ]


def _text(item: Provenance) -> str:
    place = f" in {item.span.file}:{item.span.line}" if item.span else ""
    if item.origin == "override":
        return f"override of target {item.name}{place}"
    where = {
        "flag": "--var",
        "target": f"target {item.name}{place}",
        "environment": f"environment variable {item.name}",
    }[item.origin]
    return f"${{{item.variable}}} from {where}"
