"""A definition as it stands for one target: a file's value with a target's override merged in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias

from reconciler.authoring.yaml_source import KeyPath, Source, dotted
from reconciler.engine.diagnostics import Diagnostic, Span, error, note, warning
from reconciler.engine.provenance import Provenance


@dataclass(frozen=True, slots=True)
class Overlay:
    """An override: where it is written, and the merge patch itself."""

    source: Source
    at: KeyPath
    patch: Mapping[str, Any]

    def provenance(self, address: str, target: str) -> Iterator[Provenance]:
        """One for each value that the override sets or takes out."""
        for path in _leaves(self.patch, ()):
            place = self.source.key_span((*self.at, *path))
            yield Provenance(address, dotted(path), "override", name=target, span=place)


def _leaves(patch: Any, path: KeyPath) -> Iterator[KeyPath]:
    if isinstance(patch, Mapping) and patch:
        for key, item in patch.items():
            yield from _leaves(item, (*path, key))
    elif path:
        yield path


#: A file, and the place inside it.
Home: TypeAlias = tuple[Source, KeyPath]


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a list, which may stand in another file; `parts` are the places below its
    home of what is written there under another key."""

    value: Any
    home: Home
    parts: Mapping[KeyPath, KeyPath] = field(default_factory=dict)

    @property
    def span(self) -> Span:
        source, place = self.home
        return source.span(place)


@dataclass(frozen=True, slots=True)
class Document:
    """A value and where each part of it was written: the file, the override, or another file
    that the definition names (`moved`, by the longest path that leads to a part)."""

    source: Source
    value: Any
    overlay: Overlay | None = None
    moved: Mapping[KeyPath, Home] = field(default_factory=dict)

    @property
    def file(self) -> str:
        return self.source.file

    def files(self) -> frozenset[str]:
        """The files that its parts were written in."""
        sources = {self.source.file} | {source.file for source, _ in self.moved.values()}
        return frozenset(sources | ({self.overlay.source.file} if self.overlay else set()))

    def span(self, path: KeyPath = ()) -> Span:
        source, place = self.home(path)
        return source.span(place)

    def key_span(self, path: KeyPath) -> Span:
        source, place = self.home(path)
        return source.key_span(place)

    def written(self, path: KeyPath) -> str | None:
        source, place = self.home(path)
        return source.written(place)

    def items(self, path: KeyPath) -> list[Item]:
        """The entries of a list of the definition; none if there is no list."""
        listed = self.value
        for part in path:
            listed = listed.get(part) if isinstance(listed, dict) else None
        if not isinstance(listed, list):
            return []
        return [Item(entry, self.home((*path, at))) for at, entry in enumerate(listed)]

    def with_items(self, path: KeyPath, items: Iterable[Item]) -> Document:
        """The document with these entries for its list, each at its own place."""
        listed = list(items)
        moved = {at: home for at, home in self.moved.items() if at[: len(path)] != path}
        if len(path) == 1 and path[0] not in self.value and listed:
            moved[path] = listed[0].home
        for at, item in enumerate(listed):
            source, place = moved[(*path, at)] = item.home
            for part, there in item.parts.items():
                moved[(*path, at, *part)] = (source, (*place, *there))
        return replace(
            self, value=_put(self.value, path, [item.value for item in listed]), moved=moved
        )

    def renamed(self, old: str, new: str) -> Document:
        """The document with a key's value under another key, which it has not; places are kept."""
        moved = {(new if at[0] == old else at[0], *at[1:]): home for at, home in self.moved.items()}
        moved[(new,)] = self.home((old,))
        value = {new if key == old else key: item for key, item in self.value.items()}
        return replace(self, value=value, moved=moved)

    def without(self, *keys: str) -> Document:
        """The document without these keys."""
        kept = {key: item for key, item in self.value.items() if key not in keys}
        return replace(self, value=kept)

    def home(self, path: KeyPath) -> Home:
        """The file that says what stands at `path`, and the path inside that file."""
        for end in range(len(path), 0, -1) if self.moved else ():
            if (found := self.moved.get(path[:end])) is not None:
                source, place = found
                return source, (*place, *path[end:])
        return self._unmoved(path)

    def _unmoved(self, path: KeyPath) -> Home:
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


def _put(value: Any, path: KeyPath, item: Any) -> Any:
    """A copy of nested mappings with the item at the path."""
    if not path:
        return item
    inner = value.get(path[0]) if isinstance(value, dict) else None
    return {**value, path[0]: _put(inner, path[1:], item)}


def overlaid(source: Source, overlay: Overlay | None) -> Document:
    """The source with the override merged in (RFC 7386: null removes, lists are replaced).

    A file that holds no mapping stays what it is, an error: with the override alone in its place
    it would be another definition.
    """
    if overlay is None or not isinstance(source.value, dict):
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

    def key_note(self, code: str, message: str, path: KeyPath, hint: str = "") -> None:
        place = self.document.key_span(path)
        self.findings.append(note(code, message, hint, span=place, address=self.address))

    def warning(self, code: str, message: str, path: KeyPath = (), hint: str = "") -> None:
        place = self.document.span(path)
        self.findings.append(warning(code, message, hint, span=place, address=self.address))

    def note(self, code: str, message: str, path: KeyPath = (), hint: str = "") -> None:
        place = self.document.span(path)
        self.findings.append(note(code, message, hint, span=place, address=self.address))
