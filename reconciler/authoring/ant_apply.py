"""`ant apply`'s reading of a definition, in this project's words.

Its documents are the API's body, in which a path stands wherever the API wants an id. A file that
lies where that tool looks is read by its defaults, too; where the result would differ from what it
makes, a note says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from reconciler.authoring.ant_skills import skills_in_own_words
from reconciler.authoring.discovery import FORMS, Definition
from reconciler.authoring.documents import Document, Item, Scope
from reconciler.authoring.files import Refused
from reconciler.authoring.globs import is_glob
from reconciler.authoring.manifests import Manifests, agent_at
from reconciler.authoring.mcp_file import FILE as MCP
from reconciler.authoring.prompt import DEFAULT_FILE, KNOWLEDGE
from reconciler.authoring.run import Run
from reconciler.authoring.yaml_source import KeyPath, Source
from reconciler.engine.address import Address
from reconciler.engine.diagnostics import Span, note

_ROSTERS: tuple[KeyPath, ...] = (
    ("subagents",),
    ("multiagent", "agents"),
    ("multiagent", "subagents", "predefined_agents"),
    ("multiagent", "workflows", "predefined_agents"),
)
#: Keys under which a member's id stands.
_IDS = ("path", "id", "agent")
#: What is the API's default here where a definition says nothing.
_ALWAYS_OWNED = ("tools", "mcp_servers", "skills", "multiagent", "execution_identity")
LATEST = "latest"


def in_own_words(
    document: Document, definition: Definition, agents: Manifests, address: Address, run: Run
) -> Document:
    """An agent's document without the dialect's words; `agents` are the project's, by file.

    A definition of this project's own that has none of them is returned as it is. What can't be
    read is an error at its place.
    """
    scope = Scope(document, str(address), run.findings)
    document = _defaults(document, definition, address, scope)
    if definition.listed:
        _note_owned(document, definition, scope, run)
    if definition.dialect == "ant" and definition.alone:
        _note_beside(document, definition, scope, run)
    for path in _ROSTERS:
        members = document.items(path)
        if any(_path_of(item.value)[1] for item in members):
            kept = list(_members(members, path, definition.folder, agents, scope, run))
            document = document.with_items(path, kept)
    return skills_in_own_words(document, definition, scope, run)


def environment_in_own_words(
    document: Document, definition: Definition, address: Address, run: Run
) -> Document:
    """An environment's document, the prose of a Markdown file as its `description`."""
    if not isinstance(document.value, dict):
        return document
    scope = Scope(document, str(address), run.findings)
    document = _defaults(document, definition, address, scope)
    source = document.source
    if source.prose is None or not source.prose.strip():
        return document
    if "description" in source.value:
        message = "`description` stands beside a description: the text below the frontmatter"
        scope.key_error(
            "environment.two_descriptions", message, ("description",), "keep one of them"
        )
    if "description" in document.value:  # by an override, it is another target's
        return document
    text = source.prose.strip()
    before = source.prose[: source.prose.index(text[0])]
    prose = Source(source.file, text, first_line=source.prose_line + before.count("\n"))
    return replace(
        document,
        value={**document.value, "description": text},
        moved={**document.moved, ("description",): (prose, ())},
    )


def _defaults(
    document: Document, definition: Definition, address: Address, scope: Scope
) -> Document:
    """Without the `type:` that says the kind, and with the name of the file if there is none."""
    if document.value.get("type") == address.kind:
        document = document.without("type")
    if definition.dialect != "ant" or "name" in document.value:
        return document
    name = definition.file.rpartition("/")[2].rpartition(".")[0]
    if name != address.name.rpartition("/")[2]:
        message = f"no `name`: ant apply's default, the file's name: {name}"
        scope.note("converted.name", message, (), "write `name:`")
    return replace(document, value={**document.value, "name": name})


def _note_owned(document: Document, definition: Definition, scope: Scope, run: Run) -> None:
    said = {*document.value, *("mcp_servers" for name in _beside(definition, run) if name == MCP)}
    said |= {"multiagent"} if said & {"subagents", "callable_agents"} else set()
    unsaid = [f"`{key}`" for key in _ALWAYS_OWNED if key not in said]
    if unsaid:
        message = f"no {', '.join(unsaid)}: the agent has none; ant apply keeps what is live"
        hint = "read the first plan; declare here what the live agent is to keep"
        scope.note("converted.owned", message, (), hint)


def _note_beside(document: Document, definition: Definition, scope: Scope, run: Run) -> None:
    prose = document.source.prose
    prompt = "system" in document.value or (prose is not None and prose.strip() != "")
    unread = ([DEFAULT_FILE] if prompt else []) + ([KNOWLEDGE] * ("knowledge" in document.value))
    for name in _beside(definition, run):
        if name not in unread:
            message = f"{name} beside the agent is part of it; ant apply reads the file alone"
            place = Span(f"{definition.folder}/{name}")
            scope.findings.append(
                note("converted.added", message, "move it away if it is not meant",
                     span=place, address=scope.address)
            )  # fmt: skip


def _beside(definition: Definition, run: Run) -> list[str]:
    try:
        entries = run.files.entries(definition.folder) if definition.alone else ()
    except Refused:  # which is a finding where it is read
        return []
    return [
        entry.name
        for entry in entries
        if (entry.is_file and entry.name in (MCP, DEFAULT_FILE))
        or (entry.is_folder and entry.name == KNOWLEDGE)
    ]


def _members(
    members: list[Item],
    path: KeyPath,
    folder: str,
    agents: Manifests,
    scope: Scope,
    run: Run,
) -> Iterator[Item]:
    """The entries of a roster, each path as the address that its file has."""
    for at, item in enumerate(members):
        key, written = _path_of(item.value)
        if not written:
            yield item
            continue
        place: KeyPath = (*path, at)
        if not _is_bare(item.value, key, place, scope):
            continue
        place = (*place, key) if key else place
        if is_glob(written):
            message = f"{written} is a pattern, and an entry of a roster is one agent"
            scope.error("subagent.missing", message, place, "name each file by itself")
            continue
        address = agent_at(written, folder, place, agents, scope, run)
        if address is not None:
            home = scope.document.home(place)
            yield Item(str(address), home)


def _path_of(entry: Any) -> tuple[str, str]:
    """The key under which a member names a file ("" for the entry itself), and the path; "" if
    it names none. An id has no ending, so that `agent_defs/x.md` is a path."""
    if isinstance(entry, str):
        return "", entry if _is_path(entry) else ""
    for key in _IDS if isinstance(entry, dict) else ():
        written = entry.get(key)
        if isinstance(written, str) and (key == "path" or _is_path(written)):
            return key, written
    return "", ""


def _is_path(text: str) -> bool:
    return text.startswith(("./", "../")) or text.endswith(FORMS)


def _is_bare(entry: Any, key: str, place: KeyPath, scope: Scope) -> bool:
    """Whether a path stands there with nothing that would override what it refers to."""
    if not key:
        return True
    allowed = {key, "version", *(("type",) if key == "id" else ())}
    extra = [other for other in entry if other not in allowed]
    for other in extra:
        message = f"`{other}` can't stand beside the path of a file"
        scope.key_error("field.unknown", message, (*place, other), "take it out")
    version = entry.get("version", LATEST)
    if version != LATEST:
        hint = "take it out: what the file says is pinned when it is applied"
        message = f"a file's version is what it says, not {version}"
        scope.error("field.value", message, (*place, "version"), hint)
    elif "version" in entry:
        message = "a member is always pinned; ant apply leaves this one at the newest"
        hint = "a new version of the member is a new version of this agent, too"
        scope.key_note("converted.pinned", message, (*place, "version"), hint)
    return not extra and version == LATEST
