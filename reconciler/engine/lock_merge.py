"""Two locks that grew out of one, put together object by object."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from reconciler.engine.lock import Lock

Key = TypeVar("Key", bound=Hashable)


class LockConflict(ValueError):
    """Both sides changed the same thing; `names` are the addresses, or `origin`."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(f"both changed {', '.join(names)}")
        self.names = names


def merge_locks(base: Lock | None, ours: Lock, theirs: Lock | None) -> Lock:
    """What both sides made of `base`; None is a lock that is not there.

    An object that one side left as it was is as the other side has it. Raises LockConflict if both
    changed it, differently, or the locks are of different projects or targets.
    """
    base = base or Lock(ours.project, ours.target)
    theirs = theirs or Lock(ours.project, ours.target)
    if (ours.project, ours.target) != (theirs.project, theirs.target):
        raise LockConflict(("project", "target"))
    objects, conflicts = _merged(base.objects, ours.objects, theirs.objects)
    origin, apart = _merged({"origin": base.origin}, _origin(ours), _origin(theirs))
    if conflicts or apart:
        raise LockConflict((*sorted(str(key) for key in conflicts), *apart))
    return replace(ours, objects=objects, origin=origin.get("origin"))


def _origin(lock: Lock) -> dict[str, Any]:
    return {"origin": lock.origin}


def _merged(
    base: Mapping[Key, Any], ours: Mapping[Key, Any], theirs: Mapping[Key, Any]
) -> tuple[dict[Key, Any], list[Key]]:
    """The three-way merge of mappings, and the keys of which both sides made something else."""
    found: dict[Key, Any] = {}
    conflicts: list[Key] = []
    for key in {**base, **ours, **theirs}:
        was, mine, other = base.get(key), ours.get(key), theirs.get(key)
        if was not in (mine, other) and mine != other:
            conflicts.append(key)
        chosen = other if mine == was else mine
        if chosen is not None:
            found[key] = chosen
    return found, conflicts
