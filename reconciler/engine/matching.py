"""Which live object is which address: by the id in the lock, else by its marker."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from reconciler.engine.address import Address
from reconciler.engine.desired import Desired, Resource
from reconciler.engine.diagnostics import Diagnostic, error, note
from reconciler.engine.live import Live, LiveObject
from reconciler.engine.lock import Lock, LockEntry

#: Kinds whose live objects carry no marker of their own; registrations.py matches them.
_UNMARKED = frozenset({"registration"})
#: Kinds of which one object can be chosen by its id, since the marker of another can be taken off.
ADOPTABLE = frozenset({"agent", "environment", "vault"})


@dataclass(frozen=True, slots=True)
class Matched:
    """Live objects by address; `missing` are addresses of the lock whose object is gone or
    archived, with the word for it; `refused` are addresses that must not be touched; `namesakes`
    are ids of unmarked live agents that have the name of an agent that is not live."""

    objects: Mapping[Address, LiveObject]
    missing: Mapping[Address, str] = field(default_factory=dict)
    refused: frozenset[Address] = frozenset()
    namesakes: Mapping[Address, tuple[str, ...]] = field(default_factory=dict)
    findings: tuple[Diagnostic, ...] = ()


def match(desired: Desired, lock: Lock, live: Live) -> Matched:
    """Match every address of the lock and of the folders; refuse what is ambiguous or foreign."""
    by_id = {item.id: item for item in live.objects}
    by_marker = marked(desired, live)
    objects: dict[Address, LiveObject] = {}
    missing: dict[Address, str] = {}
    findings: list[Diagnostic] = []
    refused: set[Address] = set()
    for address, entry in lock.objects.items():
        found = by_id.get(entry.id) if entry.id else None
        if found is None and entry.id in live.gone:
            missing[address] = "gone"
        elif found is not None and found.archived:
            missing[address] = "archived"
        elif found is not None:
            objects[address] = found
            foreign = _foreign(desired, address, found, entry)
            if foreign:
                refused.add(address)
                findings.append(foreign)
    for address, candidates in by_marker.items():
        if len(candidates) > 1:
            refused.add(address)
            findings.append(_ambiguous(address, candidates, lock.entry(address)))
        elif address not in objects and address not in missing:
            objects[address] = candidates[0]
    findings += _named_vaults(desired, objects, missing, live)
    absent = [
        one
        for one in desired.resources
        if one.address.kind == "agent" and one.address not in objects and one.address not in missing
    ]
    findings += _archived_namesakes(absent, live)
    namesakes = _namesakes(absent, objects, live)
    return Matched(objects, missing, frozenset(refused), namesakes, tuple(findings))


def marked(desired: Desired, live: Live) -> dict[Address, list[LiveObject]]:
    """Live objects that carry this project's and target's marker, by the address it names."""
    found: defaultdict[Address, list[LiveObject]] = defaultdict(list)
    for item in live.objects:
        marker = item.marker
        if item.archived or marker is None or item.kind in _UNMARKED:
            continue
        if (marker.project, marker.target) == (desired.project, desired.target.name):
            found[marker.address].append(item)
    return found


def _foreign(
    desired: Desired, address: Address, item: LiveObject, entry: LockEntry
) -> Diagnostic | None:
    """An object that the lock names and another project or target marks as its own, unless it was
    taken over from just that one."""
    marker = item.marker
    if marker is None or marker.owner == entry.taken_over:
        return None
    ours = (desired.project, desired.target.name, address)
    if (marker.project, marker.target, marker.address) == ours:
        return None
    return error(
        "identity.foreign",
        f"{item.id} is marked as {marker}, not as {address} of this project and target",
        f"if it is theirs, `reconcile forget {address}` takes it out of the lock and leaves the "
        "object alone; if they gave it up, remove its metadata key `reconciler`",
        address=str(address),
    )


def _ambiguous(
    address: Address, candidates: list[LiveObject], entry: LockEntry | None
) -> Diagnostic:
    ids = ", ".join(sorted(item.id for item in candidates))
    locked = entry.id if entry else ""
    chosen, which = (locked, "the lock's") if locked else ("ID", "one")
    hint = f"`reconcile adopt {address} {chosen}` keeps {which} and takes the marker off the others"
    if address.kind not in ADOPTABLE:
        hint = "remove the ones that are not wanted in the Console"
    elif locked:
        hint += f"; `reconcile forget {address}` lets it go"
    return error(
        "identity.ambiguous",
        f"several live objects carry the marker of {address}: {ids}",
        hint,
        address=str(address),
    )


def _named_vaults(
    desired: Desired,
    objects: dict[Address, LiveObject],
    missing: Mapping[Address, str],
    live: Live,
) -> list[Diagnostic]:
    """A vault that a registration names may exist already: it is used as it is, not owned."""
    findings = []
    for resource in desired.resources:
        address = resource.address
        if address.kind != "vault" or "/" in address.name:
            continue
        if address in objects or address in missing:
            continue
        name = resource.body.get("display_name")
        vaults = [
            item
            for item in live.objects
            if item.kind == "vault"
            and not item.archived
            and item.marker is None
            and item.body.get("display_name") == name
        ]
        if len(vaults) == 1:
            objects[address] = vaults[0]
        elif vaults:
            ids = ", ".join(sorted(item.id for item in vaults))
            message = f"several live vaults are named {name!r}: {ids}"
            hint = "name the vault by its id (`vault: vlt_…`)"
            place, text = resource.span, str(address)
            findings.append(
                error("registration.vault_ambiguous", message, hint, span=place, address=text)
            )
    return findings


def _namesakes(
    absent: Iterable[Resource], objects: Mapping[Address, LiveObject], live: Live
) -> dict[Address, tuple[str, ...]]:
    """Live agents that nobody manages and that have the name of an agent about to be created."""
    known = {item.id for item in objects.values()}
    unmarked = defaultdict(list)
    for item in live.objects:
        free = item.marker is None and item.id not in known
        if item.kind == "agent" and free and not item.archived:
            unmarked[item.body.get("name")].append(item.id)
    return {
        one.address: tuple(sorted(unmarked[one.body.get("name")]))
        for one in absent
        if one.body.get("name") in unmarked
    }


def _archived_namesakes(absent: Iterable[Resource], live: Live) -> list[Diagnostic]:
    """Archived agents of the same name are passed over, and that is said."""
    archived = defaultdict(list)
    for item in live.objects:
        if item.kind == "agent" and item.archived:
            archived[item.body.get("name")].append(item.id)
    found = []
    for resource in absent:
        ids = archived.get(resource.body.get("name"))
        if ids:
            message = f"archived, of the same name, and passed over: {', '.join(sorted(set(ids)))}"
            hint = "archiving is for ever: a new agent is made, with a new id"
            place, text = resource.span, str(resource.address)
            found.append(
                note("identity.archived_namesake", message, hint, span=place, address=text)
            )
    return found
