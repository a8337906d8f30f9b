"""Which entry of a list continues which of the list before."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Any

from reconciler.engine.values import canonical

_NAMES = ("name", "mcp_server_name", "skill_id", "path", "agent", "id", "advisor", "type")


def aligned(old: list[Any], new: list[Any]) -> list[int | None]:
    """For each new entry the place of the old one that it continues, in rising order: the same
    one, else one of the same name between two that stay, else none."""
    matcher = SequenceMatcher(None, _texts(old), _texts(new), autojunk=False)
    found: list[int | None] = [None] * len(new)
    for word, first, last, begin, end in matcher.get_opcodes():
        if word == "equal":
            found[begin:end] = range(first, last)
        elif word == "replace":
            _pair(old, new, range(first, last), range(begin, end), found)
    return found


def _pair(
    old: list[Any], new: list[Any], before: range, after: range, found: list[int | None]
) -> None:
    free = before.start
    for at in after:
        name = _name(new[at])
        place = next((i for i in range(free, before.stop) if _name(old[i]) == name), None)
        if place is not None:
            found[at], free = place, place + 1


def _texts(items: list[Any]) -> list[str]:
    return [canonical(item) for item in items]


def _name(item: Any) -> str:
    """What an entry is about: a tool's word without its suffix, a skill's without its version."""
    if isinstance(item, dict):
        return next((_name(item[key]) for key in _NAMES if isinstance(item.get(key), str)), "")
    if not isinstance(item, str):
        return canonical(item)
    return item.partition(":")[0].partition("@")[0].casefold()
