"""A plan: frozen data that says what would be done, why, and under which conditions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from reconciler.engine.address import Address
from reconciler.engine.diagnostics import Diagnostic, Span, has_errors
from reconciler.engine.lock import LockEntry
from reconciler.engine.privileges import Raise
from reconciler.engine.skill_diff import FileDiff
from reconciler.engine.values import ABSENT, Body, Value, digest

#: create, update: any kind. archive: agent, environment, vault, credential. delete: skill, row.
#: adopt: a write that only sets the marker on, or takes note of, an object found by it.
Verb: TypeAlias = Literal["create", "update", "replace", "archive", "delete"]

#: The three-way truth about one owned field (base = last applied, desired = folders, live).
#: same: nothing to do. change: ours to write. drift: edited outside, folders unchanged.
#: conflict: edited on both sides. converged: both made the same edit; only the lock moves.
#: cleared: dropped from the folders, to be cleared. released: dropped, left as it is.
Status: TypeAlias = Literal[
    "same", "change", "drift", "conflict", "converged", "cleared", "released"
]


#: drift, conflict: edited outside. depends: needs an object that is held. refused: a safety rule.
#: stale: not among the actions that were reviewed.
HeldReason: TypeAlias = Literal["drift", "conflict", "depends", "refused", "stale"]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One field of one object, seen from three sides; ABSENT where a side has no value.

    Values are normalised; they may hold references. `base` of an agent's field is ABSENT when only
    its digest is known. `span` is the place in the folders.
    """

    path: str
    status: Status
    base: Value = ABSENT
    desired: Value = ABSENT
    live: Value = ABSENT
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """What must still be so just before the write: the object's id, version and owned values."""

    id: str
    version: int | None = None
    values: str = ""  # digest of the owned live values, for kinds without versions


@dataclass(frozen=True, slots=True)
class Action:
    """One object's write.

    `payload` is the request body with references for what only the apply can know; for a skill
    `{"display_name", "upload": [content digests in order]}`. `reason` is a short word (`new`,
    `changed`, `re-pinned`, `removed`, `registered afresh`, …), `because` the addresses that brought
    it about. `needs` are the addresses whose actions must have succeeded before. `notes` are
    consequences a reviewer must read.
    """

    address: Address
    verb: Verb
    reason: str
    payload: Body
    fields: tuple[FieldChange, ...] = ()
    because: tuple[Address, ...] = ()
    needs: tuple[Address, ...] = ()
    expected: Expected | None = None
    notes: tuple[str, ...] = ()
    #: What the object may do more once this is written (an update: than it may now).
    raises: tuple[Raise, ...] = ()
    #: A skill's: its files next to those of the version before; none if that could not be read.
    files: tuple[FileDiff, ...] = ()
    span: Span | None = None
    #: What the lock will hold afterwards, references unresolved and ids still to be filled in.
    lock: LockEntry = field(default_factory=LockEntry)

    @property
    def digest(self) -> str:
        """Over address, verb, payload with references, expected id and version; nothing else."""
        expected = self.expected and [
            self.expected.id, self.expected.version, self.expected.values
        ]  # fmt: skip
        return digest([str(self.address), self.verb, self.payload, expected])


@dataclass(frozen=True, slots=True)
class Held:
    """An object that would be written but is held back, and why.

    `raises` are what an edit outside lets the object do more than what was last applied; `since`
    says which version brought the edit and when it was made, as far as the platform tells.
    """

    action: Action
    reason: HeldReason
    message: str
    raises: tuple[Raise, ...] = ()
    since: str = ""


@dataclass(frozen=True, slots=True)
class Orphan:
    """An object of this project that the folders no longer declare: listed, untouched."""

    address: Address
    id: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole plan for one target.

    `actions` are in an order that respects `needs`. `records` are lock entries to write without any
    request (converged, released, adopted objects), `forgotten` the addresses that leave the lock,
    since their objects are gone. `unchanged` are the addresses with nothing to
    do. `findings` are diagnostics of planning; an error among them means that nothing may be
    applied. `complete` is False when something could not be read.
    """

    project: str
    target: str
    actions: tuple[Action, ...] = ()
    held: tuple[Held, ...] = ()
    records: Mapping[Address, LockEntry] = field(default_factory=dict)
    released: tuple[tuple[Address, FieldChange], ...] = ()
    orphans: tuple[Orphan, ...] = ()
    forgotten: tuple[Address, ...] = ()
    unchanged: tuple[Address, ...] = ()
    findings: tuple[Diagnostic, ...] = ()
    complete: bool = True

    @property
    def digest(self) -> str:
        """Over the sorted action digests and nothing else (no commit, time, path or lock bytes)."""
        return digest(sorted(action.digest for action in self.actions))

    @property
    def has_changes(self) -> bool:
        """Whether an apply would send a write."""
        return bool(self.actions)

    @property
    def applicable(self) -> bool:
        return self.complete and not has_errors(self.findings)

    def totals(self) -> dict[str, Any]:
        """Counts per verb, and of what is held back, orphaned and unchanged."""
        verbs = [action.verb for action in self.actions]
        return {
            "create": verbs.count("create"),
            "update": verbs.count("update"),
            "replace": verbs.count("replace"),
            "archive": verbs.count("archive"),
            "delete": verbs.count("delete"),
            "held": len(self.held),
            "orphaned": len(self.orphans),
            "unchanged": len(self.unchanged),
        }


@dataclass(frozen=True, slots=True)
class PlanOptions:
    """What the caller asked for; globs are matched against addresses."""

    only: tuple[str, ...] = ()
    overwrite_drift: tuple[str, ...] = ()
    rotate_key: frozenset[Address] = frozenset()
    #: Make these although their object was archived or deleted outside, which gives them a new id,
    #: or although a live agent that nobody manages has the same name.
    recreate: frozenset[Address] = frozenset()
    #: Archive or delete what the folders no longer declare; of skills only with `prune_skills`.
    prune: bool = False
    prune_skills: bool = False
    #: So many objects of a kind may go, even if that is a large share or all of them.
    max_removals: int = 0
    destroy: bool = False
