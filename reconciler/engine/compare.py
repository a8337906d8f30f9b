"""The three-way truth: per owned field, what was last applied, what is wanted, what is live.

Pure data in, pure data out; nothing here knows a kind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from reconciler.engine.plan import FieldChange, Status
from reconciler.engine.values import ABSENT, Value, canonical, digest


def same(left: Value, right: Value) -> bool:
    """Equal as JSON: 1 is not true, 1 is not 1.0, and ABSENT equals only itself."""
    if left is ABSENT or right is ABSENT:
        return left is right
    return canonical(left) == canonical(right)


@dataclass(frozen=True, slots=True)
class Base:
    """What was last applied, as far as it is known.

    `values` are whole values; `digests` stand in where only a digest was kept. A path in neither
    was never written by us.
    """

    values: Mapping[str, Value] = field(default_factory=dict)
    digests: Mapping[str, str] = field(default_factory=dict)

    def has(self, path: str) -> bool:
        return path in self.values or path in self.digests

    def equals(self, path: str, value: Value) -> bool:
        """Whether the value is the base's; a path never written equals only ABSENT."""
        if path in self.values:
            return same(self.values[path], value)
        if path in self.digests:
            return value is not ABSENT and digest(value) == self.digests[path]
        return value is ABSENT

    def value(self, path: str) -> Value:
        return self.values.get(path, ABSENT)


def classify(base: Base, path: str, desired: Value, live: Value) -> Status:
    """One field's status, where the folder wants `desired` (ABSENT: that the field is not there).

    A field that we never wrote has no base to hold against a live value: the folder newly claims
    it, which is a change and no conflict.
    """
    if same(desired, live):
        return "same" if not base.has(path) or base.equals(path, live) else "converged"
    if not base.has(path) or base.equals(path, live):
        return "change"
    return "drift" if base.equals(path, desired) else "conflict"


@dataclass(frozen=True, slots=True)
class Goal:
    """What an object's owned fields shall be.

    `owned` maps each owned path to its goal. `dropped` are the paths among them that the folder no
    longer declares (set back to their default). `released` are dropped paths that can't be cleared.
    """

    owned: Mapping[str, Value]
    dropped: frozenset[str] = frozenset()
    released: frozenset[str] = frozenset()


def make_goal(
    declared: Mapping[str, Value],
    before: Mapping[str, object],
    *,
    always: Mapping[str, Value],
    cleared: Mapping[str, Value],
    unclearable: frozenset[str],
    ignored: Callable[[str], bool],
) -> Goal:
    """The goal from what the folder declares now, what it declared before, and the kind's rules."""
    owned = {**always, **declared}
    dropped = {path for path in before if path not in owned}
    released = dropped & unclearable
    for path in dropped - released:
        owned[path] = cleared.get(path, ABSENT)
    return Goal(
        {path: value for path, value in owned.items() if not ignored(path)},
        frozenset(path for path in dropped - released if not ignored(path)),
        frozenset(path for path in released if not ignored(path)),
    )


def compare(base: Base, goal: Goal, live: Mapping[str, Value]) -> Iterator[FieldChange]:
    """Every owned field that is not simply the same, sorted by path."""
    for path in sorted(goal.owned):
        desired, current = goal.owned[path], live.get(path, ABSENT)
        status = classify(base, path, desired, current)
        if status == "change" and path in goal.dropped:
            status = "cleared"
        if status != "same":
            yield FieldChange(path, status, base.value(path), desired, current)
    for path in sorted(goal.released):
        current = live.get(path, ABSENT)
        yield FieldChange(path, "released", base.value(path), ABSENT, current)
