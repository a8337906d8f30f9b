"""`moved:` of reconcile.yaml: folders that were renamed, so that their objects keep their ids."""

from __future__ import annotations

from collections.abc import Collection

from reconciler.authoring.documents import Document, Scope
from reconciler.authoring.forms import nearest
from reconciler.authoring.project import Project
from reconciler.authoring.run import Run
from reconciler.authoring.yaml_source import KeyPath
from reconciler.engine.address import Address
from reconciler.engine.desired import Move

#: A skill's slug is fixed for its life, and what belongs to a registration moves with its agent.
MOVABLE = ("agent", "environment")


def moves_of(project: Project, declared: Collection[Address], run: Run) -> tuple[Move, ...]:
    """The moves, each from an address that is gone to one that is declared; anything else is a
    finding at its line."""
    scope = Scope(Document(project.source, project.source.value), "", run.findings)
    found: dict[Address, Move] = {}
    for index, form in enumerate(project.moved):
        place: KeyPath = ("moved", index)
        old = _address(form.old, (*place, "from"), scope)
        new = _address(form.new, (*place, "to"), scope)
        if old is None or new is None:
            continue
        if _is_possible(old, new, declared, found, place, scope):
            found[old] = Move(old, new, project.source.span((*place, "to")))
    return tuple(found.values())


def _address(text: str, place: KeyPath, scope: Scope) -> Address | None:
    try:
        address = Address.parse(text)
    except ValueError:
        scope.error("moved.address", f"{text} is no address", place, "write kind/name")
        return None
    if address.kind not in MOVABLE:
        hint = f"only these move: {', '.join(MOVABLE)}; a registration moves with its agent"
        scope.error("moved.address", f"a {address.kind} can't move", place, hint)
        return None
    return address


def _is_possible(
    old: Address,
    new: Address,
    declared: Collection[Address],
    found: dict[Address, Move],
    place: KeyPath,
    scope: Scope,
) -> bool:
    if old.kind != new.kind:
        hint = "both must be of one kind"
        scope.error("moved.address", f"{old} can't become {new}", (*place, "to"), hint)
    elif new not in declared:
        hint = nearest(str(new), [str(one) for one in declared])
        scope.error("moved.to_unknown", f"nothing declares {new}", (*place, "to"), hint)
    elif old in declared:
        hint = "take the move out, or rename the folder"
        scope.error("moved.from_declared", f"{old} is still declared", (*place, "from"), hint)
    elif old in found or new in (move.new for move in found.values()):
        scope.error("moved.twice", f"{old} or {new} is in two moves", place, "keep one of them")
    else:
        return True
    return False
