"""Plain JSON values from the nodes of one YAML document, with a finding for all that is no JSON."""

from __future__ import annotations

import math
import re
from typing import Any, TypeAlias

import yaml

from reconciler.engine.diagnostics import Diagnostic, Span, error

KeyPath: TypeAlias = tuple[str | int, ...]
#: Line and column of a value, then of its key, from 0.
Place: TypeAlias = tuple[int, int, int, int]

MAX_NODES = 10_000
MAX_DEPTH = 100

_TAG = "tag:yaml.org,2002:"
_STR, _NULL, _BOOL = f"{_TAG}str", f"{_TAG}null", f"{_TAG}bool"
_INT, _FLOAT, _MERGE = f"{_TAG}int", f"{_TAG}float", f"{_TAG}merge"
_TRUE = frozenset({"yes", "true", "on"})
_JSON_INT = re.compile(r"[-+]?(0|[1-9][0-9_]*)\Z")
_MAX_DIGITS = 40
# Block collections opened one after another on a single line, as no author writes them.
_STACK = 50
_MARKERS = ("- ", "? ", ": ", "-\t", "?\t", ":\t")
_STACKED = re.compile(rf"^[ \t]*(?:[-?:][ \t]+){{{_STACK}}}", re.MULTILINE)
_SUSPECT_BYTES = 256 * 1024
_SUSPECT_BRACKETS = 1_000


class TooMuch(Exception):
    """A limit was passed: the code, the message, and the mark where it happened."""

    def __init__(self, code: str, message: str, mark: Any) -> None:
        super().__init__(message)
        self.code = code
        self.mark = mark


def too_much(file: str, first_line: int, problem: TooMuch) -> Diagnostic:
    hint = "a definition needs a few levels; take some brackets or dashes out"
    if problem.code == "yaml.too_many_nodes":
        hint = "write repeated parts out, or move long texts into files of their own"
    return error(problem.code, str(problem), hint, span=span_at(file, first_line, problem.mark))


def _too_many_nodes(mark: Any) -> TooMuch:
    message = f"more than {MAX_NODES:,} values, aliases counted each time they are used"
    return TooMuch("yaml.too_many_nodes", message, mark)


def _too_deep(mark: Any) -> TooMuch:
    return TooMuch("yaml.too_deep", f"nested more than {MAX_DEPTH} levels deep", mark)


# What YAML 1.1 takes for the end of a line, and neither YAML 1.2 nor JSON nor an editor does: a
# key could hide behind it in what looks like a comment. Noncharacters stand in for them.
_BREAKS = {0x85: 0x1FFFE, 0x2028: 0x1FFFF, 0x2029: 0x2FFFE}
_SHOWN = {stand_in: original for original, stand_in in _BREAKS.items()}
_ANY_BREAK = re.compile("[\x85\u2028\u2029]")
_STAND_IN = re.compile("[\U0001fffe\U0001ffff\U0002fffe]")


def hide_breaks(text: str) -> tuple[str, bool]:
    """The text with no ends of lines but `\n` and `\r`, and whether it had others."""
    if text.isascii() or not _ANY_BREAK.search(text):
        return text, False
    return _STAND_IN.sub("\ufffd", text).translate(_BREAKS), True


def show_breaks(node: yaml.Node) -> None:
    """Put back what was hidden, in every scalar of the tree."""
    waiting, seen = [node], set()
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, yaml.ScalarNode):
            one.value = one.value.translate(_SHOWN)
        elif isinstance(one, yaml.MappingNode):
            waiting += [part for pair in one.value for part in pair]
        else:
            waiting += one.value


def is_suspect(text: str) -> bool:
    """Whether composing could cost much: libyaml's composer recurses on the C stack."""
    if len(text) > _SUSPECT_BYTES or text.count("[") + text.count("{") > _SUSPECT_BRACKETS:
        return True
    # Counting first is several times faster, and hardly a file holds so many.
    known = _MARKERS if "\t" in text else _MARKERS[:3]
    markers = sum(text.count(marker) for marker in known)
    return markers >= _STACK and _STACKED.search(text) is not None


def check_size(text: str) -> None:
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


class Builder:
    """Builds the plain value of one node tree, notes where everything stands, and gathers what
    is wrong with it. The tree itself is not kept."""

    __slots__ = ("count", "empty", "file", "findings", "first_line", "places", "written")

    def __init__(self, file: str, first_line: int) -> None:
        self.file = file
        self.first_line = first_line
        self.count = 0
        self.findings: list[Diagnostic] = []
        self.empty: list[KeyPath] = []
        self.places: dict[KeyPath, Place] = {}
        self.written: dict[KeyPath, str] = {}

    def document(self, node: yaml.Node) -> Any:
        return self._build(node, node, (), 1)

    def _build(self, key: yaml.Node, node: yaml.Node, path: KeyPath, depth: int) -> Any:
        self._within_limits(node, depth)
        mark, key_mark = node.start_mark, key.start_mark
        self.places[path] = (mark.line, mark.column, key_mark.line, key_mark.column)
        if isinstance(node, yaml.ScalarNode):
            return node.value if node.tag == _STR else self._scalar(node, path)
        if isinstance(node, yaml.SequenceNode):
            self._plain_tag(node, "seq")
            below = depth + 1
            return [
                self._build(item, item, (*path, place), below)
                for place, item in enumerate(node.value)
            ]
        self._plain_tag(node, "map")
        return self._mapping(node, path, depth + 1)

    def _mapping(self, node: yaml.Node, path: KeyPath, depth: int) -> dict[str, Any]:
        result: dict[str, Any] = {}
        merged: list[yaml.Node] = []
        for key, item in node.value:
            name = self._key(key)
            if key.tag == _MERGE:
                merged.append(item)
            elif name in result:
                line = self.first_line + self.places[(*path, name)][2]
                message = f"`{name}` is here twice; the first is in line {line}"
                self._error("yaml.duplicate_key", message, key, "keep one of them")
            else:
                result[name] = self._build(key, item, (*path, name), depth)
                if key.tag != _STR and (*path, name) in self.empty[-1:]:
                    self.empty.pop()  # the key is the mistake
        for item in merged:
            self._merge(item, result, path, depth)
        return result

    def _merge(self, node: yaml.Node, result: dict[str, Any], path: KeyPath, depth: int) -> None:
        """`<<: *anchor` or a list of them: the keys that are not there yet."""
        self._within_limits(node, depth)
        if isinstance(node, yaml.SequenceNode):
            for item in node.value:
                self._merge(item, result, path, depth + 1)
            return
        if not isinstance(node, yaml.MappingNode):
            hint = "write `<<: *anchor`, or the keys themselves"
            self._error("yaml.not_json", "`<<` takes a mapping or a list of them", node, hint)
            return
        above = []
        for key, item in node.value:
            self._within_limits(key, depth)
            if key.tag == _MERGE:
                above.append(item)
            elif (name := self._key(key)) not in result:
                result[name] = self._build(key, item, (*path, name), depth)
        for item in above:
            self._merge(item, result, path, depth + 1)

    def _within_limits(self, node: yaml.Node, depth: int) -> None:
        self.count += 1
        if self.count > MAX_NODES:
            raise _too_many_nodes(node.start_mark)
        if depth > MAX_DEPTH:
            raise _too_deep(node.start_mark)

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
        hint = "write a word before the colon, without `?`"
        self._error("yaml.key_not_text", "a list or a mapping can't be a key", key, hint)
        return "?"

    def _scalar(self, node: yaml.ScalarNode, path: KeyPath) -> Any:
        text = self.written[path] = str(node.value)
        if node.tag == _NULL:
            if text == "":
                self.empty.append(path)
            return None
        if node.tag == _BOOL:
            return text.lower() in _TRUE
        if node.tag == _INT and len(text) <= _MAX_DIGITS and _JSON_INT.match(text):
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
        return span_at(self.file, self.first_line, node.start_mark)

    def _error(self, code: str, message: str, node: yaml.Node, hint: str = "") -> None:
        self.findings.append(error(code, message, hint, span=self._at(node)))


def _float(text: str) -> float:
    try:
        return float(text.replace("_", ""))
    except ValueError:  # .inf, -.INF, .nan
        return math.nan


def dotted(path: KeyPath) -> str:
    """`tools[0].configs[1].name`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def span_at(file: str, first_line: int, mark: Any) -> Span:
    return Span(file, first_line + mark.line, mark.column + 1)
