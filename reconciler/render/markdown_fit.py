"""Sections within a number of characters: whole if they fit, else cut at whole items."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reconciler.render.markdown_safe import listed


@dataclass(frozen=True, slots=True)
class Section:
    """Items of HTML under a title of our own words.

    `listed` items are lines of a list, others are blocks. They may be made as they are asked for.
    """

    title: str
    items: Iterable[str]
    listed: bool = True

    def lines(self) -> Section:
        """The same with its items at hand."""
        return Section(self.title, tuple(self.items), self.listed)


_GAP = "\n\n"
_PER_ITEM = len("<li></li>\n")
_PER_SECTION = (
    len("### ") + 2 * len(_GAP) + len("<ul>\n</ul>") + len("… and 1,000,000 more") + _PER_ITEM
)


def whole(sections: Iterable[Section], room: int) -> str | None:
    """The sections, if they fit; stops making items once they can't."""
    parts: list[str] = []
    for section in sections:
        title, size = f"### {section.title}", 0
        items: list[str] = []
        for item in section.items:
            items.append(item)
            size += len(item) + (_PER_ITEM if section.listed else len(_GAP))
            if size > room:
                return None
        if not items:
            continue
        parts += [title, listed(items)] if section.listed else [title, *items]
        room -= size + len(title) + _PER_SECTION
        if room < 0:
            return None
    return _GAP.join(parts)


def cut_lines(sections: Sequence[Section], room: int) -> str:
    """Listed sections cut at whole items, each saying how many are left out. What a small section
    does not need, the large ones share."""
    filled = [section for section in (one.lines() for one in sections) if section.items]
    sizes = [sum(len(item) + _PER_ITEM for item in one.items) for one in filled]
    shares = shared(sizes, room - sum(len(one.title) + _PER_SECTION for one in filled))
    parts = []
    for section, share in zip(filled, shares, strict=True):
        parts += [f"### {section.title}", listed(_first(tuple(section.items), share))]
    return _GAP.join(parts)


def shared(wanted: Sequence[int], room: int) -> list[int]:
    """The room for each: what it wants, or an equal share of what the modest leave."""
    given = [0] * len(wanted)
    order = sorted(range(len(wanted)), key=lambda at: wanted[at])
    for turn, at in enumerate(order):
        given[at] = max(0, min(wanted[at], room // (len(order) - turn)))
        room -= given[at]
    return given


def _first(items: Sequence[str], share: int) -> list[str]:
    shown: list[str] = []
    for item in items:
        share -= len(item) + _PER_ITEM
        if share < 0:
            return [*shown, f"… and {len(items) - len(shown):,} more"]
        shown.append(item)
    return shown
