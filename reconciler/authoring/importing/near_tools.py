"""Live tools in the words of the folder that has drifted from them: what still means what is live
stays as it is written, and only the rest is said anew."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.authoring.importing.tools_text import (
    SUFFIX,
    everything_entry,
    tools_and_servers,
    typed_entry,
)
from reconciler.authoring.words import POLICIES, Word, WordError, builtin_word, parse_word
from reconciler.engine.tools import BUILTIN_TOOLSET, DEFAULT_POLICY, MCP_TOOLSET, normalise_tools
from reconciler.engine.values import Body

_ALLOW, _ASK = DEFAULT_POLICY[BUILTIN_TOOLSET], DEFAULT_POLICY[MCP_TOOLSET]
_PLAIN = ("enabled", "permission_policy")


@dataclass(frozen=True, slots=True)
class _Sides:
    """Normalised tools by key as the folder says them and as they are live, and the live ones in
    the form of an import: words of built-in tools, typed entries by key, servers by name."""

    before: Mapping[str, Any]
    after: Mapping[str, Any]
    live: Mapping[str, Body]
    words: tuple[str, ...]
    typed: Mapping[str, Any]
    servers: Mapping[str, dict[str, Any]]

    def is_kept(self, key: str) -> bool:
        return key in self.before and self.before[key] == self.after.get(key)

    def entry(self, key: str) -> Any:
        """The typed entry of what is live."""
        if key in self.typed:
            return self.typed[key]
        return typed_entry(self.live[key], self.after[key])


def near_tools(
    tools: Any, servers: list[Any] | None, desired: Body, live: Body
) -> tuple[Any, list[Any]]:
    """The new values of `tools` and `mcp_servers`, from what the folder holds (`tools`, `servers`)
    and means (`desired`)."""
    native_tools, native_servers = tools_and_servers(live)
    sides = _sides(native_tools, native_servers, desired, live)
    kept, lacking = _servers(servers or [], tools, sides, desired, live)
    if isinstance(tools, str):
        others = sides.after.keys() - {BUILTIN_TOOLSET} - _of_servers(kept, sides)
        keeps = sides.is_kept(BUILTIN_TOOLSET) and not others
        return (tools if keeps else native_tools), kept
    return _tools(tools or [], lacking, sides, native_tools), kept


def _sides(native: Any, servers: list[Any], desired: Body, live: Body) -> _Sides:
    entries = [everything_entry(native)] if isinstance(native, str) else native
    typed = {_key(entry): entry for entry in entries if isinstance(entry, dict)}
    return _Sides(
        before=normalise_tools(desired.get("tools") or []),
        after=normalise_tools(live.get("tools") or []),
        live={_key(tool): tool for tool in live.get("tools") or []},
        words=tuple(entry for entry in entries if isinstance(entry, str)),
        typed=typed,
        servers={server["name"]: server for server in servers},
    )


def _key(entry: Mapping[str, Any]) -> str:
    return next(iter(normalise_tools([entry])))


def _of_servers(servers: Iterable[Mapping[str, Any]], sides: _Sides) -> set[str]:
    """The toolsets that servers bring along."""
    return {f"mcp:{server['name']}" for server in servers if server.get("type") is None}


def _word_of(entry: Any) -> Word | None:
    """The built-in tool that an entry of `tools` names; None for a typed entry."""
    text = entry.get("type") if isinstance(entry, dict) and len(entry) == 1 else entry
    try:
        return builtin_word(text) if isinstance(text, str) else None
    except WordError:
        return None


def _tools(entries: list[Any], lacking: set[str], sides: _Sides, native: Any) -> Any:
    words = [word for entry in entries if (word := _word_of(entry)) is not None]
    if not entries and not lacking and isinstance(native, str):
        return native
    said = _builtin(words, sides)
    found: list[Any] = []
    last = 0
    for entry in entries:
        word = _word_of(entry)
        if word is not None:
            new = said.pop(word.name, None)
            if new is not None:
                found.append(entry if new == str(word) or new == "=" else _spelled(entry, new))
                last = len(found)
            continue
        key = _key(entry)
        if sides.is_kept(key):
            found.append(entry)
        elif key in sides.after and (key != BUILTIN_TOOLSET or not words):
            found.append(_near_typed(entry, key, sides))
        if key == BUILTIN_TOOLSET:
            said = {}
    new_words = [text for text in said.values() if text != "="]
    last = last or len(found)
    found[last:last] = new_words
    there = {_key(entry) for entry in found if _word_of(entry) is None}
    there |= {BUILTIN_TOOLSET} if any(_word_of(entry) for entry in found) else set()
    for key in sides.after:
        if key not in there and (not key.startswith("mcp:") or key in lacking):
            found.append(sides.entry(key))
    return found


def _builtin(words: list[Word], sides: _Sides) -> dict[str, str]:
    """Tool → the word that it gets, "=" for one that stays, in the order of writing; tools that
    get none go. Empty if words can't say what is live, or nothing is."""
    if words and sides.is_kept(BUILTIN_TOOLSET):
        return {word.name: "=" for word in words}
    live = {word.name: word for word in map(builtin_word, sides.words)}
    if not live:
        return {}
    every = next((word for word in words if word.name == "all"), None)
    named = {word.name: word for word in words if word.name != "all"}
    said: dict[str, str] = {}
    if every is not None and len(live) == 8:
        said["all"] = "="
    for name in [*named, *(name for name in live if name not in named)]:
        if name not in live:
            continue
        policy = live[name].policy or _ALLOW
        if name in named and (named[name].policy or _ALLOW) == policy:
            said[name] = "="
        elif name in named or "all" not in said:
            said[name] = str(live[name])
        elif every is not None and (every.policy or _ALLOW) != policy:
            said[name] = name if policy == _ALLOW else f"{name}:{SUFFIX[policy]}"
    return said


def _spelled(entry: Any, word: str) -> str:
    """The word with the name as it is spelled now."""
    text = entry["type"] if isinstance(entry, dict) else entry
    colon, suffix = word.partition(":")[1:]
    return f"{text.partition(':')[0]}{colon}{suffix}"


def _near_typed(entry: Mapping[str, Any], key: str, sides: _Sides) -> dict[str, Any]:
    """A typed entry that says what is live; what says so already is left as it is."""
    native, after = sides.entry(key), sides.after[key]
    if entry.get("type") not in (BUILTIN_TOOLSET, MCP_TOOLSET):
        return {**{k: entry[k] for k in entry if k in native}, **native}
    new = dict(entry)
    toolset = {k: entry[k] for k in entry if k not in ("default_config", "configs")}

    def meaning(default: Any, configs: list[Any]) -> Any:
        return normalise_tools([{**toolset, "default_config": default, "configs": configs}])[key]

    if meaning(entry.get("default_config"), [])["default"] != after["default"]:
        new["default_config"] = native.get("default_config")
        if new["default_config"] is None:
            del new["default_config"]
    default = new.get("default_config")
    configs = []
    live = {config["name"]: config for config in native.get("configs") or ()}
    for config in entry.get("configs") or ():
        wanted = after["configs"].get(config["name"])
        if meaning(default, [config])["configs"].get(config["name"]) == wanted:
            configs.append(config)
        elif config["name"] in live:
            configs.append(_near_config(config, live[config["name"]], after["default"]))
    there = {config["name"] for config in configs}
    configs += [config for name, config in live.items() if name not in there]
    if configs:
        return {**new, "configs": configs}
    return {k: v for k, v in new.items() if k != "configs"}


def _near_config(
    config: Mapping[str, Any], live: Mapping[str, Any], default: Mapping[str, Any]
) -> dict[str, Any]:
    """The config with the live settings: what it says of switch and policy it goes on saying."""
    usual = {"enabled": default["enabled"], "permission_policy": {"type": default["policy"]}}
    kept = {k: v for k, v in config.items() if k in live or k in (*_PLAIN, "type")}
    said = {k: usual[k] for k in _PLAIN if k in config and config[k] is not None}
    return {**kept, **said, **live}


def _servers(
    servers: list[Any], tools: Any, sides: _Sides, desired: Body, live: Body
) -> tuple[list[Any], set[str]]:
    """The servers, and the toolsets that have to be typed entries of `tools`."""
    urls = {item["name"]: item["url"] for item in desired.get("mcp_servers") or ()}
    now = {item["name"]: item["url"] for item in live.get("mcp_servers") or ()}
    typed = {
        f"mcp:{entry.get('mcp_server_name')}"
        for entry in (tools if isinstance(tools, list) else ())
        if isinstance(entry, dict) and entry.get("type") == MCP_TOOLSET
    }
    found: list[Any] = []
    lacking: set[str] = set()
    for server in servers:
        name = server["name"]
        if name not in now:
            continue
        new = dict(server) if urls.get(name) == now[name] else {**server, "url": now[name]}
        key = f"mcp:{name}"
        if key not in typed and not sides.is_kept(key):
            if "type" in sides.servers[name]:
                new = {"type": "url", "name": name, "url": new["url"]}
                lacking.add(key)
            else:
                new = _near_server(new, sides.servers[name], sides.after[key])
        found.append(new)
    there = {server["name"] for server in servers}
    for name, server in sides.servers.items():
        if name not in there:
            found.append(server)
            lacking |= {f"mcp:{name}"} if "type" in server else set()
    return found, lacking


def _near_server(
    server: Mapping[str, Any], native: Mapping[str, Any], after: Mapping[str, Any]
) -> dict[str, Any]:
    """`tools` and `permission` of a server that say what its live toolset says."""
    new = {key: item for key, item in server.items() if key != "type"}
    general = new.get("permission")
    policy = after["default"]["policy"]
    if (POLICIES[general] if general else _ASK) != policy:
        new["permission"] = SUFFIX[policy]
    if "tools" not in native:
        new.pop("tools", None)
        return new
    words = {word.name: word for word in map(parse_word, native["tools"])}
    new["tools"] = list(_near_words(new.get("tools") or [], words, policy))
    return new


def _near_words(texts: list[str], live: dict[str, Word], general: str) -> Iterator[str]:
    """The words of what is on, each as it is written if it means what is live."""
    left = dict(live)
    for text in texts:
        before = parse_word(text)
        word = left.pop(before.name, None)
        if word is not None:
            is_same = (before.policy or general) == (word.policy or general)
            yield text if is_same else str(word)
    yield from map(str, left.values())
