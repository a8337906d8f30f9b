"""Which files of a project define what, and under which address.

    agents/NAME/agent.yaml                   agent/NAME
    agents/NAME.agent.yaml                   agent/NAME
    agents/NAME/subagents/SUB.yaml           agent/NAME/SUB
    agents/NAME/SUB.agent.yaml               agent/NAME/SUB
    .managed-agents/NAME/agent.md            agent/NAME (agentlift_files)
    skills/NAME/SKILL.md                     skill/NAME
    environments/NAME.yaml                   environment/NAME
    agents/NAME/environment.yaml             environment/NAME
    agents/environment.yaml                  environment/<its `name:` as a slug>

The last is the one place where the file system has no name to give. `.yml` and `.json` are read
like `.yaml`, and a definition may be Markdown (`.md`) with its body as frontmatter. What has
another name is offered to the dialect that looks inside (ant_files).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from reconciler.authoring.files import Entry, Files, Refused
from reconciler.authoring.project_form import PathsForm
from reconciler.engine.diagnostics import Diagnostic, Span, error, warning

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\Z")
_YAML = (".yaml", ".yml")
_BODY = (*_YAML, ".json")
FORMS = (*_BODY, ".md")
_AGENT = tuple(f".agent{form}" for form in FORMS)
_AGENT_FILES = tuple(f"agent{form}" for form in FORMS)
_ENVIRONMENT_FILES = tuple(f"environment{form}" for form in FORMS)
_README = "readme.md"
_NOT_MANAGED = re.compile(
    r"(vault|memory_store|deployment)s?(?![^\W_]).*\.(ya?ml|json|md)\Z", re.IGNORECASE
)
_PROMPT = "system-prompt.md"
_READ_TEXTS = ("agent.md", _PROMPT, "SKILL.md")
MCP = "mcp.json"
_OTHER_FOLDERS = ("knowledge", "skills")
_MODEL = re.compile(rb"^model:", re.MULTILINE)
_UNMANAGED_FOLDERS = ("deployments", "memory_stores", "vaults")
Dialect: TypeAlias = Literal["native", "agentlift", "ant"]


@dataclass(frozen=True, slots=True)
class Definition:
    """A definition file. `name` is its address's name, "" if the file has to say it; `folder` is
    what relative paths start from; `alone` says that the folder belongs to this agent only, and
    `listed` that claude-lock.json names the file."""

    name: str
    file: str
    folder: str
    alone: bool = False
    listed: bool = False
    dialect: Dialect = "native"


@dataclass(frozen=True, slots=True)
class Offered:
    """A file that has no name of a definition; `kind` is what its folder holds, or ""."""

    entry: Entry
    kind: str = ""


@dataclass(slots=True)
class Discovered:
    """What was found. `texts` are Markdown files beside agents, which may be prompts;
    `unmanaged` are paths with their kind; `named_skills` are folders whose skill has the name that
    its SKILL.md says. `offered` and the folders `without_agent` wait for whoever looks inside."""

    agents: list[Definition] = field(default_factory=list)
    environments: list[Definition] = field(default_factory=list)
    skills: list[Definition] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    unmanaged: list[tuple[str, str]] = field(default_factory=list)
    offered: list[Offered] = field(default_factory=list)
    without_agent: list[Entry] = field(default_factory=list)
    named_skills: set[str] = field(default_factory=set)


def discover(files: Files, paths: PathsForm, findings: list[Diagnostic]) -> Discovered:
    """Every definition of the project, in path order; what can't be one is a finding."""
    found = Discovered()
    for entry in entries_of(files, paths.agents, findings):
        if entry.is_folder:
            _agent_folder(files, entry, found, findings)
        else:
            _agents_file(entry, paths.agents, found, findings)
    for entry in entries_of(files, paths.skills, findings):
        if entry.is_folder:
            found.skills.append(Definition(entry.name, f"{entry.path}/SKILL.md", entry.path))
        elif _is_form(entry):
            found.offered.append(Offered(entry))
    for entry in entries_of(files, paths.environments, findings):
        stem = _stem(entry.name, FORMS)
        if entry.is_file and stem is not None and _is_form(entry):
            add(found.environments, stem, entry, paths.environments, findings)
    for folder in _UNMANAGED_FOLDERS:
        for entry in entries_of(files, folder, findings):
            if _is_form(entry):
                found.offered.append(Offered(entry, folder.removesuffix("s")))
    return found


def _is_form(entry: Entry) -> bool:
    return entry.is_file and entry.name.endswith(FORMS) and entry.name.lower() != _README


def entries_of(
    files: Files, folder: str, findings: list[Diagnostic], *, read: tuple[str, ...] = _READ_TEXTS
) -> Iterator[Entry]:
    """A folder's names without hidden ones. A symlink is a finding, unless it is some text that
    is not read anyway: of Markdown, only what ends like one of `read` is."""
    try:
        entries = files.entries(folder)
    except Refused as refused:
        findings.append(refused.at(Span(folder)))
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if entry.is_symlink:
            if not entry.name.endswith(".md") or entry.name.endswith(read):
                message = f"{entry.path} is a symbolic link, which is never followed"
                hint = "put the file itself there"
                findings.append(error("path.symlink", message, hint, span=Span(entry.path)))
            continue
        yield entry


def _agent_folder(
    files: Files, folder: Entry, found: Discovered, findings: list[Diagnostic]
) -> None:
    before = len(found.agents), len(findings)
    servers: Entry | None = None
    has_agent = False
    for entry in entries_of(files, folder.path, findings):
        name = entry.name
        if entry.is_folder:
            if name == "subagents":
                for below in entries_of(files, entry.path, findings, read=(".md",)):
                    _subagent(below, folder.name, entry.path, found, findings)
            elif name in _AGENT_FILES:
                message = f"{entry.path} is a folder"
                place = Span(entry.path)
                findings.append(error("path.not_a_file", message, "make it a file", span=place))
            elif name not in _OTHER_FOLDERS:
                _too_deep(files, entry, findings)
        elif name in _AGENT_FILES:
            has_agent = True
            add(found.agents, folder.name, entry, folder.path, findings, alone=True)
        elif name == MCP:
            servers = entry
        elif (stem := _stem(name, _AGENT)) is not None:
            add(found.agents, f"{folder.name}/{stem}", entry, folder.path, findings)
        elif name in _ENVIRONMENT_FILES:
            add(found.environments, folder.name, entry, folder.path, findings)
        elif name.lower() not in (_PROMPT, _README):
            found.offered.append(Offered(entry))
    if servers is not None and not has_agent:
        found.offered.append(Offered(servers))
    if (len(found.agents), len(findings)) == before:
        found.without_agent.append(folder)


def _too_deep(files: Files, folder: Entry, findings: list[Diagnostic]) -> None:
    for entry in entries_of(files, folder.path, findings):
        if entry.is_file and entry.name in _AGENT_FILES:
            message = f"{entry.path} is a folder too deep to be read"
            hint = "move its folder up into agents/, or make it subagents/NAME.yaml"
            findings.append(warning("agent.misnamed", message, hint, span=Span(entry.path)))


def _subagent(
    entry: Entry, orchestrator: str, folder: str, found: Discovered, findings: list[Diagnostic]
) -> None:
    stem = _stem(entry.name, (*_AGENT, *FORMS))
    if entry.is_folder:
        message = f"{entry.path} is a folder; subagents/ holds one file per subagent"
        hint = f"write {folder}/{entry.name}.yaml"
        findings.append(warning("agent.no_definition", message, hint, span=Span(entry.path)))
    elif entry.name.lower() == _README:
        return
    elif stem is not None:
        add(found.agents, f"{orchestrator}/{stem}", entry, folder, findings)


def _agents_file(entry: Entry, root: str, found: Discovered, findings: list[Diagnostic]) -> None:
    stem = _stem(entry.name, _AGENT)
    if stem is not None:
        add(found.agents, stem, entry, root, findings)
    elif entry.name in _ENVIRONMENT_FILES:
        found.environments.append(Definition("", entry.path, root))
    elif entry.name.lower() != _README:
        found.offered.append(Offered(entry, "agent"))


def other_file(files: Files, entry: Entry, found: Discovered, findings: list[Diagnostic]) -> None:
    """A file that nothing reads as a definition: a kind not managed, or one that looks like it."""
    name = entry.name
    if name == MCP:
        message = "mcp.json belongs to the agent in its folder, and there is none"
        hint = "put it beside agent.yaml or agent.md"
        findings.append(error("form.not_read", message, hint, span=Span(entry.path)))
    elif kind := unmanaged_kind(name):
        found.unmanaged.append((entry.path, kind))
    elif name.endswith(_YAML) and _has_model(files, entry):
        message = f"{name} has a `model:`, but is not read as an agent under this name"
        stem = _stem(name, _YAML) or ""
        wanted = "agent.yaml" if stem.lower().startswith("agent") else f"{stem}.agent.yaml"
        hint = f"rename it to {wanted}, if it is one"
        findings.append(warning("agent.misnamed", message, hint, span=Span(entry.path)))


def unmanaged_kind(name: str) -> str:
    """The kind that is not managed yet and that a file of this name is of, or ""."""
    match = _NOT_MANAGED.match(name)
    return match[1].lower() if match else ""


def _has_model(files: Files, entry: Entry) -> bool:
    try:
        return _MODEL.search(files.read(entry.path)) is not None
    except Refused:
        return False


def misspelt(files: Files, folder: Entry, findings: list[Diagnostic]) -> None:
    """Warn of a folder that looks like an agent's and holds none."""
    names = [entry.name for entry in files.entries(folder.path)]
    signs = [
        name
        for name in names
        if name == _PROMPT or (name.lower().startswith("agent") and "." in name)
    ]
    if signs:
        message = f"the folder holds {signs[0]} but no agent.yaml, so it defines no agent"
        place = Span(f"{folder.path}/{signs[0]}")
        findings.append(warning("agent.no_definition", message, "write agent.yaml", span=place))


def add(
    into: list[Definition],
    name: str,
    entry: Entry,
    folder: str,
    findings: list[Diagnostic],
    *,
    alone: bool = False,
    listed: bool = False,
    dialect: Dialect = "native",
) -> None:
    """Add the definition under its name, if that can be part of an address."""
    if not all(is_part(part) for part in name.split("/")):
        message = f"{name} can't be part of an address"
        hint = "letters, digits, `.`, `_` and `-`, at most 100, beginning with a letter or digit"
        findings.append(error("address.name", message, hint, span=Span(entry.path)))
        return
    into.append(Definition(name, entry.path, folder, alone, listed, dialect))


def is_part(name: str) -> bool:
    """Whether a folder or file of this name can give an address its name."""
    return bool(_NAME.match(name))


def _stem(name: str, endings: tuple[str, ...]) -> str | None:
    for ending in endings:
        if name.endswith(ending) and len(name) > len(ending):
            return name.removesuffix(ending)
    return None
