"""A definition as it stands for one target: a file's value with a target's override merged in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.authoring.yaml_source import KeyPath, Source
from reconciler.engine.diagnostics import Diagnostic, Span, error, note, warning


@dataclass(frozen=True, slots=True)
class Overlay:
    """An override: where it is written, and the merge patch itself."""

    source: Source
    at: KeyPath
    patch: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Document:
    """A value and where each part of it was written, be it the file or the override."""

    source: Source
    value: Any
    overlay: Overlay | None = None

    @property
    def file(self) -> str:
        return self.source.file

    def span(self, path: KeyPath = ()) -> Span:
        source, place = self._home(path)
        return source.span(place)

    def key_span(self, path: KeyPath) -> Span:
        source, place = self._home(path)
        return source.key_span(place)

    def written(self, path: KeyPath) -> str | None:
        source, place = self._home(path)
        return source.written(place)

    def _home(self, path: KeyPath) -> tuple[Source, KeyPath]:
        """The file that says what stands at `path`, and the path inside that file."""
        if self.overlay is None:
            return self.source, path
        patch: Any = self.overlay.patch
        base: Any = self.source.value
        for part in path:
            if not isinstance(patch, Mapping):
                break
            if part not in patch:
                return self.source, path
            patch = patch[part]
            base = base.get(part) if isinstance(base, dict) else None
        if isinstance(patch, Mapping) and isinstance(base, dict):
            return self.source, path
        return self.overlay.source, (*self.overlay.at, *path)


def overlaid(source: Source, overlay: Overlay | None) -> Document:
    """The source with the override merged in (RFC 7386: null removes, lists are replaced)."""
    if overlay is None:
        return Document(source, source.value)
    return Document(source, merge_patch(source.value, overlay.patch), overlay)


def merge_patch(value: Any, patch: Any) -> Any:
    """RFC 7386, without touching either argument."""
    if not isinstance(patch, Mapping):
        return patch
    result = dict(value) if isinstance(value, dict) else {}
    for key, item in patch.items():
        if item is None:
            result.pop(key, None)
        else:
            result[key] = merge_patch(result.get(key), item)
    return result


@dataclass(frozen=True, slots=True)
class Scope:
    """Where findings about one definition go, and how their places are found."""

    document: Document
    address: str
    findings: list[Diagnostic]

    def error(self, code: str, message: str, path: KeyPath = (), hint: str = "") -> None:
        place = self.document.span(path)
        self.findings.append(error(code, message, hint, span=place, address=self.address))

    def key_error(self, code: str, message: str, path: KeyPath, hint: str = "") -> None:
        place = self.document.key_span(path)
        self.findings.append(error(code, message, hint, span=place, address=self.address))

    def warning(self, code: str, message: str, path: KeyPath = (), hint: str = "") -> None:
        place = self.document.span(path)
        self.findings.append(warning(code, message, hint, span=place, address=self.address))

    def note(self, code: str, message: str, path: KeyPath = (), hint: str = "") -> None:
        place = self.document.span(path)
        self.findings.append(note(code, message, hint, span=place, address=self.address))
