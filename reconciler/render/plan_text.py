"""A plan as text: what would be done, why, and what stays as it is; read from top to bottom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from reconciler.engine.address import Address
from reconciler.engine.live import MARKER_KEY, Origin
from reconciler.engine.plan import Action, FieldChange, Held, Plan, Verb
from reconciler.engine.values import ABSENT, Ref, Value
from reconciler.render.diagnostics_text import diagnostic_lines
from reconciler.render.field_changes import differences
from reconciler.render.field_text import (
    WRITTEN,
    drift_lines,
    new_lines,
    released_line,
    written_lines,
)  # fmt: skip
from reconciler.render.files_text import files_lines
from reconciler.render.lines import BLANK, Line, Piece, Style, counted, line

SIGNS: dict[Verb, str] = {"create": "+", "update": "~", "replace": "±", "archive": "-",
                          "delete": "-"}  # fmt: skip
_STYLES: dict[Verb, Style] = {"create": "create", "update": "update", "replace": "replace",
                              "archive": "remove", "delete": "remove"}  # fmt: skip
_VERBS: tuple[Verb, ...] = ("create", "update", "replace", "archive", "delete")
_ALWAYS_COUNTED = frozenset({"create", "update", "archive"})


def plan_lines(plan: Plan, origin: Origin | None = None, silenced: int = 0) -> list[Line]:
    """The whole plan; sections without content are left out."""
    upcoming = upcoming_versions(plan)
    sections = [
        [header_line(plan.project, plan.target, origin)],
        list(_flat(action_lines(action, upcoming) for action in plan.actions)),
        list(_flat(held_lines(held) for held in plan.held)),
        _orphans(plan),
        _released(plan),
        _records(plan),
        list(_flat(diagnostic_lines(finding) for finding in plan.findings)),
        _silenced(silenced),
        totals_lines(plan),
    ]
    filled = [section for section in sections if section]
    return [one for at, section in enumerate(filled) for one in ([BLANK] * (at > 0) + section)]


def reached_lines(plan: Plan, touched: frozenset[Address]) -> list[Line]:
    """Which of the plan's objects a branch reaches."""
    planned = [action.address for action in (*plan.actions, *(one.action for one in plan.held))]
    reached = [str(address) for address in planned if address in touched]
    listed = f": {', '.join(reached)}" if reached else ""
    return [line(f"The branch reaches {len(reached):,} of {len(planned):,} objects{listed}.")]


def _silenced(count: int) -> list[Line]:
    what = counted(count, "finding is", "findings are")
    return [line(Piece(f"{what} silenced in the folders.", "dim"))] if count else []


def header_line(project: str, target: str, origin: Origin | None) -> Line:
    """`fund-agents → test   https://api.anthropic.com, workspace wrkspc_…`."""
    head = Piece(f"{project} → {target}", "strong")
    if origin is None:
        return line(head)
    facts = [origin.base_url]
    facts += [f"organization {origin.organization}"] if origin.organization else []
    facts += [f"workspace {origin.workspace}"] if origin.workspace else []
    facts += [f"registry {origin.registry}"] if origin.registry not in ("", origin.base_url) else []
    return line(head, "   ", Piece(", ".join(facts), "dim"))


def action_lines(action: Action, upcoming: Mapping[Address, int] | None = None) -> Iterator[Line]:
    """One object: sign, address and reason; its changes and consequences below.

    `upcoming`: the versions that this plan's agents will have.
    """
    style = _STYLES[action.verb]
    sign = Piece(f"{SIGNS[action.verb]} ", style)
    verb = f"{action.verb}: " if action.verb in ("archive", "delete", "replace") else ""
    reason = Piece(f"  {verb}{reason_text(action, upcoming)}{step_text(action)}", "dim")
    yield line(sign, Piece(str(action.address), "strong"), reason)
    written = _written(action)
    if action.files:
        yield from files_lines(action.files, 4)
    elif action.verb == "create" and not written:
        yield from _payload_lines(action)
    elif all(field.live is ABSENT for field in written) and action.verb in ("create", "replace"):
        for field in written:
            yield from new_lines(field.path, field.desired, 4)
    else:
        yield from written_lines(action.fields, 4)
    for more in action.raises:
        yield line(Piece(f"may do more: {more}", "warning"), indent=4)
    for note in action.notes:
        yield line(Piece(f"note: {note}", "note"), indent=4)


def reason_text(action: Action, upcoming: Mapping[Address, int] | None = None) -> str:
    """`new`, `changed: system, tools`, `re-pinned: agent/researcher v3 → v4`."""
    if action.reason == "changed":
        parts = list(dict.fromkeys(field.path.partition(".")[0] for field in _written(action)))
    else:
        pins = _pins(action, upcoming or {})
        parts = [f"{cause}{pins.get(cause, '')}" for cause in action.because]
    return f"{action.reason}: {', '.join(parts)}" if parts else action.reason


def step_text(action: Action) -> str:
    """` (v3 → v4)` for an agent that gets another version."""
    version = action.expected.version if action.expected else None
    if action.address.kind != "agent" or action.verb != "update" or version is None:
        return ""
    return f" (v{version} → v{version + 1})"


def held_lines(held: Held) -> Iterator[Line]:
    """An object that is left alone: why, what to do, and what was edited outside."""
    address = held.action.address
    yield line(Piece("! ", "held"), Piece(str(address), "strong"),
               Piece(f"  held back ({held.reason}): {held.message}", "held"))  # fmt: skip
    if held.since:
        yield line(Piece(f"live: {held.since}", "dim"), indent=4)
    for more in held.raises:
        yield line(Piece(f"the edit outside lets it do more: {more}", "error"), indent=4)
    yield from drift_lines(held.action.fields, 4)


def totals_lines(plan: Plan) -> list[Line]:
    """The last line, and what forbids applying if something does."""
    stop = obstacle_text(plan)
    lines = [line(Piece(stop, "error"))] if stop else []
    digest = f" Digest {plan.digest}" if plan.has_changes else ""
    return [*lines, line(Piece(totals_text(plan) + digest, "strong"))]


def obstacle_text(plan: Plan) -> str:
    """What forbids applying anything at all; may be empty."""
    if not plan.complete:
        return "The plan is incomplete: something could not be read, so nothing can be applied."
    return "" if plan.applicable else "Nothing can be applied while there are errors."


def totals_text(plan: Plan) -> str:
    """`Plan: 1 to create, 0 to update, 0 to archive; 3 unchanged, 1 held back.`"""
    totals = plan.totals()
    rest = [f"{totals['held']:,} held back"] if totals["held"] else []
    rest += [f"{totals['orphaned']:,} orphaned"] if totals["orphaned"] else []
    unchanged = totals["unchanged"]
    if plan.has_changes:
        verbs = [f"{totals[verb]:,} to {verb}" for verb in _VERBS
                 if totals[verb] or verb in _ALWAYS_COUNTED]  # fmt: skip
        tail = ", ".join([f"{unchanged:,} unchanged", *rest])
        return f"Plan: {', '.join(verbs)}; {tail}."
    if plan.held or not plan.applicable:
        return f"Nothing to apply: {', '.join([f'{unchanged:,} unchanged', *rest])}."
    equal = f"{counted(unchanged, 'object is', 'objects are')} equal to the folders"
    return f"No changes. {'; '.join([equal, *rest])}."


def _payload_lines(action: Action) -> Iterator[Line]:
    for path, value in action.payload.items():
        shown = _without_marker(value) if path == "metadata" else value
        if shown not in ({}, None):
            yield from new_lines(path, shown, 4)


def _without_marker(metadata: Value) -> Value:
    return {key: value for key, value in (metadata or {}).items() if key != MARKER_KEY}


def _written(action: Action) -> list[FieldChange]:
    return [field for field in action.fields if field.status in WRITTEN]


def _pins(action: Action, upcoming: Mapping[Address, int]) -> dict[Address, str]:
    """` v3 → v4` for each cause whose version this action pins anew."""
    pins: dict[Address, str] = {}
    for field in _written(action):
        for found in differences(field.path, field.live, field.desired):
            for cause in action.because:
                if found.path.endswith(f".{cause}"):
                    before, after = found.before, upcoming.get(cause, found.after)
                    pins[cause] = f" {version_text(before)} → {version_text(after)}"
    return pins


def upcoming_versions(plan: Plan) -> dict[Address, int]:
    """The version each agent of the plan will have: an update makes exactly the next one."""
    found = {}
    for action in plan.actions:
        version = action.expected.version if action.expected else None
        if action.address.kind == "agent" and action.verb == "create":
            found[action.address] = 1
        elif action.verb == "update" and version is not None:
            found[action.address] = version + 1
    return found


def version_text(value: Value) -> str:
    """A pinned version: `v3` of an agent, a skill's as it is."""
    if isinstance(value, Ref):
        return "its new version"
    if isinstance(value, int):
        return f"v{value}"
    return value if isinstance(value, str) else "(none)"


def _orphans(plan: Plan) -> list[Line]:
    if not plan.orphans:
        return []
    head = "No longer in the folders, left untouched:"
    return [
        line(head),
        *(line(Piece(f"? {orphan.address}", "held"), f"  {orphan.id}",
               Piece(f"  {orphan.message}" if orphan.message else "", "dim"), indent=2)
          for orphan in plan.orphans),
    ]  # fmt: skip


def _released(plan: Plan) -> list[Line]:
    """Released fields of objects that no action above has already told about."""
    told = {(action.address, field.path) for action in plan.actions for field in action.fields}
    return [
        released_line(field, str(address))
        for address, field in plan.released
        if (address, field.path) not in told
    ]


def _records(plan: Plan) -> list[Line]:
    if not plan.records:
        return []
    names = ", ".join(str(address) for address in sorted(plan.records))
    return [line(Piece(f"Only the lock takes note of: {names}", "dim"))]


def _flat(groups: Iterable[Iterable[Line]]) -> Iterator[Line]:
    for group in groups:
        yield from group
