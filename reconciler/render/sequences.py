"""Two sequences → what they share, in time that grows with their length.

Anchors are items that are there once on both sides, as patience diff takes them; between anchors
the same again. What is left without an anchor is compared item by item only if it is small.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from typing import TypeAlias

_SMALL = 1_000  # pairs of items that a comparison of each with each may look at
_DEPTH = 8  # how often what is between anchors is looked at for further ones

Items: TypeAlias = Sequence[Hashable]


@dataclass(frozen=True, slots=True)
class Block:
    """`before[start:end]` against `after[other:other_end]`; `equal` or not."""

    equal: bool
    start: int
    end: int
    other: int
    other_end: int


def blocks(before: Items, after: Items) -> list[Block]:
    """Both sequences from begin to end, equal and unequal blocks taking turns."""
    found: list[Block] = []
    at = other = 0
    for start, twin, size in _runs(before, after):
        if start > at or twin > other:
            found.append(Block(False, at, start, other, twin))
        found.append(Block(True, start, start + size, twin, twin + size))
        at, other = start + size, twin + size
    if at < len(before) or other < len(after):
        found.append(Block(False, at, len(before), other, len(after)))
    return found


def groups(found: Sequence[Block], context: int) -> Iterator[list[Block]]:
    """The unequal blocks with so many equal items around them; far ones in groups of their own."""
    group: list[Block] = []
    for at, block in enumerate(found):
        if not block.equal:
            group.append(block)
            continue
        size, last = block.end - block.start, at == len(found) - 1
        if group and (last or size > 2 * context):
            yield [*group, _part(block, 0, min(size, context))]
            group = []
        if not last:
            kept = min(size, context) if not group else size
            group.append(_part(block, size - kept, size))
    if any(not block.equal for block in group):
        yield group


def _part(block: Block, start: int, end: int) -> Block:
    return Block(True, block.start + start, block.start + end, block.other + start,
                 block.other + end)  # fmt: skip


def _runs(before: Items, after: Items) -> Iterator[tuple[int, int, int]]:
    """(start, start on the other side, length) of each equal run, in order, none adjacent."""
    run: tuple[int, int, int] | None = None
    for at, other in sorted(_pairs(before, after)):
        if run and (at, other) == (run[0] + run[2], run[1] + run[2]):
            run = (run[0], run[1], run[2] + 1)
            continue
        if run:
            yield run
        run = (at, other, 1)
    if run:
        yield run


def _pairs(before: Items, after: Items) -> Iterator[tuple[int, int]]:
    """Index pairs of equal items; both indexes only grow."""
    stack = [(0, len(before), 0, len(after), 0)]
    while stack:
        start, end, other, other_end, depth = stack.pop()
        while start < end and other < other_end and before[start] == after[other]:
            yield start, other
            start, other = start + 1, other + 1
        while start < end and other < other_end and before[end - 1] == after[other_end - 1]:
            end, other_end = end - 1, other_end - 1
            yield end, other_end
        if start == end or other == other_end:
            continue
        anchors = _anchors(before, after, start, end, other, other_end) if depth < _DEPTH else []
        if anchors:
            borders = [(start - 1, other - 1), *anchors, (end, other_end)]
            for (left, twin), (right, other_right) in pairwise(borders):
                stack.append((left + 1, right, twin + 1, other_right, depth + 1))
            yield from anchors
        elif (end - start) * (other_end - other) <= _SMALL:
            matcher = SequenceMatcher(None, before[start:end], after[other:other_end], False)
            for at, twin, size in matcher.get_matching_blocks():
                yield from ((start + at + one, other + twin + one) for one in range(size))


def _anchors(
    before: Items, after: Items, start: int, end: int, other: int, other_end: int
) -> list[tuple[int, int]]:
    """The longest row of pairs of items that are there once on each side."""
    counts, twins = Counter(before[start:end]), Counter(after[other:other_end])
    places = {
        after[at]: at for at in range(other, other_end) if twins[after[at]] == 1
    }  # fmt: skip
    pairs = [
        (at, places[before[at]])
        for at in range(start, end)
        if counts[before[at]] == 1 and before[at] in places
    ]
    return _rising(pairs)


def _rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest part of the pairs whose second numbers only grow."""
    ends: list[int] = []  # the smallest last number of a row of each length
    last: list[int] = []  # the index of that pair
    before: list[int] = []  # the pair that comes before each, -1 if none
    for index, (_, number) in enumerate(pairs):
        at = bisect_left(ends, number)
        before.append(last[at - 1] if at else -1)
        if at == len(ends):
            ends.append(number)
            last.append(index)
        else:
            ends[at], last[at] = number, index
    row = []
    index = last[-1] if last else -1
    while index >= 0:
        row.append(pairs[index])
        index = before[index]
    return row[::-1]
