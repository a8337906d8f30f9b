"""Changes of a project's files, place by place, and the files that come of them.

A change says where: a file and a path inside its value. What is around it stays to the byte, line
ends and the byte order mark too.
"""

from __future__ import annotations

import copy
import json
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, TypeAlias

from reconciler.authoring.files import Files
from reconciler.authoring.importing.line_edits import edited
from reconciler.authoring.importing.pages import NotEdited
from reconciler.authoring.yaml_source import KeyPath, parse_text

#: The keys of a definition in the order in which they are written.
_ORDER = (
    "version", "name", "description", "model", "system", "knowledge", "tools", "mcp_servers",
    "skills", "subagents", "multiagent", "execution_identity", "scope", "config", "metadata",
)  # fmt: skip
_FENCE = re.compile(r"^---[ \t]*$", re.MULTILINE)
#: How JSON escapes a character beyond the first 65,536, which YAML doesn't join.
_PAIR = re.compile(r"(?<!\\)((?:\\\\)*)(\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2})", re.IGNORECASE)
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")
_BOM = "\ufeff"
_LINE = re.compile(r"[^\n]*\n|[^\n]+")


@dataclass(frozen=True, slots=True)
class Put:
    """A value at a path; a key that is not there yet is added."""

    file: str
    path: KeyPath
    value: Any


@dataclass(frozen=True, slots=True)
class Take:
    """What stands at a path goes."""

    file: str
    path: KeyPath


@dataclass(frozen=True, slots=True)
class Add:
    """A new entry of the list at a path, before the entry that is at `at` now."""

    file: str
    path: KeyPath
    at: int
    value: Any


@dataclass(frozen=True, slots=True)
class Prose:
    """The text below a Markdown file's frontmatter is another."""

    file: str
    text: str


@dataclass(frozen=True, slots=True)
class Text:
    """A text file's text is another, with LF line ends."""

    file: str
    text: str


@dataclass(frozen=True, slots=True)
class Whole:
    """A file's bytes are others; None: it goes."""

    file: str
    data: bytes | None


Change: TypeAlias = Put | Take | Add | Prose | Text | Whole


def changed_files(files: Files, changes: Iterable[Change]) -> dict[str, bytes | None]:
    """Path → new bytes, None for a file that goes. Raises NotEdited, and Refused for a file that
    must not be reached."""
    by_file: dict[str, list[Change]] = defaultdict(list)
    for change in changes:
        by_file[change.file].append(change)
    return {file: _changed(files, file, listed) for file, listed in sorted(by_file.items())}


def _changed(files: Files, file: str, changes: list[Change]) -> bytes | None:
    last = changes[-1]
    if isinstance(last, Whole):
        return last.data
    before = "" if files.entry(file) is None else files.read(file).decode()
    mark = _BOM if before.startswith(_BOM) else ""
    text = before.removeprefix(_BOM).replace("\r\n", "\n")
    if isinstance(last, Text):
        text = last.text
    elif file.endswith(".md"):
        text = _markdown(text, changes)
    else:
        text = _structured(text, changes, as_json=file.endswith(".json"))
    return _with_line_ends(before.removeprefix(_BOM), text, mark).encode()


def _markdown(text: str, changes: list[Change]) -> str:
    opening = _FENCE.match(text)
    closing = _FENCE.search(text, opening.end() + 1) if opening else None
    begin, end = (opening.end() + 1, closing.start()) if opening and closing else (0, 0)
    below = closing.end() + 1 if closing else 0
    head, prose = text[:below], text[below:]
    inside = [one for one in changes if not isinstance(one, Prose)]
    if inside and closing is None:
        raise NotEdited("the file has no frontmatter")
    if inside:
        head = text[:begin] + _structured(text[begin:end], inside) + text[end:below]
    for one in changes:
        if isinstance(one, Prose):
            prose = one.text
            head = head if head.endswith("\n") or not head else head + "\n"
    return head + prose


def _structured(text: str, changes: Sequence[Change], *, as_json: bool = False) -> str:
    joined = _joined(text) if as_json else text
    source, _ = parse_text("", joined)
    value = copy.deepcopy(source.value) if source is not None else {}
    after = edited(joined, changed_value(value, changes), as_json=as_json)
    return after if joined == text else _ASTRAL.sub(_escaped, after)


def _joined(text: str) -> str:
    """JSON text with each character that is written as two escapes as itself. Raises NotEdited if
    it could not be brought back to what it was."""
    joined = _PAIR.sub(lambda pair: pair[1] + json.loads(f'"{pair[2]}"'), text)
    if joined != text and _ASTRAL.sub(_escaped, joined) != text:
        raise NotEdited("the file holds characters in several notations")
    return joined


def _escaped(character: re.Match[str]) -> str:
    return json.dumps(character[0])[1:-1]


def changed_value(value: Any, changes: Iterable[Change]) -> Any:
    """The value with every change made; places are those before any of them."""
    listed = list(changes)
    for one in listed:
        if isinstance(one, Put):
            value = _put(value, one.path, one.value, in_order=len(one.path) == 1)
    shifting = [one for one in listed if isinstance(one, Take | Add)]
    shifting.sort(key=_from_behind)
    for one in reversed(shifting):
        if isinstance(one, Add):
            _at(value, one.path).insert(one.at, copy.deepcopy(one.value))
        else:
            del _at(value, one.path[:-1])[one.path[-1]]
    return value


def _from_behind(change: Take | Add) -> tuple[int, int, bool]:
    """Deeper places first, later entries first, and what goes before what comes."""
    if isinstance(change, Add):
        return len(change.path) + 1, change.at, False
    last = change.path[-1]
    return len(change.path), last if isinstance(last, int) else 0, True


def _at(value: Any, path: KeyPath) -> Any:
    for part in path:
        value = value[part]
    return value


def _put(value: Any, path: KeyPath, item: Any, *, in_order: bool) -> Any:
    if not path:
        return copy.deepcopy(item)
    holder, last = _at(value, path[:-1]), path[-1]
    known = isinstance(holder, list) or last in holder
    holder[last] = copy.deepcopy(item)
    if not known and in_order and last in _ORDER:
        rank = _ORDER.index(str(last))
        later = [key for key in holder if key in _ORDER and _ORDER.index(key) > rank]
        if later:
            names = [key for key in holder if key != last]
            names.insert(names.index(later[0]), str(last))
            return {name: holder[name] for name in names}
    return value


def _with_line_ends(before: str, text: str, mark: str = "") -> str:
    """The text with the line ends that its lines had before; new lines have those of the first."""
    if "\r\n" not in before:
        return mark + text
    old, new = _LINE.findall(before), _LINE.findall(text)
    usual = "\r\n" if old[0].endswith("\r\n") else "\n"
    matcher = SequenceMatcher(None, [_lf(line) for line in old], new, autojunk=False)
    found: list[str] = []
    for word, first, last, begin, end in matcher.get_opcodes():
        if word == "equal":
            found += old[first:last]
        else:
            found += [line[:-1] + usual if line.endswith("\n") else line for line in new[begin:end]]
    return mark + "".join(found)


def _lf(line: str) -> str:
    return line.replace("\r\n", "\n")
