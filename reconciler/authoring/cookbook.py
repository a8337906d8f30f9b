"""The cookbooks' reading of a definition, in this project's words.

A cookbook is a folder with an agent.yaml and `subagents/*.yaml`, and a deploy script that makes one
agent of each. Its documents are the API's body with four keys of its own: `callable_agents` with
`{manifest: FILE}` members, skills `{from_plugin: FOLDER}`, and `output_schema`. What that script
leaves out without a word is kept here, and noted, since the result differs from what it made.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from posixpath import relpath
from typing import Any

from reconciler.authoring.documents import Document, Item, Scope
from reconciler.authoring.files import Refused, inside
from reconciler.authoring.manifests import Manifests, agent_at
from reconciler.authoring.run import Run
from reconciler.authoring.variables import references
from reconciler.authoring.yaml_source import KeyPath
from reconciler.engine.address import Address

CALLABLE, SCHEMA, PLUGIN, MANIFEST = "callable_agents", "output_schema", "from_plugin", "manifest"
_ROSTERS: tuple[KeyPath, ...] = ((CALLABLE,), ("subagents",), ("multiagent", "agents"))
_KEPT_HINT = "nothing has to be done if it is meant, else take it out"


def is_cookbook(document: Document) -> bool:
    """Whether the document holds a key that only this dialect has."""
    value = document.value
    entries = [entry for path in (*_ROSTERS, ("skills",)) for entry in _listed(value, path)]
    return bool({CALLABLE, SCHEMA} & value.keys()) or any(
        isinstance(entry, dict) and {PLUGIN, MANIFEST} & entry.keys() for entry in entries
    )


def in_own_words(
    document: Document, folder: str, manifests: Manifests, address: Address, run: Run
) -> Document:
    """The document without the dialect's keys; `folder` is what its paths start from.

    `manifests` are the project's agents by file. What can't be read is an error at its place, and
    every difference to what the deploy script would send is a note at its line.
    """
    scope = Scope(document, str(address), run.findings)
    _note_prose(scope)
    if SCHEMA in document.value:
        message = f"`{SCHEMA}` is not sent: the API has no such field"
        hint = "leave it for whoever checks the agent's answers, or take it out"
        scope.key_note("converted.output_schema", message, (SCHEMA,), hint)
    for path in _ROSTERS:
        if _listed(document.value, path):
            members = list(_members(document, path, folder, manifests, scope, run))
            document = document.with_items(path, members)
    if isinstance(document.value.get("skills"), list):
        skills = list(_skills(document, folder, scope, run))
        document = document.with_items(("skills",), skills)
    return _roster(document, scope).without(CALLABLE, SCHEMA)


def _listed(value: Any, path: KeyPath) -> list[Any]:
    for part in path:
        value = value.get(part) if isinstance(value, dict) else None
    return value if isinstance(value, list) else []


def _roster(document: Document, scope: Scope) -> Document:
    """`callable_agents` as `subagents`; an empty list is no roster."""
    listed = document.value.get(CALLABLE)
    if listed is not None and not isinstance(listed, list):
        message = f"`{CALLABLE}` must be a list"
        scope.error("field.type", message, (CALLABLE,), "[{manifest: ./subagents/NAME.yaml}]")
    elif listed and any(document.value.get(key) for key in ("subagents", "multiagent")):
        message = f"`{CALLABLE}` is a second roster beside `subagents` or `multiagent`"
        scope.key_error("subagent.two_rosters", message, (CALLABLE,), "keep one of them")
    elif listed:
        return document.renamed(CALLABLE, "subagents")
    return document


def _members(
    document: Document, path: KeyPath, folder: str, manifests: Manifests, scope: Scope, run: Run
) -> Iterator[Item]:
    """The entries of a roster, each manifest as the address that its file has."""
    for at, item in enumerate(document.items(path)):
        entry, place = item.value, (*path, at)
        if isinstance(entry, dict) and MANIFEST in entry:
            if not _alone(entry, MANIFEST, place, scope):
                continue
            place = (*place, MANIFEST)
            address = agent_at(entry[MANIFEST], folder, place, manifests, scope, run)
            if address is not None:
                yield replace(item, value=str(address), home=document.home(place))
            continue
        if path == (CALLABLE,) and isinstance(entry, dict | str):
            _note_kept("a member that is no manifest", place, scope)
        yield replace(item, value=_newest(entry))


def _newest(entry: Any) -> Any:
    """A member without `version: latest`, which is what the API takes for no version (SDK 2.11,
    `beta_managed_agents_agent_params.py`)."""
    if isinstance(entry, dict) and entry.get("version") == "latest":
        return {key: item for key, item in entry.items() if key != "version"}
    return entry


def _skills(document: Document, folder: str, scope: Scope, run: Run) -> Iterator[Item]:
    """The entries of `skills`, each plugin as the skills below it, in the order of their names."""
    plugins = 0
    for at, item in enumerate(document.items(("skills",))):
        entry = item.value
        place: KeyPath = ("skills", at)
        if not isinstance(entry, dict) or PLUGIN not in entry:
            if isinstance(entry, str) or (isinstance(entry, dict) and "path" not in entry):
                _note_kept("a skill that is no path", place, scope)
            yield item
            continue
        plugins += 1
        if not _alone(entry, PLUGIN, place, scope):
            continue
        place = (*place, PLUGIN)
        found = _plugin(entry[PLUGIN], folder, place, scope, run)
        if found and plugins > 1:
            _note_kept(f"a second `{PLUGIN}`", place, scope)
        home = document.home(place)
        for path in found:
            relative = relpath(path, folder)
            value = relative if relative.startswith("../") else f"./{relative}"
            yield Item(value, home)


def _plugin(written: str, folder: str, place: KeyPath, scope: Scope, run: Run) -> list[str]:
    """The skill folders of a plugin; links too, for the reader of skills to refuse."""
    try:
        below = f"{inside(folder, written)}/skills".removeprefix("/")
        found = [
            entry.path
            for entry in run.files.entries(below)
            if (entry.is_folder or entry.is_symlink) and not entry.name.startswith(".")
        ]
    except Refused as refused:
        scope.error(refused.code, str(refused), place, refused.hint)
        return []
    if not found:
        hint = "mind the folder it starts in, or take the entry out"
        scope.error("skill.missing", f"there is no skill folder in {below}", place, hint)
    return found


def _alone(entry: dict[str, Any], key: str, place: KeyPath, scope: Scope) -> bool:
    """Whether the entry is a path under that key and nothing else."""
    for other in entry:
        if other != key:
            message = f"`{other}` can't stand beside `{key}`"
            scope.key_error("field.unknown", message, (*place, other), "take it out")
    if not isinstance(entry[key], str) or not entry[key]:
        if entry[key] is not None:  # which is an error of its own
            scope.error("field.type", f"`{key}` must be a path", (*place, key), f"{{{key}: ./…}}")
        return False
    return len(entry) == 1


def _note_kept(what: str, place: KeyPath, scope: Scope) -> None:
    message = f"{what} counts here; the cookbooks' deploy script leaves it out"
    scope.note("converted.kept", message, place, _KEPT_HINT)


def _note_prose(scope: Scope) -> None:
    """The script fills variables in anywhere, and reads one of a prompt's two sources."""
    value = scope.document.value
    for path, prose in references(value):
        if prose and path[0] != SCHEMA:
            message = "`${…}` in a text stays as it is; the cookbooks' deploy script fills it in"
            hint = "write the value itself; variables are for URLs and ids"
            scope.note("converted.variable", message, path, hint)
    system = value.get("system")
    if isinstance(system, dict) and system.get("file") and system.get("text"):
        message = (
            "`text` and `file` both count here; the cookbooks' deploy script reads one of them"
        )
        scope.note("converted.kept", message, ("system", "text"), _KEPT_HINT)
