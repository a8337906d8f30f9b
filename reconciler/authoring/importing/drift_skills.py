"""Skills that were pinned or added by hand: which folder holds their content, or comes to."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.authoring.files import Files, Refused, inside
from reconciler.authoring.importing.skill_folders import Content
from reconciler.authoring.project_form import PathsForm
from reconciler.authoring.run import Defined
from reconciler.authoring.skills import read_skill
from reconciler.engine.address import Address


@dataclass(frozen=True, slots=True)
class Version:
    """A live version of a skill as an agent names it: `said` is the version in the agent's body,
    `version` the one that it means now, `content` what it holds."""

    address: Address
    id: str
    said: str
    version: str
    content: Content


@dataclass(frozen=True, slots=True)
class Brought:
    """What stands for the versions in an agent's `skills`, the files that come with them (None for
    one that goes), and the versions themselves."""

    words: Mapping[tuple[str, str], Any] = field(default_factory=dict)
    files: Mapping[str, bytes | None] = field(default_factory=dict)
    versions: tuple[Version, ...] = ()


@dataclass(frozen=True, slots=True)
class Shelves:
    """The project's skill folders: its files, where they are, and the entries of every agent."""

    files: Files
    paths: PathsForm
    definitions: Collection[Defined]

    def folder(self, defined: Defined, entry: Any) -> str | None:
        """The folder that an entry of `skills` names; None for one that names none."""
        text = entry.get("path") if isinstance(entry, dict) else entry
        if not isinstance(text, str) or text.startswith("anthropic/"):
            return None
        shared = text.startswith("shared/")
        start = self.paths.skills if shared else defined.definition.folder
        try:
            path = inside(start, text.removeprefix("shared/") if shared else text)
        except Refused:
            return None
        return path.removesuffix("/SKILL.md")

    def users(self, folder: str) -> Iterator[Address]:
        """The agents that name a folder."""
        for defined in self.definitions:
            entries = defined.document.value.get("skills")
            if defined.address.kind != "agent" or not isinstance(entries, list):
                continue
            if any(self.folder(defined, entry) == folder for entry in entries):
                yield defined.address

    def digest(self, folder: str) -> str:
        """The digest of what a folder holds; "" if there is none."""
        try:
            if self.files.entry(folder) is None:
                return ""
        except Refused:
            return ""
        read = read_skill(self.files, folder, "", [])
        return read.content.digest if read is not None else ""

    def held(self, folder: str) -> frozenset[str]:
        """The names of a skill's files."""
        read = read_skill(self.files, folder, "", [])
        return frozenset(file.path for file in read.content.files) if read else frozenset()


def bring(
    shelves: Shelves,
    defined: Defined,
    versions: Collection[Version],
    same: Mapping[Address, Collection[Version]],
) -> Brought:
    """A folder for each version: the one that holds it, the one of the entry if it serves nobody
    else (`same`: what the other agents come to name), else a new one."""
    words: dict[tuple[str, str], Any] = {}
    files: dict[str, bytes | None] = {}
    done = []
    entries = defined.document.value.get("skills")
    for one in versions:
        entry = _entry(shelves, defined, entries if isinstance(entries, list) else [], one)
        place = _place(shelves, defined, entry, one, same)
        if place is None:
            continue
        word, folder = place
        if shelves.digest(folder) != one.content.digest:
            new = {f"{folder}/{name}": data for name, data in one.content.files.items()}
            gone = {f"{folder}/{name}" for name in shelves.held(folder)} - new.keys()
            files |= {**new, **dict.fromkeys(gone)}
        latest = {"path": word, "version": "latest"}
        words[one.id, one.said] = latest if one.said == "latest" else word
        done.append(one)
    return Brought(words, files, tuple(done))


def _entry(shelves: Shelves, defined: Defined, entries: list[Any], one: Version) -> Any:
    """The entry that names a folder of this skill now."""
    for entry in entries:
        folder = shelves.folder(defined, entry)
        if folder is not None and folder.rpartition("/")[2] == one.content.slug:
            return entry
    return None


def _place(
    shelves: Shelves,
    defined: Defined,
    entry: Any,
    one: Version,
    same: Mapping[Address, Collection[Version]],
) -> tuple[str, str] | None:
    """The word and the folder; None if the skill has to stay an id."""
    choices = list(_choices(shelves, defined, entry, one.content.slug))
    digests = {folder: shelves.digest(folder) for _, folder in choices}
    for word, folder in choices:
        unpinned = entry is not None and one.said == "latest" and digests[folder]
        if digests[folder] == one.content.digest or unpinned:
            return word, folder
    for word, folder in choices:
        others = set(shelves.users(folder)) - {defined.address}
        follow = all(any(_is_one(it, one) for it in same.get(other, ())) for other in others)
        if not digests[folder] or (follow and entry is not None):
            return word, folder
    return None


def _choices(
    shelves: Shelves, defined: Defined, entry: Any, slug: str
) -> Iterator[tuple[str, str]]:
    """Words and folders that may stand for a skill: the entry's, the project's, the agent's own."""
    folder = shelves.folder(defined, entry)
    if folder is not None:
        yield entry["path"] if isinstance(entry, dict) else entry, folder
    yield f"shared/{slug}", f"{shelves.paths.skills}/{slug}"
    if defined.definition.alone:
        yield f"./skills/{slug}", f"{defined.definition.folder}/skills/{slug}"


def _is_one(one: Version, other: Version) -> bool:
    return (one.id, one.version) == (other.id, other.version)
