"""Which live objects concern this project and target, told by marker, lock and folders."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reconciler.engine.address import Address
from reconciler.engine.desired import Desired, SkillContent
from reconciler.engine.live import LiveObject
from reconciler.engine.lock import Lock, LockEntry
from reconciler.engine.outside import later


@dataclass(frozen=True, slots=True)
class Scope:
    """What is asked of every live object, looked up once: a workspace may hold thousands.

    `entries` are the lock's by id; `vault_ids` and `vault_names` are vaults that hold, or are
    named to hold, a key of ours.
    """

    project: str
    target: str
    entries: Mapping[str, LockEntry]
    vault_ids: frozenset[str]
    vault_names: frozenset[str]
    tenants: tuple[str, ...]
    uses_registry: bool
    agent_names: Mapping[Address, str]  # of declared agents that the lock does not know
    skills: Mapping[str, Address]  # of the lock, by id: their labels may say anything
    contents: Mapping[Address, tuple[SkillContent, ...]]  # of declared skills

    def is_ours(self, item: LiveObject) -> bool:
        """Whether the marker or the lock says that this project and target own it."""
        return self._is_marked(item) or item.id in self.entries

    def holds_keys(self, vault: LiveObject) -> bool:
        """Whether the credentials of this vault matter."""
        name = vault.body.get("display_name")
        return self.is_ours(vault) or vault.id in self.vault_ids or name in self.vault_names

    def base_version(self, agent: LiveObject) -> int | None:
        """The version our last write made, if the live one is another: the later one of the
        marker's and the lock's. None if there is nothing to read."""
        marked = agent.marker.version if agent.marker and self._is_marked(agent) else None
        entry = self.entries.get(agent.id)
        locked = entry.version if entry else None
        if agent.version in (marked, locked):
            return None
        return later(marked, locked)

    def versions(self, skill: LiveObject) -> dict[str, str]:
        """Content digest → version id, as far as the lock knows."""
        entry = self.entries.get(skill.id)
        return dict(entry.versions) if entry else {}

    def other_contents(self, skill: LiveObject) -> tuple[SkillContent, ...]:
        """What the folders hold of this skill, if none of its versions has some of it; else ()."""
        address = self.skills.get(skill.id) or (skill.marker.address if skill.marker else None)
        wanted = self.contents.get(address, ()) if address else ()
        return wanted if any(one.digest not in skill.contents for one in wanted) else ()

    def pinned(self, skill: LiveObject, objects: Iterable[LiveObject]) -> set[str]:
        """The versions of this skill that agents of ours use."""
        return {
            str(use.get("version"))
            for item in objects
            if item.kind == "agent" and self.is_ours(item)
            for use in item.body.get("skills") or ()
            if use.get("skill_id") == skill.id
        }

    def unborn(self, objects: Iterable[LiveObject]) -> frozenset[str]:
        """The names of declared agents that neither the lock nor a marker knows."""
        marked = {item.marker.address for item in objects if item.marker and self._is_marked(item)}
        return frozenset(n for address, n in self.agent_names.items() if address not in marked)

    def _is_marked(self, item: LiveObject) -> bool:
        marker = item.marker
        return marker is not None and (marker.project, marker.target) == (self.project, self.target)


def make_scope(desired: Desired, lock: Lock) -> Scope:
    rows = [address for address in lock.objects if address.kind == "registration"]
    declares_rows = any(one.address.kind == "registration" for one in desired.resources)
    details = [one.registration for one in desired.resources if one.registration]
    parents = {entry.parent for entry in lock.objects.values()}
    named = {one.existing_vault for one in details}
    shared = {
        str(one.body.get("display_name"))
        for one in desired.resources
        if one.address.kind == "vault"
    }
    adopted = {
        one.id: one.address
        for one in desired.adoptions
        if one.address.kind == "skill" and one.address not in lock.objects
    }
    slugs = {address.name.partition("/")[0] for address in rows}
    return Scope(
        project=desired.project,
        target=desired.target.name,
        entries={id: LockEntry(id=id) for id in adopted}
        | {entry.id: entry for entry in lock.objects.values() if entry.id},
        vault_ids=frozenset(parents | named) - {""},
        vault_names=frozenset(shared),
        tenants=tuple(sorted(slugs | set(desired.target.tenants))),
        uses_registry=bool(rows) or declares_rows,
        agent_names={
            one.address: str(one.body.get("name"))
            for one in desired.resources
            if one.address.kind == "agent" and one.address not in lock.objects
        },
        skills=adopted
        | {
            entry.id: address
            for address, entry in lock.objects.items()
            if address.kind == "skill" and entry.id
        },
        contents={one.address: one.contents for one in desired.resources if one.contents},
    )
