"""One field of one object as lines: `path: before → after`, or hunks for prose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from reconciler.engine.plan import FieldChange
from reconciler.engine.values import ABSENT, Value
from reconciler.render.field_changes import Difference, differences, is_text
from reconciler.render.lines import Line, Piece, counted, line
from reconciler.render.text_diff import text_change
from reconciler.render.tools_text import tools_summary
from reconciler.render.values_text import pair_text, value_text

#: What a write carries out; the rest is said elsewhere or needs no word.
WRITTEN = frozenset({"change", "drift", "conflict", "cleared"})


def written_lines(fields: Iterable[FieldChange], indent: int) -> Iterator[Line]:
    """What a write does to each field: live before, desired after."""
    for field in fields:
        if field.status == "released":
            yield released_line(field, indent=indent)
        elif field.status in WRITTEN:
            yield from change_lines(field.path, field.live, field.desired, indent)
            if field.status in ("drift", "conflict"):
                text = f"{field.path} was edited outside; this write replaces the edit"
                yield line(Piece(text, "warning"), indent=indent)


def drift_lines(fields: Iterable[FieldChange], indent: int) -> Iterator[Line]:
    """What somebody changed on the platform: base before, live after; and the folders' own edit."""
    fields = list(fields)
    drifted = [field for field in fields if field.status == "drift"]
    if drifted:
        yield line(Piece("edited outside:", "warning"), indent=indent)
    for field in drifted:  # the folders still say what was last applied
        yield from change_lines(field.path, field.desired, field.live, indent + 2)
    for field in fields:
        if field.status == "conflict":
            yield line(Piece("edited outside, and in the folders too:", "warning"), indent=indent)
            yield from change_lines(field.path, field.base, field.live, indent + 2)
            yield line(Piece("the folders want:", "dim"), indent=indent)
            yield from change_lines(field.path, field.live, field.desired, indent + 2)


def released_line(field: FieldChange, owner: str = "", *, indent: int = 0) -> Line:
    """A field that was dropped from the folders and can't be cleared."""
    where = f"{owner}: " if owner else ""
    text = f"{where}{field.path}: released, stays {value_text(field.live)}"
    return line(Piece(text, "note"), indent=indent)


def change_lines(path: str, before: Value, after: Value, indent: int) -> Iterator[Line]:
    """Every place where the two differ."""
    for difference in differences(path, before, after):
        yield from _difference_lines(difference, indent)


def new_lines(path: str, value: Value, indent: int) -> Iterator[Line]:
    """A value of an object that does not exist yet; prose by its size, tools by their effect."""
    if path == "tools" and isinstance(value, Mapping):
        for name, effect in tools_summary(value):
            yield line(f"tools, {name}: {effect}", indent=indent)
        return
    for difference in differences(path, ABSENT, value):
        yield line(f"{difference.path}: {new_text(difference)}", indent=indent)


def new_text(difference: Difference) -> str:
    """A value that is new; prose of several lines by its size."""
    if is_text(difference) and "\n" in difference.after:
        return _size(difference.after)
    return value_text(difference.after)


def _size(text: str) -> str:
    lines = text.count("\n") + (not text.endswith("\n"))
    return f"{counted(lines, 'line')}, {counted(len(text), 'character')}"


def _difference_lines(difference: Difference, indent: int) -> Iterator[Line]:
    path, before, after = difference.path, difference.before, difference.after
    if not is_text(difference):
        left, right = pair_text(before, after)
        yield line(f"{path}: ", Piece(left, "removed"), " → ", Piece(right, "added"), indent=indent)
    elif isinstance(before, str) and isinstance(after, str):
        yield line(f"{path}:", indent=indent)
        yield from text_change(before, after, indent=indent + 2)
    elif isinstance(after, str):
        yield line(f"{path}: ", Piece(f"new, {_size(after)}", "added"), indent=indent)
        yield from text_change("", after, indent=indent + 2)
    else:
        yield line(f"{path}: ", Piece(f"removed, {_size(before)}", "removed"), indent=indent)
