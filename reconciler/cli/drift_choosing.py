"""Which edits are made: all at once if they can be, else as many as can."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from reconciler.cli.drift_checking import Ground, check
from reconciler.cli.drift_skills import with_versions
from reconciler.cli.settings import Settings
from reconciler.cli.world import Place, Planned
from reconciler.engine.diagnostics import Diagnostic
from reconciler.engine.lock import Lock
from reconciler.engine.plan import Action, Held

if TYPE_CHECKING:
    from reconciler.authoring.importing.proposals import Proposal
    from reconciler.authoring.loading import Whole

#: A drifted object, and the edits that may do for it or why they can't be made.
Choice: TypeAlias = "tuple[Held, list[Proposal | Diagnostic]]"


@dataclass(frozen=True, slots=True)
class Scene:
    """What does not change while edits are taken. `names`: live id → address."""

    settings: Settings
    place: Place
    whole: Whole
    found: Planned
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Taken:
    """Edits that were checked together: the files that come of them, and the lock."""

    proposals: tuple[Proposal, ...] = ()
    files: dict[str, bytes | None] | None = None
    lock: Lock | None = None
    follows: tuple[Action, ...] = ()


def chosen(scene: Scene, choices: Sequence[Choice]) -> tuple[Taken, list[Diagnostic]]:
    """The edits that can be made together; what stood in the way of an object may be gone once
    others are taken."""
    taken, left = Taken(), list(choices)
    while True:
        taken, refused = _added(scene, taken, left)
        if len(refused) == len(left):
            return taken, [why for _, why in refused]
        left = [choice for choice, _ in refused]


def _added(
    scene: Scene, taken: Taken, choices: Sequence[Choice]
) -> tuple[Taken, list[tuple[Choice, Diagnostic]]]:
    """What was taken before, and of these as many as can be: all at once, else in halves."""
    if len(choices) <= 1:
        return _one_more(scene, taken, choices[0]) if choices else (taken, [])
    firsts = [options[0] for _, options in choices]
    edits = [one for one in firsts if not isinstance(one, Diagnostic)]
    if len(edits) == len(firsts):
        more, problem = _checked(scene, [*taken.proposals, *edits])
        if not problem:
            return more, []
    half = len(choices) // 2
    taken, refused = _added(scene, taken, choices[:half])
    taken, others = _added(scene, taken, choices[half:])
    return taken, refused + others


def _one_more(
    scene: Scene, taken: Taken, choice: Choice
) -> tuple[Taken, list[tuple[Choice, Diagnostic]]]:
    """The first of an object's edits that does, or why none does."""
    from reconciler.authoring.importing import drift_findings

    one, options = choice
    reasons: list[Diagnostic] = []
    for option in options:
        if isinstance(option, Diagnostic):
            reasons.append(option)
            continue
        more, problem = _checked(scene, [*taken.proposals, option])
        if not problem:
            return more, []
        span = one.action.fields[0].span or one.action.span
        reasons.append(drift_findings.differs(one.action.address, problem, span))
    return taken, [(choice, reasons[0])]


def _checked(scene: Scene, edits: list[Proposal]) -> tuple[Taken, str]:
    """The edits together, and what is wrong with them."""
    from reconciler.authoring.files import Files
    from reconciler.authoring.importing.pages import NotEdited
    from reconciler.authoring.importing.places import changed_files

    try:
        over = changed_files(
            Files(scene.place.root), [one for each in edits for one in each.changes]
        )
    except NotEdited as failure:
        return Taken(), str(failure)
    found = scene.found
    skills = [version for one in edits for version in one.taking.brought.versions]
    lock, live = with_versions(found.lock, found.live, skills)
    ground = Ground(
        scene.place.loaded, scene.place.desired, found.plan, lock, live,
        scene.settings.variables, scene.settings.skip_unsupported,
    )  # fmt: skip
    outcome = check(ground, [one.taking for one in edits], over)
    return Taken(tuple(edits), over, outcome.lock, outcome.follows), outcome.problem
