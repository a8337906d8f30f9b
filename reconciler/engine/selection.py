"""Which live objects an import takes: what was asked for, and what that can't do without. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from graphlib import CycleError, TopologicalSorter
from typing import Any

from reconciler.engine.diagnostics import Diagnostic, error
from reconciler.engine.live import Live, LiveObject
from reconciler.engine.lock import Lock
from reconciler.engine.values import Body

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Chosen:
    """Agents with the members of a roster before it, and environments; each by creation."""

    agents: tuple[LiveObject, ...] = ()
    environments: tuple[LiveObject, ...] = ()

    @property
    def objects(self) -> tuple[LiveObject, ...]:
        return (*self.environments, *self.agents)

    def without(self, ids: Collection[str]) -> Chosen:
        return Chosen(
            tuple(one for one in self.agents if one.id not in ids),
            tuple(one for one in self.environments if one.id not in ids),
        )


class NotChosen(Exception):
    """What was asked for can't be taken; the findings say why."""

    def __init__(self, *findings: Diagnostic) -> None:
        super().__init__("; ".join(finding.message for finding in findings))
        self.findings = findings


def everything(live: Live) -> Chosen:
    """Every live agent and environment."""
    return Chosen(_members_first(_live(live, "agent")), tuple(_live(live, "environment")))


def choose(live: Live, words: Iterable[str], archived: Iterable[Body] = ()) -> Chosen:
    """The agents and environments that the words (ids, or names of agents) mean, and all members
    of their rosters. `archived` are archived agents that a word may mean.

    Raises NotChosen for a word that means nothing, several agents, or an archived one.
    """
    agents, rooms = _live(live, "agent"), _live(live, "environment")
    gone = list(archived)
    wanted: dict[str, LiveObject] = {}
    findings = []
    for word in words:
        found = [one for one in (*agents, *rooms) if one.id == word]
        found = found or [one for one in agents if one.body.get("name") == word]
        if len(found) == 1:
            wanted[found[0].id] = found[0]
        elif found:
            findings.append(_several(word, found))
        else:
            findings.append(_none(word, agents, rooms, gone))
    if findings:
        raise NotChosen(*findings)
    taken = _with_members([one for one in wanted.values() if one.kind == "agent"], agents)
    return Chosen(
        _members_first(taken), tuple(one for one in rooms if one.id in wanted)
    )  # fmt: skip


def unmatched(live: Live, words: Iterable[str]) -> frozenset[str]:
    """The words that no live object has for its id or name."""
    known = {one.id for one in live.objects} | {
        one.body.get("name") for one in live.objects if one.kind == "agent"
    }
    return frozenset(word for word in words if word not in known)


def foreign(chosen: Chosen, lock: Lock, project: str, target: str) -> tuple[LiveObject, ...]:
    """The objects that another project or target marks as its own, and that were not taken over
    from it before."""
    taken = {(entry.id, entry.taken_over) for entry in lock.objects.values()}
    return tuple(
        one
        for one in chosen.objects
        if is_foreign(one, project, target)
        and (one.id, one.marker.owner if one.marker else "") not in taken
    )


def is_foreign(item: LiveObject, project: str, target: str) -> bool:
    marker = item.marker
    return marker is not None and (marker.project, marker.target) != (project, target)


def foreign_findings(items: Iterable[LiveObject]) -> Iterator[Diagnostic]:
    for item in items:
        owner = item.marker.owner if item.marker else ""
        name = item.body.get("name")
        yield error(
            "import.foreign",
            f"{item.id} ({name}) is managed elsewhere, as {owner}",
            "import something else; --take-over makes it this project's, and the other must "
            "forget it",
        )


def roster_ids(body: Body) -> Iterator[str]:
    """The agents that an agent's roster names, of either type (SDK: multiagent)."""
    config = body.get("multiagent") or {}
    lists: list[Any] = [config.get("agents")]
    for key in ("subagents", "workflows"):
        lists.append((config.get(key) or {}).get("predefined_agents"))
    for entries in lists:
        for entry in entries or ():
            if isinstance(entry, Mapping) and entry.get("type") == "agent" and entry.get("id"):
                yield str(entry["id"])


def _live(live: Live, kind: str) -> list[LiveObject]:
    """In the order they were made, so that names come out the same whoever lists them."""
    found = [one for one in live.objects if one.kind == kind and not one.archived]
    return sorted(found, key=lambda one: (str(one.body.get("created_at") or ""), one.id))


def _with_members(wanted: Iterable[LiveObject], agents: Iterable[LiveObject]) -> list[LiveObject]:
    by_id = {one.id: one for one in agents}
    stack, taken = [one.id for one in wanted], set()
    while stack:
        identity = stack.pop()
        if identity in taken or identity not in by_id:
            continue
        taken.add(identity)
        stack += roster_ids(by_id[identity].body)
    return [one for one in by_id.values() if one.id in taken]


def _members_first(agents: list[LiveObject]) -> tuple[LiveObject, ...]:
    """Members before what names them, else in the order given. Agents that name each other come
    as they are."""
    by_id = {one.id: one for one in agents}
    graph = {
        one.id: [id for id in roster_ids(one.body) if id in by_id and id != one.id]
        for one in agents
    }
    sorter: TopologicalSorter[str] = TopologicalSorter(graph)
    try:
        return tuple(by_id[identity] for identity in sorter.static_order())
    except CycleError:
        return tuple(agents)


def _several(word: str, found: list[LiveObject]) -> Diagnostic:
    ids = ", ".join(one.id for one in found[:_SHOWN])
    more = f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else ""
    message = f"{len(found)} live agents are called {word}: {ids}{more}"
    return error("import.ambiguous", message, "give the id of the one that is meant")


def _none(
    word: str, agents: list[LiveObject], rooms: list[LiveObject], archived: list[Body]
) -> Diagnostic:
    for body in archived:
        if word in (body.get("id"), body.get("name")):
            message = f"{body.get('id')} ({body.get('name')}) is archived, which is for ever"
            hint = "import a live one; what an archived one said is read by its id"
            return error("import.archived", message, hint)
    names = {str(one.body.get("name")): one.id for one in agents}
    near = [f"{name} ({names[name]})" for name in get_close_matches(word, names, n=3)]
    near += get_close_matches(word, names.values(), n=3, cutoff=0.9)
    titled = [one.id for one in rooms if one.body.get("name") == word]
    if titled:
        message = f"{word} is the name of an environment, which is imported by its id"
        return error("import.unknown", message, f"reconcile import {' '.join(titled)}")
    hint = f"near: {', '.join(near)}" if near else "give an agent's name or id, or --all"
    return error("import.unknown", f"there is no live agent {word}", hint)
