"""`make_plan`: from what is wanted, last applied and live to what has to be done.

Total and deterministic: the same inputs in any order give the same plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from graphlib import TopologicalSorter

from reconciler.engine.address import Address, matches
from reconciler.engine.adoptions import said, settled_note, take_over
from reconciler.engine.answers import unknown_fields
from reconciler.engine.desired import Adoption, Desired, Resource
from reconciler.engine.diagnostics import Diagnostic, error, sorted_findings, warning
from reconciler.engine.kinds import KINDS
from reconciler.engine.live import MARKER_KEY, Live, Marker, skill_label
from reconciler.engine.lock import Lock
from reconciler.engine.matching import match
from reconciler.engine.moves import follow, suggest
from reconciler.engine.plan import Action, Plan, PlanOptions
from reconciler.engine.plan_fields import plan_object
from reconciler.engine.plan_registrations import plan_registration
from reconciler.engine.plan_removal import list_orphans, plan_destroy, plan_prune
from reconciler.engine.plan_skills import plan_skill
from reconciler.engine.values import Body, refs_in
from reconciler.engine.world import Draft, World, id_names

_PLANNERS = {
    "skill": plan_skill,
    "environment": plan_object,
    "vault": plan_object,
    "agent": plan_object,
    "registration": plan_registration,  # its credential is planned with it
}


def make_plan(desired: Desired, lock: Lock, live: Live, options: PlanOptions | None = None) -> Plan:
    """The plan for one target. Never raises on data: what is wrong is a finding of the plan."""
    options = options or PlanOptions()
    moved = follow(desired, lock, live)
    live = moved.live
    taken = take_over(desired, moved.lock, live, options.recreate)
    lock = taken.lock
    matched = match(desired, lock, live)
    matched = replace(matched, refused=matched.refused | taken.refused)
    world = World(desired, lock, live, matched, options, id_names(lock, matched), moved.marked)
    draft = Draft(findings=[*moved.findings, *taken.findings, *matched.findings])
    draft.findings += [*_unread(live), *_nothing_there(lock, live)]
    draft.findings += unknown_fields(matched.objects.values())
    if options.destroy:
        plan_destroy(world, draft)
    else:
        _plan_resources(world, draft)
        if options.prune and not options.only:  # with a filter, the rest would look orphaned
            plan_prune(world, draft)
        elif not options.only:
            list_orphans(world, draft)
    creates = [action for action in draft.actions.values() if action.verb == "create"]
    draft.findings += suggest([one.address for one in draft.orphans], creates, lock)
    _tell_adoptions(taken.adoptions, draft)
    for new, old in moved.locked.items():  # the entry is known under its new address from now on
        draft.records.setdefault(new, lock.objects[new])
        draft.forgotten.append(old)
    return Plan(
        project=desired.project,
        target=desired.target.name,
        actions=in_order(draft.actions.values()),
        held=tuple(draft.held[address] for address in sorted(draft.held)),
        records=draft.records,
        released=tuple(sorted(draft.released, key=lambda pair: (pair[0], pair[1].path))),
        orphans=tuple(draft.orphans),
        forgotten=tuple(draft.forgotten),
        unchanged=tuple(sorted(draft.unchanged)),
        findings=sorted_findings(draft.findings),
        complete=not any(one.kind != "deployment" for one in live.unread),
    )


def _tell_adoptions(adoptions: Mapping[Address, Adoption], draft: Draft) -> None:
    """Say of each object that is taken over which one it is."""
    for address, one in adoptions.items():
        action = draft.actions.get(address)
        if action is not None:
            draft.actions[address] = replace(action, notes=(*action.notes, said(one)))
        elif address in draft.unchanged:
            draft.findings.append(settled_note(one))


def _plan_resources(world: World, draft: Draft) -> None:
    resources = world.desired.by_address()
    chosen = _chosen(resources, world)
    unknown: set[Address] = set()
    for address in by_dependency(resources):
        resource = resources[address]
        if _is_unread(address, world) or _depends_on(resource) & unknown:
            unknown.add(address)
        elif address in chosen and address not in world.matched.refused:
            planner = _PLANNERS.get(address.kind)
            if planner:
                planner(resource, world, draft)


#: What else has to be read before a kind can be judged.
_SEEN_THROUGH = {"registration": ("registration", "credential"), "credential": ("credential",)}


def _is_unread(address: Address, world: World) -> bool:
    """Whether this object could not be looked for, so that nothing can be said of it."""
    kinds = _SEEN_THROUGH.get(address.kind, (address.kind,))
    entry = world.lock.entry(address)
    identity = entry.id if entry else ""
    item = world.found(address)
    for one in world.live.unread:
        whole = one.kind in kinds and (not one.what or address.kind in _SEEN_THROUGH)
        if whole or (one.what and one.what in (identity, item.id if item else "")):
            return True
    return False


def _chosen(resources: Mapping[Address, Resource], world: World) -> set[Address]:
    """What to plan: everything, or what the globs match and what that can't do without.

    A skill or environment that a chosen agent uses is always taken along; a roster member only if
    it is not live yet, so that a narrow plan stays narrow.
    """
    if not world.options.only:
        return set(resources)
    stack = [address for address in resources if matches(address, world.options.only)]
    chosen: set[Address] = set()
    while stack:
        address = stack.pop()
        if address in chosen:
            continue
        chosen.add(address)
        for needed in _depends_on(resources[address]):
            absent = world.found(needed) is None
            if needed in resources and (needed.kind in ("skill", "environment") or absent):
                stack.append(needed)
    return chosen


def _depends_on(resource: Resource) -> set[Address]:
    found = {ref.address for ref in refs_in(resource.body)} - {resource.address}
    details = resource.registration
    if details:
        found |= {details.agent, details.vault}
        if not isinstance(details.environment, str):
            found.add(details.environment)
    return found


def by_dependency(resources: Mapping[Address, Resource]) -> Iterable[Address]:
    """Dependencies first; among equals by kind and name. A credential comes after its row."""
    graph = {
        address: sorted(one for one in _depends_on(resource) if one in resources)
        for address, resource in sorted(resources.items())
    }
    return _sorted_graph(graph)


def _sorted_graph(graph: Mapping[Address, Iterable[Address]]) -> list[Address]:
    sorter: TopologicalSorter[Address] = TopologicalSorter(graph)
    sorter.prepare()
    order: list[Address] = []
    while sorter.is_active():
        ready = sorted(sorter.get_ready(), key=lambda one: (KINDS[one.kind].rank, one))
        order += ready
        sorter.done(*ready)
    return order


def in_order(actions: Iterable[Action]) -> tuple[Action, ...]:
    """The actions so that each comes after all it needs, otherwise by kind and name."""
    by_address = {action.address: action for action in actions}
    graph = {
        address: [need for need in by_address[address].needs if need in by_address]
        for address in sorted(by_address)
    }
    return tuple(by_address[address] for address in _sorted_graph(graph))


def _unread(live: Live) -> list[Diagnostic]:
    """Unknown is not absent: what could not be read makes the plan incomplete."""
    findings = []
    for one in live.unread:
        what = f"{one.kind} {one.what}" if one.what else f"the list of {one.kind}s"
        make = warning if one.kind == "deployment" else error
        message = f"{what} could not be read: {one.reason}"
        findings.append(make("live.unread", message, "nothing is planned on a guess; try again"))
    return findings


def _nothing_there(lock: Lock, live: Live) -> list[Diagnostic]:
    """Every id of the lock answered 404: that is the wrong key or workspace, not an empty one."""
    ids = {
        entry.id
        for address, entry in lock.objects.items()
        if entry.id and address.kind not in ("registration", "credential")
    }
    if len(ids) < 2 or not ids <= live.gone:
        return []
    message = f"none of the {len(ids)} objects in the lock exists for this key"
    hint = "check the key and its workspace; nothing is created over a lock that points elsewhere"
    return [error("origin.nothing_found", message, hint)]


def create_body(resource: Resource, project: str, target: str) -> Body:
    """The exact body of the create request, references unresolved, the marker of version 1 in it.

    Skills have no JSON body: theirs is the label and the files of each content.
    """
    address = resource.address
    if address.kind == "skill":
        contents = [
            {"digest": content.digest, "files": [file.path for file in content.files]}
            for content in resource.contents
        ]
        return {"display_name": skill_label(address.name, project, target), "contents": contents}
    if address.kind == "registration":
        return resource.body
    version = 1 if KINDS[address.kind].versioned else None
    marker = str(Marker(project, target, address, version))
    metadata = {**(resource.body.get("metadata") or {}), MARKER_KEY: marker}
    return {**resource.body, "metadata": metadata}
