"""What a reviewer of a plan has to know first, section by section; then the objects."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from reconciler.engine.address import Address
from reconciler.engine.diagnostics import Diagnostic, sorted_findings
from reconciler.engine.plan import Action, Held, Plan
from reconciler.render.markdown_fields import Detail
from reconciler.render.markdown_fit import Section
from reconciler.render.markdown_objects import action_block, action_line, held_block, held_line
from reconciler.render.markdown_safe import code, prose
from reconciler.render.plan_text import upcoming_versions
from reconciler.render.values_text import value_text

_UNREAD, _UNPINNED = "live.unread", "skill.unpinned"
_GONE = frozenset({"archive", "delete", "replace"})


def sections(plan: Plan, detail: Detail, *, folded: bool = True) -> Iterator[Section]:
    """Warnings, objects, and what stays as it is. Objects are folded blocks, or lines of a list."""
    yield from _warnings(plan, detail.width)
    upcoming = upcoming_versions(plan)
    if plan.held or plan.actions:
        title = f"Objects: {len(plan.actions) + len(plan.held):,}"
        yield Section(title, _objects(plan, upcoming, detail, folded), listed=not folded)
    yield from _rest(plan, detail.width)


def _objects(
    plan: Plan, upcoming: Mapping[Address, int], detail: Detail, folded: bool
) -> Iterator[str]:
    for held in plan.held:
        yield held_block(held, upcoming, detail) if folded else held_line(held, detail)
    for action in plan.actions:
        make = action_block if folded else action_line
        yield make(action, upcoming, detail)


def _warnings(plan: Plan, width: int) -> Iterator[Section]:
    findings = sorted_findings(plan.findings)
    unread = [one for one in findings if one.code == _UNREAD]
    errors = [one for one in findings if one.severity == "error" and one.code != _UNREAD]
    unpinned = [one for one in findings if one.code == _UNPINNED and one.severity != "error"]
    others = [one for one in findings if one.severity == "warning"
              and one.code not in (_UNREAD, _UNPINNED)]  # fmt: skip
    edited = [one for one in plan.held if one.reason in ("drift", "conflict")]
    conflicts = [one for one in edited if one.reason == "conflict"]
    drifted = [one for one in edited if one.reason == "drift"]
    held = [one for one in plan.held if one.reason not in ("drift", "conflict")]
    raised = [(action, one) for action in plan.actions for one in action.raises]
    gone = [one for one in plan.actions if one.verb in _GONE]
    yield _counted("Could not be read", (_finding(one, width) for one in unread), len(unread))
    yield _counted("Errors", (_finding(one, width) for one in errors), len(errors))
    yield _counted("Edited outside and in the folders, held back",
                   (_held(one, width) for one in conflicts), len(conflicts))  # fmt: skip
    yield _counted("Edited outside, held back", (_held(one, width) for one in drifted),
                   len(drifted))  # fmt: skip
    yield _counted("Held back", (_held(one, width) for one in held), len(held))
    yield _counted("May do more", (
        f"{code(str(action.address), width)} {prose(str(one), 2 * width)}" for action, one in raised
    ), len(raised))  # fmt: skip
    yield _counted("Archived, deleted or replaced, for ever", (_gone(one, width) for one in gone),
                   len(gone))  # fmt: skip
    yield _counted("Unpinned skills", (_finding(one, width) for one in unpinned), len(unpinned))
    yield _counted("Warnings", (_finding(one, width) for one in others), len(others))


def _rest(plan: Plan, width: int) -> Iterator[Section]:
    orphans = (
        f"{code(f'{one.address} {one.id}', width)} {prose(one.message, width)}"
        for one in plan.orphans
    )
    yield _counted("No longer in the folders, left untouched", orphans, len(plan.orphans))
    released = (
        f"{code(str(address), width)} {code(field.path, width)} stays "
        f"{code(value_text(field.live), width)}"
        for address, field in plan.released
    )
    yield _counted("Dropped from the folders, stays as it is", released, len(plan.released))
    records = (code(str(address), width) for address in sorted(plan.records))
    yield _counted("Only the lock takes note of", records, len(plan.records))
    notes = [one for one in sorted_findings(plan.findings)
             if one.severity == "note" and one.code != _UNPINNED]  # fmt: skip
    yield _counted("Notes", (_finding(one, width) for one in notes), len(notes))


def _counted(title: str, items: Iterable[str], count: int) -> Section:
    return Section(f"{title}: {count:,}", items)


def _finding(finding: Diagnostic, width: int) -> str:
    """The code, the place, what is wrong and what to do."""
    where = str(finding.span) if finding.span else finding.address
    head = f"{code(finding.code, width)} {code(where, width)}" if where else code(finding.code)
    hint = f"<br>{prose(finding.hint, 2 * width)}" if finding.hint else ""
    return f"{head} {prose(finding.message, 2 * width)}{hint}"


def _held(held: Held, width: int) -> str:
    """Why it is held back and how to go on; which version brought an edit, and what it allows."""
    parts = [f"{code(str(held.action.address), width)} {prose(held.message, 2 * width)}"]
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
