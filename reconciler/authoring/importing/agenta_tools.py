"""Tools and MCP servers of an Agenta configuration, with the permissions that hold for them.

A tool's own permission wins over the configuration's default, where `allow_reads` allows what only
reads and asks about the rest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from reconciler.authoring.importing.conversion import Page
from reconciler.authoring.words import WordError, builtin_word
from reconciler.authoring.yaml_source import KeyPath

_PERMISSIONS = ("allow", "ask", "deny")
DEFAULTS = (*_PERMISSIONS, "allow_reads")
_READING = ("glob", "grep", "read", "web_fetch", "web_search")
_ALIASES = {"find": "glob", "ls": "glob", "shell": "bash", "terminal": "bash"}
_NO_COUNTERPART = {
    "gateway": "reach the service through an MCP server",
    "platform": "offer the endpoint through an MCP server",
    "reference": "make the workflow an agent, and name it under `subagents:`",
}
_ENDINGS = {"python": "py", "node": "js"}


def converted_tools(listed: Any, default: str, page: Page) -> tuple[list[Any], dict[str, bytes]]:
    """The entries of `tools`, and the scripts of code tools by their path in the agent's folder."""
    entries: dict[str, Any] = {}
    scripts: dict[str, bytes] = {}
    for at, tool in enumerate(page.listed(listed, ("tools",))):
        path: KeyPath = ("tools", at)
        kind = tool.get("type", "builtin") if isinstance(tool, dict) else None
        entry: Any
        if kind == "builtin":
            name, entry = _builtin(tool, default, path, page)
        elif kind in ("client", "code"):
            name, entry = _custom(tool, kind, path, page)
            if entry is not None and kind == "code":
                scripts |= _script(tool, path, page)
        else:
            hint = _NO_COUNTERPART.get(str(kind), "known: builtin, client, code")
            message = f"a tool of type {kind} has no counterpart on the platform"
            page.loss("tools.unmapped", message, path, hint)
            continue
        if entry is not None:
            if name in entries:
                page.error("tools.duplicate", f"the tool {name} is here twice", path, "keep one")
            entries[name] = entry
    return list(entries.values()), scripts


def _builtin(
    tool: Mapping[str, Any], default: str, path: KeyPath, page: Page
) -> tuple[str, str | None]:
    written = str(tool.get("name", ""))
    _only(tool, ("type", "name", "permission"), path, page)
    try:
        name = builtin_word(_ALIASES.get(written.lower(), written)).name
    except WordError:
        name = "all"
    if name == "all":
        message = f"the platform has no built-in tool {written}"
        page.loss("tools.unmapped", message, (*path, "name"), "take it out")
        return written, None
    if name != written:
        page.note("converted.tool", f"{written} is {name} here", (*path, "name"))
    permission = _permission(tool.get("permission"), (*path, "permission"), page)
    if permission is None:
        permission = default
        if default == "allow_reads":
            permission = "allow" if name in _READING else "ask"
    if permission == "deny":
        message = f"{name} is never to run, so the agent doesn't get it"
        page.note("converted.tool_denied", message, path)
        return name, None
    return name, f"{name}:{permission}"


def _custom(
    tool: Mapping[str, Any], kind: str, path: KeyPath, page: Page
) -> tuple[str, dict[str, Any] | None]:
    name = tool.get("name")
    if not isinstance(name, str) or not name:
        page.error("field.missing", "the tool has no name", path, "write `name`")
        return "", None
    if _permission(tool.get("permission"), (*path, "permission"), page) == "deny":
        message = f"{name} is never to run, so the agent doesn't get it"
        page.note("converted.tool_denied", message, path)
        return name, None
    if tool.get("permission"):
        message = f"{name} has no permission of its own here: whoever answers the call decides"
        page.note("converted.permission", message, (*path, "permission"))
    known = ("type", "name", "description", "input_schema", "permission", "render")
    _only(tool, (*known, "runtime", "script", "secrets") if kind == "code" else known, path, page)
    if tool.get("render"):
        message = "`render` says how a result is shown, which the platform leaves to the caller"
        page.loss("field.unknown", message, (*path, "render"), "take it out")
    description = tool.get("description")
    if not description:
        message = f"{name} has no description; its name stands in for one"
        page.note("converted.tool", message, path, "say what the tool does")
    schema = tool.get("input_schema") or {"type": "object", "properties": {}}
    entry = {"type": "custom", "name": name, "description": str(description or name)}
    return name, {**entry, "input_schema": schema}


def _script(tool: Mapping[str, Any], path: KeyPath, page: Page) -> dict[str, bytes]:
    name, runtime = str(tool["name"]), str(tool.get("runtime", "python"))
    script = tool.get("script")
    if not isinstance(script, str) or runtime not in _ENDINGS or "/" in name or "\\" in name:
        page.error("field.value", "a code tool has a script, for python or node", path)
        return {}
    file = f"tools/{name}.{_ENDINGS[runtime]}"
    message = f"the platform doesn't run {name}: whoever answers the call does"
    page.note("converted.tool_script", message, (*path, "script"), f"the script is kept in {file}")
    for at, secret in enumerate(page.listed(tool.get("secrets"), (*path, "secrets"))):
        message = f"{name} needs the secret {secret} where it is run"
        page.note("converted.credential", message, (*path, "secrets", at))
    return {file: script.encode()}


def converted_servers(listed: Any, default: str, page: Page) -> Iterator[dict[str, Any]]:
    """The entries of `mcp_servers`."""
    for at, item in enumerate(page.listed(listed, ("mcp_servers",))):
        path: KeyPath = ("mcp_servers", at)
        connection = item.get("connection") if isinstance(item, dict) else None
        if not isinstance(connection, dict) or not connection.get("url") or "name" not in item:
            hint = "{name: …, connection: {type: http, url: …}}"
            page.error("field.missing", "a server has a name and a connection", path, hint)
            continue
        _only(item, ("name", "connection", "policy"), path, page)
        _connection(str(item["name"]), connection, (*path, "connection"), page)
        server = {"name": str(item["name"]), "url": str(connection["url"])}
        policy = page.mapping(item.get("policy"), (*path, "policy"))
        permission = _permission(policy.get("permission"), (*path, "policy", "permission"), page)
        permission = permission or ("ask" if default == "allow_reads" else default)
        if permission == "deny":
            message = f"the tools of {server['name']} are never to run, so the agent lacks it"
            page.note("converted.tool_denied", message, path)
            continue
        tools = page.mapping(policy.get("tools"), (*path, "policy", "tools"))
        if tools.get("mode") == "include":
            names = page.listed(tools.get("names"), (*path, "policy", "tools", "names"))
            yield {**server, "tools": names, "permission": permission}
        else:
            yield {**server, "permission": permission}


def _connection(name: str, connection: Mapping[str, Any], path: KeyPath, page: Page) -> None:
    _only(connection, ("type", "url", "headers", "credentials"), path, page)
    if connection.get("type", "http") != "http":
        message = f"the server {name} speaks {connection['type']}, which the platform doesn't"
        page.loss("mcp.transport_unsupported", message, (*path, "type"), "use its HTTP endpoint")
    for header in page.mapping(connection.get("headers"), (*path, "headers")):
        message = f"the header {header} of {name} can't be sent by the platform"
        page.loss("mcp.headers_unsupported", message, (*path, "headers", header), "take it out")
    credentials = page.mapping(connection.get("credentials"), (*path, "credentials"))
    secrets = page.mapping(credentials.get("headers"), (*path, "credentials", "headers"))
    for header, secret in secrets.items():
        at = (*path, "credentials", "headers", header)
        if header.lower() == "authorization":
            message = f"the token of {name} is kept in a vault, as a credential for its URL"
            hint = f"put the secret {secret} there; no definition ever holds it"
            page.note("converted.credential", message, at, hint)
        else:
            message = f"the header {header} of {name} can't be sent: a vault holds bearer tokens"
            page.loss("mcp.headers_unsupported", message, at, "take it out")


def _permission(word: Any, path: KeyPath, page: Page) -> str | None:
    if word is None or (isinstance(word, str) and word in _PERMISSIONS):
        return word
    page.error("tools.policy", f"there is no permission {word}", path, ", ".join(_PERMISSIONS))
    return None


def _only(value: Mapping[str, Any], known: tuple[str, ...], path: KeyPath, page: Page) -> None:
    for key in value:
        if key not in known:
            message = f"`{key}` has no counterpart on the platform"
            page.loss("field.unknown", message, (*path, key), "take it out")
