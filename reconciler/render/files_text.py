"""The files of a skill as lines: what is added, changed, renamed or removed, with text diffs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.engine.skill_diff import FileDiff
from reconciler.render.lines import Line, Piece, Style, line
from reconciler.render.text_diff import text_change

_STYLES: dict[str, Style] = {"added": "added", "removed": "removed", "changed": "plain",
                             "renamed": "plain"}  # fmt: skip


def files_lines(files: Iterable[FileDiff], indent: int) -> Iterator[Line]:
    """One line for each file; a text that changed as hunks below it."""
    for file in files:
        yield line(Piece(f"{file.what}: {file_text(file)}", _STYLES[file.what]), indent=indent)
        if is_compared(file):
            yield from text_change(file.before or "", file.after or "", indent=indent + 2)


def file_text(file: FileDiff) -> str:
    """`a.md → b.md`, or the path with the size."""
    if file.what == "renamed":
        return f"{file.old} → {file.path}"
    before, after = file.size_before, file.size_after
    if before is not None and after is not None:
        size = f"{before:,} → {after:,} bytes" if before != after else f"{after:,} bytes"
    else:
        size = f"{after if before is None else before:,} bytes"
    unread = file.what == "changed" and not is_compared(file)
    return f"{file.path} ({size}{', not shown: no text, or too long' if unread else ''})"


def is_compared(file: FileDiff) -> bool:
    """Whether both texts are known."""
    return file.what == "changed" and file.before is not None and file.after is not None
