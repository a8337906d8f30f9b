"""Two texts → hunks, with differences that can't be seen said in words."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher

from reconciler.render.lines import Line, Piece, counted, line

NO_NEWLINE = "\\ no newline at the end"


def text_change(before: str, after: str, *, context: int = 3, indent: int = 0) -> list[Line]:
    """The change as lines: a summary first, then the hunks."""
    if _lf(before) == _lf(after):
        return [line(Piece(_line_endings(before, after), "note"), indent=indent)]
    remark = _remark(before, after)
    body = list(_hunks(_split(_lf(before)), _split(_lf(after)), context, remark == WHITESPACE))
    added = sum(sign == "+" for sign, _ in body)
    removed = sum(sign == "-" for sign, _ in body)
    summary = f"{counted(added, 'line')} added, {removed:,} removed"
    head = Piece(f"{summary} ({remark})" if remark else summary, "dim")
    return [line(head, indent=indent), *(_styled(sign, text, indent) for sign, text in body)]


WHITESPACE = "whitespace only: · is a blank, ⇥ a tab"


def _lf(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _line_endings(before: str, after: str) -> str:
    def ends(text: str) -> str:
        return "CRLF" if "\r\n" in text else "CR" if "\r" in text else "LF"

    return f"only the line ends differ ({ends(before)} → {ends(after)})"


def _remark(before: str, after: str) -> str:
    left, right = _lf(before), _lf(after)
    if left + "\n" == right and not left.endswith("\n"):
        return "only the final newline is added"
    if right + "\n" == left and not right.endswith("\n"):
        return "only the final newline is dropped"
    if "".join(left.split()) == "".join(right.split()):
        return WHITESPACE
    return "line ends differ too" if ("\r" in before) != ("\r" in after) else ""


def _split(text: str) -> list[str]:
    """Lines with their newline; only a newline ends a line, unlike `str.splitlines`."""
    parts = text.split("\n")
    lines = [part + "\n" for part in parts[:-1]]
    return [*lines, parts[-1]] if parts[-1] else lines


def _hunks(
    before: list[str], after: list[str], context: int, reveal: bool
) -> Iterator[tuple[str, str]]:
    """(sign, text) per line; sign `@` opens a hunk, `\\` says that a newline is missing."""
    matcher = SequenceMatcher(None, before, after)
    for group in matcher.get_grouped_opcodes(context):
        first, last = group[0], group[-1]
        yield "@", _place(first[3] + 1, last[4])
        for tag, start, end, other, other_end in group:
            if tag == "equal":
                yield from _signed(" ", before[start:end], False)
                continue
            yield from _signed("-", before[start:end], reveal)
            yield from _signed("+", after[other:other_end], reveal)


def _place(start: int, end: int) -> str:
    return f"@@ lines {start:,} to {end:,} @@" if end > start else f"@@ line {start:,} @@"


def _signed(sign: str, lines: list[str], reveal: bool) -> Iterator[tuple[str, str]]:
    for text in lines:
        shown = text.removesuffix("\n")
        yield sign, _revealed(shown) if reveal else shown
        if not text.endswith("\n"):
            yield "\\", NO_NEWLINE


def _revealed(text: str) -> str:
    return text.replace(" ", "·").replace("\t", "⇥")


def _styled(sign: str, text: str, indent: int) -> Line:
    if sign in "@\\":
        return line(Piece(text, "dim"), indent=indent)
    if sign == " ":
        return line(f"  {text}", indent=indent)
    return line(Piece(f"{sign} {text}", "added" if sign == "+" else "removed"), indent=indent)
