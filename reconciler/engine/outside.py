"""Edits made outside: what was there before, which version brought them, and what they let an
agent do more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reconciler.engine.compare import Base, same
from reconciler.engine.kinds import Kind
from reconciler.engine.live import LiveObject
from reconciler.engine.lock import LockEntry
from reconciler.engine.plan import FieldChange
from reconciler.engine.privileges import Raise, raises
from reconciler.engine.values import ABSENT, Value
from reconciler.engine.world import World


def last_applied(kind: Kind, item: LiveObject, entry: LockEntry | None, world: World) -> Base:
    """What was last applied. An agent whose live version is the one we wrote is its own base;
    after a later edit the base is the version we wrote, or at least its digests."""
    if not kind.versioned:
        if entry is None:  # found by its marker: nothing says that it was edited since
            return Base(kind.normalise(item.body, world.name))
        return Base(entry.fields)
    marked = item.marker.version if item.marker and world.is_marked(item) else None
    locked = entry.version if entry else None
    if item.version in (marked, locked):
        return Base(kind.normalise(item.body, world.name))
    earlier = world.live.version(item.id, later(marked, locked))
    if earlier is not None:
        return Base(kind.normalise(earlier, world.name))
    return Base(digests=entry.fields if entry else {})


def later(*versions: int | None) -> int | None:
    """The version to compare with, of what the marker says and what the lock says: an import takes
    one for its base that the marker doesn't know, a lost lock leaves the marker's."""
    return max((version for version in versions if version is not None), default=None)


def edited_outside(
    kind: Kind, item: LiveObject, entry: LockEntry | None, world: World
) -> tuple[FieldChange, ...]:
    """The fields of an object no folder declares any more that are not as they were last applied,
    sorted by path."""
    base, live = last_applied(kind, item, entry, world), kind.normalise(item.body, world.name)
    return tuple(
        FieldChange(path, "drift", base.value(path), ABSENT, live.get(path, ABSENT))
        for path in sorted(entry.fields if entry else base.values)
        if base.has(path) and not base.equals(path, live.get(path, ABSENT))
    )


def raised_outside(
    drifted: Iterable[FieldChange], base: Base, live: Mapping[str, Value]
) -> tuple[Raise, ...]:
    """What the edit outside lets the agent do more. Where the folders did not change meanwhile,
    they are what was last applied."""
    before = {change.path: base.values.get(change.path, change.desired) for change in drifted}
    return raises(before, {path: live.get(path) for path in before})


def brought_by(kind: Kind, item: LiveObject, drifted: Iterable[FieldChange], world: World) -> str:
    """Which version brought each edit and when: `version 3, 2026-…: system; version 4, …: tools`.
    Kinds without versions have only the time of their last change."""
    if not kind.versioned:
        return str(item.body.get("updated_at") or "")
    brought: dict[tuple[Value, str], list[str]] = {}
    for change in drifted:
        body = item.body
        for older in world.live.history.get(item.id, ())[1:]:  # newest first, after the live one
            there = kind.normalise(older, world.name).get(change.path, ABSENT)
            if not same(there, change.live):
                break
            body = older
        key = (body.get("version"), str(body.get("updated_at") or ""))
        brought.setdefault(key, []).append(change.path)
    return "; ".join(
        f"version {version}{f', {at}' if at else ''}: {', '.join(paths)}"
        for (version, at), paths in sorted(brought.items(), key=lambda one: str(one[0][0]))
    )
