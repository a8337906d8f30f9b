"""Two texts → styled lines: a summary, then the hunks."""

from __future__ import annotations

from reconciler.render.hunks import Row, compare_texts
from reconciler.render.lines import Line, Piece, Style, line


def text_change(before: str, after: str, *, context: int = 3, indent: int = 0) -> list[Line]:
    """The change as lines: a summary first, then the hunks, if any line differs."""
    change = compare_texts(before, after, context)
    head = Piece(change.summary, "dim" if change.rows else "note")
    return [line(head, indent=indent), *(_styled(row, indent) for row in change.rows)]


def _styled(row: Row, indent: int) -> Line:
    if row.sign in "@\\":
        return line(Piece(row.text, "dim"), indent=indent)
    if row.sign == " ":
        return line(f"  {row.text}", indent=indent)
    style: Style = "added" if row.sign == "+" else "removed"
    return line(Piece(f"{row.sign} {row.text}", style), indent=indent)
