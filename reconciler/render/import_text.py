"""What an import did, for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from reconciler.render.import_documents import Change, Import
from reconciler.render.lines import Line, Piece, Style, counted, line
from reconciler.render.text_diff import text_change

_STYLES: dict[Change, Style] = {"written": "create", "replaced": "update", "unchanged": "dim"}


def replacements(done: Import) -> Iterator[Line]:
    """The difference of every file that is replaced."""
    for path, change, before, after in done.files:
        if change == "replaced":
            yield line(Piece(path, "strong"))
            texts = before.decode(errors="replace"), after.decode(errors="replace")
            yield from text_change(*texts, indent=2)


def import_lines(done: Import) -> Iterator[Line]:
    """Objects, files that are new, and how the check ended."""
    for address, identity, version in done.objects:
        at = "" if version is None else f" version {version}"
        yield line(Piece(address, "strong"), f" is {identity}{at}")
    for path, change, _, _ in done.files:
        if change != "unchanged":
            would = "would be " if done.dry_run else ""
            yield line(Piece(f"{would}{change}", _STYLES[change]), f" {path}", indent=2)
    counts = Counter(change for _, change, _, _ in done.files)
    said = [
        f"{counted(counts[change], 'file')} {change}"
        for change in _STYLES
        if counts[change] or change == "written"
    ]
    yield line("Dry run: " if done.dry_run else "", ", ".join(said))
    for address, message in done.differences:
        yield line(Piece(f"{address}: {message}", "error"))
    if done.objects or done.differences:
        ended: Style = "error" if done.differences else "create"
        count = counted(len(done.differences), "difference")
        yield line(Piece(f"round trip: {count}", ended))
