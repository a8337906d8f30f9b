"""Versions of skills that agents were pinned to by hand: downloaded, unless a folder holds them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from reconciler.engine.address import Address
from reconciler.engine.agent_fields import Names, normalise_agent
from reconciler.engine.live import Live, LiveObject
from reconciler.engine.lock import Lock, LockEntry
from reconciler.engine.plan import Held
from reconciler.engine.values import Body

if TYPE_CHECKING:
    from reconciler.authoring.importing.drift_skills import Brought, Shelves, Version
    from reconciler.authoring.importing.home import Home
    from reconciler.authoring.importing.skill_folders import Content
    from reconciler.cli.terminal import Progress
    from reconciler.platform.clients import Clients

Pair = tuple[str, str]


def moved_skills(one: Held, live: Body, names: Names) -> list[Pair]:
    """(skill id, version in the body) of each custom skill that is live at another version than
    the folder names, or that the folder does not name."""
    if not any(change.path == "skills" for change in one.action.fields):
        return []
    desired = {"skills": one.action.payload.get("skills") or []}
    before = normalise_agent(desired, names)["skills"]
    found = []
    for entry in live.get("skills") or ():
        name, version = next(iter(normalise_agent({"skills": [entry]}, names)["skills"].items()))
        if entry.get("type") == "custom" and before.get(name) != version:
            found.append((str(entry["skill_id"]), str(version)))
    return found


def versions_of(
    wanted: Mapping[Address, Collection[Pair]],
    home: Home,
    lock: Lock,
    live: Live,
    clients: Clients,
    say: Progress,
) -> dict[Address, list[Version]]:
    """Per agent the versions that can be folders; the others stay ids."""
    from reconciler.authoring.importing.addresses import skill_addresses
    from reconciler.authoring.importing.drift_skills import Version
    from reconciler.authoring.importing.skill_folders import Content

    skills = {item.id: item for item in live.objects if item.kind == "skill"}
    meant = {
        (identity, said): (identity, _version(skills[identity], said))
        for pairs in wanted.values()
        for identity, said in pairs
        if identity in skills
    }
    contents = _contents(set(meant.values()), skills, lock, home, clients, say)
    usable = {key: one for key, one in contents.items() if isinstance(one, Content)}
    addresses, _ = skill_addresses(home, skills, usable, lock, taking_over=False)
    return {
        agent: [
            Version(addresses[pair[0]], pair[0], pair[1], meant[pair][1], usable[meant[pair]])
            for pair in pairs
            if pair in meant and meant[pair] in usable and pair[0] in addresses
        ]
        for agent, pairs in wanted.items()
    }


def _version(item: LiveObject, said: str) -> str:
    return str(item.body.get("latest_version_id") or "") if said == "latest" else said


def _contents(
    wanted: set[Pair],
    skills: Mapping[str, LiveObject],
    lock: Lock,
    home: Home,
    clients: Clients,
    say: Progress,
) -> dict[Pair, Content | str]:
    """Each version's content, or why it can't be a folder."""
    from reconciler.authoring.importing.skill_folders import content_of, unpacked
    from reconciler.platform.workspace import unpack

    known = {
        (item.id, version): digest
        for item in skills.values()
        for digest, version in item.contents.items()
    }
    known |= {
        (entry.id, version): digest
        for entry in lock.objects.values()
        for digest, version in entry.versions.items()
    }
    there = unpacked(home.files, home.paths, {known[one] for one in wanted if one in known})
    missing = {one for one in wanted if known.get(one) not in there}
    found: dict[Pair, Content | str] = {
        pair: there[known[pair]] for pair in wanted if pair not in missing
    }
    for pair, archive in unpack(clients, missing, say).items():
        found[pair] = archive.problem if archive.files is None else content_of(archive.files)
    return found


def brought(
    versions: Mapping[Address, Collection[Version]], shelves: Shelves
) -> dict[Address, Brought]:
    """Per agent the folders of its versions."""
    from reconciler.authoring.importing.drift_skills import bring

    defined = {one.address: one for one in shelves.definitions}
    return {
        agent: bring(shelves, defined[agent], listed, versions)
        for agent, listed in versions.items()
        if listed
    }


def with_versions(lock: Lock, live: Live, versions: Iterable[Version]) -> tuple[Lock, Live]:
    """The lock and what is live, both knowing the contents of these versions."""
    contents: dict[str, dict[str, str]] = {}
    for one in versions:
        contents.setdefault(one.id, {})[one.content.digest] = one.version
        before = lock.entry(one.address)
        entry = before if before is not None and before.id == one.id else LockEntry(id=one.id)
        known = {**entry.versions, one.content.digest: one.version}
        lock = lock.with_entry(one.address, replace(entry, versions=known))
    objects = tuple(
        replace(item, contents={**item.contents, **contents.get(item.id, {})})
        if item.kind == "skill"
        else item
        for item in live.objects
    )
    return lock, replace(live, objects=objects)
