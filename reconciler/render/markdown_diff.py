"""Hunks as a block of HTML, the words that changed within a line marked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from reconciler.render.hunks import Row, TextChange
from reconciler.render.lines import counted
from reconciler.render.markdown_safe import block, prose, shown
from reconciler.render.sequences import blocks
from reconciler.render.values_text import cut

_WORDS = re.compile(r"\w+|\s+|[^\w\s]")
_ALIKE = 0.4  # the share of a line that has to stay for its words to be marked
_AROUND = 60  # characters left on either side of a long unchanged stretch


def hunk_blocks(name: str, change: TextChange, width: int) -> Iterator[str]:
    """A line that says what changed, then the hunks, with at most so many characters of a line.

    `name` is HTML.
    """
    yield block([f"<p>{name}: {prose(change.summary)}</p>"])
    if not change.rows:
        return
    yield block(["<pre>", *_lines(change.rows, width), "</pre>"])
    if change.left:
        yield block([f"<p>… and {counted(change.left, 'changed line')} more.</p>"])


def _lines(rows: Iterable[Row], width: int) -> Iterator[str]:
    """The rows as HTML; the first of two twins is compared with the second, which comes later."""
    twins: dict[tuple[str, str], str] = {}
    for row in rows:
        if row.sign in "@\\":
            yield shown(row.text)
        elif row.sign == "-" and row.twin is not None:
            old, twins[row.text, row.twin] = _marked(row.text, row.twin, width)
            yield f"- {old}"
        elif row.sign == "+" and row.twin is not None and (row.twin, row.text) in twins:
            yield f"+ {twins[row.twin, row.text]}"
        else:
            yield f"{row.sign} {shown(cut(row.text, width))}"


def _marked(before: str, after: str, width: int) -> tuple[str, str]:
    """Two lines with the words marked that the other does not have; as they are if they share
    little."""
    old, new = _WORDS.findall(before), _WORDS.findall(after)
    found = blocks(old, new)
    same = sum(len(word) for one in found if one.equal for word in old[one.start : one.end])
    if 2 * same < _ALIKE * (len(before) + len(after)):
        return shown(cut(before, width)), shown(cut(after, width))
    left = ((old[one.start : one.end], "" if one.equal else "del") for one in found)
    right = ((new[one.other : one.other_end], "" if one.equal else "ins") for one in found)
    return _joined(left, width), _joined(right, width)


def _joined(side: Iterable[tuple[Iterable[str], str]], width: int) -> str:
    return "".join(_run("".join(words), tag, width) for words, tag in side)


def _run(text: str, tag: str, width: int) -> str:
    if tag:
        return f"<{tag}>{shown(cut(text, width))}</{tag}>" if text else ""
    if len(text) > max(width // 4, 3 * _AROUND):
        text = f"{text[:_AROUND]}…{text[-_AROUND:]}"
    return shown(text)
