"""Valid agent bodies, generated from the SDK's own types.

The types say which keys and words there are; `_repaired` brings about what they don't say: names
that are unique, references that exist, lists that exclude each other. A key that the SDK gains is
generated from then on.
"""

from __future__ import annotations

import typing
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import typing_extensions
from anthropic.types.beta.agent_create_params import AgentCreateParams
from hypothesis import strategies as st

MODELS = ("claude-opus-5", "claude-sonnet-5")
_HEADERS = ("betas", "workspace_id")
_TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=40)
_PROMPT = st.lists(_TEXT, min_size=1, max_size=4).flatmap(
    lambda lines: st.sampled_from(["\n", "\r\n", "\n\n---\n"]).map(lambda end: end.join(lines))
)
_FRONTMATTER = st.just("---\nname: x\ndescription: y\n---\nWhat follows.\n")
_NAMES = st.sampled_from(["alpha", "beta", "read:all", "a b"])
_TOOLS = st.sampled_from(["look_up", "post", "ask-host"])
_DOMAINS = st.sampled_from(["a.org", "docs.b.org", "c.example.com"])
_JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | _TEXT,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(_TEXT, inner, max_size=2),
    max_leaves=4,
)
_SCHEMA = st.booleans() | st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["string", ["number", "null"]]),
        "description": _TEXT,
        "default": _JSON,
        "enum": st.lists(_JSON, min_size=1, max_size=2),
    },
)
_MARKS = st.sampled_from(["yes", "1", "2025-10-13", "null", "~", "a: b", "# x", "'", "-"])


@dataclass(frozen=True, slots=True)
class Pool:
    """What bodies may refer to: agents as id and versions, custom skills as id and version."""

    agents: Sequence[tuple[str, int]]
    skills: Sequence[tuple[str, str]]


def agent_bodies(pool: Pool) -> st.SearchStrategy[dict[str, Any]]:
    """Bodies that `POST /v1/agents` takes."""
    return _of(AgentCreateParams, "", pool).map(lambda body: _repaired(body, pool))


def _texts(key: str, pool: Pool) -> st.SearchStrategy[Any]:
    known: dict[str, st.SearchStrategy[Any]] = {
        "name": _TEXT.filter(lambda text: text.strip() != "") | _MARKS,
        "description": _TEXT | _MARKS,
        "system": _PROMPT | _FRONTMATTER | _MARKS | st.just("\ufeffWith a mark."),
        "model": st.sampled_from(MODELS),
        "mcp_server_name": _NAMES,
        "country": st.sampled_from(["NL", "LU"]),
        "timezone": st.just("Europe/Amsterdam"),
        "inference_geo": st.sampled_from(["us", "global"]),
        "role_arn": st.just("arn:aws:iam::123456789012:role/reader"),
        "allowed_domains": _DOMAINS,
        "blocked_domains": _DOMAINS,
    }
    return known.get(key, _TEXT.filter(lambda text: text.strip() != ""))


def _of(hint: Any, key: str, pool: Pool) -> st.SearchStrategy[Any]:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if _is_required(hint):
        return _of(arguments[0], key, pool)
    if typing_extensions.is_typeddict(hint):
        return _mapping(hint, pool)
    if origin is typing.Literal:
        return st.sampled_from(arguments)
    if origin is typing.Union:
        return st.one_of(*(_of(one, key, pool) for one in arguments))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        values = _SCHEMA if arguments[1] is object else _TEXT
        return st.dictionaries(_TEXT.filter(lambda text: 0 < len(text) < 30), values, max_size=3)
    if isinstance(origin, type) and issubclass(origin, Iterable):
        return st.lists(_of(arguments[0], key, pool), max_size=4, unique=key == "required")
    return {
        str: _texts(key, pool),
        bool: st.booleans(),
        int: st.integers(1, 5000),
        type(None): st.none(),
    }[hint]


def _is_required(hint: Any) -> bool:
    """Whether the key must be there; `__required_keys__` does not know of postponed types."""
    return typing.get_origin(hint) is typing.Required


def _mapping(hint: Any, pool: Pool) -> st.SearchStrategy[dict[str, Any]]:
    hints = typing.get_type_hints(hint, include_extras=True)
    name = hint.__name__
    if name == "BetaManagedAgentsAgentParams":
        return st.sampled_from(pool.agents).map(
            lambda agent: {"type": "agent", "id": agent[0], "version": agent[1]}
        )
    if name == "BetaManagedAgentsCustomSkillParams":
        pinned = st.sampled_from(pool.skills)
        return st.tuples(pinned, st.booleans()).map(
            lambda one: {
                "type": "custom",
                "skill_id": one[0][0],
                "version": one[0][1] if one[1] else "latest",
            }
        )
    if name == "BetaManagedAgentsAnthropicSkillParams":
        return st.sampled_from(["docx", "xlsx", "pdf"]).map(
            lambda word: {"type": "anthropic", "skill_id": word}
        )
    strategies = {
        key: _field(name, key, one, pool) for key, one in hints.items() if key not in _HEADERS
    }
    required = {key: strategies[key] for key, one in hints.items() if _is_required(one)}
    optional = {key: one for key, one in strategies.items() if key not in required}
    return st.fixed_dictionaries(required, optional=optional)


def _field(name: str, key: str, hint: Any, pool: Pool) -> st.SearchStrategy[Any]:
    if name == "BetaManagedAgentsModelConfigParams" and key == "id":
        return st.sampled_from(MODELS)
    if name == "BetaManagedAgentsMCPToolConfigParams" and key == "name":
        return _NAMES
    if name.endswith("CustomToolParams") and key in ("name", "description"):
        return _TOOLS if key == "name" else _MARKS | _TEXT.filter(bool)
    return _of(hint, key, pool)


def _repaired(body: dict[str, Any], pool: Pool) -> dict[str, Any]:
    tools = _distinct(body.get("tools") or [], _tool_key)
    for tool in tools:
        if tool.get("configs"):
            tool["configs"] = [_config(one, tools) for one in _distinct(tool["configs"], _name)]
    servers = [tool["mcp_server_name"] for tool in tools if tool["type"] == "mcp_toolset"]
    body["tools"] = tools
    body["mcp_servers"] = [
        {"type": "url", "name": name, "url": f"https://{at}.example.com/mcp"}
        for at, name in enumerate(servers)
    ]
    body["skills"] = _distinct(body.get("skills") or [], lambda skill: skill["skill_id"])
    if isinstance(body["model"], dict) and body["model"]["id"] != MODELS[0]:
        body["model"].pop("speed", None)
    if body.get("multiagent"):
        body["multiagent"] = _multiagent(body["multiagent"], pool)
        if isinstance(body["model"], dict):  # an agent and its roster are in one place
            body["model"].pop("inference_geo", None)
    return body


def _distinct(items: Iterable[Any], key: Any) -> list[Any]:
    return list({key(item): item for item in items}.values())


def _name(item: Mapping[str, Any]) -> Any:
    return item["name"]


def _tool_key(tool: Mapping[str, Any]) -> Any:
    return tool["type"], tool.get("mcp_server_name"), tool.get("name")


def _config(config: dict[str, Any], tools: list[Any]) -> dict[str, Any]:
    for key in ("allowed_domains", "blocked_domains"):
        config[key] = sorted(set(config.get(key) or [])) or None
    if config["allowed_domains"]:
        config["blocked_domains"] = None
    if config.get("url_sources"):
        custom = [tool["name"] for tool in tools if tool["type"] == "custom"]
        config["url_sources"] = _sources(config["url_sources"], custom)
    return {key: value for key, value in config.items() if value is not None}


def _sources(sources: dict[str, Any], custom: list[str]) -> dict[str, Any] | None:
    known = {"client_tool_results": custom, "server_tool_results": ["web_search", "web_fetch"]}
    for key, names in known.items():
        source = sources.get(key)
        if isinstance(source, dict) and "tools" in source:
            tools = [{"type": "tool_reference", "name": name} for name in names]
            sources[key] = {"type": source["type"], "tools": tools} if tools else "all"
    kinds = [sources.get(key) for key in (*known, "user_input")]
    words = [kind["type"] if isinstance(kind, dict) else kind for kind in kinds]
    return None if all(word == "none" for word in words) else sources


def _multiagent(config: dict[str, Any], pool: Pool) -> dict[str, Any]:
    if config["type"] == "coordinator":
        config["agents"] = _roster(config["agents"], pool) or [{"type": "self"}]
        return config
    for key in ("subagents", "workflows"):
        member = config.get(key)
        if member and member["type"] == "enabled":
            listed = _roster(member.get("predefined_agents") or [], pool)
            inline = (member.get("inline_agents") or {}).get("type")
            member["predefined_agents"] = (
                [{"type": "self"}] if inline == "disabled" and not listed else listed
            )
    return config


def _roster(entries: list[Any], pool: Pool) -> list[Any]:
    ids = {identity for identity, _ in pool.agents}
    entries = [one for one in entries if not isinstance(one, str) or one in ids]
    return _distinct(
        entries, lambda one: one if isinstance(one, str) else (one.get("id") or one["type"])
    )
