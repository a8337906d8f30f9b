"""Limits of an agent that depend on the whole of it.

API reference §15: what the current API enforces is an error; what only older documentation
states is a warning, since the server may have relaxed it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from reconciler.authoring.documents import Scope
from reconciler.authoring.tools import Placed, enabled_policies
from reconciler.engine.diagnostics import Span, error

MAX_SYSTEM = 100_000
MAX_TOOLS = 256
MANY_TOOLS = 128
MAX_SERVERS = 20
MAX_SKILLS = 500
MANY_SKILLS = 20
MAX_METADATA = 15  # the marker is the sixteenth pair
MAX_KEY = 64
MAX_METADATA_VALUE = 512
LONG_NAME = 256
LONG_DESCRIPTION = 2048
RESERVED_KEY = "reconciler"
_LONGEST_PLACEHOLDER = 200
#: A whole prompt that only says that one belongs there, as generators leave it behind.
_PLACEHOLDER = re.compile(
    r"(paste|replace|insert|add|put|fill|your|todo|tbd|fixme|changeme|placeholder)([-_ ]\w+)*[.!]?|"
    r"(todo|tbd|fixme)\b.*|<[^<>\n]*>|\[[^\[\]\n]*\]|\{\{[^{}\n]*\}\}|\$\{[^{}\n]*\}|\.\.\.|…",
    re.IGNORECASE,
)
_ALIAS = re.compile(r"(opus|sonnet|haiku|fable|inherit|default)\Z", re.IGNORECASE)


def check_limits(body: Mapping[str, Any], tools: list[Placed], scope: Scope) -> None:
    """Report what in the finished body is too long, too many, or no use together."""
    _texts(body, scope)
    _counts(body, tools, scope)
    if _ALIAS.match(body["model"]["id"]):
        message = f"`model`: {body['model']['id']} is no model id"
        scope.error("model.alias", message, ("model",), "write the whole id: claude-…")
    if body.get("skills") and not _can_read(tools):
        hint = "add `read` to `tools`"
        message = "skills are opened with the tool `read`, which is not enabled"
        scope.warning("skill.needs_read", message, ("skills",), hint)


def check_prompt(system: str, place: Span, scope: Scope) -> None:
    """Report a prompt that is too long, or only says that one belongs there."""
    if len(system) > MAX_SYSTEM:
        message = f"the system prompt has {len(system):,} characters; {MAX_SYSTEM:,} is the limit"
        hint = "move material into a skill"
        scope.findings.append(
            error("system.too_long", message, hint, span=place, address=scope.address)
        )
    if len(system) <= _LONGEST_PLACEHOLDER and _PLACEHOLDER.fullmatch(system.strip()):
        message = f"the system prompt is a placeholder: {system.strip()}"
        scope.findings.append(
            error("system.placeholder", message, "write it", span=place, address=scope.address)
        )


def _texts(body: Mapping[str, Any], scope: Scope) -> None:
    for code, limit in (("name.too_long", LONG_NAME), ("description.too_long", LONG_DESCRIPTION)):
        key = code.partition(".")[0]
        length = len(body.get(key) or "")
        if length > limit:
            message = f"`{key}` has {length:,} characters; {limit:,} was the documented limit"
            scope.warning(code, message, (key,), "shorten it")


def _counts(body: Mapping[str, Any], tools: list[Placed], scope: Scope) -> None:
    total = sum(count_tools(item.body) for item in tools)
    if total > MAX_TOOLS:
        message = f"{total} tools; {MAX_TOOLS} is the limit over all toolsets"
        scope.error("tools.too_many", message, ("tools",), "name fewer tools, or split the agent")
    elif total > MANY_TOOLS:
        message = f"{total} tools; more than {MANY_TOOLS} were refused until October 2026"
        scope.warning("tools.too_many", message, ("tools",), "name fewer tools")
    servers = len(body.get("mcp_servers") or ())
    if servers > MAX_SERVERS:
        message = f"{servers} MCP servers; {MAX_SERVERS} is the limit"
        scope.error("mcp.too_many", message, ("mcp_servers",), "split the agent")
    skills = len(body.get("skills") or ())
    if skills > MAX_SKILLS:
        message = f"{skills} skills; {MAX_SKILLS} is the limit"
        scope.error("skill.too_many", message, ("skills",), "split the agent")
    elif skills > MANY_SKILLS:
        message = f"{skills} skills; {MANY_SKILLS} was the documented limit"
        scope.warning("skill.too_many", message, ("skills",), "name fewer skills")


def count_tools(entry: Mapping[str, Any]) -> int:
    """How many tools an entry of `tools` stands for, as far as the file says."""
    if entry["type"] == "custom":
        return 1
    return max(len(entry.get("configs") or ()), len(list(enabled_policies(dict(entry)))))


def _can_read(tools: list[Placed]) -> bool:
    return any(
        name == "read"
        for item in tools
        if item.body["type"] not in ("custom", "mcp_toolset")
        for name, _ in enabled_policies(item.body)
    )


def check_metadata(metadata: Mapping[str, str], scope: Scope) -> None:
    """At most 15 pairs of 64 and 512 characters, and not the key of the marker."""
    if len(metadata) > MAX_METADATA:
        message = f"{len(metadata)} pairs; {MAX_METADATA} is the limit, the marker is the 16th"
        scope.error("metadata.too_many", message, ("metadata",), "take some out")
    for key, value in metadata.items():
        place = ("metadata", key)
        if key == RESERVED_KEY:
            message = f"the key `{RESERVED_KEY}` is reserved for the marker"
            scope.key_error("metadata.reserved", message, place, "choose another key")
        if not 1 <= len(key) <= MAX_KEY:
            message = f"a key has 1-{MAX_KEY} characters, this one {len(key)}"
            scope.key_error("metadata.too_long", message, place, "shorten it")
        if len(value) > MAX_METADATA_VALUE:
            message = f"{len(value)} characters; {MAX_METADATA_VALUE} is the limit of a value"
            scope.error("metadata.too_long", message, place, "shorten it")
