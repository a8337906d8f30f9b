"""Claude Code's words for tools as the platform's: built-in tools, and tools of MCP servers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.authoring.importing.conversion import Page
from reconciler.authoring.tool_form import BUILTIN_TOOLS
from reconciler.authoring.words import WordError, builtin_word
from reconciler.authoring.yaml_source import KeyPath

_WORD = re.compile(r"(?P<name>[A-Za-z_][\w*.-]*)(?:\((?P<limit>.*)\))?\Z", re.DOTALL)
_SPLIT = re.compile(r",(?![^(]*\))")
#: What Claude Code asks a person about, and the platform does not.
_ASKED_THERE = ("bash", "edit", "web_fetch", "web_search", "write")
_TEAMWORK = ("agent", "sendmessage", "task", "team")


@dataclass(slots=True)
class Chosen:
    """Tools by name with their suffix ("" or "ask"), and names of tools by MCP server; None for
    all tools of a server; and each word that limits a tool to a pattern, with its tool."""

    builtin: dict[str, str] = field(default_factory=dict)
    servers: dict[str, list[str] | None] = field(default_factory=dict)
    limited: list[tuple[str, str, KeyPath]] = field(default_factory=list)

    def words(self) -> list[str]:
        """The words of `tools`, in the platform's order."""
        return [
            name + (f":{self.builtin[name]}" if self.builtin[name] else "")
            for name in BUILTIN_TOOLS
            if name in self.builtin
        ]


def chosen_tools(value: Mapping[str, Any], servers: list[str], page: Page) -> Chosen:
    """What `tools` and `disallowedTools` leave an agent; `servers` are the names known."""
    chosen = Chosen()
    if "tools" in value:
        for word, path in words_of(value["tools"], ("tools",), page):
            _add(word, path, servers, chosen, page)
        _note_limits(chosen, page)
    else:
        message = "no `tools`: Claude Code gives every tool it has, and every MCP server's"
        hint = "take out of `tools:` what it should not have"
        page.note("converted.all_tools", message, (), hint)
        chosen.builtin = dict.fromkeys(BUILTIN_TOOLS, "")
        chosen.servers = dict.fromkeys(servers)
    for word, path in words_of(value.get("disallowedTools", []), ("disallowedTools",), page):
        _remove(word, path, servers, chosen, page)
    unasked = [name for name in chosen.builtin if name in _ASKED_THERE and not chosen.builtin[name]]
    if unasked:
        named = ", ".join(sorted(unasked))
        message = f"Claude Code asks before {named}, if its settings don't say otherwise; the"
        hint = f"write {sorted(unasked)[0]}:ask to be asked before each call"
        place: KeyPath = ("tools",) if "tools" in value else ()
        page.note("converted.permission", f"{message} platform does not", place, hint)
    return chosen


def _note_limits(chosen: Chosen, page: Page) -> None:
    for name, word, path in chosen.limited:
        message, hint = f"{word}: the platform can't limit a tool to a pattern", ""
        if chosen.builtin[name] == "ask":
            message, hint = f"{message}, so it asks each time", f"write {name} if it need not ask"
        else:
            message = f"{message}; {name} is listed without one, too, and runs"
        page.note("converted.tool_limit", message, path, hint)


def words_of(value: Any, path: KeyPath, page: Page) -> Iterator[tuple[str, KeyPath]]:
    """The words of a comma list or a list, each with its place; anything else is a finding."""
    if isinstance(value, str):
        for part in _SPLIT.split(value):
            if part.strip():
                yield part.strip(), path
        return
    if not isinstance(value, list):
        page.error("field.type", f"`{path[0]}` is neither a list nor a comma list", path)
        return
    for at, item in enumerate(value):
        if isinstance(item, str):
            yield item.strip(), (*path, at)
        else:
            page.error("field.type", "a tool is a word", (*path, at), "write Read, or Bash(ls *)")


def _add(word: str, path: KeyPath, servers: list[str], chosen: Chosen, page: Page) -> None:
    if word.startswith("mcp__"):
        found = _server_tool(word, path, servers, page)
        if found is None:
            return
        server, tool = found
        if tool is None:
            chosen.servers[server] = None
        elif server not in chosen.servers:
            chosen.servers[server] = [tool]
        else:
            listed = chosen.servers[server]
            if listed is not None and tool not in listed:
                listed.append(tool)
        return
    name = _builtin(word, path, page)
    if name is None:
        return
    limited = "(" in word
    if limited:
        chosen.limited.append((name, word, path))
    before = chosen.builtin.get(name)
    chosen.builtin[name] = "ask" if limited and before in (None, "ask") else ""


def _remove(word: str, path: KeyPath, servers: list[str], chosen: Chosen, page: Page) -> None:
    if word.startswith("mcp__"):
        found = _server_tool(word, path, servers, page)
        if found is None or found[0] not in chosen.servers:
            return
        server, tool = found
        listed = chosen.servers[server]
        if tool is None:
            del chosen.servers[server]
        elif listed is not None:
            chosen.servers[server] = [name for name in listed if name != tool]
        else:
            message = f"{word}: all tools of {server} but this one can't be said in `tools:`"
            hint = "list those that it may use in `tools`"
            page.loss("tools.unmapped", message, path, hint)
        return
    name = _builtin(word, path, page)
    if name is not None and "(" in word:
        message = f"{word}: the platform can't forbid a pattern of a tool"
        page.loss("tools.unmapped", message, path, f"forbid {name} as a whole")
    elif name is not None:
        chosen.builtin.pop(name, None)


def _builtin(word: str, path: KeyPath, page: Page) -> str | None:
    """The platform's tool of this word; None with a finding if there is none."""
    match = _WORD.match(word)
    if match is None:
        page.error("tools.unmapped", f"{word!r} is no tool", path, "write Read, or Bash(ls *)")
        return None
    name = match["name"]
    if name == "LS":
        page.note("converted.tool", "LS is glob here: both list what a folder holds", path)
        return "glob"
    if name.lower().startswith(_TEAMWORK):
        message = f"{name} works with other agents, which a roster does on the platform"
        hint = "name them under `subagents:` of the agent that calls them"
        page.loss("tools.unmapped", message, path, hint)
        return None
    try:
        found = builtin_word(name).name
    except WordError:
        found = "all"
    if found == "all":
        page.loss("tools.unmapped", f"the platform has no tool {name}", path, "take it out")
        return None
    return found


def _server_tool(
    word: str, path: KeyPath, servers: list[str], page: Page
) -> tuple[str, str | None] | None:
    """Server and tool of `mcp__SERVER__TOOL`; the tool is None for all of them."""
    rest = word.removeprefix("mcp__")
    fitting = [name for name in servers if rest == name or rest.startswith(f"{name}__")]
    if not fitting:
        name = rest.partition("__")[0]
        if "*" in name:
            message = f"{word}: a tool of whatever server can't be said"
            page.loss("tools.unmapped", message, path, "name the server")
        else:
            message = f"{word}: there is no MCP server {name}"
            hint = f"servers: {', '.join(servers) or 'none'}; add it to .mcp.json"
            page.loss("mcp.server_missing", message, path, hint)
        return None
    server = max(fitting, key=len)
    tool = rest.removeprefix(server).removeprefix("__")
    if "*" in tool and tool != "*":
        message = f"{word}: the platform knows no patterns of tools"
        page.loss("tools.unmapped", message, path, "list each tool")
        return None
    return server, None if tool in ("", "*") else tool
