"""Which files say what an object is, who changed them last, and what a branch reaches.

None of this is part of a digest: the same plan is the same whoever wrote it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from reconciler.engine.address import Address
from reconciler.engine.desired import Desired, Resource
from reconciler.engine.values import refs_in

_WHOLE_FOLDER = ("agent.yaml", "agent.yml", "agent.md", "agent.json", "SKILL.md")
_PROJECT = "reconcile.yaml"


@dataclass(frozen=True, slots=True)
class Change:
    """The last commit that changed an object's files; `commit` is "" for what is not committed."""

    commit: str
    author: str
    subject: str


@dataclass(frozen=True, slots=True)
class History:
    """The commit that is checked out, and the last change of each object, as far as git tells;
    `note` says what it can't."""

    head: str = ""
    changes: Mapping[Address, Change] = field(default_factory=dict)
    note: str = ""

    def said(self, address: Address) -> str:
        """`commit 1a2b…; last changed in 3c4d… by Ann: Subject`, or "no commit"."""
        if not self.head:
            return "no commit"
        change = self.changes.get(address)
        if change is None:
            return f"commit {self.head}"
        where = f"in {change.commit} by {change.author}: " if change.commit else ""
        return f"commit {self.head}; last changed {where}{change.subject}"


def sources(desired: Desired) -> dict[Address, tuple[str, ...]]:
    """The files, and folders with a `/` at the end, that each object is made of."""
    declared = desired.by_address()
    return {address: tuple(sorted(_files(one, declared))) for address, one in declared.items()}


def _files(resource: Resource, declared: Mapping[Address, Resource]) -> set[str]:
    details = resource.registration
    if details is not None and details.agent in declared:
        return _files(declared[details.agent], declared)
    places = [resource.span, *resource.spans.values()]
    places += [content.span for content in resource.contents]
    found = {place.file for place in places if place.file != _PROJECT}
    for file in list(found):
        folder, _, name = file.rpartition("/")
        if folder and name in _WHOLE_FOLDER:
            found.add(f"{folder}/")
    return found


def touched(desired: Desired, changed: Iterable[str]) -> frozenset[Address]:
    """The objects that a change of these files reaches: those made of them, and all that depend on
    one of those. A change of reconcile.yaml may reach every object."""
    paths = set(changed)
    made_of = sources(desired)
    if _PROJECT in paths:
        return frozenset(made_of)
    found = {
        address
        for address, files in made_of.items()
        if any(path == one or (one.endswith("/") and path.startswith(one))
               for one in files for path in paths)
    }  # fmt: skip
    needs = {one.address: {ref.address for ref in refs_in(one.body)} for one in desired.resources}
    while more := {address for address, needed in needs.items() if needed & found} - found:
        found |= more
    return frozenset(found)
