"""What a reviewer of a plan has to know first, section by section; then the objects."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TypeVar

from reconciler.engine.address import Address
from reconciler.engine.diagnostics import Diagnostic, sorted_findings
from reconciler.engine.plan import Action, Held, Plan
from reconciler.render.markdown_fields import Detail
from reconciler.render.markdown_fit import Section
from reconciler.render.markdown_objects import action_block, action_line, held_block, held_line
from reconciler.render.markdown_safe import code, prose
from reconciler.render.plan_text import upcoming_versions
from reconciler.render.values_text import value_text

_T = TypeVar("_T")
_UNREAD, _UNPINNED = "live.unread", "skill.unpinned"
_GONE = frozenset({"archive", "delete", "replace"})


def sections(
    plan: Plan,
    detail: Detail,
    *,
    folded: bool = True,
    touched: frozenset[Address] | None = None,
) -> Iterator[Section]:
    """Warnings, objects, and what stays as it is. Objects are folded blocks, or lines of a list;
    those that are `touched` by a branch come first."""
    yield from _warnings(plan, detail.width)
    upcoming = upcoming_versions(plan)
    for title, held, actions in _groups(plan, touched):
        if held or actions:
            objects = _objects(held, actions, upcoming, detail, folded)
            title = f"{title}: {len(held) + len(actions):,}"
            yield Section(title, objects, listed=not folded)
    yield from _rest(plan, detail.width)


def _groups(
    plan: Plan, touched: frozenset[Address] | None
) -> Iterator[tuple[str, list[Held], list[Action]]]:
    """Objects by what brought them into the plan, if somebody asked for that."""
    if touched is None:
        yield "Objects", list(plan.held), list(plan.actions)
        return
    for title, inside in (("Reached by this branch", True), ("Not of this branch", False)):
        held = [one for one in plan.held if (one.action.address in touched) is inside]
        yield title, held, [one for one in plan.actions if (one.address in touched) is inside]


def _objects(
    held_back: Iterable[Held],
    actions: Iterable[Action],
    upcoming: Mapping[Address, int],
    detail: Detail,
    folded: bool,
) -> Iterator[str]:
    for held in held_back:
        yield held_block(held, upcoming, detail) if folded else held_line(held, detail)
    for action in actions:
        make = action_block if folded else action_line
        yield make(action, upcoming, detail)


def _warnings(plan: Plan, width: int) -> Iterator[Section]:
    findings = sorted_findings(plan.findings)
    unread = [one for one in findings if one.code == _UNREAD]
    unpinned = [one for one in findings if one.code == _UNPINNED and one.severity != "error"]
    told = {*unread, *unpinned}
    errors, warnings = (
        [one for one in findings if one.severity == severity and one not in told]
        for severity in ("error", "warning")
    )
    conflicts, drifted = (
        [one for one in plan.held if one.reason == reason] for reason in ("conflict", "drift")
    )
    held = [one for one in plan.held if one.reason not in ("conflict", "drift")]
    raised = [(action.address, one) for action in plan.actions for one in action.raises]
    gone = [one for one in plan.actions if one.verb in _GONE]
    finding, why = partial(_finding, width=width), partial(_held, width=width)
    yield _section("Could not be read", unread, finding)
    yield _section("Errors", errors, finding)
    yield _section("Edited outside and in the folders, held back", conflicts, why)
    yield _section("Edited outside, held back", drifted, why)
    yield _section("Held back", held, why)
    yield _section("May do more", raised, lambda pair: _said(pair[0], str(pair[1]), width))
    yield _section("Archived, deleted or replaced, for ever", gone, partial(_gone, width=width))
    yield _section("Unpinned skills", unpinned, finding)
    yield _section("Warnings", warnings, finding)


def _rest(plan: Plan, width: int) -> Iterator[Section]:
    notes = [
        one
        for one in sorted_findings(plan.findings)
        if one.severity == "note" and one.code not in (_UNREAD, _UNPINNED)
    ]
    yield _section(
        "No longer in the folders, left untouched",
        plan.orphans,
        lambda one: _said(f"{one.address} {one.id}", one.message, width),
    )
    yield _section(
        "Dropped from the folders, stays as it is",
        plan.released,
        lambda pair: (
            f"{code(f'{pair[0]} {pair[1].path}', width)} stays "
            f"{code(value_text(pair[1].live), width)}"
        ),
    )
    records = sorted(plan.records)
    yield _section("Only the lock takes note of", records, lambda one: code(str(one), width))
    yield _section("Notes", notes, partial(_finding, width=width))


def _section(title: str, found: Sequence[_T], show: Callable[[_T], str]) -> Section:
    return Section(f"{title}: {len(found):,}", map(show, found))


def _said(what: object, text: str, width: int) -> str:
    return f"{code(str(what), width)} {prose(text, 2 * width)}"


def _finding(finding: Diagnostic, width: int) -> str:
    """The code, the place, what is wrong and what to do."""
    where = str(finding.span) if finding.span else finding.address
    head = f"{code(finding.code, width)} {code(where, width)}" if where else code(finding.code)
    hint = f"<br>{prose(finding.hint, 2 * width)}" if finding.hint else ""
    return f"{head} {prose(finding.message, 2 * width)}{hint}"


def _held(held: Held, width: int) -> str:
    """Why it is held back and how to go on; which version brought an edit, and what it allows."""
    parts = [_said(held.action.address, held.message, width)]
    if held.since:
        parts.append(f"Brought by {prose(held.since, width)}")
    if held.raises:
        more = "; ".join(map(str, held.raises))
        parts.append(f"The edit outside lets it do more: {prose(more, 4 * width)}")
    return "<br>".join(parts)


def _gone(action: Action, width: int) -> str:
    """What ends with it, and which deployments go along."""
    notes = "; ".join(action.notes)
    return f"{code(str(action.address), width)} {action.verb}: {prose(notes, 2 * width)}"
