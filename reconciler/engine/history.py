"""Who changed an object's files last, and which objects a branch reaches.

None of this is part of a digest: the same plan is the same whoever wrote it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from reconciler.engine.address import Address
from reconciler.engine.desired import Desired
from reconciler.engine.plan import Plan
from reconciler.engine.secret_shapes import masked
from reconciler.engine.values import refs_in

_PROJECT = "reconcile.yaml"
_REMOVALS = frozenset({"archive", "delete"})
_SUBJECT = 200  # characters of a subject in one line of text


@dataclass(frozen=True, slots=True)
class Change:
    """The last commit that changed an object's files; `commit` is "" for what is not committed."""

    commit: str
    author: str
    subject: str


@dataclass(frozen=True, slots=True)
class History:
    """The commit that is checked out, and the last change of each object, as far as git tells;
    `note` says what it can't. `touched` are the objects that a branch reaches, None if nobody
    asked or git does not tell."""

    head: str = ""
    changes: Mapping[Address, Change] = field(default_factory=dict)
    note: str = ""
    touched: frozenset[Address] | None = None

    def said(self, address: Address) -> str:
        """`commit 1a2b…; last changed in 3c4d… by Ann: Subject`, or "no commit"; without secrets,
        since it leaves the house."""
        if not self.head:
            return "no commit"
        change = self.changes.get(address)
        if change is None:
            return f"commit {self.head}"
        where = f"in {change.commit} by {change.author}: " if change.commit else ""
        return masked(f"commit {self.head}; last changed {where}{change.subject[:_SUBJECT]}")


def sources(desired: Desired) -> dict[Address, Sequence[str]]:
    """The files that each object is made of, of those that are made of any."""
    return {one.address: one.files for one in desired.resources if one.files}


class Owners:
    """Which objects a path belongs to, by the files and folders they are made of. A path that is
    itself a folder of theirs (git names a submodule so) belongs to all that lies in it."""

    def __init__(self, sources: Mapping[Address, Sequence[str]]) -> None:
        self._of: dict[str, set[Address]] = {}
        for address, files in sources.items():
            for file in files:
                for known in (file, *_above(file.removesuffix("/"))):
                    self._of.setdefault(known, set()).add(address)

    def of(self, path: str) -> Iterator[Address]:
        """The objects that the path is part of; one may come twice."""
        path = path.removesuffix("/")
        for known in (path, f"{path}/", *(f"{folder}/" for folder in _above(path))):
            yield from self._of.get(known, ())


def _above(path: str) -> Iterator[str]:
    """The folders that a path lies in, without a `/` at the end."""
    end = path.find("/")
    while end >= 0:
        yield path[:end]
        end = path.find("/", end + 1)


def touched(
    desired: Desired, changed: Iterable[str], gone: Iterable[Address] = ()
) -> frozenset[Address]:
    """The objects that a change of these files reaches: those made of them, and all that depend on
    one of those. A change of reconcile.yaml may reach every object.

    `gone` are objects that the folders declare no more: a file that had one's name reaches it.
    """
    paths = set(changed)
    if _PROJECT in paths:
        return frozenset((*(resource.address for resource in desired.resources), *gone))
    owners = Owners(sources(desired))
    found = {address for path in paths for address in owners.of(path)}
    needs = {one.address: {ref.address for ref in refs_in(one.body)} for one in desired.resources}
    while more := {address for address, needed in needs.items() if needed & found} - found:
        found |= more
    names = {name for path in paths for name in _names(path)}
    found |= {address for address in gone if address.name.rpartition("/")[2] in names}
    return frozenset(found)


def undeclared(plan: Plan) -> Iterator[Address]:
    """The plan's objects that the folders declare no more."""
    yield from (action.address for action in plan.actions if action.verb in _REMOVALS)
    yield from (orphan.address for orphan in plan.orphans)


def _names(path: str) -> Iterator[str]:
    """The names that a definition at a path may have: of its folders, and of the file."""
    *folders, file = path.split("/")
    yield from folders
    yield file.partition(".")[0]
