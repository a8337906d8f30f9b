"""One object of a plan as a folded block, or as a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from reconciler.engine.address import Address
from reconciler.engine.live import MARKER_KEY
from reconciler.engine.plan import Action, FieldChange, Held
from reconciler.engine.skill_diff import FileDiff
from reconciler.engine.values import ABSENT, Value
from reconciler.render.field_text import WRITTEN
from reconciler.render.files_text import file_text, is_compared
from reconciler.render.hunks import compare_texts
from reconciler.render.markdown_diff import hunk_blocks
from reconciler.render.markdown_fields import SHORT, Detail, changed_blocks, new_blocks
from reconciler.render.markdown_safe import block, code, folded, listed, prose
from reconciler.render.plan_text import SIGNS, reason_text, step_text

Versions = Mapping[Address, int]


def action_line(action: Action, upcoming: Versions, detail: Detail = SHORT) -> str:
    """`~ agent/x changed: system, tools (v3 → v4)`, as HTML."""
    verb = f"{action.verb}: " if action.verb in ("archive", "delete", "replace") else ""
    reason = prose(f"{verb}{reason_text(action, upcoming)}{step_text(action)}", detail.width)
    return f"{SIGNS[action.verb]} {code(str(action.address), detail.width)} {reason}"


def held_line(held: Held, detail: Detail = SHORT) -> str:
    """`! agent/x held back: drift`, as HTML."""
    return f"! {code(str(held.action.address), detail.width)} held back: {held.reason}"


def action_block(action: Action, upcoming: Versions, detail: Detail) -> str:
    """What a write does: consequences, then files or fields."""
    told = [f"may do more: {one}" for one in action.raises] + list(action.notes)
    told += [
        f"{field.path} was edited outside; this write replaces the edit"
        for field in action.fields
        if field.status in ("drift", "conflict")
    ]
    parts = [*_told(told, detail), *_content(action, upcoming, detail)]
    return folded(action_line(action, upcoming, detail), parts)


def held_block(held: Held, upcoming: Versions, detail: Detail) -> str:
    """What was edited outside, and what the folders want."""
    fields = held.action.fields
    parts = _told([held.message], detail)
    edits = [_edit(field) for field in fields if field.status in ("drift", "conflict")]
    if edits:
        parts.append(block(["<p>Edited outside:</p>"]))
        parts += changed_blocks(edits, detail, upcoming)
    if not edits:
        parts += _content(held.action, upcoming, detail)
    elif any(field.status != "drift" for field in fields if field.status in WRITTEN):
        wanted = [
            (field.path, field.live, field.desired)
            for field in fields
            if field.status in WRITTEN and field.status != "drift"
        ]
        parts.append(block(["<p>The folders want:</p>"]))
        parts += changed_blocks(wanted, detail, upcoming)
    return folded(held_line(held, detail), parts)


def _edit(field: FieldChange) -> tuple[str, Value, Value]:
    """The folders still say what was last applied, unless they were edited too."""
    before = field.base if field.status == "conflict" else field.desired
    return field.path, before, field.live


def _told(texts: Iterable[str], detail: Detail) -> list[str]:
    items = [prose(text, 4 * detail.width) for text in texts]
    left = len(items) - detail.rows
    shown = [*items[: detail.rows], f"… and {left:,} more"] if left > 0 else items
    return [listed(shown)] if shown else []


def _content(action: Action, upcoming: Versions, detail: Detail) -> Iterator[str]:
    written = [field for field in action.fields if field.status in WRITTEN]
    if action.files:
        yield from _files(action.files, detail)
    elif action.verb == "create" and not written:
        yield from new_blocks(_payload(action), detail)
    elif action.verb in ("create", "replace") and all(one.live is ABSENT for one in written):
        yield from new_blocks(((one.path, one.desired) for one in written), detail)
    else:
        pairs = ((one.path, one.live, one.desired) for one in written)
        yield from changed_blocks(pairs, detail, upcoming)


def _payload(action: Action) -> Iterator[tuple[str, Value]]:
    for path, value in action.payload.items():
        if path == "metadata":
            value = {key: one for key, one in (value or {}).items() if key != MARKER_KEY}
        if value not in ({}, None):
            yield path, value


def _files(files: Iterable[FileDiff], detail: Detail) -> Iterator[str]:
    """The list of all that is not as it was, then the texts that changed."""
    files = list(files)
    items = [f"{file.what}: {code(file_text(file), 2 * detail.width)}" for file in files]
    left = len(items) - detail.rows
    yield listed([*items[: detail.rows], f"… and {left:,} more"] if left > 0 else items)
    for file in [one for one in files if is_compared(one)][: detail.rows]:
        change = compare_texts(file.before or "", file.after or "", most=detail.hunk_rows)
        name = code(file.path, detail.width)
        yield from hunk_blocks(name, change, detail.width)
