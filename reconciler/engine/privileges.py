"""What an agent may do more than before: raises of privilege between two states of its fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from reconciler.engine.tools import BUILTIN_TOOLS, BUILTIN_TOOLSET
from reconciler.engine.values import ABSENT, Value, canonical

#: Effective permission → how far it goes, and how it reads.
_RANK = {"off": 0, "always_ask": 1, "auto": 2, "always_allow": 3}
_WORDS = {
    "off": "off",
    "always_ask": "asks",
    "auto": "asks or runs (auto)",
    "always_allow": "runs without asking",
}
_OTHERS = "any other tool"
_LIMITS = ("allowed_domains", "blocked_domains", "url_sources")


@dataclass(frozen=True, slots=True, order=True)
class Raise:
    """One thing an agent may do more: the field, what, and the words before and after."""

    path: str
    what: str
    before: str
    after: str

    def __str__(self) -> str:
        return f"{self.what}: {self.before} → {self.after}"


def raises(before: Mapping[str, Value], after: Mapping[str, Value]) -> tuple[Raise, ...]:
    """Every raise between two normalised states of an agent (`normalise_agent`).

    A field that a side lacks counts as its API default: no tools, servers, skills or roster.
    """
    found = [
        *_tools(_field(before, "tools"), _field(after, "tools")),
        *_servers(_field(before, "mcp_servers"), _field(after, "mcp_servers")),
        *_new_keys("skills", "skill", _field(before, "skills"), _field(after, "skills")),
        *_new_keys("multiagent", "member", _members(before), _members(after)),
        *_identity(before.get("execution_identity"), after.get("execution_identity")),
    ]
    return tuple(sorted(set(found)))


def permission_text(permission: str) -> str:
    """`asks`, `runs without asking`: an effective permission in words."""
    return _WORDS.get(permission, permission)


def permissions(tools: Mapping[str, Any]) -> dict[str, str]:
    """The effective permission of each tool of a normalised `tools` (`off`, or a policy).

    Built-in tools by name, tools of MCP servers as `SERVER/TOOL`, those that no entry names as
    `SERVER/*`. Custom tools have none: their caller answers them.
    """
    found: dict[str, str] = {}
    for name, toolset in tools.items():
        if "default" not in toolset:
            continue
        label = "" if name == BUILTIN_TOOLSET else f"{name.removeprefix('mcp:')}/"
        for tool in _names(name, None, toolset):
            shown = "*" if tool == _OTHERS else tool
            found[f"{label}{shown}"] = _effect(_config(toolset, tool))
    return found


def _field(fields: Mapping[str, Value], path: str) -> Mapping[str, Any]:
    value = fields.get(path, ABSENT)
    return value if isinstance(value, Mapping) else {}


def _tools(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Raise]:
    for name, toolset in after.items():
        old = before.get(name)
        if "default" not in toolset:
            if old is None:
                yield Raise("tools", name, "not there", "there")
            continue
        label = "" if name == BUILTIN_TOOLSET else f"{name.removeprefix('mcp:')}/"
        for tool in _names(name, old, toolset):
            was, now = _config(old, tool), _config(toolset, tool)
            if _RANK.get(_effect(now), 3) > _RANK.get(_effect(was), 3):
                words = (_WORDS.get(_effect(side), _effect(side)) for side in (was, now))
                yield Raise("tools", f"{label}{tool}", *words)
            elif _effect(was) != "off":
                yield from _loosened(f"{label}{tool}", was, now)


def _names(toolset: str, before: Mapping[str, Any] | None, after: Mapping[str, Any]) -> list[str]:
    if toolset == BUILTIN_TOOLSET:
        return list(BUILTIN_TOOLS)
    listed = {*after["configs"], *(before["configs"] if before else ())}
    return [*sorted(listed), _OTHERS]


def _config(toolset: Mapping[str, Any] | None, tool: str) -> Mapping[str, Any]:
    if toolset is None:
        return {"enabled": False}
    found: Mapping[str, Any] = toolset["configs"].get(tool, toolset["default"])
    return found


def _effect(config: Mapping[str, Any]) -> str:
    return str(config["policy"]) if config["enabled"] else "off"


def _loosened(tool: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Raise]:
    """A limit on where a web tool may go that fell or grew."""
    for limit in _LIMITS:
        was, now = before.get(limit), after.get(limit)
        if was is None or canonical(was) == canonical(now):
            continue
        widened = (
            now is None
            or (limit == "allowed_domains" and set(now) - set(was))
            or (limit == "blocked_domains" and set(was) - set(now))
            or limit == "url_sources"
        )
        if widened:
            yield Raise("tools", f"{tool} {limit}", canonical(was), canonical(now))


def host(url: Any) -> str:
    """Host and port, without the user and password that somebody put before them."""
    return urlsplit(str(url)).netloc.rpartition("@")[2].lower()


def _servers(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Raise]:
    hosts = {host(url) for url in before.values()}
    for name, url in after.items():
        where = host(url)
        if where not in hosts:
            yield Raise("mcp_servers", f"MCP server {name}", "not there", where)


def _new_keys(
    path: str, word: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[Raise]:
    for name in after.keys() - before.keys():
        yield Raise(path, f"{word} {name}", "not there", "there")


def _members(fields: Mapping[str, Value]) -> dict[str, Any]:
    """Everything that a multiagent configuration lets the agent call on."""
    config = _field(fields, "multiagent")
    found: dict[str, Any] = dict(config.get("agents") or {})
    for key in ("subagents", "workflows"):
        member = config.get(key) or {}
        found |= {f"{key} {name}": True for name in member.get("predefined_agents") or ()}
        if member.get("inline_agents") == "enabled":
            found[f"{key} defined on the fly"] = True
    if (config.get("advisor") or {}).get("type") == "enabled":
        found["advisor"] = True
    return found


def _identity(before: Value, after: Value) -> Iterator[Raise]:
    default = {"type": "service_account"}
    was, now = before or default, after or default
    if canonical(was) != canonical(now) and now != default:
        yield Raise("execution_identity", "execution identity", canonical(was), canonical(now))
