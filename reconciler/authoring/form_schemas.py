"""JSON Schemas of definition files, made from their forms.

Pydantic writes the bulk. What it can't see is added here: the grammar of words, files included
in a list, and limits that are checked by hand. A schema refuses no file that the forms accept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, TypeAlias

from reconciler.authoring.agent_form import AgentForm
from reconciler.authoring.environments import EnvironmentForm
from reconciler.authoring.form_examples import ABOUT, EXAMPLES
from reconciler.authoring.form_texts import TEXTS
from reconciler.authoring.forms import Form
from reconciler.authoring.limits import (
    MAX_KEY,
    MAX_METADATA,
    MAX_METADATA_VALUE,
    MAX_SERVERS,
    MAX_SKILLS,
    MAX_SYSTEM,
)
from reconciler.authoring.project_form import ProjectForm
from reconciler.authoring.roster import MAX_MEMBERS
from reconciler.authoring.tool_form import BUILTIN_TOOLS
from reconciler.authoring.words import ALIASES, POLICIES

Schema: TypeAlias = dict[str, Any]
Refine: TypeAlias = Callable[[Schema], Schema]

_FORMS: Final[Mapping[str, type[Form]]] = {
    "agent": AgentForm,
    "project": ProjectForm,
    "environment": EnvironmentForm,
}
DEFINITIONS = tuple(_FORMS)
_SUFFIXES = ["", *(f":{policy}" for policy in POLICIES)]
_SUFFIX = f"(:({'|'.join(POLICIES)}))?"


def form_schema(name: str) -> Schema:
    """The schema of a definition file by name (one of DEFINITIONS), without `$schema` and `$id`."""
    form = _FORMS[name]
    raw = form.model_json_schema()
    forms = {one.__name__: one for one in _all_forms(Form)}
    definitions = {key: _refined(forms[key], item) for key, item in raw.pop("$defs", {}).items()}
    if name == "agent":
        definitions |= _WORDS
    whole = {**_refined(form, raw), "description": ABOUT[name]}
    return {**whole, "$defs": dict(sorted(definitions.items())), "examples": EXAMPLES[name]}


def _all_forms(form: type[Form]) -> Iterator[type[Form]]:
    for child in form.__subclasses__():
        yield child
        yield from _all_forms(child)


def _refined(form: type[Form], raw: Schema) -> Schema:
    """One form's schema with titles and descriptions, and with what pydantic can't see."""
    text = TEXTS.get(form.__name__)
    properties = {}
    for key, item in raw.get("properties", {}).items():
        plain = _REFINEMENTS.get((form.__name__, key), _same)(_plain(item))
        properties[key] = {"description": said(form, key), **plain}
    about = {"title": text.title if text else form.__name__}
    if "description" in raw:
        about["description"] = raw["description"]
    return {
        **about,
        "type": "object",
        "properties": properties,
        **({"required": raw["required"]} if "required" in raw else {}),
        **_MORE.get(form.__name__, {}),
        "additionalProperties": False,
    }


def said(form: type[Form], key: str) -> str:
    """What a key means, in the words of the form that declares it."""
    for owner in form.__mro__:
        text = TEXTS.get(owner.__name__)
        if text and key in text.keys:
            return text.keys[key]
    return ""


def _plain(item: Schema) -> Schema:
    """A property without made-up titles and defaults that say nothing, null beside the rest."""
    item = {
        key: value
        for key, value in item.items()
        if key != "title" and not (key == "default" and value in (None, []))
    }
    if "patternProperties" in item:
        item["additionalProperties"] = False
        item["patternProperties"] = {
            key: _plain(value) for key, value in item["patternProperties"].items()
        }
    members = item.get("anyOf", [])
    if len(members) == 2 and members[1] == {"type": "null"}:
        rest = {key: value for key, value in item.items() if key != "anyOf"}
        return {**rest, **_or_null(_plain(members[0]))}
    return item


def _or_null(item: Schema) -> Schema:
    if "oneOf" in item:
        return {**item, "oneOf": [*item["oneOf"], {"type": "null"}]}
    if "enum" in item or "const" in item:
        known = item.get("enum", [item.get("const")])
        return {"enum": [*known, None]}
    if isinstance(item.get("type"), str):
        return {**item, "type": [item["type"], "null"]}
    return {"oneOf": [item, {"type": "null"}]}


def _same(item: Schema) -> Schema:
    return item


def _with(**more: Any) -> Refine:
    return lambda item: {**item, **more}


def _words(word: Schema) -> Refine:
    """The first text of a union is such a word."""

    def refine(item: Schema) -> Schema:
        at = next(i for i, one in enumerate(item["oneOf"]) if one.get("type") == "string")
        return {**item, "oneOf": [*item["oneOf"][:at], word, *item["oneOf"][at + 1 :]]}

    return refine


def _items(refine: Refine) -> Refine:
    return lambda item: {**item, "items": refine(item["items"])}


def _tools(item: Schema) -> Schema:
    """`all` with or without a policy, or a list of words, files and the API's entries."""
    word, listed, *null = item["oneOf"]
    entry = _words({"anyOf": [_TOOL, _INCLUDE]})(listed["items"])
    everything = {**word, "pattern": _folded(["all"])}
    return {**item, "oneOf": [everything, {**listed, "items": entry}, *null]}


def _folded(names: list[str]) -> str:
    """A pattern for tool words: case, `-` and `_` don't count (words.builtin_word)."""
    marks = "[-_]*"
    spelt = [marks.join(f"[{letter.upper()}{letter}]" for letter in name) for name in names]
    return f"^{marks}({'|'.join(spelt)}){marks}{_SUFFIX}$"


def _or_include(item: Schema) -> Schema:
    return {"oneOf": [item, _INCLUDE]}


def _overrides(item: Schema) -> Schema:
    """By address; which keys there are is known, and nulls make the rest unlike the form."""
    fields: dict[str, type[Form]] = {"agent": AgentForm, "environment": EnvironmentForm}
    patches = {
        f"^{kind}/.+$": {"type": "object", "propertyNames": {"enum": list(form.model_fields)}}
        for kind, form in fields.items()
    }
    return {"type": item["type"], "patternProperties": patches, "additionalProperties": False}


#: Words with a grammar of their own, as definitions of an agent's schema.
_WORDS: Final[Mapping[str, Schema]] = {
    "ToolWord": {
        "title": "A tool word",
        "description": "A built-in tool, perhaps with :allow, :ask or :auto",
        "anyOf": [
            # For completion; the pattern says what else is read.
            {"enum": [tool + suffix for tool in BUILTIN_TOOLS for suffix in _SUFFIXES]},
            {"type": "string", "pattern": _folded(["all", *sorted(ALIASES)])},
        ],
    },
    "McpToolWord": {
        "title": "A tool of an MCP server",
        "description": "Its name, perhaps with :allow, :ask or :auto",
        "type": "string",
        "pattern": rf"^[^:\s]+{_SUFFIX}$",
    },
    "SkillWord": {
        "title": "A skill",
        "description": "./folder, shared/NAME, or anthropic/NAME[@VERSION]",
        "type": "string",
        "pattern": r"^(anthropic/[^@\s/]+(@\S+)?|shared/.+|\.{1,2}/.+)$",
    },
    "Include": {
        "title": "A file",
        "description": "A file that holds an entry or a list of them, relative to this one",
        "type": "string",
        "pattern": r"^\.{1,2}/.*\.(yaml|yml|json)$",
    },
}
_TOOL, _MCP_TOOL, _SKILL, _INCLUDE = ({"$ref": f"#/$defs/{name}"} for name in _WORDS)
_PATH = _with(pattern=r"^[^/~\\][^\\]*$")
_METADATA = _with(
    maxProperties=MAX_METADATA,
    propertyNames={"minLength": 1, "maxLength": MAX_KEY, "not": {"const": "reconciler"}},
    additionalProperties={"type": "string", "maxLength": MAX_METADATA_VALUE},
)
_OTHER_BUILTINS = [tool for tool in BUILTIN_TOOLS if not tool.startswith("web_")]

_REFINEMENTS: Final[Mapping[tuple[str, str], Refine]] = {
    ("AgentForm", "system"): _words({"type": "string", "maxLength": MAX_SYSTEM}),
    ("AgentForm", "knowledge"): _items(_PATH),
    ("AgentForm", "tools"): _tools,
    ("AgentForm", "mcp_servers"): lambda item: {
        **_items(_or_include)(item),
        "maxItems": MAX_SERVERS,
    },
    ("AgentForm", "skills"): lambda item: {**_items(_words(_SKILL))(item), "maxItems": MAX_SKILLS},
    ("AgentForm", "subagents"): _with(maxItems=MAX_MEMBERS),
    ("AgentForm", "metadata"): _METADATA,
    ("EnvironmentForm", "metadata"): _METADATA,
    ("Coordinator", "agents"): _with(minItems=1, maxItems=MAX_MEMBERS),
    ("Members", "predefined_agents"): _with(maxItems=MAX_MEMBERS),
    ("McpServer", "tools"): _items(lambda _: _MCP_TOOL),
    ("SkillPath", "path"): lambda _: _SKILL,
    ("Prompt", "file"): _PATH,
    ("BareTool", "type"): _with(enum=list(BUILTIN_TOOLS)),
    ("ToolConfig", "name"): _with(enum=_OTHER_BUILTINS),
    ("ToolConfig", "type"): _with(enum=[*_OTHER_BUILTINS, None]),
    ("WebSearchConfig", "name"): _with(const="web_search"),
    ("WebSearchConfig", "type"): _with(enum=["web_search", None]),
    ("WebFetchConfig", "name"): _with(const="web_fetch"),
    ("WebFetchConfig", "type"): _with(enum=["web_fetch", None]),
    ("TargetForm", "overrides"): _overrides,
    ("PathsForm", "agents"): _PATH,
    ("PathsForm", "skills"): _PATH,
    ("PathsForm", "environments"): _PATH,
}


def _given(key: str) -> Schema:
    """The key is there, and not null."""
    return {"required": [key], "properties": {key: {"type": "string"}}}


_DISABLED = {"properties": {"type": {"const": "disabled"}}}
#: Rules between the keys of one form.
_MORE: Final[Mapping[str, Schema]] = {
    "Prompt": {"minProperties": 1},
    "AgentMember": {"oneOf": [_given("id"), _given("name")]},
    "Members": {"if": _DISABLED, "then": {"maxProperties": 1}},
    "AdvisorSwitch": {
        "if": _DISABLED,
        "then": {"properties": {"model": {"type": "null"}}},
        "else": _given("model"),
    },
}
