"""The fields of an object as blocks of HTML: a table, effective permissions, hunks of prose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from reconciler.engine.address import Address
from reconciler.engine.privileges import permission_text, permissions
from reconciler.engine.values import ABSENT, Ref, Value
from reconciler.render.field_changes import Difference, differences, is_text
from reconciler.render.field_text import new_text
from reconciler.render.hunks import compare_texts
from reconciler.render.markdown_diff import hunk_blocks
from reconciler.render.markdown_safe import code, prose, table
from reconciler.render.plan_text import version_text
from reconciler.render.tools_text import tools_summary
from reconciler.render.values_text import pair_text


@dataclass(frozen=True, slots=True)
class Detail:
    """How much is shown: rows of a table or list, rows of hunks, characters of a line or value."""

    rows: int
    hunk_rows: int
    width: int


WHOLE = Detail(1_000, 10_000, 2_000)
SHORT = Detail(10, 20, 160)

#: A field with what it was and what it becomes.
Pair = tuple[str, Value, Value]


def changed_blocks(
    pairs: Iterable[Pair], detail: Detail, upcoming: Mapping[Address, int]
) -> Iterator[str]:
    """Every place where the fields differ: short values as a table, prose as hunks."""
    pairs = list(pairs)
    found = [one for path, old, new in pairs for one in differences(path, old, new)]
    texts = [one for one in found if is_text(one)]
    rows = [_row(one, detail, upcoming) for one in found if not is_text(one)]
    yield from _tables(("field", "before", "after"), rows, detail)
    for path, old, new in pairs:
        if path == "tools":
            yield from _permissions(old, new, detail)
    for one in texts:
        old, new = ("" if side in (ABSENT, None) else side for side in (one.before, one.after))
        name = code(one.path, detail.width)
        change = compare_texts(old, new, most=detail.hunk_rows)
        yield from hunk_blocks(name, change, detail.width)


def new_blocks(fields: Iterable[tuple[str, Value]], detail: Detail) -> Iterator[str]:
    """The values of an object that does not exist yet; prose by its size."""
    rows = [row for path, value in fields for row in _new_rows(path, value, detail)]
    yield from _tables(("field", "value"), rows, detail)


def _new_rows(path: str, value: Value, detail: Detail) -> Iterator[tuple[str, ...]]:
    if path == "tools" and isinstance(value, Mapping):
        for name, effect in tools_summary(value):
            yield code(f"tools, {name}", detail.width), prose(effect, 4 * detail.width)
        return
    for one in differences(path, ABSENT, value):
        yield code(one.path, detail.width), code(new_text(one), detail.width)


def _row(one: Difference, detail: Detail, upcoming: Mapping[Address, int]) -> tuple[str, str, str]:
    path = code(one.path, detail.width)
    if _is_pin(one):
        old, new = (code(_pin(side, upcoming), detail.width) for side in (one.before, one.after))
        return path, old, new
    old, new = pair_text(one.before, one.after, min(detail.width, 400))
    return path, code(old), code(new)


def _is_pin(one: Difference) -> bool:
    """Whether both sides are versions of a skill or of a member of a roster."""
    top = one.path.partition(".")[0]
    sides = (one.before, one.after)
    return top in ("multiagent", "skills") and all(
        side is ABSENT or isinstance(side, Ref | str) or type(side) is int for side in sides
    )


def _pin(value: Value, upcoming: Mapping[Address, int]) -> str:
    if isinstance(value, Ref) and value.attr == "version" and value.address in upcoming:
        value = upcoming[value.address]
    return version_text(value)


def _permissions(before: Value, after: Value, detail: Detail) -> Iterator[str]:
    """What each tool may do, where that changes."""
    sides = [permissions(side) if isinstance(side, Mapping) else {} for side in (before, after)]
    names = sorted({*sides[0], *sides[1]})
    rows = [
        (code(name, detail.width), *(prose(_effect(side, name)) for side in sides))
        for name in names
        if _effect(sides[0], name) != _effect(sides[1], name)
    ]
    yield from _tables(("tool", "before", "after"), rows, detail)


def _effect(side: Mapping[str, str], name: str) -> str:
    """In words; a tool that a server's entries do not name has what the server's others have."""
    others = f"{name.rpartition('/')[0]}/*"
    return permission_text(side.get(name) or side.get(others) or "off")


def _tables(
    head: tuple[str, ...], rows: Sequence[tuple[str, ...]], detail: Detail
) -> Iterator[str]:
    if not rows:
        return
    shown = rows[: detail.rows]
    left = len(rows) - len(shown)
    yield table(head, [*shown, (f"… and {left:,} more",)] if left else shown)
