"""Where two nested values differ, place by place.

The comparison itself is deepdiff's; it is imported here alone, when two nested values are at hand.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.engine.values import ABSENT, Value

_NESTED = (Mapping, list, tuple)


@dataclass(frozen=True, slots=True)
class Difference:
    """One place below a field; ABSENT on a side that has no value there."""

    path: str
    before: Value
    after: Value


def nested_differences(path: str, before: Value, after: Value) -> tuple[Difference, ...]:
    """The places below `path` where the values differ, by path: `tools.x.configs.bash.policy`.

    Equality is that of JSON: true is not 1, and 1 is not 1.0. A side that is ABSENT counts as an
    empty value of the other side's kind.
    """
    if before is ABSENT and isinstance(after, _NESTED):
        before = {} if isinstance(after, Mapping) else []
    if after is ABSENT and isinstance(before, _NESTED):
        after = {} if isinstance(before, Mapping) else []
    if not (isinstance(before, _NESTED) and isinstance(after, _NESTED)):
        same = type(before) is type(after) and before == after
        return () if same else (Difference(path, before, after),)
    return tuple(sorted(_compared(path, before, after), key=lambda one: one.path))


def _compared(path: str, before: Value, after: Value) -> Iterator[Difference]:
    from deepdiff import DeepDiff
    from deepdiff.helper import NotPresent

    # Threshold 0: however little two values share, say what differs inside them.
    left, right = _opaque(before), _opaque(after)
    tree = DeepDiff(left, right, view="tree", threshold_to_diff_deeper=0)
    for nodes in tree.values():
        for node in nodes:
            sides = (
                ABSENT if isinstance(side, NotPresent) else side for side in (node.t1, node.t2)
            )
            left, right = (_clear(side) for side in sides)
            yield Difference(_below(path, node.path(output_format="list")), left, right)


def _opaque(value: Value) -> Any:
    """The value with every leaf that is no text as a token: in Python true equals 1, and a list
    that holds the one would be taken for a list that holds the other."""
    if isinstance(value, Mapping):
        return {str(key): _opaque(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_opaque(item) for item in value]
    return value if isinstance(value, str) else _Token(value)


class _Token(str):
    """A leaf that deepdiff takes for text, and from which it is had back."""

    value: Value

    def __new__(cls, value: Value) -> _Token:
        made = super().__new__(cls, f"\0{type(value).__name__} {value}")
        made.value = value
        return made


def _clear(value: Any) -> Value:
    if isinstance(value, _Token):
        return value.value
    if isinstance(value, Mapping):
        return {key: _clear(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_clear(item) for item in value]
    return value


def _below(path: str, steps: list[str | int]) -> str:
    for step in steps:
        path += f"[{step}]" if isinstance(step, int) else f".{step}" if path else step
    return path
