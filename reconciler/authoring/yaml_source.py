"""The one YAML loader: plain JSON values, and the place of every node on request.

Libyaml composes a file once; values are built from its nodes here, so that what YAML would do
silently (drop a duplicate key, make a date of `2025-10-13`, expand an alias a million times) is
answered by a diagnostic instead. Places are looked up in the kept node tree only when asked for.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

import yaml

from reconciler.engine.diagnostics import Diagnostic, Span, error

KeyPath: TypeAlias = tuple[str | int, ...]

MAX_BYTES = 5 * 1024 * 1024
MAX_NODES = 10_000
MAX_DEPTH = 100

_TAG = "tag:yaml.org,2002:"
_STR, _NULL, _BOOL = f"{_TAG}str", f"{_TAG}null", f"{_TAG}bool"
_INT, _FLOAT, _MERGE = f"{_TAG}int", f"{_TAG}float", f"{_TAG}merge"
_TRUE = frozenset({"yes", "true", "on"})
_JSON_INT = re.compile(r"[-+]?(0|[1-9][0-9_]*)\Z")
# Block collections opened one after another on a single line, as no author writes them.
_STACKED = re.compile(r"^[ \t]*(?:[-?:][ \t]+){50}", re.MULTILINE)
_SUSPECT_BYTES = 256 * 1024
_SUSPECT_BRACKETS = 1_000


@dataclass(frozen=True, slots=True)
class Source:
    """One parsed file: its path in the project, its plain value, and where everything stands."""

    file: str
    value: Any
    node: yaml.Node | None = None
    first_line: int = 1
    empty: tuple[KeyPath, ...] = ()

    def span(self, path: KeyPath = ()) -> Span:
        """The place of the value at `path`, or of the deepest part of the path that exists."""
        return self._place(self._find(path)[1])

    def key_span(self, path: KeyPath) -> Span:
        """The place of the key (or list item) at `path`, or of the deepest part that exists."""
        return self._place(self._find(path)[0])

    def written(self, path: KeyPath) -> str | None:
        """A scalar as the author wrote it (`20251013`, `no`), or None if it is none."""
        _, node, rest = self._walk(path)
        return node.value if not rest and isinstance(node, yaml.ScalarNode) else None

    def _find(self, path: KeyPath) -> tuple[yaml.Node | None, yaml.Node | None]:
        key, node, _ = self._walk(path)
        return key, node

    def _walk(self, path: KeyPath) -> tuple[yaml.Node | None, yaml.Node | None, KeyPath]:
        key = node = self.node
        for index, part in enumerate(path):
            step = _child(node, part)
            if step is None:
                return key, node, path[index:]
            key, node = step
        return key, node, ()

    def _place(self, node: yaml.Node | None) -> Span:
        if node is None:
            return Span(self.file, self.first_line, 1)
        return _span(self.file, self.first_line, node.start_mark)


def parse(file: str, data: bytes) -> tuple[Source | None, list[Diagnostic]]:
    """Read one YAML document. Never raises: what is wrong comes back as diagnostics.

    The source is None if there is no value to go on with.
    """
    if len(data) > MAX_BYTES:
        limit = f"{MAX_BYTES // 1024 // 1024} MB"
        finding = error(
            "yaml.too_large",
            f"the file has {len(data):,} bytes; {limit} is the limit for a definition",
            "move long texts into files of their own (system: {file: …}, knowledge/)",
            span=Span(file),
        )
        return None, [finding]
    text, finding_or_none = decode(file, data)
    if finding_or_none is not None:
        return None, [finding_or_none]
    return parse_text(file, text)


def decode(file: str, data: bytes) -> tuple[str, Diagnostic | None]:
    """UTF-8 to text, a byte order mark left out; anything else is a diagnostic."""
    try:
        return data.decode("utf-8-sig"), None
    except UnicodeDecodeError as problem:
        before = data[: problem.start]
        column = problem.start - (before.rfind(b"\n") + 1) + 1
        place = Span(file, before.count(b"\n") + 1, column)
        hint = "save the file as UTF-8"
        if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            hint = "it begins like UTF-16; save the file as UTF-8"
        return "", error("text.encoding", "the file is not UTF-8 text", hint, span=place)


def parse_text(
    file: str, text: str, *, first_line: int = 1
) -> tuple[Source | None, list[Diagnostic]]:
    """Read one YAML document from text that begins at `first_line` of `file`."""
    try:
        if _is_suspect(text):
            _check_size(text)
        node = _compose(text)
    except _TooMuch as problem:
        return None, [_too_much(file, first_line, problem)]
    except yaml.YAMLError as problem:
        return None, [_syntax(file, first_line, text, problem)]
    if node is None:
        hint = "write the definition, or delete the file"
        return None, [error("yaml.empty_file", "the file is empty", hint, span=Span(file))]
    builder = _Builder(file, first_line)
    try:
        value = builder.build(node, (), 0)
    except _TooMuch as problem:
        return None, [*builder.findings, _too_much(file, first_line, problem)]
    return Source(file, value, node, first_line, tuple(builder.empty)), builder.findings


def empty_values(source: Source) -> Iterator[Diagnostic]:
    """A diagnostic for each `key:` with nothing behind it: it never means "all" or "default"."""
    for path in source.empty:
        name = ".".join(map(str, path)) or "the document"
        yield error(
            "yaml.empty_value",
            f"`{name}` has no value",
            "write the value, [] or {} for none, or take the key out",
            span=source.key_span(path),
        )


class _TooMuch(Exception):
    """A limit was passed: the code, the message, and the mark where it happened."""

    def __init__(self, code: str, message: str, mark: Any) -> None:
        super().__init__(message)
        self.code = code
        self.mark = mark


def _too_much(file: str, first_line: int, problem: _TooMuch) -> Diagnostic:
    hint = "write repeated parts out, or move long texts into files of their own"
    return error(problem.code, str(problem), hint, span=_span(file, first_line, problem.mark))


def _too_many_nodes(mark: Any) -> _TooMuch:
    message = f"more than {MAX_NODES:,} values, aliases counted each time they are used"
    return _TooMuch("yaml.too_many_nodes", message, mark)


def _too_deep(mark: Any) -> _TooMuch:
    return _TooMuch("yaml.too_deep", f"nested more than {MAX_DEPTH} levels deep", mark)


def _is_suspect(text: str) -> bool:
    """Whether composing could cost much: libyaml's composer recurses on the C stack."""
    if len(text) > _SUSPECT_BYTES or text.count("[") + text.count("{") > _SUSPECT_BRACKETS:
        return True
    return _STACKED.search(text) is not None


def _check_size(text: str) -> None:
    """Count nodes and depth over the event stream, which needs no recursion."""
    depth = count = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if isinstance(event, yaml.NodeEvent):
            count += 1
        if depth > MAX_DEPTH:
            raise _too_deep(event.start_mark)
        if count > MAX_NODES:
            raise _too_many_nodes(event.start_mark)


def _compose(text: str) -> yaml.Node | None:
    loader = yaml.CSafeLoader(text)
    try:
        node: yaml.Node | None = loader.get_single_node()
        return node
    finally:
        loader.dispose()


class _Builder:
    """Builds the plain value of one node tree and gathers what is wrong with it."""

    __slots__ = ("count", "empty", "file", "findings", "first_line")

    def __init__(self, file: str, first_line: int) -> None:
        self.file = file
        self.first_line = first_line
        self.count = 0
        self.findings: list[Diagnostic] = []
        self.empty: list[KeyPath] = []

    def build(self, node: yaml.Node, path: KeyPath, depth: int) -> Any:
        self.count += 1
        if self.count > MAX_NODES:
            raise _too_many_nodes(node.start_mark)
        if depth > MAX_DEPTH:
            raise _too_deep(node.start_mark)
        if isinstance(node, yaml.ScalarNode):
            return node.value if node.tag == _STR else self._scalar(node, path)
        if isinstance(node, yaml.SequenceNode):
            self._plain_tag(node, "seq")
            below = depth + 1
            return [
                self.build(item, (*path, place), below) for place, item in enumerate(node.value)
            ]
        self._plain_tag(node, "map")
        return self._mapping(node, path, depth + 1)

    def _mapping(self, node: yaml.Node, path: KeyPath, depth: int) -> dict[str, Any]:
        result: dict[str, Any] = {}
        first: dict[str, yaml.Node] = {}
        for key, item in node.value:
            name = self._key(key)
            if key.tag == _MERGE:
                self._merge(item, path, depth, result, first)
                continue
            if name in first:
                line = self._at(first[name]).line
                self._error(
                    "yaml.duplicate_key",
                    f"`{name}` is here twice; the first is in line {line}",
                    key,
                    "keep one of them",
                )
                continue
            first[name] = key
            result[name] = self.build(item, (*path, name), depth)
        return result

    def _merge(
        self,
        item: yaml.Node,
        path: KeyPath,
        depth: int,
        result: dict[str, Any],
        first: dict[str, yaml.Node],
    ) -> None:
        """`<<: *anchor`: keys of the anchor that the mapping does not have itself."""
        merged = self.build(item, (*path, "<<"), depth)
        for part in merged if isinstance(merged, list) else [merged]:
            if not isinstance(part, dict):
                self._error("yaml.not_json", "`<<` takes a mapping or a list of them", item)
                continue
            for name, value in part.items():
                if name not in first:
                    result.setdefault(name, value)

    def _key(self, key: yaml.Node) -> str:
        if isinstance(key, yaml.ScalarNode):
            if key.tag not in (_STR, _MERGE):
                shown = key.value or "an empty key"
                self._error(
                    "yaml.key_not_text",
                    f"the key {shown} is not read as text",
                    key,
                    f'quote it: "{key.value}"',
                )
            return str(key.value)
        self._error("yaml.key_not_text", "a list or a mapping can't be a key", key)
        return "?"

    def _scalar(self, node: yaml.ScalarNode, path: KeyPath) -> Any:
        text = str(node.value)
        if node.tag == _NULL:
            if text == "":
                self.empty.append(path)
            return None
        if node.tag == _BOOL:
            return text.lower() in _TRUE
        if node.tag == _INT and _JSON_INT.match(text):
            return int(text.replace("_", ""))
        if node.tag == _FLOAT and ":" not in text:
            number = _float(text)
            if math.isfinite(number):
                return number
        self._not_json(node, text)
        return text

    def _not_json(self, node: yaml.ScalarNode, text: str) -> None:
        kind = {
            f"{_TAG}timestamp": "a date",
            _INT: "a number in a notation JSON doesn't have",
            _FLOAT: "a number JSON doesn't have",
        }.get(node.tag, f"a value of type {node.tag.removeprefix(_TAG)}")
        shown = text if len(text) <= 40 else text[:39] + "…"
        self._error(
            "yaml.not_json",
            f"YAML reads {shown} as {kind}",
            node,
            f'quote it if it is text: "{shown}"',
        )

    def _plain_tag(self, node: yaml.Node, kind: str) -> None:
        if node.tag != _TAG + kind:
            tag = node.tag.removeprefix(_TAG)
            self._error("yaml.not_json", f"the tag {tag} has no meaning here", node, "remove it")

    def _at(self, node: yaml.Node) -> Span:
        return _span(self.file, self.first_line, node.start_mark)

    def _error(self, code: str, message: str, node: yaml.Node, hint: str = "") -> None:
        self.findings.append(error(code, message, hint, span=self._at(node)))


def _float(text: str) -> float:
    try:
        return float(text.replace("_", ""))
    except ValueError:  # .inf, -.INF, .nan
        return math.nan


def _child(node: yaml.Node | None, part: str | int) -> tuple[yaml.Node, yaml.Node] | None:
    """The key and value nodes of one step; merged mappings count after the node's own keys."""
    if isinstance(node, yaml.SequenceNode):
        if isinstance(part, int) and 0 <= part < len(node.value):
            return node.value[part], node.value[part]
        return None
    if not isinstance(node, yaml.MappingNode):
        return None
    merged: list[yaml.Node] = []
    for key, item in node.value:
        if key.tag == _MERGE:
            merged += item.value if isinstance(item, yaml.SequenceNode) else [item]
        elif key.value == part:
            return key, item
    for item in merged:
        found = _child(item, part)
        if found is not None:
            return found
    return None


def _span(file: str, first_line: int, mark: Any) -> Span:
    return Span(file, first_line + mark.line, mark.column + 1)


def _syntax(file: str, first_line: int, text: str, problem: yaml.YAMLError) -> Diagnostic:
    mark = getattr(problem, "problem_mark", None) or getattr(problem, "context_mark", None)
    what = getattr(problem, "problem", None) or getattr(problem, "reason", None) or "not YAML"
    if mark is None:  # ReaderError: a character that no YAML file may hold
        at = min(_control_character(text), len(text))
        before = text[:at]
        line, column = before.count("\n"), at - (before.rfind("\n") + 1)
        place = Span(file, first_line + line, column + 1)
        return error("yaml.control_character", str(what), "remove the character", span=place)
    place = _span(file, first_line, mark)
    rows = text.splitlines()
    row = rows[mark.line] if mark.line < len(rows) else ""
    if "another document" in what:
        message = "a second document begins here; a file holds one"
        hint = "move it into a file of its own, or delete the line ---"
        return error("yaml.several_documents", message, hint, span=place)
    if "mapping values are not allowed" in what:
        message = "a colon followed by a blank can't stand inside an unquoted value"
        hint = 'put the value in quotes ("…: …"), or on the next line after `|` or `>`'
        return error("yaml.colon", message, hint, span=place)
    if "cannot start any token" in what:
        character = row[mark.column : mark.column + 1]
        if character == "\t":
            message = "a tab is used to indent; YAML allows only blanks"
            return error("yaml.tab", message, "replace the tab with blanks", span=place)
        message = f"a value can't begin with {character}"
        return error("yaml.syntax", message, "put the value in quotes", span=place)
    context = getattr(problem, "context", None)
    message = f"{context}: {what}" if context else str(what)
    return error("yaml.syntax", f"not valid YAML: {message}", span=place)


def _control_character(text: str) -> int:
    allowed = "\t\n\r\x85"
    for at, character in enumerate(text):
        code = ord(character)
        if (code < 32 or 0x7F <= code < 0xA0 or code in (0xFFFE, 0xFFFF)) and (
            character not in allowed
        ):
            return at
    return len(text)
