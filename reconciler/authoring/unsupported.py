"""`--skip-unsupported`: what the platform can't represent is left out, each time with a warning.

Only whole entries go: an MCP server that is started by a command, with what names it in `tools`,
a word that is no built-in tool, and the file of a kind that is not managed. What is left out is
something less, so nothing is widened.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from reconciler.authoring.documents import Item
from reconciler.authoring.run import Run
from reconciler.authoring.tool_form import BUILTIN_TOOLS, ENTRY_TYPES
from reconciler.authoring.words import WordError, builtin_word
from reconciler.engine.diagnostics import Span, error, warning


def report_unmanaged(paths: Iterable[tuple[str, str]], run: Run) -> None:
    """Name each file of a kind that is not managed, an error unless such files are left out;
    `paths` come with their kind."""
    for path, kind in paths:
        place = Span(path)
        message = f"{kind}s are not managed yet, so this file would have no effect"
        if run.skip_unsupported:
            message = f"{kind}s are not managed yet; left out"
            hint = "leave it to what applies it today, or move it out of the project"
            run.findings.append(warning("kind.not_managed", message, hint, span=place))
        else:
            hint = "move it out of the project, or leave it out with --skip-unsupported"
            run.findings.append(error("kind.not_managed", message, hint, span=place))


def without_local_servers(
    servers: list[Item], tools: list[Item], address: str, run: Run
) -> tuple[list[Item], list[Item]]:
    """Servers and tools without the servers that are started by a command."""
    local = {id(item): item for item in servers if is_local(item.value)}
    names = {str(item.value.get("name")) for item in local.values()}
    for item in local.values():
        name = item.value.get("name", "without a name")
        message = f"the MCP server {name} is started by a command, so it is left out"
        _left_out("mcp.stdio_unsupported", message, item, address, run)
    kept = []
    for item in tools:
        if isinstance(item.value, dict) and item.value.get("mcp_server_name") in names:
            message = f"the toolset of {item.value['mcp_server_name']} is left out with its server"
            _left_out("mcp.stdio_unsupported", message, item, address, run)
        else:
            kept.append(item)
    return [item for item in servers if id(item) not in local], kept


def is_local(server: Any) -> bool:
    """Whether an entry of `mcp_servers` is started by a command."""
    if not isinstance(server, dict):
        return False
    return server.get("type") == "stdio" or ("command" in server and "url" not in server)


def without_unmapped(tools: list[Item], address: str, run: Run) -> list[Item]:
    """The tools without those the platform doesn't have."""
    kept = []
    for item in tools:
        problem = _unmapped(item.value)
        if problem is None:
            kept.append(item)
        else:
            _left_out("tools.unmapped", f"{problem}; left out", item, address, run)
    return kept


def _unmapped(entry: Any) -> str | None:
    """What is wrong with a tool that there is none of; None if it is there, or wrong otherwise."""
    if isinstance(entry, dict):
        kind = entry.get("type")
        if isinstance(kind, str) and kind not in (*ENTRY_TYPES, *BUILTIN_TOOLS):
            return f"there is no tool type {kind}"
    if not isinstance(entry, str) or "," in entry:  # several words in one text are a mistake
        return None
    try:
        builtin_word(entry)
    except WordError as wrong:
        return str(wrong) if wrong.code == "tools.unmapped" else None
    return None


def _left_out(code: str, message: str, item: Item, address: str, run: Run) -> None:
    hint = "take it out, or run without --skip-unsupported to make it an error"
    run.findings.append(warning(code, message, hint, span=item.span, address=address))
