"""The one YAML loader: plain JSON values, and the place of every node on request.

Libyaml composes a file once; values are built from its nodes, so that what YAML would do
silently (drop a duplicate key, make a date of `2025-10-13`, expand an alias a million times) is
answered by a diagnostic instead. Of a place only its numbers are kept, until somebody asks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from reconciler.authoring.yaml_build import (
    Builder,
    KeyPath,
    Place,
    TooMuch,
    check_size,
    dotted,
    hide_breaks,
    is_suspect,
    show_breaks,
    span_at,
    too_much,
)
from reconciler.engine.diagnostics import Diagnostic, Span, error

__all__ = ["KeyPath", "Source", "decode", "dotted", "empty_values", "parse", "parse_text"]


@dataclass(frozen=True, slots=True)
class Source:
    """One parsed file: its path in the project, its plain value, and where everything stands.

    Of a Markdown file the value is its frontmatter; `prose` is the rest, from `prose_line` on.
    """

    file: str
    value: Any
    places: Mapping[KeyPath, Place] = field(default_factory=dict)
    texts: Mapping[KeyPath, str] = field(default_factory=dict)
    first_line: int = 1
    empty: tuple[KeyPath, ...] = ()
    prose: str | None = None
    prose_line: int = 1

    def span(self, path: KeyPath = ()) -> Span:
        """The place of the value at `path`, or of the deepest part of the path that exists."""
        line, column, _, _ = self._place(path)
        return Span(self.file, self.first_line + line, column + 1)

    def key_span(self, path: KeyPath) -> Span:
        """The place of the key (or list item) at `path`, or of the deepest part that exists."""
        _, _, line, column = self._place(path)
        return Span(self.file, self.first_line + line, column + 1)

    def written(self, path: KeyPath) -> str | None:
        """What YAML does not read as text, as the author wrote it (`20251013`, `no`)."""
        return self.texts.get(path)

    def _place(self, path: KeyPath) -> Place:
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (0, 0, 0, 0))


def parse(file: str, data: bytes) -> tuple[Source | None, list[Diagnostic]]:
    """Read one YAML document. Never raises: what is wrong comes back as diagnostics.

    The source is None if there is no value to go on with.
    """
    text, finding = decode(file, data)
    if finding is not None:
        return None, [finding]
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
        text, hidden = hide_breaks(text)
        if is_suspect(text):
            check_size(text)
        node = _compose(text)
        if hidden and node is not None:
            show_breaks(node)
    except TooMuch as problem:
        return None, [too_much(file, first_line, problem)]
    except yaml.YAMLError as problem:
        return None, [_syntax(file, first_line, text, problem)]
    if node is None:
        hint = "write the definition, or delete the file"
        return None, [error("yaml.empty_file", "the file is empty", hint, span=Span(file))]
    builder = Builder(file, first_line)
    try:
        value = builder.document(node)
    except TooMuch as problem:
        return None, [*builder.findings, too_much(file, first_line, problem)]
    source = Source(file, value, builder.places, builder.written, first_line, tuple(builder.empty))
    return source, builder.findings


def empty_values(source: Source) -> Iterator[Diagnostic]:
    """A diagnostic for each `key:` with nothing behind it: it never means "all" or "default"."""
    for path in source.empty:
        name = dotted(path) or "the document"
        yield error(
            "yaml.empty_value",
            f"`{name}` has no value",
            "write the value, [] or {} for none, or take the key out",
            span=source.key_span(path),
        )


_KEY_ALONE = re.compile(r"[ \t]*[\w.-]+\Z")


def _compose(text: str) -> yaml.Node | None:
    loader = yaml.CSafeLoader(text)
    try:
        node: yaml.Node | None = loader.get_single_node()
        return node
    finally:
        loader.dispose()


def _syntax(file: str, first_line: int, text: str, problem: yaml.YAMLError) -> Diagnostic:
    mark = getattr(problem, "problem_mark", None) or getattr(problem, "context_mark", None)
    what = getattr(problem, "problem", None) or getattr(problem, "reason", None) or "not YAML"
    if mark is None:  # ReaderError: a character that no YAML file may hold
        at = min(_control_character(text), len(text))
        before = text[:at]
        line, column = before.count("\n"), at - (before.rfind("\n") + 1)
        place = Span(file, first_line + line, column + 1)
        return error("yaml.control_character", str(what), "remove the character", span=place)
    rows = text.splitlines()
    row = rows[mark.line] if mark.line < len(rows) else ""
    place = span_at(file, first_line, mark)
    if mark.line >= len(rows) and text[-1:] not in ("\n", ""):  # libyaml ends the last line itself
        place = Span(file, first_line + len(rows) - 1, len(rows[-1]) + 1)
    if "another document" in what:
        message = "a second document begins here; a file holds one"
        hint = "move it into a file of its own, or delete the line ---"
        return error("yaml.several_documents", message, hint, span=place)
    if "mapping values are not allowed" in what:
        message = "a colon followed by a blank can't stand inside an unquoted value"
        hint = 'put the value in quotes ("…: …"), or on the next line after `|` or `>`'
        if _KEY_ALONE.match(row[: mark.column]):
            hint = "if this is a key, its line is indented too far; else put the value in quotes"
        return error("yaml.colon", message, hint, span=place)
    context_mark = getattr(problem, "context_mark", None)
    if "expected ':'" in what and context_mark is not None:
        place = span_at(file, first_line, context_mark)
        hint = "write `key: value`, or indent the line if it continues a text"
        return error("yaml.syntax", "a key without a colon behind it", hint, span=place)
    if "found a tab character" in what:
        message = "a tab is used to indent; YAML allows only blanks"
        return error("yaml.tab", message, "replace the tab with blanks", span=place)
    if "cannot start any token" in what:
        character = row[mark.column : mark.column + 1]
        if character == "\t":
            message = "a tab is used to indent; YAML allows only blanks"
            return error("yaml.tab", message, "replace the tab with blanks", span=place)
        message = f"a value can't begin with {character}"
        return error("yaml.syntax", message, "put the value in quotes", span=place)
    if "<document start>" in what:
        message = "there is more behind the end of the value"
        return error("yaml.syntax", message, "keep one value, and take out the rest", span=place)
    context = getattr(problem, "context", None)
    message = f"{context}: {what}" if context else str(what)
    hint = _syntax_hint(what, context_mark, first_line)
    return error("yaml.syntax", f"not valid YAML: {message}", hint, span=place)


def _syntax_hint(what: str, begins: yaml.Mark | None, first_line: int) -> str:
    if "undefined alias" in what:
        return "put a text that begins with * in quotes"
    if "',' or" in what or "end of stream" in what:
        if begins is None:
            return "close what is open: a bracket or a quotation"
        row, column = first_line + begins.line, begins.column + 1
        return f"close what begins in line {row}, column {column}"
    return "check the indentation and the quotes here and in the line above"


def _control_character(text: str) -> int:
    allowed = "\t\n\r\x85"
    for at, character in enumerate(text):
        code = ord(character)
        if (code < 32 or 0x7F <= code < 0xA0 or code in (0xFFFE, 0xFFFF)) and (
            character not in allowed
        ):
            return at
    return len(text)
