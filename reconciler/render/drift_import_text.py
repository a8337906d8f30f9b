"""Live edits taken into folders, for people."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.render.drift_import_documents import DriftImport, change_of
from reconciler.render.lines import Line, Piece, counted, line
from reconciler.render.text_diff import text_change


def differences(done: DriftImport) -> Iterator[Line]:
    """The difference of every file."""
    for path, before, after in done.files:
        yield line(Piece(path, "strong"))
        texts = ((side or b"").decode(errors="replace") for side in (before, after))
        yield from text_change(*texts, indent=2)


def drift_import_lines(done: DriftImport) -> Iterator[Line]:
    """Objects with their fields, files, and how it ended."""
    would = "would be " if done.dry_run else ""
    for address, identity, version, fields in done.objects:
        at = "" if version is None else f" version {version}"
        yield line(Piece(address, "strong"), f" is as {identity}{at}: {', '.join(fields)}")
    for path, before, after in done.files:
        yield line(Piece(f"{would}{change_of(before, after)}", "update"), f" {path}", indent=2)
    if not (done.objects or done.held):
        yield line(Piece("Nothing drifted.", "strong"))
        return
    yield line(
        "Dry run: " if done.dry_run else "",
        f"{counted(len(done.objects), 'object')} taken into {counted(len(done.files), 'file')}",
        f", {len(done.held)} held back" if done.held else "",
    )
