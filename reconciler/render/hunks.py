"""Two texts → hunks of lines, with differences that can't be seen said in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal, TypeAlias

from reconciler.render.lines import counted
from reconciler.render.printable import redacted
from reconciler.render.sequences import Block, blocks, groups

#: `@` opens a hunk; `\` says that a newline is missing.
Sign: TypeAlias = Literal["@", " ", "-", "+", "\\"]
NO_NEWLINE = "\\ no newline at the end"
WHITESPACE = "whitespace only: · is a blank, ⇥ a tab"
MASKED = "only in what is masked here, since it looks like a secret"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a hunk; `twin` is the line that stands in for it on the other side, if any."""

    sign: Sign
    text: str
    twin: str | None = None


@dataclass(frozen=True, slots=True)
class TextChange:
    """A change of a text: what it amounts to in words, the rows of its hunks, and how many changed
    lines are left out of them."""

    summary: str
    rows: tuple[Row, ...] = ()
    left: int = 0


def compare_texts(before: str, after: str, context: int = 3, most: int | None = None) -> TextChange:
    """The hunks, line by line, at most so many rows; secrets are masked first. The texts must
    differ."""
    left, right = redacted(_lf(before)), redacted(_lf(after))
    if left == right:
        same = _lf(before) == _lf(after)
        return TextChange(_line_endings(before, after) if same else MASKED)
    remark = _remark(left, right, ("\r" in before) != ("\r" in after))
    old, new = _split(left), _split(right)
    found = blocks(old, new)
    added = sum(one.other_end - one.other for one in found if not one.equal)
    removed = sum(one.end - one.start for one in found if not one.equal)
    rows = tuple(islice(_hunks(old, new, found, context, remark == WHITESPACE), most))
    shown = sum(row.sign in "+-" for row in rows)
    summary = f"{counted(added, 'line')} added, {removed:,} removed"
    summary = f"{summary} ({remark})" if remark else summary
    return TextChange(summary, rows, added + removed - shown)


def _lf(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _line_endings(before: str, after: str) -> str:
    def ends(text: str) -> str:
        return "CRLF" if "\r\n" in text else "CR" if "\r" in text else "LF"

    return f"only the line ends differ ({ends(before)} → {ends(after)})"


def _remark(left: str, right: str, ends_differ: bool) -> str:
    if left + "\n" == right and not left.endswith("\n"):
        return "only the final newline is added"
    if right + "\n" == left and not right.endswith("\n"):
        return "only the final newline is dropped"
    if "".join(left.split()) == "".join(right.split()):
        return WHITESPACE
    return "line ends differ too" if ends_differ else ""


def _split(text: str) -> list[str]:
    """Lines with their newline; only a newline ends a line, unlike `str.splitlines`."""
    parts = text.split("\n")
    lines = [part + "\n" for part in parts[:-1]]
    return [*lines, parts[-1]] if parts[-1] else lines


def _hunks(
    before: Sequence[str],
    after: Sequence[str],
    found: Sequence[Block],
    context: int,
    reveal: bool,
) -> Iterator[Row]:
    show = _revealed if reveal else _bare
    for group in groups(found, context):
        first, last = group[0], group[-1]
        yield Row("@", _place(first.other + 1, last.other_end))
        for block in group:
            old = [show(text) for text in before[block.start : block.end]]
            new = [show(text) for text in after[block.other : block.other_end]]
            if block.equal:
                yield from _signed(" ", old, before[block.start : block.end])
                continue
            yield from _signed("-", old, before[block.start : block.end], new)
            yield from _signed("+", new, after[block.other : block.other_end], old)


def _place(start: int, end: int) -> str:
    return f"@@ lines {start:,} to {end:,} @@" if end > start else f"@@ line {start:,} @@"


def _signed(
    sign: Sign, shown: Sequence[str], lines: Sequence[str], twins: Sequence[str] = ()
) -> Iterator[Row]:
    for at, text in enumerate(shown):
        yield Row(sign, text, twins[at] if at < len(twins) else None)
        if not lines[at].endswith("\n"):
            yield Row("\\", NO_NEWLINE)


def _bare(text: str) -> str:
    return text.removesuffix("\n")


def _revealed(text: str) -> str:
    return _bare(text).replace(" ", "·").replace("\t", "⇥")
