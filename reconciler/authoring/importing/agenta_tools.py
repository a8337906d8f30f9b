"""Tools and MCP servers of an Agenta configuration, with the permissions that hold for them.

A tool's own permission wins over the configuration's default, where `allow_reads` allows what only
reads and asks about the rest.
"""

from __future__ import annotations

import re
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
_REFERENCES = "header_secret_refs"
_SECRET = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}\Z")
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
            name, entry = _custom(tool, kind, default, path, page)
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
    page.only(tool, ("type", "name", "permission"), path)
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
    tool: Mapping[str, Any], kind: str, default: str, path: KeyPath, page: Page
) -> tuple[str, dict[str, Any] | None]:
    name = tool.get("name")
    if not isinstance(name, str) or not name:
        page.error("field.missing", "the tool has no name", path, "write `name`")
        return "", None
    permission = _permission(tool.get("permission"), (*path, "permission"), page)
    if (permission or default) == "deny":
        message = f"{name} is never to run, so the agent doesn't get it"
        page.note("converted.tool_denied", message, path)
        return name, None
    if tool.get("permission"):
        message = f"{name} has no permission of its own here: whoever answers the call decides"
        page.note("converted.permission", message, (*path, "permission"))
    known = ("type", "name", "description", "input_schema", "permission", "render")
    page.only(tool, (*known, "runtime", "script", "secrets") if kind == "code" else known, path)
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
    if not page.safe(f"the tool {name}", [file], (*path, "name")):
        return {}
    message = f"the platform doesn't run {name}: whoever answers the call does"
    page.note("converted.tool_script", message, (*path, "script"), f"the script is kept in {file}")
    for at, secret in enumerate(page.listed(tool.get("secrets"), (*path, "secrets"))):
        message = f"{name} needs {secret_named(secret)} where it is run"
        page.note("converted.credential", message, (*path, "secrets", at))
    return {file: script.encode()}


def converted_servers(listed: Any, default: str, page: Page) -> Iterator[dict[str, Any]]:
    """The entries of `mcp_servers`."""
    for at, item in enumerate(page.listed(listed, ("mcp_servers",))):
        path: KeyPath = ("mcp_servers", at)
        connection = item.get("connection") if isinstance(item, dict) else None
        if isinstance(connection, dict) and connection.get("type", "http") != "http":
            spoken = f"{item.get('name')} speaks {connection['type']}"
            message = f"the server {spoken}, which the platform doesn't"
            at_type = (*path, "connection", "type")
            page.loss("mcp.transport_unsupported", message, at_type, "use its HTTP endpoint")
            continue
        if not isinstance(connection, dict) or not connection.get("url") or "name" not in item:
            hint = "{name: …, connection: {type: http, url: …}}"
            page.error("field.missing", "a server has a name and a connection", path, hint)
            continue
        page.only(item, ("name", "connection", "policy"), path)
        _connection(str(item["name"]), connection, (*path, "connection"), page)
        server = {"name": str(item["name"]), "url": str(connection["url"])}
        policy = page.mapping(item.get("policy"), (*path, "policy"))
        permission = _permission(policy.get("permission"), (*path, "policy", "permission"), page)
        permission = permission or ("ask" if default == "allow_reads" else default)
        if permission == "deny":
            message = f"the tools of {server['name']} are never to run, so the agent lacks it"
            page.note("converted.tool_denied", message, path)
            continue
        page.only(policy, ("tools", "permission"), (*path, "policy"))
        chosen = _chosen(policy.get("tools"), (*path, "policy", "tools"), page)
        if chosen is not None:
            yield {**server, **chosen, "permission": permission}


def _chosen(written: Any, path: KeyPath, page: Page) -> dict[str, Any] | None:
    """`tools` of a server, {} for all of them; None with a finding for what can't be said, since
    to leave it out would give the agent more than it has."""
    tools = page.mapping(written, path)
    mode = tools.get("mode", "include" if "names" in tools else "all")
    known = {"all": ("mode",), "include": ("mode", "names")}.get(str(mode))
    if known is None:
        message = f"a choice of tools by `{mode}` has no counterpart, so the server goes with it"
        hint = "list the tools that it may use: {mode: include, names: […]}"
        page.loss("field.value", message, (*path, "mode"), hint)
        return None
    if not page.only(tools, known, path):
        return None
    return {"tools": page.listed(tools.get("names"), (*path, "names"))} if "names" in known else {}


def _connection(name: str, connection: Mapping[str, Any], path: KeyPath, page: Page) -> None:
    page.only(connection, ("type", "url", "headers", "credentials"), path)
    for header in page.mapping(connection.get("headers"), (*path, "headers")):
        message = f"the header {header} of {name} can't be sent by the platform"
        page.loss("mcp.headers_unsupported", message, (*path, "headers", header), "take it out")
    credentials = page.mapping(connection.get("credentials"), (*path, "credentials"))
    page.only(credentials, ("type", "headers"), (*path, "credentials"))
    kind = credentials.get("type", _REFERENCES)
    if kind != _REFERENCES:
        message = f"credentials of the type {kind} have no counterpart"
        page.loss("field.value", message, (*path, "credentials", "type"), f"known: {_REFERENCES}")
    secrets = page.mapping(credentials.get("headers"), (*path, "credentials", "headers"))
    for header, secret in secrets.items():
        at = (*path, "credentials", "headers", header)
        if header.lower() == "authorization":
            message = f"the token of {name} is kept in a vault, as a credential for its URL"
            hint = f"put {secret_named(secret)} there; no definition ever holds it"
            page.note("converted.credential", message, at, hint)
        else:
            message = f"the header {header} of {name} can't be sent: a vault holds bearer tokens"
            page.loss("mcp.headers_unsupported", message, at, "take it out")


def secret_named(reference: Any) -> str:
    """The secret by its name; what is no name may be the secret itself, and is not repeated."""
    known = isinstance(reference, str) and _SECRET.match(reference)
    return f"the secret {reference}" if known else "its secret"


def _permission(word: Any, path: KeyPath, page: Page) -> str | None:
    if word is None or (isinstance(word, str) and word in _PERMISSIONS):
        return word
    page.error("tools.policy", f"there is no permission {word}", path, ", ".join(_PERMISSIONS))
    return None
