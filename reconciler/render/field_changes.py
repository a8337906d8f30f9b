"""Two values → the smallest places where they differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from reconciler.engine.values import ABSENT, Value, canonical
from reconciler.render.values_text import is_short


@dataclass(frozen=True, slots=True)
class Difference:
    """One place; ABSENT on a side that has no value there."""

    path: str
    before: Value
    after: Value

    @property
    def is_text(self) -> bool:
        """Whether this is prose, to be compared line by line."""
        texts = [side for side in (self.before, self.after) if side is not ABSENT]
        return all(isinstance(text, str) for text in texts) and (
            self.path == "system" or any("\n" in text or "\r" in text for text in texts)
        )


def differences(path: str, before: Value, after: Value) -> Iterator[Difference]:
    """Every place below `path` where the values differ, in the order of sorted keys.

    A value that is new or gone as a whole is one difference if it reads well on one line.
    """
    if _same(before, after):
        return
    mappings = _both(before, after, Mapping)
    if mappings:
        left, right = mappings
        for key in sorted({*left, *right}):
            inside = _join(path, str(key))
            yield from differences(inside, left.get(key, ABSENT), right.get(key, ABSENT))
        return
    sequences = _both(before, after, (list, tuple))
    if sequences:
        yield from _list_differences(path, *sequences)
        return
    yield Difference(path, before, after)


def _both(before: Value, after: Value, kind: type | tuple[type, ...]) -> tuple[Value, Value] | None:
    """Both sides if they are of the kind; a side that is absent counts as empty if long."""
    if isinstance(before, kind) and isinstance(after, kind):
        return before, after
    if before is ABSENT and isinstance(after, kind) and not is_short(after):
        return type(after)(), after
    if after is ABSENT and isinstance(before, kind) and not is_short(before):
        return before, type(before)()
    return None


def _list_differences(
    path: str, before: Sequence[Value], after: Sequence[Value]
) -> Iterator[Difference]:
    left, right = [canonical(item) for item in before], [canonical(item) for item in after]
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    for tag, start, end, other, other_end in matcher.get_opcodes():
        if tag == "equal":
            continue
        shared = min(end - start, other_end - other)
        for step in range(shared):
            yield from differences(f"{path}[{other + step}]", before[start + step],
                                   after[other + step])  # fmt: skip
        for at in range(start + shared, end):
            yield from differences(f"{path}[{at}]", before[at], ABSENT)
        for at in range(other + shared, other_end):
            yield from differences(f"{path}[{at}]", ABSENT, after[at])


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def _same(before: Value, after: Value) -> bool:
    if before is ABSENT or after is ABSENT:
        return before is after
    return before is after or canonical(before) == canonical(after)
