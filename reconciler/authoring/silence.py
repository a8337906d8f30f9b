"""`silence:`: one finding at one place is as it should be, and the reason stands beside it.

In a definition `at` is a field of that file (`tools`, `mcp_servers.ntropii`, `system`); in
reconcile.yaml it is a file, a folder or an address. An error is never silenced.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from reconciler.authoring.codes import CODES
from reconciler.authoring.documents import Document, Scope
from reconciler.authoring.forms import nearest
from reconciler.authoring.silence_form import SilenceForm
from reconciler.authoring.yaml_source import KeyPath
from reconciler.engine.diagnostics import (
    Diagnostic,
    Silenced,
    Span,
    has_errors,
    sorted_findings,
    warning,
)

_INDEX = re.compile(r"\[(\d+)\]")
#: What an entry of a list is called by: `mcp_servers.ntropii`, `subagents.writer`.
_LABELS = ("name", "mcp_server_name", "agent", "path", "skill_id", "id", "code", "type")


@dataclass(frozen=True, slots=True)
class Silence:
    """One entry that is in order: which findings it covers, where it stands, and why."""

    code: str
    at: str
    reason: str
    span: Span
    address: str
    covers: Callable[[Diagnostic], bool]


@dataclass(frozen=True, slots=True)
class Region:
    """Some places, and everything from `start` up to `end` in one file."""

    spans: frozenset[Span] = frozenset()
    start: Span | None = None
    end: Span | None = None

    def holds(self, span: Span) -> bool:
        if span in self.spans:
            return True
        if self.start is None or self.end is None or span.file != self.start.file:
            return False
        return self.start <= span < self.end


def of_definition(
    scope: Scope, fields: Iterable[str], texts: Mapping[str, Iterable[str]]
) -> Iterator[Silence]:
    """The entries of a definition with these fields; `texts` names the files that a field's
    text comes from, so that `at: system` covers the prompt's own file."""
    known = list(fields)
    for place, form in _entries(scope):
        top = re.split(r"[.\[]", form.at, maxsplit=1)[0]
        document = scope.document
        if top not in known:  # a dialect's own word, which the file has and the form has not
            source = document.source
            document = Document(source, source.value if isinstance(source.value, dict) else {})
        if top not in known and top not in document.value:
            hint = nearest(top, known) or f"fields: {', '.join(known)}"
            message = f"there is no field {form.at}"
            scope.error("silence.place", message, (*place, "at"), hint)
            continue
        path = _resolve(document.value, _INDEX.sub(r".\1", form.at))
        files = frozenset(texts.get(top, ()))
        region = Region() if path is None else _region(document, path)
        yield _silence(form, place, scope, _covering(form.code, scope.address, region, files))


def of_project(scope: Scope) -> Iterator[Silence]:
    """The entries of reconcile.yaml."""
    for place, form in _entries(scope):
        yield _silence(form, place, scope, _at_place(form.code, form.at.removeprefix("./")))


def apart(
    findings: Iterable[Diagnostic], silences: Iterable[Silence]
) -> tuple[list[Diagnostic], list[Silenced]]:
    """The findings that are left, and those silenced. An entry without effect is a warning, but
    beside an error: what depends on what is broken was not even looked for."""
    listed = sorted_findings(findings)
    left: list[Diagnostic] = []
    silenced: list[Silenced] = []
    by_code: dict[str, list[Silence]] = {}
    for silence in silences:
        by_code.setdefault(silence.code, []).append(silence)
    used: set[Span] = set()
    for finding in listed:
        entry = _first(finding, by_code.get(finding.code, ()))
        if entry is None:
            left.append(finding)
        else:
            used.add(entry.span)
            silenced.append(Silenced(finding, entry.reason, entry.span))
    if not has_errors(left):
        entries = [entry for several in by_code.values() for entry in several]
        left += [_unused(entry) for entry in entries if entry.span not in used]
    return left, silenced


def _first(finding: Diagnostic, entries: Iterable[Silence]) -> Silence | None:
    if finding.severity == "error":
        return None
    return next((entry for entry in entries if entry.covers(finding)), None)


def _unused(entry: Silence) -> Diagnostic:
    message = f"nothing at {entry.at} reports {entry.code}"
    hint = "take the entry out, or correct `at`"
    return warning("silence.unused", message, hint, span=entry.span, address=entry.address)


def _entries(scope: Scope) -> Iterator[tuple[KeyPath, SilenceForm]]:
    """The entries that are well formed (the form reports the others) and may be silenced."""
    value = scope.document.value
    listed = value.get("silence") if isinstance(value, dict) else None
    for index, item in enumerate(listed if isinstance(listed, list) else ()):
        place: KeyPath = ("silence", index)
        try:
            form = SilenceForm.model_validate(item)
        except ValidationError:
            continue
        if _may_be_silenced(form.code, (*place, "code"), scope):
            yield place, form


def _may_be_silenced(code: str, place: KeyPath, scope: Scope) -> bool:
    page = CODES.get(code)
    if page is None:
        hint = nearest(code, list(CODES)) or "`reconcile explain` lists all codes"
        scope.error("silence.code", f"no finding of the folders has the code {code}", place, hint)
    elif not page.can_be_silenced:
        message = f"{code} is an error, which can't be silenced"
        scope.error("silence.of_error", message, place, page.fix)
    else:
        return True
    return False


def _silence(
    form: SilenceForm, place: KeyPath, scope: Scope, covers: Callable[[Diagnostic], bool]
) -> Silence:
    span = scope.document.span(place)
    return Silence(form.code, form.at, form.reason, span, scope.address, covers)


def _covering(
    code: str, address: str, region: Region, files: frozenset[str]
) -> Callable[[Diagnostic], bool]:
    def covers(finding: Diagnostic) -> bool:
        if finding.code != code or finding.span is None or finding.address not in ("", address):
            return False
        return region.holds(finding.span) or finding.span.file in files

    return covers


def _at_place(code: str, at: str) -> Callable[[Diagnostic], bool]:
    folder = at.rstrip("/") + "/"

    def covers(finding: Diagnostic) -> bool:
        if finding.code != code:
            return False
        file = finding.span.file if finding.span else ""
        return at in (file, finding.address) or file.startswith(folder)

    return covers


def _resolve(value: Any, at: str) -> KeyPath | None:
    """The key path that a dotted path means; entries of a list are called by index or name. A
    field that is not written is the document itself, which its findings point to."""
    if isinstance(value, dict):
        for key in sorted(value, key=len, reverse=True):
            if (path := _below(value[key], key, key, at)) is not None:
                return path
        return () if "." not in at else None
    if isinstance(value, list):
        for index, item in enumerate(value):
            for label in (str(index), *_labels(item)):
                if (path := _below(item, index, label, at)) is not None:
                    return path
    return None


def _below(value: Any, part: str | int, label: str, at: str) -> KeyPath | None:
    if at == label:
        return (part,)
    if not at.startswith(f"{label}."):
        return None
    rest = at[len(label) + 1 :]
    path = _resolve(value, rest)
    return None if path is None or path == () else (part, *path)


def _labels(item: Any) -> Iterator[str]:
    if isinstance(item, str):
        yield item
        yield re.split(r"[:@]", item, maxsplit=1)[0]
    elif isinstance(item, dict):
        for key in _LABELS:
            if isinstance(item.get(key), str):
                yield item[key]


def _region(document: Document, path: KeyPath) -> Region:
    """Where the value at `path` stands: all that is written between its key and what follows it,
    and the places of whatever it takes from elsewhere."""
    if path == ():
        return Region(frozenset({Span(document.file), document.span()}))
    value = document.value
    for part in path:
        value = value[part]
    spans = frozenset(_all_spans(document, path, value))
    source, home = document.home(path)
    start = source.key_span(home)
    behind = (
        source.key_span(other)
        for other in source.places
        if other[: len(home)] != home and source.key_span(other) > start
    )
    return Region(spans, start, min(behind, default=Span(source.file, sys.maxsize)))


def _all_spans(document: Document, path: KeyPath, value: Any) -> Iterator[Span]:
    yield document.span(path)
    yield document.key_span(path)
    items = value.items() if isinstance(value, dict) else enumerate(_list(value))
    for part, item in items:
        yield from _all_spans(document, (*path, part), item)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
