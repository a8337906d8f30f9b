"""Edits made outside: which version brought them, and what they let an agent do more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reconciler.engine.compare import Base, same
from reconciler.engine.kinds import Kind
from reconciler.engine.live import LiveObject
from reconciler.engine.plan import FieldChange
from reconciler.engine.privileges import Raise, raises
from reconciler.engine.values import ABSENT, Value
from reconciler.engine.world import World


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
