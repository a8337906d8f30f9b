"""From a definition's new value to changes of the files in which its parts really stand.

A part may stand in an included file, in mcp.json or in a target's override. It is changed there if
nothing else is made of that file; if something is, the object is not taken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.authoring.documents import Document, Home
from reconciler.authoring.importing.alignment import aligned
from reconciler.authoring.importing.places import Add, Change, Prose, Put, Take
from reconciler.authoring.variables import references
from reconciler.authoring.yaml_source import KeyPath, Source, dotted
from reconciler.engine.compare import same
from reconciler.engine.diagnostics import Diagnostic, Span, error


class NotTaken(Exception):
    """A live edit can't be taken into the folder: the code, the place, and what to do."""

    def __init__(self, code: str, message: str, hint: str, span: Span | None = None) -> None:
        super().__init__(message)
        self.code, self.hint, self.span = code, hint, span

    def finding(self, address: str) -> Diagnostic:
        return error(self.code, f"{address}: {self}", self.hint, span=self.span, address=address)


@dataclass(frozen=True, slots=True)
class Site:
    """A definition and who else is made of a file: `others` gives their addresses."""

    document: Document
    others: Callable[[str], tuple[str, ...]] = field(default=lambda _: ())

    def home(self, path: KeyPath) -> Home:
        """The file of a part, and the place in it. Raises NotTaken if it is not its alone."""
        source, place = self.document.home(path)
        self.alone(source.file, source.span(place), place)
        return source, place

    def alone(self, file: str, span: Span, place: KeyPath = ()) -> None:
        """Raises NotTaken if other objects are made of the file. An override is one object's."""
        overlay = self.document.overlay
        if overlay and file == overlay.source.file and place[: len(overlay.at)] == overlay.at:
            return
        others = self.others(file)
        if others:
            shown = ", ".join(others[:3]) + (" …" if len(others) > 3 else "")
            raise NotTaken(
                "import.drift_shared",
                f"{span} is read for {shown}, too, which an edit there would change",
                "edit it by hand if that is meant, or give the object a copy of its own",
                span,
            )


def changes_of(site: Site, new: Mapping[str, Any]) -> list[Change]:
    """The changes that make the definition's value the new one. Raises NotTaken."""
    return list(_changes(site, (), site.document.value, new))


def _changes(site: Site, path: KeyPath, old: Any, new: Any) -> Iterator[Change]:
    if same(old, new):
        return
    if isinstance(old, dict) and isinstance(new, dict) and (new or not path):
        yield from _in_mapping(site, path, old, new)
    elif isinstance(old, list) and isinstance(new, list) and new:
        yield from _in_list(site, path, old, new)
    else:
        _no_variable_lost(site, path, old, new)
        yield _put(site, path, old, new)


def _in_mapping(
    site: Site, path: KeyPath, old: dict[str, Any], new: Mapping[str, Any]
) -> Iterator[Change]:
    for key in old:
        if key not in new:
            yield _take(site, (*path, key))
    for key in new:
        if key in old:
            yield from _changes(site, (*path, key), old[key], new[key])
        else:
            source, place = site.home(path)
            if not isinstance(_there(source, place), dict):
                raise _other_form(source, place, (*path, key))
            yield Put(source.file, (*place, key), new[key])


def _in_list(site: Site, path: KeyPath, old: list[Any], new: list[Any]) -> Iterator[Change]:
    places = aligned(old, new)
    for at in range(len(old)):
        if at not in places:
            yield _take(site, (*path, at))
    before: int | None = None
    for item, place in zip(new, places, strict=True):
        if place is not None:
            yield from _changes(site, (*path, place), old[place], item)
            before = place
        else:
            yield _add(site, path, before, item)


def _put(site: Site, path: KeyPath, old: Any, new: Any) -> Change:
    source, place = site.home(path)
    prose = _prose(site, source, new)
    if prose is not None:
        return prose
    there = _there(source, place)
    unwritten = there is None and len(path) == 1 and source is site.document.source
    if not (same(there, old) or unwritten):  # a dialect's default stands in no file
        raise _other_form(source, place, path)
    return Put(source.file, place, new)


def _take(site: Site, path: KeyPath) -> Change:
    source, place = site.home(path)
    prose = _prose(site, source, "")
    if prose is not None:
        return prose
    if not place or _there(source, place) is None or _stands_for_several(site, path):
        raise _other_form(source, place, path)
    kinds = [isinstance(part, int) for part in (path[-1], *place[-2:])]
    if kinds == [True, True, False]:  # a dialect's `- {manifest: …}`
        if len(_there(source, place[:-1])) > 1:
            raise _other_form(source, place, path)
        place = place[:-1]
    return Take(source.file, place)


def _stands_for_several(site: Site, path: KeyPath) -> bool:
    """Whether other entries of the list stand at the same place, as the skills of a plugin do."""
    home, value = site.document.home(path), site.document.value
    for part in path[:-1]:
        value = value[part]
    others = range(len(value)) if isinstance(value, list) else ()
    return any(at != path[-1] and site.document.home((*path[:-1], at)) == home for at in others)


def _prose(site: Site, source: Source, new: Any) -> Change | None:
    """The change of a text below the frontmatter; None for a value that stands elsewhere."""
    own = site.document.source
    if own.prose is None or source is own or not isinstance(source.value, str):
        return None
    begin = own.prose.index(source.value)
    return Prose(own.file, own.prose[:begin] + str(new) + own.prose[begin + len(source.value) :])


def _add(site: Site, path: KeyPath, before: int | None, item: Any) -> Change:
    """Into the list of the definition's own file, behind the entry that it follows there."""
    document = site.document
    source, place = document.home(path)
    listed = _there(source, place)
    if not isinstance(listed, list) or (source is not document.source and place == ()):
        source, place = document.source, path
        listed = _there(source, place)
        if listed is None:
            return Put(source.file, place, [item])
        if not isinstance(listed, list):
            raise _other_form(source, place, path)
    site.alone(source.file, source.span(place), place)
    at = len(listed)
    if before is not None:
        home, there = document.home((*path, before))
        if home is source and there[:-1] == place:
            at = int(there[-1]) + 1
    return Add(source.file, place, at, item)


def _there(source: Source, place: KeyPath) -> Any:
    """What the file holds at the place, as it is written; None for nothing."""
    value: Any = source.value
    for part in place:
        known = range(len(value)) if isinstance(value, list) else value
        if not isinstance(value, dict | list) or part not in known:
            return None
        value = value[part]  # type: ignore[index]
    return value


def _other_form(source: Source, place: KeyPath, path: KeyPath) -> NotTaken:
    span = source.span(place)
    message = f"`{dotted(path)}` stands at {span} in another form, which is not rewritten"
    return NotTaken("import.drift_place", message, "edit it there by hand", span)


def _no_variable_lost(site: Site, path: KeyPath, old: Any, new: Any) -> None:
    """Raises NotTaken if a value that comes from a variable would be overwritten."""
    kept = {_text_at(new, at) for at, prose in references(new) if not prose}
    for at, prose in references(_wrapped(path, old)):
        text = _text_at(_wrapped(path, old), at)
        if prose or text in kept or text == new:
            continue
        span = site.document.span(at)
        raise NotTaken(
            "import.drift_variable",
            f"`{dotted(at)}` comes from a variable ({text}), and its live value is another",
            "change the variable's value, or write the live value in its place by hand",
            span,
        )


def _wrapped(path: KeyPath, value: Any) -> Any:
    """The value at its place, so that its path tells prose from the rest."""
    for part in reversed(path):
        value = {part: value}
    return value


def _text_at(value: Any, path: KeyPath) -> Any:
    for part in path:
        value = value[part]
    return value
