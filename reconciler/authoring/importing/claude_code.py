"""Claude Code's subagents (`.claude/agents/*.md`) as definitions of this project.

The keys of the frontmatter are those of its documentation; the prose is the prompt. Tools are
named as Claude Code names them, servers come from `.mcp.json`, skills from `.claude/skills`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler.authoring.files import Entry, Files, Refused
from reconciler.authoring.importing.agent_document import Imported, placed_prompt
from reconciler.authoring.importing.claude_servers import (
    Written,
    converted_server,
    project_servers,
    servers_in,
)
from reconciler.authoring.importing.claude_tools import Chosen, chosen_tools, words_of
from reconciler.authoring.importing.conversion import (
    Asked,
    Conversion,
    Converted,
    Page,
    conversion,
    files_below,
    folder_name,
    model_of,
    unreadable,
)
from reconciler.authoring.markdown import parse_markdown
from reconciler.authoring.tool_form import BUILTIN_TOOLS
from reconciler.engine.diagnostics import Diagnostic, Span, error

_AGENTS = ".claude/agents"
_SKILLS = ".claude/skills"
_EFFORTS = ("low", "medium", "high", "xhigh", "max")
#: Keys of no effect on what the agent does: kept, so that nothing is lost.
_KEPT = ("color", "version")
_NO_COUNTERPART: Mapping[str, str] = {
    "background": "a session runs by itself anyway",
    "disabled": "delete the file if the agent is not wanted",
    "hooks": "hooks run commands around the agent, which the platform doesn't",
    "initialPrompt": "send it as the first message of a session",
    "isolation": "each session has a container of its own",
    "maxTurns": "the platform has no such limit",
    "memory": "memory stores belong to a session",
    "permissionMode": "write a suffix to each tool: bash:ask, read:allow",
}
_READ = ("name", "description", "model", "tools", "disallowedTools", "skills", "mcpServers")


@dataclass(frozen=True, slots=True)
class _Around:
    """What the agents of one folder share."""

    files: Files
    folder: str
    servers: Mapping[str, Written]
    asked: Asked


def convert(asked: Asked) -> Conversion:
    """Every agent of a project, of a folder of agents, or of one file."""
    findings: list[Diagnostic] = []
    path = asked.path.absolute()
    root = _project_of(path.parent if path.is_file() else path)
    files = Files(root)
    start = "" if path == root else path.relative_to(root).as_posix()
    try:
        if not start and files.is_folder(_AGENTS):
            start = _AGENTS
        entries = [_one(start)] if path.is_file() else list(_texts(files, start))
    except Refused as refused:
        return Conversion((), (unreadable(refused, start),))
    if not entries:
        message = f"{path.name} holds no agents: Markdown with `name` and `description` on top"
        findings.append(error("import.nothing", message, f"name the folder with {_AGENTS} in it"))
    servers = project_servers(files, "", findings, asked.skip)
    around = _Around(files, "", servers, asked)
    return conversion(_converted(entries, around, findings), findings)


def _project_of(folder: Path) -> Path:
    """The folder around `.claude/agents`, where servers and skills are; else the folder itself."""
    for one in (folder, *folder.parents):
        if one.parts[-2:] == (".claude", "agents"):
            return one.parents[1]
    return folder


def _one(path: str) -> Entry:
    return Entry(path.rpartition("/")[2], path, False, True, False)


def _texts(files: Files, folder: str) -> Iterator[Entry]:
    """Markdown files in and below the folder. Raises Refused."""
    for entry in files.entries(folder):
        if entry.is_folder and not entry.name.startswith("."):
            yield from _texts(files, entry.path)
        elif entry.name.endswith(".md") and entry.name.lower() != "readme.md":
            yield entry


def _converted(
    entries: list[Entry], around: _Around, findings: list[Diagnostic]
) -> Iterator[Converted]:
    for entry in entries:
        try:
            source, problems = parse_markdown(entry.path, around.files.read(entry.path))
        except Refused as refused:
            findings.append(unreadable(refused, entry.path))
            continue
        findings += problems
        if source is None:
            continue
        page = Page(source, findings, around.asked.skip)
        if not isinstance(source.value, dict):
            hint = "write `name: …` and `description: …`"
            page.error("field.type", "the frontmatter holds no mapping", (), hint)
            continue
        agent = _agent(entry.name.removesuffix(".md"), source.value, page, around)
        if agent is not None:
            yield agent


def _agent(stem: str, value: dict[str, Any], page: Page, around: _Around) -> Converted | None:
    name = folder_name(stem, page)
    document: dict[str, Any] = {}
    for key in ("name", "description"):
        text = value.get(key)
        if text is not None and not isinstance(text, str):
            page.error("field.type", f"`{key}` must be text", (key,))
        elif text and not (key == "name" and text == stem):
            document[key] = text
    document["model"] = _model(value, page, around.asked)
    prompt = placed_prompt(document, (page.source.prose or "").lstrip("\n"))
    known = dict(around.servers)
    own = _own_servers(value, known, page)
    known.update(own)
    chosen = chosen_tools(value, list(known), page)
    for unused in [name for name in own if name not in chosen.servers]:
        message = f"`tools` names no tool of the server {unused}, so the agent doesn't get it"
        page.note("converted.server_unused", message, own[unused].path, f"add mcp__{unused}")
    tools = chosen.words()
    if tools:
        everything = tools == list(BUILTIN_TOOLS) and "tools" not in value
        document["tools"] = "all" if everything else tools
    if servers := list(_servers(chosen, known)):
        document["mcp_servers"] = servers
    files = _skills(value, document, page, around)
    _rest(value, document, page)
    if name is None or document["model"] is None:
        return None
    return Converted(name, Imported(document, prompt), files)


def _model(value: Mapping[str, Any], page: Page, asked: Asked) -> Any:
    word = value.get("model", "inherit")
    place = ("model",) if "model" in value else ()
    found = model_of(word, asked.models, place, page)
    effort = value.get("effort")
    if effort is None or found is None:
        return found
    if effort in _EFFORTS:
        return {"id": found, "effort": effort}
    hint = f"one of {', '.join(_EFFORTS)}"
    page.loss("field.value", f"there is no effort {effort}", ("effort",), hint)
    return found


def _own_servers(
    value: Mapping[str, Any], known: Mapping[str, Written], page: Page
) -> dict[str, Written]:
    """The servers that the agent itself defines; a name alone must be known."""
    listed = value.get("mcpServers", [])
    if isinstance(listed, dict):
        return servers_in(listed, ("mcpServers",), page)
    found: dict[str, Written] = {}
    for at, item in enumerate(listed if isinstance(listed, list) else [listed]):
        path = ("mcpServers", at)
        if isinstance(item, dict):
            found |= servers_in(item, path, page)
        elif item not in known:
            hint = f"servers: {', '.join(known) or 'none'}; add it to .mcp.json"
            page.loss("mcp.server_missing", f"there is no MCP server {item}", path, hint)
    return found


def _servers(chosen: Chosen, known: Mapping[str, Written]) -> Iterator[dict[str, Any]]:
    for name, tools in chosen.servers.items():
        server = converted_server(name, known[name])
        if server is not None:
            yield server if tools is None else {**server, "tools": tools}


def _skills(
    value: Mapping[str, Any], document: dict[str, Any], page: Page, around: _Around
) -> dict[str, bytes]:
    """The files of the skills named, below `skills/` of the agent's folder."""
    found: dict[str, bytes] = {}
    listed: list[str] = []
    for word, path in words_of(value.get("skills", []), ("skills",), page):
        folder = f"{_SKILLS}/{word}"
        try:
            inside = folder_name(word, page) and around.files.is_folder(folder)
            data = files_below(around.files, folder) if inside else {}
        except Refused as refused:
            page.findings.append(refused.at(Span(folder)))
            continue
        if not data:
            message = f"there is no skill {word} in {_SKILLS}"
            page.loss("skill.missing", message, path, "mind the spelling, or take it out")
            continue
        if not page.safe(f"the skill {word}", data, path):
            continue
        message = f"{word} is read when it is needed, not put before the prompt as a whole"
        page.note("converted.skill", message, path)
        found |= {f"skills/{word}/{name}": content for name, content in data.items()}
        listed.append(f"./skills/{word}")
    if listed:
        document["skills"] = listed
    return found


def _rest(value: Mapping[str, Any], document: dict[str, Any], page: Page) -> None:
    """What the other keys come to."""
    metadata: dict[str, str] = {}
    for key, item in value.items():
        if key in (*_READ, "effort") or (key == "permissionMode" and item == "default"):
            continue
        if key in _KEPT and isinstance(item, str | int | float):
            metadata[key] = page.source.written((key,)) or str(item)
            page.note("converted.metadata", f"`{key}` has no effect here; kept as metadata", (key,))
        else:
            hint = _NO_COUNTERPART.get(key, "take it out")
            page.loss("field.unknown", f"`{key}` has no counterpart on the platform", (key,), hint)
    if metadata:
        document["metadata"] = metadata
