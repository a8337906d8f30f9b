"""What an import would write: every object's files, which live object each address is, and what
can't be a folder. Nothing is read or written here but the project's own names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from reconciler.authoring.importing.addresses import addresses_of, skill_addresses
from reconciler.authoring.importing.agent_document import (
    Imported,
    References,
    agent_document,
    definition_files,
    environment_document,
)
from reconciler.authoring.importing.home import Home
from reconciler.authoring.importing.skill_folders import Content, shared_digests
from reconciler.authoring.importing.yaml_text import NotYaml
from reconciler.engine.address import Address
from reconciler.engine.answers import known_body
from reconciler.engine.diagnostics import Diagnostic, error, note
from reconciler.engine.live import LiveObject
from reconciler.engine.lock import Lock
from reconciler.engine.registered import Registered
from reconciler.engine.secret_shapes import secret_pair
from reconciler.engine.selection import Chosen

LATEST = "latest"


@dataclass(frozen=True, slots=True)
class Unit:
    """One object with its files by project path; it appears whole."""

    address: Address
    files: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Draft:
    """Units in the order of writing; `bound` says which live object each address is. `left_out`
    maps the ids of objects that can't be said to why."""

    units: tuple[Unit, ...]
    bound: Mapping[Address, LiveObject]
    left_out: Mapping[str, Diagnostic]
    findings: tuple[Diagnostic, ...] = ()


@dataclass(frozen=True, slots=True)
class Material:
    """What is live and chosen. `skills`: live skills by id; `contents`: (skill id, version id) →
    its content, or why it can't be a folder; `registered`: by agent id; `settled`: what is a
    folder already, so that rosters can name it."""

    chosen: Chosen
    skills: Mapping[str, LiveObject]
    contents: Mapping[tuple[str, str], Content | str]
    registered: Mapping[str, Registered] = field(default_factory=dict)
    settled: Mapping[Address, LiveObject] = field(default_factory=dict)

    def without_skill(self, identity: str, why: str) -> Material:
        """The same with a skill that stays an id."""
        changed = {key: why if key[0] == identity else it for key, it in self.contents.items()}
        return replace(self, contents=changed)


def used_versions(chosen: Chosen, skills: Mapping[str, LiveObject]) -> frozenset[tuple[str, str]]:
    """(skill id, version id) of every custom skill of the agents, `latest` resolved."""
    return frozenset(
        (str(entry["skill_id"]), version)
        for agent in chosen.agents
        for entry in custom_skills(agent)
        if (version := _version(entry, skills))
    )


def custom_skills(agent: LiveObject) -> Iterator[Mapping[str, Any]]:
    for entry in agent.body.get("skills") or ():
        if entry.get("type") == "custom":
            yield entry


def _version(entry: Mapping[str, Any], skills: Mapping[str, LiveObject]) -> str:
    """The version id that an entry means now; "" for a skill that is gone."""
    item = skills.get(str(entry["skill_id"]))
    if item is None:
        return ""
    version = entry.get("version") or LATEST
    return str(item.body.get("latest_version_id") or "") if version == LATEST else str(version)


def compose(
    home: Home, material: Material, lock: Lock, *, taking_over: bool, without: frozenset[str]
) -> Draft:
    """The draft; objects `without` (by id) are left out, and what names them keeps their ids."""
    return _Composer(home, material, material.chosen.without(without), lock, taking_over).draft()


class _Composer:
    """One composition: what is decided once for all objects, and then each object's files."""

    def __init__(
        self, home: Home, material: Material, chosen: Chosen, lock: Lock, taking_over: bool
    ) -> None:
        self.home, self.material, self.chosen = home, material, chosen
        self.addresses = addresses_of(home, chosen, lock)
        usable = {
            key: content
            for key in sorted(used_versions(chosen, material.skills))
            if isinstance(content := material.contents.get(key), Content)
        }
        self.skills, kept = skill_addresses(
            home, material.skills, usable, lock, taking_over=taking_over
        )
        self.contents = {key: content for key, content in usable.items() if key[0] in self.skills}
        self.kept = kept | {
            key[0]: reason for key, reason in material.contents.items() if isinstance(reason, str)
        }
        self.shared = shared_digests(self._uses(), home.files, home.paths)
        self.findings: list[Diagnostic] = []
        self.left_out: dict[str, Diagnostic] = {}

    def draft(self) -> Draft:
        rooms = [unit for one in self.chosen.environments for unit in self._environment(one)]
        agents = [unit for one in self.chosen.agents for unit in self._agent(one)]
        bound = {
            self.addresses[one.id]: one
            for one in self.chosen.objects
            if one.id not in self.left_out
        }
        skills = {self.skills[key[0]]: self.material.skills[key[0]] for key in self.contents}
        return Draft(
            (*self._shared_units(), *rooms, *agents),
            bound | skills,
            self.left_out,
            tuple(self.findings),
        )

    def _uses(self) -> Iterator[Content]:
        for agent in self.chosen.agents:
            for entry in custom_skills(agent):
                key = (str(entry["skill_id"]), _version(entry, self.material.skills))
                if key in self.contents:
                    yield self.contents[key]

    def _shared_units(self) -> Iterator[Unit]:
        done: set[str] = set()
        for content in sorted(self._uses(), key=lambda one: one.slug):
            if self.shared[content.slug] == content.digest and content.slug not in done:
                done.add(content.slug)
                folder = f"{self.home.paths.skills}/{content.slug}"
                yield Unit(Address("skill", content.slug), _below(folder, content.files))

    def _environment(self, item: LiveObject) -> Iterator[Unit]:
        address = self.addresses[item.id]
        path = f"{self.home.paths.environments}/{address.name}.yaml"
        imported = environment_document(known_body(item.kind, item.body), address.name)
        files = self._files(item, address, imported, path)
        if files is not None:
            yield Unit(address, files)

    def _agent(self, item: LiveObject) -> Iterator[Unit]:
        address = self.addresses[item.id]
        top, _, leaf = address.name.rpartition("/")
        folder = f"{self.home.paths.agents}/{top or leaf}"
        path = f"{folder}/{leaf}.agent.yaml" if top else f"{folder}/agent.yaml"
        own: dict[str, bytes] = {}
        settled = self.material.settled
        words = {one.id: address.name for address, one in settled.items()}
        agents = (*self.chosen.agents, *settled.values())
        references = References(
            words | {one: address.name for one, address in self.addresses.items()},
            {one.id: one.version for one in agents if one.version is not None},
            self._skill_words(item, address, folder, own),
        )
        imported = agent_document(known_body(item.kind, item.body), leaf, references)
        if top and imported.prompt is not None:
            imported = _with_prompt_inside(imported)
        if item.id in self.material.registered:
            registered = self.material.registered[item.id]
            imported.document["ntropii"] = _ntropii(registered, address, self.home)
        files = self._files(item, address, imported, path)
        if files is not None:
            yield Unit(address, own | files)

    def _skill_words(
        self, item: LiveObject, address: Address, folder: str, own: dict[str, bytes]
    ) -> dict[tuple[str, str], Any]:
        """What stands for each custom skill; `own` gains the files of copies beside the agent."""
        words: dict[tuple[str, str], Any] = {}
        for entry in custom_skills(item):
            identity, written = str(entry["skill_id"]), str(entry.get("version") or LATEST)
            content = self.contents.get((identity, _version(entry, self.material.skills)))
            if content is None:
                self._keep(address, identity)
                continue
            word = f"shared/{content.slug}"
            if self.shared[content.slug] != content.digest:
                top, _, leaf = address.name.rpartition("/")  # subagents may differ in a skill
                place = f"{leaf}/skills/{content.slug}" if top else f"skills/{content.slug}"
                word = f"./{place}"
                own |= _below(f"{folder}/{place}", content.files)
            words[identity, written] = (
                {"path": word, "version": LATEST} if written == LATEST else word
            )
        return words

    def _keep(self, address: Address, identity: str) -> None:
        reason = self.kept.get(identity, "there is no such live skill")
        message = f"the skill {identity} stays an id in {address}: {reason}"
        hint = "it is used as it is, and managed where it came from"
        self.findings.append(note("import.skill_kept", message, hint, address=str(address)))

    def _files(
        self, item: LiveObject, address: Address, imported: Imported, path: str
    ) -> dict[str, bytes] | None:
        folder, _, name = path.rpartition("/")
        secret = secret_pair(item.body.get("metadata") or {})
        if secret:
            why = f"`metadata.{secret}` looks like a secret, and would be in git"
            self.left_out[item.id] = left_out(item, address, why)
            return None
        try:
            return _below(folder, definition_files(imported, name))
        except (NotYaml, UnicodeEncodeError) as problem:
            why = "a text is not Unicode" if isinstance(problem, UnicodeError) else str(problem)
            self.left_out[item.id] = left_out(item, address, why)
            return None


def left_out(item: LiveObject, address: Address, why: str) -> Diagnostic:
    """The finding about an object that is not written."""
    message = f"{item.id} is not written as {address}: {why}"
    hint = "change it on the platform, or write its folder by hand and adopt it"
    return error("import.left_out", message, hint, address=str(address))


def registration_of(registered: Registered, address: Address) -> Address:
    """The address that an agent's registration has (authoring.registrations)."""
    return Address("registration", f"{registered.tenant}/{address.name.replace('/', '-')}")


def _ntropii(registered: Registered, address: Address, home: Home) -> dict[str, Any]:
    """The key `ntropii`; a vault that we made for this agent alone goes without saying."""
    name = registration_of(registered, address).name
    row = str(registered.row.body.get("name"))
    said = {"tenant": registered.tenant, "mcp_server": registered.server}
    if row != name.partition("/")[2]:
        said["name"] = row
    marker = registered.vault.marker
    own = (home.project, home.settings.name, Address("vault", name))
    if marker is None or (marker.project, marker.target, marker.address) != own:
        said["vault"] = registered.vault.id
    return said


def _with_prompt_inside(imported: Imported) -> Imported:
    """A subagent's prompt stands in its one file, at its usual place."""
    head = ("name", "description", "model")
    before = {key: imported.document[key] for key in head if key in imported.document}
    after = {key: value for key, value in imported.document.items() if key not in head}
    return Imported({**before, "system": imported.prompt, **after})


def _below(folder: str, files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {f"{folder}/{name}": data for name, data in sorted(files.items())}
