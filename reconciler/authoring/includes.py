"""`./file.yaml` or `./*.json` in a list of tools or MCP servers: the files' entries in its place.

One level deep, so that nothing can go round in a circle and every entry is at most one file
away from the agent that has it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconciler.authoring.documents import Item
from reconciler.authoring.files import Refused, inside
from reconciler.authoring.globs import is_glob, matching
from reconciler.authoring.json_source import parse_file
from reconciler.authoring.run import Run
from reconciler.authoring.yaml_source import Source, empty_values
from reconciler.engine.diagnostics import Span, error

_ENDINGS = (".yaml", ".yml", ".json")


def is_include(value: object) -> bool:
    """Whether a list's entry names a file."""
    return isinstance(value, str) and value.startswith(("./", "../"))


def spliced(items: Iterable[Item], folder: str, address: str, run: Run) -> Iterator[Item]:
    """The entries, with those of each file that one of them names in its place."""
    for item in items:
        if not is_include(item.value):
            yield item
            continue
        sources = [_read(path, item, address, run) for path in _paths(item, folder, address, run)]
        for entry in (entry for source in sources if source for entry in _entries(source)):
            if is_include(entry.value):
                message = f"{entry.value} stands in a file that is included itself"
                hint = "name it in the agent's own list"
                run.findings.append(
                    error("include.nested", message, hint, span=entry.span, address=address)
                )
            else:
                yield entry


def _entries(source: Source) -> list[Item]:
    if isinstance(source.value, list):
        return [Item(entry, (source, (at,))) for at, entry in enumerate(source.value)]
    return [Item(source.value, (source, ()))]


def _paths(item: Item, folder: str, address: str, run: Run) -> list[str]:
    """The files that an entry names, in path order."""
    try:
        path = inside(folder, item.value)
        if not path.endswith(_ENDINGS):
            message = f"{item.value} is no .yaml, .yml or .json file"
            raise Refused("include.name", message, "give the file one of these endings")
        found = [path]
        if is_glob(path):
            entries = matching(item.value, folder, run)
            found = [entry.path for entry in entries if not entry.is_folder]
        if not found:
            hint = "mind the folder it starts in, or take the entry out"
            raise Refused("include.no_match", f"no file matches {item.value}", hint)
        if item.span.file in found:
            hint = "keep included files in a folder of their own"
            raise Refused("include.nested", f"{item.value} names its own file", hint)
        return found
    except Refused as refused:
        run.findings.append(refused.at(item.span, address))
        return []


def _read(path: str, item: Item, address: str, run: Run) -> Source | None:
    try:
        data = run.files.read(path)
    except Refused as refused:
        run.findings.append(refused.at(item.span, address))
        return None
    source, problems = parse_file(path, data)
    run.findings.extend(problems)
    if source is not None:
        run.findings.extend(empty_values(source))
        if source.value is None or source.value == {}:
            message = "the file holds no entry"
            hint = "write one entry, or a list of them"
            run.findings.append(error("include.empty", message, hint, span=Span(path)))
            return None
    return source
