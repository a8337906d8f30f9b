"""agentlift's reading of a definition, in this project's words.

What its documentation promises an author who leaves something out is kept: no `tools` means every
built-in tool, no `model` its default model, no `skills` and no `mcp` what lies in the agent's
folder. Each such promise is a note, so that nobody is given a tool unseen; what has no counterpart
is an error where it stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from posixpath import relpath
from typing import Any

from reconciler.authoring.agentlift_files import SHARED, unread
from reconciler.authoring.documents import Document, Item, Scope
from reconciler.authoring.files import Refused
from reconciler.authoring.forms import nearest
from reconciler.authoring.mcp_file import read_servers
from reconciler.authoring.run import Run
from reconciler.engine.diagnostics import Span, note

DEFAULT_MODEL = "claude-haiku-4-5"
_SKILLS = ("skills", ".claude/skills")
_MCP = ("mcp.json", ".mcp.json")
_NATIVE_SKILL = ("./", "../", "anthropic/")


def converted(document: Document, folder: str, scope: Scope, run: Run) -> Document:
    """The document in this project's words, but for its servers."""
    document = replace(document, value=_defaults(dict(document.value), scope))
    try:
        return _skills(document, folder, scope, run)
    except Refused as refused:
        scope.error(refused.code, str(refused), ("skills",), refused.hint)
        return document


def _defaults(value: dict[str, Any], scope: Scope) -> dict[str, Any]:
    if "model" not in value:
        value["model"] = DEFAULT_MODEL
        message = f"no `model`: agentlift's default, {DEFAULT_MODEL}"
        scope.note("converted.model", message, (), "write `model:`")
    if "tools" not in value:
        value["tools"] = "all"
        message = "no `tools`: agentlift gives every built-in tool"
        hint = "write `tools: all` if that is meant, else name the tools"
        scope.note("converted.tools", message, (), hint)
    if value.get("knowledge") == "skip":
        value["knowledge"] = []
    elif value.get("knowledge") == "inline":
        del value["knowledge"]
    return value


def _skills(document: Document, folder: str, scope: Scope, run: Run) -> Document:
    """`skills` as paths. Raises Refused if a folder of skills can't be looked into."""
    own = _skill_folders(folder, run)
    if "skills" not in document.value:
        if not own:
            return document
        message = f"no `skills`: agentlift gives those of its folder: {', '.join(own)}"
        scope.note("converted.skills", message, (), f"write `skills: [{', '.join(own)}]`")
        paths = [relpath(path, folder) for path in own.values()]
        listed = [f"./{path}" for path in paths]
        return replace(document, value={**document.value, "skills": listed})
    if not isinstance(document.value["skills"], list):
        return document
    shared = _skill_folders(SHARED, run)
    items = _skill_items(document, folder, own, shared, scope)
    return document.with_items(("skills",), items)


def _skill_items(
    document: Document, folder: str, own: dict[str, str], shared: dict[str, str], scope: Scope
) -> Iterator[Item]:
    for at, item in enumerate(document.items(("skills",))):
        word = item.value
        if not isinstance(word, str) or word.startswith(_NATIVE_SKILL):
            yield item
            continue
        name = word.removeprefix("shared/")
        path = shared.get(name) if name != word else own.get(name, shared.get(name))
        if path is None:
            known = [*own, *(f"shared/{one}" for one in shared)]
            hint = nearest(word, known) or f"skills: {', '.join(known) or 'none'}"
            scope.error("skill.missing", f"there is no skill {word}", ("skills", at), hint)
            continue
        relative = relpath(path, folder)
        yield replace(item, value=relative if relative.startswith("../") else f"./{relative}")


def _skill_folders(folder: str, run: Run) -> dict[str, str]:
    """Skill folders by name; links too, for the reader of skills to refuse. Raises Refused."""
    found: dict[str, str] = {}
    for place in _SKILLS:
        for entry in run.files.entries(f"{folder}/{place}"):
            if (entry.is_folder or entry.is_symlink) and not entry.name.startswith("."):
                found.setdefault(entry.name, entry.path)
    return found


def servers_of(document: Document, folder: str, scope: Scope, run: Run) -> list[Item]:
    """The servers that `mcp` names, or all of the agent's own file."""
    own = _servers(folder, scope, run)
    words = document.value.get("mcp")
    if "mcp" not in document.value:
        chosen = list(own.values())
    elif isinstance(words, list):
        chosen = list(_named(words, own, _servers(SHARED, scope, run), scope))
    else:
        scope.error("field.type", "`mcp` must be a list", ("mcp",), "[name, shared/name]")
        return []
    for name, item in own.items():
        if item not in chosen:
            hint = f"add {name} to `mcp`, or take it out here"
            message = f"`mcp` doesn't name the server {name}, so the agent hasn't got it"
            run.findings.append(note("converted.mcp_unused", message, hint, span=item.span))
    for item in chosen:
        _note_asking(item, scope)
    return chosen


def _servers(folder: str, scope: Scope, run: Run) -> dict[str, Item]:
    try:
        names = [entry.name for entry in run.files.entries(folder)]
    except Refused as refused:
        run.findings.append(refused.at(Span(folder), scope.address))
        return {}
    present = [f"{folder}/{name}" for name in _MCP if name in names]
    for path in present[1:]:
        run.findings.append(unread(path, present[0]))
    return read_servers(present[0], scope.address, run) if present else {}


def _named(
    words: list[Any], own: dict[str, Item], shared: dict[str, Item], scope: Scope
) -> Iterator[Item]:
    # What one of the two files may have meant to hold is not missing.
    folders = (scope.document.file.rpartition("/")[0], SHARED)
    files = {f"{folder}/{name}" for folder in folders for name in _MCP}
    unreadable = any(
        item.severity == "error" and item.span is not None and item.span.file in files
        for item in scope.findings
    )
    for at, word in enumerate(words):
        if not isinstance(word, str):
            message = "an entry of `mcp` is the name of a server"
            scope.error("field.type", message, ("mcp", at), "name, or shared/name")
            continue
        name = word.removeprefix("shared/")
        found = shared.get(name) if name != word else own.get(name, shared.get(name))
        if found is not None:
            yield found
            continue
        if unreadable:
            continue
        known = [*own, *(f"shared/{one}" for one in shared)]
        hint = nearest(word, known) or f"servers: {', '.join(known) or 'none'}"
        message = f"no mcp.json has a server {word}"
        scope.error("mcp.server_missing", message, ("mcp", at), hint)


def _note_asking(item: Item, scope: Scope) -> None:
    """agentlift calls a tool without a suffix allowed; the platform asks before it is used."""
    tools = item.value.get("tools")
    if "permission" in item.value or (isinstance(tools, list) and all(map(_has_suffix, tools))):
        return
    message = f"the tools of {item.value['name']} have no permission: the platform asks before each"
    hint = "write name:allow in `allowedTools`, or `permission: allow` for all of them"
    scope.findings.append(
        note("converted.mcp_permission", message, hint, span=item.span, address=scope.address)
    )


def _has_suffix(tool: Any) -> bool:
    return isinstance(tool, str) and ":" in tool
