"""Ids of live objects that other tools left in a project: `claude-lock.json` (`ant apply`),
`.agentlift-lock.json` (agentlift), and `platform.<target>.managed_agent_id` in an agent.

They are read to take the objects over, under their ids. A file that can't be read is an error: to
take it for empty would create everything a second time.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Final

from reconciler.authoring.agent import Agent
from reconciler.authoring.ant_files import LOCK
from reconciler.authoring.files import Refused, inside
from reconciler.authoring.json_source import parse_file
from reconciler.authoring.run import Defined, Run
from reconciler.authoring.yaml_source import KeyPath, Source
from reconciler.engine.address import Address
from reconciler.engine.desired import Adoption, Resource, World
from reconciler.engine.diagnostics import Span, error, note, warning

AGENTLIFT: Final = ".agentlift-lock.json"
_KNOWN_VERSION: Final = 1
_ID: Final = {
    "agent": re.compile(r"agent_\w+\Z"),
    "environment": re.compile(r"env_\w+\Z"),
    "skill": re.compile(r"skill_\w+\Z"),
}


def adoptions_of(
    agents: list[Agent],
    environments: list[Defined],
    skills: Iterable[Resource],
    targets: Collection[str],
    run: Run,
) -> tuple[Adoption, ...]:
    """Every id that is named for an address; two that differ are an error, save of skills, of which
    several may be one here. `targets` are the names of all targets."""
    folders = {file.rstrip("/"): one.address for one in skills for file in one.files}
    defined = [*(agent.defined for agent in agents), *environments]
    found = [
        *_of_ant(_by_path(defined), folders, run),
        *_of_agentlift(agents, run),
        *_of_manifests(agents, {one.address for one in environments}, targets, run),
    ]
    chosen: dict[Address, Adoption] = {}
    for one in found:
        first = chosen.setdefault(one.address, one)
        if first.id != one.id and one.address.kind == "skill":
            _left_behind(one.id, one.span, run)
        elif first.id != one.id:
            message = f"{one.address} is {one.id} here, and {first.id} in {first.span}"
            hint = "keep the id of the object that is meant"
            run.findings.append(error("adoption.two_ids", message, hint, span=one.span))
    return tuple(chosen[address] for address in sorted(chosen))


def _by_path(defined: Iterable[Defined]) -> dict[str, Address]:
    """The address of each definition, by its file, and by its folder if that is its own."""
    found: dict[str, Address] = {}
    for one in defined:
        found[one.definition.file] = one.address
        if one.definition.alone:
            found.setdefault(one.definition.folder, one.address)
    return found


def _of_ant(
    known: Mapping[str, Address], skills: Mapping[str, Address], run: Run
) -> Iterator[Adoption]:
    source = _lock(LOCK, run)
    if source is None:
        return
    origin = _world(source)
    resources = source.value.get("resources")
    for written, one in resources.items() if isinstance(resources, dict) else ():
        path: KeyPath = ("resources", written)
        kind = one.get("kind") if isinstance(one, dict) else None
        identity = one.get("id") if isinstance(one, dict) else None
        if kind == "skill" and isinstance(identity, str):
            skill = _address(written, skills) if written.startswith("./") else None
            if skill is not None and _ID["skill"].match(identity):
                yield from _adoption(skill, identity, (*path, "id"), source, run, origin)
            else:
                _left_behind(identity, source.key_span(path), run)
            continue
        address = _address(written, known) if written.startswith("./") else None
        if address is not None and (identity is None or not isinstance(kind, str)):
            message = f"{LOCK} gives no kind and id for {written}, which may be live all the same"
            hint = "restore the file from git, or take the entry out"
            place = source.key_span(path)
            run.findings.append(error("adoption.id", message, hint, span=place))
        elif identity is None or kind not in ("agent", "environment") or written[:2] != "./":
            continue
        elif address is None or address.kind != kind:
            message = f"{written} is {identity} in {LOCK}, and no file here defines it"
            hint = "it is left alone; bring the file back, or take the entry out"
            place = source.key_span(path)
            run.findings.append(warning("adoption.unmatched", message, hint, span=place))
        else:
            yield from _adoption(address, identity, (*path, "id"), source, run, origin)


def _address(written: str, known: Mapping[str, Address]) -> Address | None:
    try:
        return known.get(inside("", written))
    except Refused:
        return None


def _of_agentlift(agents: list[Agent], run: Run) -> Iterator[Adoption]:
    source = _lock(AGENTLIFT, run)
    if source is None:
        return
    names = _by_name(agents)
    listed = source.value.get("agents") or {}
    for name, one in listed.items() if isinstance(listed, dict) else ():
        identity = one.get("agent_id") if isinstance(one, dict) else None
        fitting = names.get(name, ())
        if len(fitting) == 1:
            path = ("agents", name, "agent_id")
            yield from _adoption(fitting[0], identity, path, source, run, None)
        elif fitting:
            several = " and ".join(map(str, fitting))
            message = f"{name} is {identity} in {AGENTLIFT}, and {several} are called so"
            hint = f"`reconcile adopt ADDRESS {identity}`, and take the entry out"
            place = source.key_span(("agents", name))
            run.findings.append(error("adoption.ambiguous", message, hint, span=place))
        else:
            message = f"{name} is {identity} in {AGENTLIFT}, and no file here defines it"
            hint = "it is left alone; bring its folder back, or take the entry out"
            place = source.key_span(("agents", name))
            run.findings.append(warning("adoption.unmatched", message, hint, span=place))
    skills = source.value.get("skills") or {}
    for content, one in skills.items() if isinstance(skills, dict) else ():
        if isinstance(one, dict) and isinstance(one.get("skill_id"), str):
            _left_behind(one["skill_id"], source.key_span(("skills", content)), run)


def _by_name(agents: list[Agent]) -> dict[str, list[Address]]:
    """The addresses that a name may mean: those of the live name, else the one of the folder."""
    found: dict[str, list[Address]] = {}
    for agent in agents:
        found.setdefault(str(agent.resource.body["name"]), []).append(agent.resource.address)
    for agent in agents:
        address = agent.resource.address
        found.setdefault(address.name, [address])
    return found


def _of_manifests(
    agents: list[Agent], environments: set[Address], targets: Collection[str], run: Run
) -> Iterator[Adoption]:
    for agent in agents:
        source, address = agent.defined.document.source, agent.resource.address
        platforms = source.value.get("platform") if isinstance(source.value, dict) else None
        if not isinstance(platforms, dict):
            continue
        for name in platforms.keys() - set(targets):
            message = f"there is no target {name}, so its ids are not taken over"
            hint = f"name it as the target is named: {', '.join(targets)}"
            place = source.key_span(("platform", name))
            run.findings.append(
                warning("adoption.unmatched", message, hint, span=place, address=str(address))
            )
        ids = platforms.get(run.settings.name)
        if not isinstance(ids, dict):
            continue
        path: KeyPath = ("platform", run.settings.name)
        if "managed_agent_id" in ids:
            at = (*path, "managed_agent_id")
            yield from _adoption(address, ids["managed_agent_id"], at, source, run, None)
        if "managed_environment_id" in ids:
            own = Address("environment", address.name)
            at = (*path, "managed_environment_id")
            if own in environments:
                identity = ids["managed_environment_id"]
                yield from _adoption(own, identity, at, source, run, None)
            else:
                message = f"there is no {own} that {ids['managed_environment_id']} could be"
                hint = "put its environment.yaml beside the agent, or `reconcile adopt` it"
                place = source.key_span(at)
                run.findings.append(warning("adoption.unmatched", message, hint, span=place))


def _adoption(
    address: Address, identity: Any, path: KeyPath, source: Source, run: Run, origin: World | None
) -> Iterator[Adoption]:
    if isinstance(identity, str) and _ID[address.kind].match(identity):
        yield Adoption(address, identity, source.key_span(path), origin)
        return
    message = f"{identity!r} is no id of an {address.kind}"
    hint = "restore the file from git, or take the entry out"
    place = source.key_span(path)
    run.findings.append(error("adoption.id", message, hint, span=place, address=str(address)))


def _lock(path: str, run: Run) -> Source | None:
    """A lock of another tool; None if there is none, and with an error if it can't be used."""
    try:
        if run.files.entry(path) is None:
            return None
        source, problems = parse_file(path, run.files.read(path, keep=False))
    except Refused as refused:
        run.findings.append(refused.at(Span(path)))
        return None
    if source is None:
        if path != LOCK:  # whoever looked for definitions has said it
            run.findings.extend(problems)
        return None
    if not isinstance(source.value, dict):
        if path != LOCK:
            message = f"{path} holds no mapping"
            hint = "restore it from git, or delete it"
            run.findings.append(error("field.type", message, hint, span=source.span()))
        return None
    version = source.value.get("version")
    if version not in (None, _KNOWN_VERSION):
        message = f"{path} has the version {version!r}; {_KNOWN_VERSION} is known"
        hint = "take objects over one by one with `reconcile adopt`, then delete the file"
        place = source.key_span(("version",))
        run.findings.append(error("adoption.unknown_version", message, hint, span=place))
        return None
    return source


def _world(source: Source) -> World:
    origin = source.value.get("origin")
    said = origin if isinstance(origin, dict) else {}
    return World(*(str(said.get(key) or "")
                   for key in ("base_url", "organization_id", "workspace_id")))  # fmt: skip


def _left_behind(identity: str, place: Span, run: Run) -> None:
    message = f"the skill {identity} stays where it is: no folder here is known to be its content"
    hint = "what the folders hold is uploaded; delete the old one when all is moved"
    run.findings.append(note("adoption.skill", message, hint, span=place))
