"""What a project grants, read a second time without any of the room's code.

A plain YAML library and the documented meaning of each key, nothing else. Whatever it does not
know makes it doubt: a project that loads and that it doubts is a finding.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from posixpath import dirname, join, normpath
from typing import Any

import yaml

BUILTIN = ("bash", "edit", "glob", "grep", "read", "web_fetch", "web_search", "write")
OTHER_NAMES = {"multiedit": "edit", "fetch": "web_fetch", "search": "web_search"}
SUFFIXES = {"allow": "always_allow", "ask": "always_ask", "auto": "auto"}
POLICIES = set(SUFFIXES.values())
AGENT = {
    "name", "description", "model", "system", "knowledge", "tools", "mcp_servers", "skills",
    "subagents", "multiagent", "execution_identity", "metadata", "ntropii", "lifecycle",
}  # fmt: skip
#: What a YAML library takes for the end of a line and no editor does.
_NO_BREAKS = {"\x85": "\ue085", "\u2028": "\ue028", "\u2029": "\ue029"}
#: What is granted: of an address, a thing, and how.
Grants = dict[tuple[str, ...], Any]


class Doubt(Exception):
    """Something that this reader does not know the meaning of."""


def keys(value: Any, *known: str) -> dict[str, Any]:
    """The mapping without nulls, or doubt if it is none or holds another key."""
    if not isinstance(value, dict) or not set(value) <= set(known):
        raise Doubt(f"{value!r} has other keys than {known}")
    return {key: item for key, item in value.items() if item is not None}


def listed(value: Any) -> list[Any]:
    if value is None:
        return []
    if not isinstance(value, list):
        raise Doubt(f"{value!r} is no list")
    return value


def flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise Doubt(f"{value!r} is no truth value")
    return value


def text(value: Any) -> str:
    if not isinstance(value, str):
        raise Doubt(f"{value!r} is no text")
    return value


def value_of(written: str) -> Any:
    """The text's value, or doubt if a key stands twice in it or has nothing behind it. Lines end
    where an editor ends them."""
    for original, private in _NO_BREAKS.items():
        written = written.replace(original, private)
    _doubt_nodes(yaml.compose(written, Loader=yaml.CSafeLoader), set())
    return _restored(yaml.load(written, Loader=yaml.CSafeLoader))


def _restored(value: Any) -> Any:
    if isinstance(value, str):
        for original, private in _NO_BREAKS.items():
            value = value.replace(private, original)
        return value
    if isinstance(value, dict):
        return {_restored(key): _restored(item) for key, item in value.items()}
    return [_restored(item) for item in value] if isinstance(value, list) else value


def _doubt_nodes(node: yaml.Node | None, seen: set[int]) -> None:
    if node is None or id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.MappingNode):
        written = [key.value for key, _ in node.value if key.tag != "tag:yaml.org,2002:merge"]
        if len(written) != len({str(key) for key in written}):
            raise Doubt(f"a key twice: {written}")
        for _, value in node.value:
            _doubt_nodes(value, seen)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            _doubt_nodes(item, seen)
    elif node.tag.endswith(":null") and node.value == "":
        raise Doubt("a key with nothing behind it")


class Project:
    """The files of a project, for its default target."""

    def __init__(self, files: Mapping[str, str | bytes]) -> None:
        self.files = files
        project = self.yaml("reconcile.yaml")
        targets = project.get("targets") or {}
        names = list(targets)
        name = project.get("default_target") or (names[0] if len(names) == 1 else "sandbox")
        self.target = targets.get(name) or {}

    def raw(self, path: str) -> str:
        if path not in self.files:
            raise Doubt(f"no file {path}")
        data = self.files[path]
        return data.decode("utf-8-sig") if isinstance(data, bytes) else data.removeprefix("\ufeff")

    def yaml(self, path: str) -> Any:
        found = self.raw(path)
        if path.endswith(".md"):
            parts = re.split(r"^---[ \t]*\r?$", found, maxsplit=2, flags=re.MULTILINE)
            if len(parts) == 3 and not parts[0]:
                return value_of(parts[1]) or {}
            if path.startswith(".managed-agents/"):
                return {}  # a prompt alone
            raise Doubt("no frontmatter")
        return value_of(found)

    def definition(self, path: str, address: str) -> dict[str, Any]:
        """The file's value with what the target changes (RFC 7386)."""
        patch = (self.target.get("overrides") or {}).get(address, {})
        value = _merged(self.yaml(path), patch)
        if not isinstance(value, dict):
            raise Doubt(f"{path} is no mapping")
        return value

    def filled(self, url: Any) -> str:
        variables = self.target.get("variables") or {}
        return re.sub(r"\$\{(\w+)\}", lambda match: text(variables.get(match[1])), text(url))


def _merged(value: Any, patch: Any) -> Any:
    if not isinstance(patch, dict):
        return patch
    result = dict(value) if isinstance(value, dict) else {}
    for key, item in patch.items():
        if item is None:
            result.pop(key, None)
        else:
            result[key] = _merged(result.get(key), item)
    return result


def granted(files: Mapping[str, str | bytes], addresses: Mapping[str, str]) -> Grants:
    """What the files grant; `addresses` are those of the definitions, by path. Raises Doubt."""
    project = Project(files)
    grants: Grants = {}
    for path, address in addresses.items():
        if address.startswith("environment/"):
            grants[address, "network"] = _network(project.definition(path, address))
        else:
            grants.update(_agent(project, path, address))
    return grants


def _network(value: dict[str, Any]) -> Any:
    value = keys(value, "name", "description", "config", "metadata", "scope", "lifecycle")
    config = keys(value.get("config") or {}, "type", "networking", "packages")
    networking = config.get("networking")
    if networking is None:
        return ["self_hosted"] if config.get("type") == "self_hosted" else ["unrestricted"]
    networking = keys(
        networking, "type", "allowed_hosts", "allow_mcp_servers", "allow_package_managers"
    )
    if networking.get("type") == "unrestricted":
        return [*keys(networking, "type").values()]
    flags = [
        flag(networking.get(f"allow_{one}", False)) for one in ("mcp_servers", "package_managers")
    ]
    return [networking.get("type"), sorted(listed(networking.get("allowed_hosts"))), *flags]


def _agent(project: Project, path: str, address: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    value = project.definition(path, address)
    lift = path.startswith(".managed-agents/")
    servers = [*_servers(project, path, value)]
    if lift:
        value = {"tools": "all", **value}
        value.pop("mcp", None)
    value = keys(value, *AGENT)
    tools = value.get("tools")
    if isinstance(tools, list):
        tools = [*_included(project, path, tools)]
    yield from _tools(address, tools, servers)
    hosts = [(address, "server", text(one.get("name"))) for one in servers]
    for place, server in zip(hosts, servers, strict=True):
        yield place, project.filled(server.get("url"))
    yield (address, "roster"), _roster(value)
    yield (address, "skills"), len(listed(value.get("skills")))
    yield (address, "identity"), (value.get("execution_identity") or {}).get("type")
    yield (address, "registered"), value.get("ntropii") not in (None, False)


def _included(project: Project, path: str, entries: list[Any]) -> Iterator[Any]:
    for entry in entries:
        if isinstance(entry, str) and entry.startswith(("./", "../")):
            inside = project.yaml(normpath(join(dirname(path), entry)))
            yield from inside if isinstance(inside, list) else [inside]
        else:
            yield entry


def _servers(project: Project, path: str, value: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for entry in _included(project, path, listed(value.get("mcp_servers"))):
        yield keys(entry, "name", "url", "type", "tools", "permission")
    folder = dirname(path)
    own = _json(project, f"{folder}/mcp.json")
    if not path.startswith(".managed-agents/"):
        yield from own.values()
        return
    if "mcp" not in value:
        yield from own.values()
        return
    shared = _json(project, ".managed-agents/shared/mcp.json")
    for word in listed(value["mcp"]):
        name = text(word).removeprefix("shared/")
        known = shared if name != word else shared | own
        if name not in known:
            raise Doubt(f"no server {word}")
        yield known[name]


def _json(project: Project, path: str) -> dict[str, dict[str, Any]]:
    if path not in project.files:
        return {}
    try:
        found = json.loads(project.raw(path))
    except json.JSONDecodeError:
        found = value_of(project.raw(path))
    if not isinstance(found, dict):
        raise Doubt("no mapping of servers")
    wrapped = next(
        (found[key] for key in ("mcpServers", "mcp_servers") if isinstance(found.get(key), dict)),
        found,
    )
    servers = {}
    for name, entry in wrapped.items():
        if name.startswith("$"):
            continue
        entry = keys(entry, "url", "type", "tools", "allowedTools", "allowed_tools", "permission")
        for other in ("allowedTools", "allowed_tools"):
            if other in entry:
                entry["tools"] = entry.pop(other)
        entry.pop("type", None)
        servers[name] = {"name": name, **entry}
    return servers


def _word(word: str) -> tuple[str, str | None]:
    name, colon, suffix = word.partition(":")
    if colon and suffix not in SUFFIXES:
        raise Doubt(f"{word} has no suffix")
    return name, SUFFIXES[suffix] if colon else None


def _builtin(word: str) -> tuple[str, str | None]:
    name, policy = _word(word)
    folded = name.lower().replace("_", "").replace("-", "")
    known = {one.replace("_", ""): one for one in BUILTIN} | OTHER_NAMES | {"all": "all"}
    if folded not in known:
        raise Doubt(f"{word} is no tool")
    return known[folded], policy


def _policy(value: Any) -> str | None:
    if value is None:
        return None
    found = keys(value, "type").get("type")
    if found not in POLICIES:
        raise Doubt(f"{value!r} is no policy")
    return str(found)


def _tools(
    address: str, tools: Any, servers: list[dict[str, Any]]
) -> Iterator[tuple[tuple[str, ...], Any]]:
    if isinstance(tools, str):
        name, policy = _builtin(tools)
        if name != "all":
            raise Doubt("one word")
        tools = [tools]
    words: dict[str, str | None] = {}
    toolsets: set[str] = set()
    for entry in listed(tools):
        kind = entry.get("type") if isinstance(entry, dict) else None
        if isinstance(entry, str) or kind in BUILTIN:
            name, policy = _builtin(
                entry if isinstance(entry, str) else keys(entry, "type")["type"]
            )
            words[name] = policy
        elif kind == "custom":
            keys(entry, "type", "name", "description", "input_schema")
            yield (address, "custom", entry["name"]), True
        elif kind == "agent_toolset_20260401":
            keys(entry, "type", "configs", "default_config")
            yield from _toolset(address, "tool", entry, BUILTIN, "always_allow")
        elif kind == "mcp_toolset":
            keys(entry, "type", "mcp_server_name", "configs", "default_config")
            server = text(entry.get("mcp_server_name"))
            toolsets.add(server)
            yield from _toolset(address, f"mcp {server}", entry, ("*",), "always_ask")
        else:
            raise Doubt(f"{entry!r} is no tool")
    everything = words.pop("all", "none")
    if everything != "none":
        words = {name: words.get(name, everything) for name in BUILTIN}
    for name, policy in words.items():
        yield (address, "tool", name), policy or "always_allow"
    for server in servers:
        yield from _of_server(address, server, toolsets)


def _toolset(
    address: str, what: str, entry: dict[str, Any], names: tuple[str, ...], policy: str
) -> Iterator[tuple[tuple[str, ...], Any]]:
    default = keys(entry.get("default_config") or {}, "enabled", "permission_policy")
    general = _policy(default.get("permission_policy")) or policy
    enabled = flag(default.get("enabled", True))
    configs: dict[str, Any] = {}
    for config in listed(entry.get("configs")):
        known = ["name", "enabled", "permission_policy"]
        if what == "tool":
            known += ["type"]
            if config.get("name") in ("web_fetch", "web_search"):
                known += ["allowed_domains", "blocked_domains"]
                known += ["max_content_tokens", "url_sources", "user_location"]
        config = keys(config, *known)
        if config["name"] in configs:
            raise Doubt("configured twice")
        configs[config["name"]] = config
    for name in dict.fromkeys((*names, *configs)):
        config = configs.get(name, {})
        if flag(config.get("enabled", enabled)):
            yield (address, what, name), _policy(config.get("permission_policy")) or general
            domains = [config.get(f"{one}_domains") for one in ("allowed", "blocked")]
            if any(domains):
                yield (address, "domains", name), domains


def _of_server(
    address: str, server: dict[str, Any], toolsets: set[str]
) -> Iterator[tuple[tuple[str, ...], Any]]:
    name = text(server.get("name"))
    what = f"mcp {name}"
    permission = server.get("permission")
    if permission is not None and permission not in SUFFIXES:
        raise Doubt(f"{permission!r} is no permission")
    general = "always_ask" if permission is None else SUFFIXES[permission]
    if "tools" in server:
        for entry in listed(server["tools"]):
            tool, policy = _word(text(entry))
            yield (address, what, tool), policy or general
    elif name not in toolsets:
        yield (address, what, "*"), general


def _roster(value: dict[str, Any]) -> Any:
    if value.get("subagents"):
        return len(listed(value["subagents"]))
    multiagent = value.get("multiagent")
    if multiagent is None:
        return 0
    if multiagent.get("type") == "coordinator":
        return len(listed(keys(multiagent, "type", "agents").get("agents")))
    parts = keys(multiagent, "type", "subagents", "workflows", "advisor")
    found = [(parts.get("advisor") or {}).get("type", "disabled")]
    for part in ("subagents", "workflows"):
        inner = keys(parts.get(part) or {}, "type", "inline_agents", "predefined_agents")
        inline = (inner.get("inline_agents") or {}).get("type", "enabled")
        members = len(listed(inner.get("predefined_agents")))
        found += ["disabled"] if inner.get("type") == "disabled" else [inline, members]
    return found
