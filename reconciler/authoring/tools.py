"""`tools` into the API's form."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeGuard

from reconciler.authoring.documents import Scope
from reconciler.authoring.forms import Form
from reconciler.authoring.run import lf
from reconciler.authoring.tool_form import (
    BUILTIN_TOOLS,
    TOOLSET,
    BareTool,
    BuiltinToolset,
    CustomTool,
    McpToolset,
)
from reconciler.authoring.words import Word, WordError, builtin_word
from reconciler.authoring.yaml_source import KeyPath


@dataclass(frozen=True, slots=True)
class Placed:
    """One entry of the API's `tools`, and where it was written."""

    body: dict[str, Any]
    place: KeyPath


def compile_tools(tools: str | list[Any] | None, scope: Scope) -> list[Placed]:
    """The API's entries in the order written; all words become one built-in toolset, standing
    where the first of them stood. None and [] are no tools, as in the API."""
    if tools is None:
        return []
    if isinstance(tools, str):
        return _single_word(tools, scope)
    placed: list[Placed] = []
    words: list[tuple[Word, str, KeyPath]] = []
    at = 0
    for index, entry in enumerate(tools):
        place = ("tools", index)
        if isinstance(entry, str | BareTool):
            text = entry if isinstance(entry, str) else entry.type
            if not words:
                at = len(placed)
            word = _word(text, place, scope)
            words += [] if word is None else [(word, text, place)]
        elif isinstance(entry, CustomTool):
            placed.append(Placed(_custom(entry, place, scope), place))
        else:
            placed.append(Placed(_typed(entry, place, scope), place))
    if words:
        placed.insert(at, Placed(_from_words(words, scope), words[0][2]))
    _one_builtin_toolset(placed, scope)
    _known_references(placed, scope)
    return placed


def _single_word(text: str, scope: Scope) -> list[Placed]:
    word = _word(text, ("tools",), scope)
    if word is None:
        return []
    if word.name != "all":
        hint = f"write [{text}]"
        scope.error("field.type", "`tools` must be a list, or `all`", ("tools",), hint)
        return []
    default: dict[str, Any] = {"enabled": True} | _policy(word.policy)
    return [Placed({"type": TOOLSET, "default_config": default}, ("tools",))]


def _word(text: str, place: KeyPath, scope: Scope) -> Word | None:
    try:
        return builtin_word(text)
    except WordError as wrong:
        scope.error(wrong.code, str(wrong), place, wrong.hint)
        return None


def _from_words(words: list[tuple[Word, str, KeyPath]], scope: Scope) -> dict[str, Any]:
    """Everything off but the words. `all` is every built-in; a word beside it wins over it."""
    chosen: dict[str, tuple[str | None, str]] = {}
    for word, text, place in words:
        policy, before = chosen.setdefault(word.name, (word.policy, ""))
        if before == "":
            chosen[word.name] = (policy, text)
        elif before == text or policy != word.policy:  # Edit beside MultiEdit is one tool
            message = f"{text} names the tool {word.name}, which {before} names already"
            scope.error("tools.duplicate", message, place, "keep one of them")
    if "all" in chosen:
        general = chosen.pop("all")
        chosen = {name: chosen.get(name, general) for name in BUILTIN_TOOLS}
    configs = [
        {"name": name, "enabled": True} | _policy(policy) for name, (policy, _) in chosen.items()
    ]
    return {"type": TOOLSET, "default_config": {"enabled": False}, "configs": configs}


def _policy(policy: str | None) -> dict[str, Any]:
    return {} if policy is None else {"permission_policy": {"type": policy}}


def _typed(entry: BuiltinToolset | McpToolset, place: KeyPath, scope: Scope) -> dict[str, Any]:
    seen: set[str] = set()
    body = declared(entry)
    for index, config in enumerate(body.get("configs", ())):
        if config["name"] in seen:
            message = f"{config['name']} is configured twice"
            scope.error("tools.duplicate", message, (*place, "configs", index), "keep one of them")
        seen.add(config["name"])
    return body


def _custom(tool: CustomTool, place: KeyPath, scope: Scope) -> dict[str, Any]:
    schema = tool.input_schema
    at = (*place, "input_schema")
    if schema.get("type") != "object":
        hint = "write {type: object, properties: {…}}"
        scope.error("tools.schema", "`input_schema` must have type: object", at, hint)
    else:
        for path, message in _schema_problems(json.dumps(schema, sort_keys=True)):
            hint = "see json-schema.org/draft/2020-12"
            if path[-1:] == ("type",):
                hint = "a type is string, number, integer, boolean, object, array or null"
            scope.error("tools.schema", f"no JSON Schema: {message}", (*at, *path), hint)
    return {
        "type": "custom",
        "name": tool.name,
        "description": lf(tool.description),
        "input_schema": schema,
    }


@lru_cache(maxsize=1024)
def _schema_problems(schema: str) -> tuple[tuple[KeyPath, str], ...]:
    """What Draft 2020-12's own schema has against it; the same schema is checked once."""
    from jsonschema import Draft202012Validator

    validator = Draft202012Validator(Draft202012Validator.META_SCHEMA)
    problems = sorted(validator.iter_errors(json.loads(schema)), key=lambda item: list(item.path))
    return tuple((tuple(item.absolute_path), item.message[:200]) for item in problems)


def _one_builtin_toolset(placed: list[Placed], scope: Scope) -> None:
    builtin = [item for item in placed if item.body["type"] == TOOLSET]
    for item in builtin[1:]:
        message = f"at most one {TOOLSET}; words in the list make one too"
        scope.error("tools.two_toolsets", message, item.place, "put everything in one of them")
    seen: set[str] = set()
    for item in placed:
        if item.body["type"] == "custom":
            name = item.body["name"]
            if name in seen:
                message = f"two custom tools are called {name}"
                scope.error("tools.duplicate", message, item.place, "rename one of them")
            seen.add(name)


def _known_references(placed: list[Placed], scope: Scope) -> None:
    """`url_sources` names custom tools of the same list, or the two web tools (API §3.1)."""
    known = {
        "client_tool_results": {
            str(item.body["name"]) for item in placed if item.body["type"] == "custom"
        },
        "server_tool_results": {"web_search", "web_fetch"},
    }
    for item in placed:
        for index, config in enumerate(item.body.get("configs", ())):
            for key, names in known.items():
                source = (config.get("url_sources") or {}).get(key)
                for at, tool in enumerate(source.get("tools", ()) if _is_map(source) else ()):
                    if tool["name"] not in names:
                        path = (*item.place, "configs", index, "url_sources", key, "tools", at)
                        message = f"{tool['name']} can't be named in {key}"
                        hint = f"possible: {', '.join(sorted(names)) or 'none'}"
                        scope.error("tools.reference", message, path, hint)


def _is_map(value: Any) -> TypeGuard[dict[str, Any]]:
    return isinstance(value, dict)


def enabled_policies(toolset: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Name and effective policy of each enabled tool of a toolset; the name is "" for "every
    tool without an entry". Built-in tools default to always_allow, MCP tools to always_ask
    (API reference §3.4)."""
    builtin = toolset["type"] == TOOLSET
    default = toolset.get("default_config") or {}
    fallback = "always_allow" if builtin else "always_ask"
    base = (default.get("permission_policy") or {}).get("type", fallback)
    base_enabled = default.get("enabled", True)
    entries = {config["name"]: config for config in toolset.get("configs") or ()}
    for name in BUILTIN_TOOLS if builtin else entries:
        config = entries.get(name, {})
        if config.get("enabled", base_enabled):
            yield name, (config.get("permission_policy") or {}).get("type", base)
    if not builtin and base_enabled:
        yield "", base


def declared(form: Form) -> dict[str, Any]:
    """What the author wrote, as plain data; a null counts as not written."""
    return {
        name: _plain(getattr(form, name))
        for name in type(form).model_fields
        if name in form.model_fields_set and getattr(form, name) is not None
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Form):
        return declared(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value
