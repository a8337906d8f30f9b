"""Two values → the places where they differ, as small as reads well."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.engine.nested import Difference, nested_differences
from reconciler.engine.values import ABSENT, Value
from reconciler.render.values_text import is_short

__all__ = ["Difference", "differences", "is_text"]


def differences(path: str, before: Value, after: Value) -> Iterator[Difference]:
    """Every place below `path` where the values differ, by path.

    A value that is new or gone as a whole is one difference if it reads well on one line.
    """
    if before is ABSENT and after is ABSENT:
        return
    if (before is ABSENT and is_short(after)) or (after is ABSENT and is_short(before)):
        yield Difference(path, before, after)
        return
    for one in nested_differences(path, before, after):
        if ABSENT in (one.before, one.after) and one.path != path:
            yield from differences(one.path, one.before, one.after)
        else:
            yield one


def is_text(difference: Difference) -> bool:
    """Whether this is prose, to be compared line by line."""
    texts = [side for side in (difference.before, difference.after) if side is not ABSENT]
    return all(isinstance(text, str) for text in texts) and (
        difference.path == "system" or any("\n" in text or "\r" in text for text in texts)
    )
