"""What a conversion of another tool's files is made of.

A conversion that changes meaning is a note at its line. What can't be said here is an error there,
or a warning where the caller asked to leave such things out; nothing is dropped unsaid.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

from reconciler.authoring.discovery import is_part
from reconciler.authoring.files import Entry, Files, Refused
from reconciler.authoring.importing.agent_document import Imported
from reconciler.authoring.importing.names import is_roster_word, unsafe
from reconciler.authoring.skills import MAX_BYTES, is_junk
from reconciler.authoring.yaml_source import KeyPath, Source
from reconciler.engine.diagnostics import Diagnostic, Span, error, note, warning


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be converted, and how: `models` are ids by the word that stands for them, and
    with `skip` what has no counterpart is left out with a warning."""

    path: Path
    models: Mapping[str, str] = field(default_factory=dict)
    skip: bool = False


@dataclass(frozen=True, slots=True)
class Converted:
    """One agent: its folder's name, its definition, and further files inside its folder."""

    name: str
    imported: Imported
    files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Conversion:
    """Every agent that was found; with an error among the findings, none is to be written."""

    agents: tuple[Converted, ...]
    findings: tuple[Diagnostic, ...]


#: A dialect: from what is asked to what comes out of it. Never raises for bad input.
Dialect: TypeAlias = Callable[[Asked], Conversion]


@dataclass(frozen=True, slots=True)
class Page:
    """One file that is converted: where its parts stand, and where findings go."""

    source: Source
    findings: list[Diagnostic]
    skip: bool

    def note(self, code: str, message: str, path: KeyPath, hint: str = "") -> None:
        self.findings.append(note(code, message, hint, span=self.source.key_span(path)))

    def error(self, code: str, message: str, path: KeyPath, hint: str = "") -> None:
        self.findings.append(error(code, message, hint, span=self.source.key_span(path)))

    def only(self, value: Mapping[str, Any], known: Iterable[str], path: KeyPath) -> bool:
        """Whether no other key stands there; any other one is a loss."""
        others = [key for key in value if key not in known]
        for key in others:
            message = f"`{key}` has no counterpart on the platform"
            self.loss("field.unknown", message, (*path, key), "take it out")
        return not others

    def safe(self, what: str, names: Iterable[str], path: KeyPath) -> bool:
        """Whether the files may be written under these names on every disk; an error if not."""
        problem = unsafe(names)
        if problem:
            hint = "rename or move it: letters, digits, `.`, `_` and `-`, no two alike but for case"
            self.error("import.unsafe_path", f"{what} holds {problem}", path, hint)
        return not problem

    def mapping(self, value: Any, path: KeyPath) -> Mapping[str, Any]:
        """The value if it is a mapping; {} for none, and for anything else with an error."""
        return self._of(dict, value, path, "a mapping") or {}

    def listed(self, value: Any, path: KeyPath) -> list[Any]:
        """The value if it is a list; [] for none, and for anything else with an error."""
        return self._of(list, value, path, "a list") or []

    def _of(self, kind: type, value: Any, path: KeyPath, named: str) -> Any:
        if value is None or isinstance(value, kind):
            return value
        where = f"`{path[-1]}`" if path and isinstance(path[-1], str) else "this"
        self.error("field.type", f"{where} is not {named}", path, f"write {named}")
        return None

    def loss(self, code: str, message: str, path: KeyPath, hint: str = "") -> None:
        """Something that has no counterpart: an error, unless such things are to be left out."""
        kind = warning if self.skip else error
        told = f"{message}; left out" if self.skip else message
        self.findings.append(kind(code, told, hint, span=self.source.key_span(path)))


def conversion(agents: Iterator[Converted], findings: list[Diagnostic]) -> Conversion:
    """What came out: an error for each folder that two agents would be written to, and what is
    said of a shared file once."""
    seen: dict[str, Converted] = {}
    for agent in agents:
        if agent.name.casefold() in seen:
            message = f"two agents would be written to the folder {agent.name}"
            findings.append(error("address.duplicate", message, "rename one of them"))
        seen[agent.name.casefold()] = agent
    return Conversion(tuple(seen.values()), tuple(dict.fromkeys(findings)))


def model_of(word: Any, models: Mapping[str, str], path: KeyPath, page: Page) -> str | None:
    """The id that a model's word stands for; None with a finding if nobody said which."""
    if isinstance(word, str) and word in models:
        page.note("converted.alias", f"the model {word} is {models[word]} here", path)
        return models[word]
    if isinstance(word, str) and word.startswith("claude-"):
        return word
    hint = f"say which model it is: --model {word if isinstance(word, str) else 'NAME'}=claude-…"
    page.error("model.alias", f"{word} names no model of the platform", path, hint)
    return None


def folder_name(stem: str, page: Page) -> str | None:
    """The name if it can be part of an address; None with a finding."""
    if is_part(stem) and not unsafe([stem]) and not is_roster_word(stem):
        return stem
    message = f"{stem} can't be part of an address"
    page.error(
        "address.name", message, (), "rename it: letters, digits, `.`, `_` and `-`, no device"
    )
    return None


def files_below(files: Files, folder: str) -> dict[str, bytes]:
    """Every file in and below the folder, by its path in it; what no skill needs left out.

    Raises Refused for a symlink, or for a file that can't be read.
    """
    found: dict[str, bytes] = {}
    for entry in files.entries(folder):
        if is_junk(entry.name):
            continue
        if entry.is_symlink:
            raise _symlink(entry)
        if entry.is_folder:
            inner = files_below(files, entry.path)
            found |= {f"{entry.name}/{path}": data for path, data in inner.items()}
        else:
            found[entry.name] = files.read(entry.path, limit=MAX_BYTES, keep=False)
    return found


def _symlink(entry: Entry) -> Refused:
    hint = "put the file itself there"
    return Refused("path.symlink", f"{entry.path} is a symbolic link, never followed", hint)


def unreadable(refused: Refused, path: str) -> Diagnostic:
    """The finding about a file that can't be read."""
    return refused.at(Span(path))
