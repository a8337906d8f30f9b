"""The MCP servers that Claude Code's agents use: of `.mcp.json`, and those written in an agent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.authoring.files import Files, Refused
from reconciler.authoring.importing.conversion import Page, unreadable
from reconciler.authoring.json_source import parse_file
from reconciler.authoring.yaml_source import KeyPath
from reconciler.engine.diagnostics import Diagnostic

FILE = ".mcp.json"
_REMOTE = ("http", "url", "streamable-http", "streamable_http")
_VARIABLE = re.compile(r"\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?P<default>:-[^}]*)?\}")
_TOKEN = re.compile(r"Bearer \$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)\}\Z")


@dataclass(frozen=True, slots=True)
class Written:
    """A server as it was written, and where."""

    value: Any
    page: Page
    path: KeyPath


def project_servers(
    files: Files, folder: str, findings: list[Diagnostic], skip: bool
) -> dict[str, Written]:
    """The servers of the project's `.mcp.json` by name; none if there is no such file."""
    path = f"{folder}/{FILE}" if folder else FILE
    try:
        if not files.is_file(path):
            return {}
        source, problems = parse_file(path, files.read(path))
    except Refused as refused:
        findings.append(unreadable(refused, path))
        return {}
    findings += problems
    if source is None:
        return {}
    return servers_in(source.value, (), Page(source, findings, skip))


def servers_in(value: Any, path: KeyPath, page: Page) -> dict[str, Written]:
    """The servers of a mapping, which may stand below `mcpServers`."""
    if isinstance(value, dict) and isinstance(value.get("mcpServers"), dict):
        value, path = value["mcpServers"], (*path, "mcpServers")
    if not isinstance(value, dict):
        page.error("field.type", "this is no mapping of servers", path, '{"NAME": {"url": …}}')
        return {}
    return {str(name): Written(item, page, (*path, name)) for name, item in value.items()}


def converted_server(name: str, written: Written) -> dict[str, Any] | None:
    """Name and URL of a server that the platform can reach; None with a finding."""
    value, page, path = written.value, written.page, written.path
    if not isinstance(value, dict):
        page.error("field.type", f"the server {name} is no mapping", path, '{"url": …}')
        return None
    if "url" not in value:
        message = f"the server {name} is started by a command, which the platform can't do"
        page.loss("mcp.stdio_unsupported", message, path, "host it and give its `url`")
        return None
    if value.get("type", "http") not in _REMOTE:
        message = f"the server {name} speaks {value['type']}, which the platform doesn't"
        page.loss("mcp.transport_unsupported", message, (*path, "type"), "use its HTTP endpoint")
        return None
    for key in value:
        if key not in ("type", "url", "headers"):
            message = f"`{key}` of the server {name} has no counterpart"
            page.loss("field.unknown", message, (*path, key), "take it out")
    _headers(name, value.get("headers") or {}, (*path, "headers"), page)
    url = str(value["url"])
    for match in _VARIABLE.finditer(url):
        at = (*path, "url")
        if match["default"]:
            message = f"{match[0]}: a variable has no default in a definition"
            hint = f"write ${{{match['name']}}}, and the value in reconcile.yaml"
            page.error("variable.syntax", message, at, hint)
            return None
        variable = match["name"]
        message = f"${{{variable}}} comes from the environment there, and from the target here"
        hint = f"give it in the target's `variables:`, or as RECONCILE_VAR_{variable.upper()}"
        page.note("converted.env_variable", message, at, hint)
    return {"name": name, "url": url}


def _headers(name: str, headers: Any, path: KeyPath, page: Page) -> None:
    """A bearer token is a vault's affair; any other header can't be sent."""
    if not isinstance(headers, Mapping):
        page.error("field.type", "`headers` is no mapping", path)
        return
    for key, value in headers.items():
        token = _TOKEN.match(str(value))
        if str(key).lower() == "authorization" and token:
            message = f"the token of {name} is kept in a vault, as a credential for its URL"
            hint = f"put what {token['name']} holds there; no definition ever holds it"
            page.note("converted.credential", message, (*path, key), hint)
        else:
            message = f"the header {key} of {name} can't be sent by the platform"
            hint = "a bearer token belongs in a vault credential for the URL; no file holds it"
            page.loss("mcp.headers_unsupported", message, (*path, key), hint)
