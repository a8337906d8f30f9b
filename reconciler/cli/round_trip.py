"""Whether what an import writes means what is live: it is read again, and planned."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reconciler.cli.failures import Failure
from reconciler.cli.project import source_lines
from reconciler.engine.address import Address
from reconciler.engine.desired import Desired
from reconciler.engine.diagnostics import Diagnostic, Span
from reconciler.engine.live import Live, LiveObject
from reconciler.engine.lock import Lock, LockEntry
from reconciler.engine.plan import Action
from reconciler.engine.registered import Registered
from reconciler.engine.selection import Chosen, is_foreign

if TYPE_CHECKING:
    from reconciler.authoring.files import Files
    from reconciler.authoring.importing.draft import Draft
    from reconciler.authoring.importing.home import Home


@dataclass(frozen=True, slots=True)
class Checked:
    """What a plan would find: the lock that makes it empty, and what differs all the same."""

    lock: Lock
    differences: Mapping[Address, str]
    findings: tuple[Diagnostic, ...] = ()


def settled_objects(
    home: Home, lock: Lock, chosen: Chosen, live: Live, variables: Mapping[str, str]
) -> dict[Address, LiveObject]:
    """The chosen objects that the lock knows and that are as the folders say: however their files
    are written, they need no import. None if the project can't be read."""
    from reconciler.authoring import load
    from reconciler.engine.planner import make_plan

    wanted = {item.id: item for item in chosen.objects}
    if home.made or not any(entry.id in wanted for entry in lock.objects.values()):
        return {}
    loaded = load(
        home.root,
        target=home.settings.name,
        variables=variables,
        environ=os.environ,
        files=home.files,
    )
    if loaded.desired is None:
        return {}
    objects = tuple(
        replace(item, contents=versions_of(item, lock)) if item.kind == "skill" else item
        for item in live.objects
    )
    plan = make_plan(loaded.desired, lock, replace(live, objects=objects))
    refused = {finding.address for finding in plan.findings if finding.severity == "error"}
    return {
        address: wanted[entry.id]
        for address in plan.unchanged
        if (entry := lock.entry(address)) and entry.id in wanted and str(address) not in refused
        and entry.fields
    }  # fmt: skip


def _taken(lock: Lock, fresh: Iterable[Address], desired: Desired, live: Live) -> Lock:
    """The lock with from whom the objects that just came into it were taken over."""
    by_id = {item.id: item for item in live.objects}
    for address in fresh:
        entry = lock.objects[address]
        item = by_id.get(entry.id)
        if (
            item is not None
            and item.marker
            and is_foreign(item, desired.project, desired.target.name)
        ):
            lock = lock.with_entry(address, replace(entry, taken_over=item.marker.owner))
    return lock


def versions_of(item: LiveObject, lock: Lock) -> dict[str, str]:
    """What the lock knows of a skill's contents: digest → version id."""
    entries = (entry for entry in lock.objects.values() if entry.id == item.id)
    return {digest: version for entry in entries for digest, version in entry.versions.items()}


def check(
    home: Home,
    files: Files,
    draft: Draft,
    registered: Mapping[Address, Registered],
    live: Live,
    lock: Lock,
    variables: Mapping[str, str],
) -> Checked:
    """Read the project and plan it against live, in memory. Only what the draft binds counts.

    `registered` are rows to take over, by the address of their registration. Raises Failure for an
    error in files that are not the draft's.
    """
    from reconciler.authoring import load

    loaded = load(
        home.root,
        target=home.settings.name,
        variables=variables,
        environ=os.environ,
        files=files,
    )
    if loaded.desired is None:
        return Checked(lock, _of_findings(loaded.findings, home, draft))
    return _planned(loaded.desired, draft, registered, live, lock)


def _planned(
    desired: Desired,
    draft: Draft,
    registered: Mapping[Address, Registered],
    live: Live,
    lock: Lock,
) -> Checked:
    from reconciler.engine.identity import adopt
    from reconciler.engine.planner import make_plan

    differences: dict[Address, str] = {}
    for address, item in draft.bound.items():
        lock = lock.with_entry(address, _entry(item, lock.entry(address), desired))
    mine = set(draft.bound)
    for address, one in registered.items():
        bound = adopt(desired, lock, live, address, one.row.id, one.vault.id)
        if isinstance(bound, Diagnostic):
            differences[address] = bound.message
        else:
            fresh = set(bound.objects) - set(lock.objects) | {address}
            mine |= fresh
            lock = _taken(bound, fresh, desired, live)
    plan = make_plan(desired, lock, live)
    for action in (*plan.actions, *(held.action for held in plan.held)):
        if action.address in mine:
            differences[action.address] = _said(action)
    for finding in plan.findings:
        if finding.severity == "error" and finding.address in map(str, mine):
            differences.setdefault(Address.parse(finding.address), finding.message)
    for address, entry in plan.records.items():
        if address in mine:
            lock = lock.with_entry(address, entry)
    unknown = tuple(one for one in plan.findings if one.code == "live.unknown_field")
    return Checked(lock, dict(sorted(differences.items())), unknown)


def _entry(item: LiveObject, before: LockEntry | None, desired: Desired) -> LockEntry:
    """The object as it is now for what was last applied."""
    foreign = is_foreign(item, desired.project, desired.target.name)
    known = before.versions if before and before.id == item.id else {}
    return LockEntry(
        id=item.id,
        version=item.version,
        versions={**known, **item.contents},
        protect=before.protect if before else False,
        taken_over=item.marker.owner if item.marker and foreign else "",
    )


def _said(action: Action) -> str:
    if not action.fields:
        return f"would be changed: {action.verb}, {action.reason}"
    return ", ".join(f"{change.path} differs" for change in action.fields)


def _of_findings(findings: tuple[Diagnostic, ...], home: Home, draft: Draft) -> dict[Address, str]:
    """Errors by the object whose files they are in. Raises Failure for those of other files."""
    by_path = {path: unit.address for unit in draft.units for path in unit.files}
    by_name = {str(unit.address): unit.address for unit in draft.units}
    found: dict[Address, str] = {}
    others = []
    for finding in findings:
        if finding.severity != "error":
            continue
        place = finding.span or Span("")
        address = by_path.get(place.file) or by_name.get(finding.address)
        if address is None:
            others.append(finding)
        else:
            found.setdefault(address, f"{place}: {finding.message}")
    if others and not found:
        raise Failure(*others, source=source_lines(home.root))
    return found
