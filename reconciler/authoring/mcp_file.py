"""`mcp.json`, the form in which other tools keep MCP servers, as entries of `mcp_servers`.

Two shapes are in use: `{"mcpServers": {NAME: {…}}}` and the bare map. JSON is read by the YAML
loader, which knows where everything stands and doesn't let a name pass twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.authoring.documents import Item
from reconciler.authoring.files import Refused
from reconciler.authoring.json_source import parse_file
from reconciler.authoring.run import Run
from reconciler.authoring.yaml_source import KeyPath, Source, empty_values
from reconciler.engine.diagnostics import Span, error

FILE = "mcp.json"
_WRAPPERS = ("mcpServers", "mcp_servers")
_TOOLS = ("allowedTools", "allowed_tools")
#: What other tools call the one transport the platform has.
_REMOTE = ("url", "http", "streamable-http", "streamable_http")


def read_servers(path: str, address: str, run: Run) -> dict[str, Item]:
    """The file's servers by name, each an entry of `mcp_servers` that stands in this file."""
    source = _read(path, run)
    if source is None:
        return {}
    if not isinstance(source.value, dict):
        message = "the file holds no mapping of servers"
        _report("field.type", message, (), '{"mcpServers": {"name": {"url": …}}}', source, run)
        return {}
    at = _wrapper(source, run)
    servers: dict[str, Any] = source.value
    for part in at:
        servers = servers[str(part)]
    found: dict[str, Item] = {}
    for name, written in servers.items():
        place = (*at, name)
        if isinstance(written, dict):
            found[name] = _server(name, written, place, source, address, run)
        elif not name.startswith("$"):
            message, hint = f"`{name}` must be a mapping", '{"url": …}, or take it out'
            _report("field.type", message, place, hint, source, run)
    return found


def _read(path: str, run: Run) -> Source | None:
    try:
        source, problems = parse_file(path, run.files.read(path))
    except Refused as refused:
        run.findings.append(refused.at(Span(path)))
        return None
    run.findings.extend(problems)
    if source is not None:
        run.findings.extend(empty_values(source))
    return source


def _wrapper(source: Source, run: Run) -> KeyPath:
    """The path of the mapping of servers; keys beside it are a finding."""
    wrapper = next((key for key in _WRAPPERS if isinstance(source.value.get(key), dict)), None)
    if wrapper is None:
        return ()
    for key in source.value:
        if key != wrapper and not key.startswith("$"):
            message = f"unknown key `{key}` beside `{wrapper}`"
            place = source.key_span((key,))
            run.findings.append(error("field.unknown", message, "take it out", span=place))
    return (wrapper,)


def _server(
    name: str,
    written: Mapping[str, Any],
    place: KeyPath,
    source: Source,
    address: str,
    run: Run,
) -> Item:
    """One server in this project's words. What has no such word is left as it is, for the form
    of a server to refuse at its place."""
    entry: dict[str, Any] = {"name": name}
    parts: dict[KeyPath, KeyPath] = {}

    def refuse(code: str, message: str, key: str, hint: str) -> None:
        at = source.key_span((*place, key))
        run.findings.append(error(code, message, hint, span=at, address=address))

    for key, value in written.items():
        if key in _TOOLS and "tools" not in written and "tools" not in entry:
            entry["tools"] = value
            parts[("tools",)] = (key,)
        elif key == "name":
            refuse("field.unknown", "a server's name is its key here", key, "take it out")
        elif key == "env" and "url" in written:
            message = "the API has no field for variables of an MCP server"
            hint = "keep a token in a vault credential for this URL, and out of the repository"
            refuse("mcp.headers_unsupported", message, key, hint)
        elif key != "type" or value not in _REMOTE:
            entry[key] = value
    return Item(entry, (source, place), parts)


def _report(code: str, message: str, at: KeyPath, hint: str, source: Source, run: Run) -> None:
    run.findings.append(error(code, message, hint, span=source.span(at)))
