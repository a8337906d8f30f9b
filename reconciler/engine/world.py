"""What a planner knows while it decides object after object, and what it has decided so far."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from reconciler.engine.address import Address
from reconciler.engine.desired import Desired
from reconciler.engine.diagnostics import Diagnostic
from reconciler.engine.live import Live, LiveObject
from reconciler.engine.lock import Lock, LockEntry
from reconciler.engine.matching import Matched
from reconciler.engine.plan import Action, FieldChange, Held, HeldReason, Orphan, PlanOptions
from reconciler.engine.values import Ref, Value, refs_in, replace_refs


@dataclass(frozen=True, slots=True)
class World:
    """Everything that is given."""

    desired: Desired
    lock: Lock
    live: Live
    matched: Matched
    options: PlanOptions
    names: Mapping[str, str]  # live id → address text, for every object that is ours
    moved: frozenset[Address] = frozenset()  # their live object still carries the old marker

    def found(self, address: Address) -> LiveObject | None:
        return self.matched.objects.get(address)

    def is_marked(self, item: LiveObject) -> bool:
        """Whether the object carries the marker of this project and target."""
        ours = (self.desired.project, self.desired.target.name)
        return item.marker is not None and (item.marker.project, item.marker.target) == ours

    def name(self, identity: str) -> str:
        """The address of a live id of ours, else the id itself."""
        return self.names.get(identity, identity)


@dataclass(slots=True)
class Draft:
    """The decisions so far; only `make_plan` and what it calls add to it."""

    actions: dict[Address, Action] = field(default_factory=dict)
    held: dict[Address, Held] = field(default_factory=dict)
    records: dict[Address, LockEntry] = field(default_factory=dict)
    released: list[tuple[Address, FieldChange]] = field(default_factory=list)
    unchanged: list[Address] = field(default_factory=list)
    orphans: list[Orphan] = field(default_factory=list)
    forgotten: list[Address] = field(default_factory=list)
    findings: list[Diagnostic] = field(default_factory=list)

    def keep(self, world: World, address: Address, entry: LockEntry) -> None:
        """Nothing to write: note the address, and the lock's entry if it has to move."""
        self.unchanged.append(address)
        before, item = world.lock.entry(address), world.found(address)
        if before and item and item.marker and item.marker.owner == before.taken_over:
            entry = replace(entry, taken_over=before.taken_over)  # only a write sets the marker
        open_ends = any(True for _ in refs_in(entry.fields))  # waits for another object's id
        if entry != before and not open_ends:
            self.records[address] = entry

    def act(self, action: Action) -> None:
        """Take the action, or hold it back if something it needs is held back."""
        needs = {ref.address for ref in refs_in(action.payload)} | set(action.needs)
        blocked = sorted(needs & self.held.keys())
        if blocked:
            self.hold(action, "depends", f"needs {blocked[0]}, which is held back")
            return
        action = replace(action, needs=tuple(sorted(needs & self.actions.keys())))
        self.actions[action.address] = action

    def hold(self, action: Action, reason: HeldReason, message: str) -> None:
        self.held[action.address] = Held(action, reason, message)


def id_names(lock: Lock, matched: Matched) -> dict[str, str]:
    """Live id → address text: of the lock's entries, and of what was found by marker."""
    names = {entry.id: str(address) for address, entry in lock.objects.items() if entry.id}
    return names | {item.id: str(address) for address, item in matched.objects.items()}


def resolve(value: Value, world: World, draft: Draft) -> Value:
    """The value with every reference replaced whose answer an apply can't change any more."""
    return replace_refs(value, lambda ref: _known(ref, world, draft))


def _known(ref: Ref, world: World, draft: Draft) -> Value:
    address, item = ref.address, world.found(ref.address)
    action = draft.actions.get(address)
    if item is None or ref.attr == "api_key" or (action and action.verb in ("create", "replace")):
        return ref
    if ref.attr == "id":
        return item.id
    if ref.attr == "external_ref":
        return external_ref(item.id)
    if ref.content:
        return item.contents.get(ref.content, ref)
    if address in draft.held:  # a member that is held back is pinned to what was last applied
        entry = world.lock.entry(address)
        return entry.version if entry and entry.version is not None else item.version
    return ref if action else item.version


def external_ref(agent_id: str) -> str:
    """How the registry names an agent (Ntropii documentation, register agents)."""
    return f"anthropic://agents/{agent_id}"
