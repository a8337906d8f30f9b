"""Which files of a project are `ant apply`'s: by a top-level `type:`, by the folder they are
directly in, or by a name that begins with the kind; and what a claude-lock.json names.

Only the folders that are read anyway are looked through. There a file needs more than its place to
be a definition: an agent a `model`, an environment a `config` or a `name`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

from reconciler.authoring.discovery import (
    FORMS,
    MCP,
    Definition,
    Discovered,
    Offered,
    add,
    misspelt,
    other_file,
    unmanaged_kind,
)
from reconciler.authoring.files import Entry, Files, Refused, inside
from reconciler.authoring.foreign import claude_code_key
from reconciler.authoring.json_source import parse_file
from reconciler.authoring.markdown import parse_markdown
from reconciler.authoring.project_form import PathsForm
from reconciler.authoring.yaml_source import Source
from reconciler.engine.diagnostics import Diagnostic, Span, error

LOCK = "claude-lock.json"
UNMANAGED = ("deployment", "memory_store", "vault")
KINDS = ("agent", "environment", "skill", *UNMANAGED)
_PREFIX = re.compile(rf"({'|'.join(KINDS)})(?:[-_.](.+))?\Z")
_TYPE = re.compile(
    rb"""(?:^|[{,])[ \t]*["']?type["']?[ \t]*:[ \t]*["']?(?:%s)\b""" % "|".join(KINDS).encode(),
    re.MULTILINE,
)
_MODEL = re.compile(rb"""^[ \t]*["']?model["']?[ \t]*:[ \t]*(?!haiku|inherit|opus|sonnet)""", re.M)
_CLAUDE_CODE = re.compile(rb"^(?:tools:[ \t]*[A-Za-z]|color:|permissionMode:)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class _Walk:
    files: Files
    paths: PathsForm
    found: Discovered
    findings: list[Diagnostic]


def discover_ant(
    files: Files, paths: PathsForm, found: Discovered, findings: list[Diagnostic]
) -> None:
    """Give each file that is offered a kind, or leave it as what it is; add what a lock names."""
    walk = _Walk(files, paths, found, findings)
    listed = dict(_listed(files, paths, findings))
    _by_type(walk)
    prompts = cache(partial(_prompts, walk))
    for offer in found.offered:
        if offer.entry.path in listed:
            continue
        kind = _resource(offer, walk)
        if kind == "agent" and offer.entry.path.endswith(".md") and offer.entry.path in prompts():
            kind = ""
        if kind:
            _define(kind, offer.entry, walk)
        else:
            _leave(offer, walk)
    for path, kind in listed.items():
        _from_lock(path, kind, walk)
    for folder in found.without_agent:
        if not any(path.startswith(f"{folder.path}/") for path in _spoken_of(walk)):
            misspelt(files, folder, findings)


def kind_of(files: Files, paths: PathsForm, path: str) -> str:
    """The kind that a file's `type:`, its folder, or its name says it is; "" if none does."""
    folder, _, name = path.rpartition("/")
    inside_of = next((kind for kind in KINDS if _is_home(kind, folder, paths)), "")
    return declared_type(files, path) or inside_of or _named_kind(name)


def declared_type(files: Files, path: str, *, keep: bool = False) -> str:
    """The kind that a file's top-level `type:` names, or ""; `keep` what will be read again."""
    try:
        data = files.read(path, keep=keep) if path.endswith(FORMS) else b""
    except Refused:
        return ""
    if _TYPE.search(data) is None:
        return ""
    source = _look(path, data)
    kind = source.value.get("type") if source and isinstance(source.value, dict) else None
    return kind if kind in KINDS else ""


def _look(path: str, data: bytes) -> Source | None:
    if path.endswith(".md"):
        return parse_markdown(path, data, bare=True)[0]
    return parse_file(path, data)[0]


def _is_home(kind: str, folder: str, paths: PathsForm) -> bool:
    return folder.rpartition("/")[2] == f"{kind}s" or folder == getattr(paths, f"{kind}s", None)


def _named_kind(name: str) -> str:
    match = _PREFIX.match(name.rpartition(".")[0])
    return match[1] if match and name.endswith(FORMS) else ""


def _listed(
    files: Files, paths: PathsForm, findings: list[Diagnostic]
) -> Iterator[tuple[str, str]]:
    """The files that a claude-lock.json names, and the kind it gives them."""
    try:
        if files.entry(LOCK) is None:
            return
        source, problems = parse_file(LOCK, files.read(LOCK, keep=False))
    except Refused as refused:
        findings.append(refused.at(Span(LOCK)))
        return
    findings.extend(problems)
    if source is None:
        return
    resources = source.value.get("resources") if isinstance(source.value, dict) else None
    if not isinstance(resources, dict):
        message = f"{LOCK} says of no file which resource it is"
        hint = "restore it from git, or delete it"
        findings.append(error("field.type", message, hint, span=source.span(("resources",))))
        return
    for written, resource in resources.items():
        if not written.startswith("./"):  # a skill of another repository
            continue
        try:
            path = inside("", written).removesuffix("/SKILL.md")
            if files.entry(path) is None:  # a deleted file defines nothing
                continue
            said = resource.get("kind") if isinstance(resource, dict) else None
            kind = said if isinstance(said, str) else kind_of(files, paths, path)
            yield path, kind or "agent"
        except Refused as refused:
            findings.append(refused.at(source.key_span(("resources", written))))


def _by_type(walk: _Walk) -> None:
    """A top-level `type:` goes before the place of a file."""
    found = walk.found
    for kind, definitions in (("agent", found.agents), ("environment", found.environments)):
        for definition in list(definitions):
            said = declared_type(walk.files, definition.file, keep=True)
            entry = walk.files.entry(definition.file) if said not in ("", kind) else None
            if entry is not None and definition.dialect == "native":
                definitions.remove(definition)
                _define(said, entry, walk)


def _resource(offer: Offered, walk: _Walk) -> str:
    """The kind of the definition that an offered file is; "" if it is none."""
    path, name = offer.entry.path, offer.entry.name
    if said := declared_type(walk.files, path):
        return said
    kind = offer.kind or _named_kind(name)
    if kind in UNMANAGED:
        return kind
    if kind not in ("agent", "environment") or not name.endswith(FORMS) or name == MCP:
        return ""
    try:
        data = walk.files.read(path, keep=False)
    except Refused:
        return ""
    source = _look(path, data)
    value = None if source is None else source.value
    if kind == "environment":
        return kind if isinstance(value, dict) and {"config", "name"} & value.keys() else ""
    taken = any(one.name == _name(path, kind, walk.paths) for one in _native_agents(walk))
    return kind if not taken and _is_agent(path, data, value) else ""


def _native_agents(walk: _Walk) -> Iterator[Definition]:
    return (one for one in walk.found.agents if one.dialect != "ant")


def _is_agent(path: str, data: bytes, value: Any) -> bool:
    """Whether it has a model and is no Claude Code subagent; what is broken is judged by lines."""
    prose = path.endswith(".md")
    if value is None and prose:
        fence = data.find(b"\n---", 4)
        data = data[:fence] if data.startswith(b"---") and fence > 0 else b""
        return bool(_MODEL.search(data)) and not _CLAUDE_CODE.search(data)
    if value is None:
        return bool(_MODEL.search(data))
    if not isinstance(value, dict) or "model" not in value:
        return False
    return not (prose and claude_code_key(value))


def _prompts(walk: _Walk) -> set[str]:
    """The files that definitions name as their prompt."""
    found: set[str] = set()
    for definition in walk.found.agents:
        try:
            source = _look(definition.file, walk.files.read(definition.file))
            value = source.value if source is not None else None
            system = value.get("system") if isinstance(value, dict) else None
            file = system.get("file") if isinstance(system, dict) else None
            if isinstance(file, str):
                found.add(inside(definition.folder, file))
        except Refused:
            continue
    return found


def _leave(offer: Offered, walk: _Walk) -> None:
    """What is no definition is what it was: perhaps a prompt, a kind not managed, or misnamed."""
    entry = offer.entry
    prose = entry.name.endswith(".md")
    if offer.kind == "agent" and prose and not unmanaged_kind(entry.name):
        walk.found.texts.append(entry.path)
    else:
        other_file(walk.files, entry, walk.found, walk.findings)


def _define(kind: str, entry: Entry, walk: _Walk, *, listed: bool = False) -> None:
    found = walk.found
    if kind not in ("agent", "environment", "skill"):
        found.unmanaged.append((entry.path, kind))
    elif kind == "skill":
        message = "a skill is a folder with a SKILL.md; a file of this type is not read"
        hint = f"make it {walk.paths.skills}/NAME/SKILL.md"
        walk.findings.append(error("form.not_read", message, hint, span=Span(entry.path)))
    else:
        into = found.agents if kind == "agent" else found.environments
        name = _name(entry.path, kind, walk.paths)
        folder, _, file = entry.path.rpartition("/")
        alone = kind == "agent" and bool(folder) and file.rpartition(".")[0] == kind
        if name:
            add(into, name, entry, folder, walk.findings,
                alone=alone, listed=listed, dialect="ant")  # fmt: skip
        else:
            into.append(Definition("", entry.path, folder, listed=listed, dialect="ant"))


def _name(path: str, kind: str, paths: PathsForm) -> str:
    """The address's name: the stem in a folder of the kind; elsewhere what stands behind the kind
    in the file's name, below the folder if that is an agent's; nothing behind it: the folder."""
    folder, _, file = path.rpartition("/")
    above, _, base = folder.rpartition("/")
    stem = file.rpartition(".")[0]
    if kind == "agent":
        stem = stem.removesuffix(".agent")
    if _is_home(kind, folder, paths):
        return stem
    match = _PREFIX.match(stem)
    rest = (match[2] or "") if match and match[1] == kind else stem
    if not rest:
        return base
    return f"{base}/{rest}" if above == paths.agents else rest


def _from_lock(path: str, kind: str, walk: _Walk) -> None:
    """A file that the lock names is read wherever it is, and by the dialect's rules."""
    found, entry = walk.found, walk.files.entry(path)
    if entry is None or any(path == other for other, _ in found.unmanaged):
        return
    if kind == "skill":
        found.named_skills.add(path)
        if all(one.folder != path for one in found.skills):
            found.skills.append(Definition(entry.name, f"{path}/SKILL.md", path))
        return
    for definitions in (found.agents, found.environments):
        for at, one in enumerate(definitions):
            if one.file == path:
                definitions[at] = replace(one, dialect="ant", listed=True)
                return
    _define(declared_type(walk.files, path) or kind, entry, walk, listed=True)


def _spoken_of(walk: _Walk) -> Iterator[str]:
    found = walk.found
    yield from (one.file for one in (*found.agents, *found.environments))
    yield from (path for path, _ in found.unmanaged)
    yield from (one.span.file for one in walk.findings if one.span is not None)
