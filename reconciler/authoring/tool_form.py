"""The form of `tools`: words, the API's typed entries, and the documentation's `{type: bash}`.

Rules from the API reference (§3) and recorded answers: eight built-in tools, one entry each, at
most one built-in toolset; domain lists of web tools hold 1-64 entries, allowed or blocked.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, model_validator

from reconciler.authoring.forms import (
    COUNTRY,
    TOOL_NAME,
    Foreign,
    Form,
    Policy,
    nearest,
    one_of,
    problem,
)

BUILTIN_TOOLS = ("bash", "edit", "glob", "grep", "read", "web_fetch", "web_search", "write")
TOOLSET = "agent_toolset_20260401"
ENTRY_TYPES = [TOOLSET, "mcp_toolset", "custom"]


def _known_policy(value: Any) -> Any:
    known = ["always_allow", "always_ask", "auto"]
    if isinstance(value, str) and value not in known:
        unwanted = "an unwanted tool is `enabled: false`"
        hint = unwanted if "deny" in value else nearest(value, known) or unwanted
        raise problem("tools.policy", f"a policy is {one_of(known)}, not {value}", hint)
    return value


class PermissionPolicy(Form):
    type: Annotated[Policy, BeforeValidator(_known_policy)]


class DefaultConfig(Form):
    enabled: bool | None = None
    permission_policy: PermissionPolicy | None = None


def _known_builtin(value: Any) -> Any:
    if isinstance(value, str) and value not in BUILTIN_TOOLS:
        hint = nearest(value, list(BUILTIN_TOOLS)) or f"built in: {', '.join(BUILTIN_TOOLS)}"
        raise problem("tools.unmapped", f"there is no built-in tool {value}", hint)
    return value


class ToolConfig(Form):
    """One built-in tool's settings."""

    name: Annotated[str, BeforeValidator(_known_builtin)]
    type: str | None = None
    enabled: bool | None = None
    permission_policy: PermissionPolicy | None = None

    @model_validator(mode="after")
    def _type_is_name(self) -> ToolConfig:
        if self.type is not None and self.type != self.name:
            raise problem("field.value", f"`type` of {self.name} must be {self.name}", "omit it")
        return self


_HOST = re.compile(r"(?=.{1,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")


_PATH = re.compile(r"[A-Za-z0-9._~%!$&'()+,;=:@/-]*")  # of RFC 3986, but for the wildcard
_PRIVATE = (".local", ".internal", ".localhost")


def _domain(value: str, *, path: bool) -> str:
    if "://" in value:
        raise problem("tools.domain", f"{value} has a URL scheme", "write the host name alone")
    host, slash, below = value.partition("/")
    if slash and not path:
        raise problem("tools.domain", f"{value} has a path", "write the host name alone")
    if not value.isascii():
        hint = "write the name in punycode: xn--…"
        raise problem("tools.domain", f"{value} has letters that a host name can't have", hint)
    if not _HOST.fullmatch(host.lower()) or host.lower().endswith(_PRIVATE):
        raise problem(
            "tools.domain",
            f"{value} is not a public host name",
            "docs.example.com: no scheme, port, wildcard or address",
        )
    if not _PATH.fullmatch(below):
        hint = "docs.example.com/path: no query, fragment or wildcard"
        raise problem("tools.domain", f"{value} has no plain path", hint)
    return value


def _fetch_domain(value: str) -> str:
    return _domain(value, path=False)


def _search_domain(value: str) -> str:
    return _domain(value, path=True)


def _distinct(values: list[str]) -> list[str]:
    seen = [value.lower().rstrip("/") for value in values]
    if len(set(seen)) != len(seen):
        raise problem("tools.domain", "the same domain twice", "list each once")
    return values


_DomainList: TypeAlias = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=255), AfterValidator(_fetch_domain)]],
    Field(min_length=1, max_length=64),
    AfterValidator(_distinct),
]
_SearchDomainList: TypeAlias = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=255), AfterValidator(_search_domain)]],
    Field(min_length=1, max_length=64),
    AfterValidator(_distinct),
]


def _either(allowed: object, blocked: object) -> None:
    if allowed is not None and blocked is not None:
        message = "`allowed_domains` and `blocked_domains` exclude each other"
        raise problem("field.value", message, "keep one of them")


class UserLocation(Form):
    type: Literal["approximate"]
    city: str | None = None
    country: Annotated[str, Field(pattern=COUNTRY)] | None = None
    region: str | None = None
    timezone: str | None = None


class WebSearchConfig(ToolConfig):
    allowed_domains: _SearchDomainList | None = None
    blocked_domains: _SearchDomainList | None = None
    user_location: UserLocation | None = None

    @model_validator(mode="after")
    def _one_list(self) -> WebSearchConfig:
        _either(self.allowed_domains, self.blocked_domains)
        return self


class ToolReference(Form):
    type: Literal["tool_reference"]
    name: Annotated[str, Field(min_length=1)]


class ToolFilter(Form):
    type: Literal["all", "none", "only", "except"]
    tools: Annotated[list[ToolReference], Field(min_length=1, max_length=128)] | None = None

    @model_validator(mode="after")
    def _tools_if_listed(self) -> ToolFilter:
        if (self.type in ("only", "except")) != (self.tools is not None):
            message = "`tools` goes with only and except, and nothing else"
            raise problem("field.value", message, "{type: only, tools: [{…}]}, or {type: all}")
        names = [tool.name for tool in self.tools or ()]
        if len(set(names)) != len(names):
            raise problem("field.value", "the same tool twice", "list each once")
        return self


class UserInput(Form):
    type: Literal["all", "none"]


def _word_or_mapping(value: Any) -> str:
    return "=object" if isinstance(value, dict) else "=word"


_Filter: TypeAlias = Annotated[
    Annotated[Literal["all", "none"], Tag("=word")] | Annotated[ToolFilter, Tag("=object")],
    Discriminator(_word_or_mapping),
]


class UrlSources(Form):
    client_tool_results: _Filter | None = None
    server_tool_results: _Filter | None = None
    user_input: (
        Annotated[
            Annotated[Literal["all", "none"], Tag("=word")] | Annotated[UserInput, Tag("=object")],
            Discriminator(_word_or_mapping),
        ]
        | None
    ) = None

    @model_validator(mode="after")
    def _some_source(self) -> UrlSources:
        sources = (self.client_tool_results, self.server_tool_results, self.user_input)
        if all(getattr(source, "type", source) == "none" for source in sources):
            raise problem("field.value", "all three sources are none", "disable web_fetch instead")
        return self


class WebFetchConfig(ToolConfig):
    allowed_domains: _DomainList | None = None
    blocked_domains: _DomainList | None = None
    max_content_tokens: Annotated[int, Field(ge=1)] | None = None
    url_sources: UrlSources | None = None

    @model_validator(mode="after")
    def _one_list(self) -> WebFetchConfig:
        _either(self.allowed_domains, self.blocked_domains)
        return self


def _config_shape(value: Any) -> str:
    name = value.get("name") if isinstance(value, dict) else None
    return f"={name}" if name in ("web_search", "web_fetch") else "=tool"


_BuiltinConfig: TypeAlias = Annotated[
    Annotated[ToolConfig, Tag("=tool")]
    | Annotated[WebSearchConfig, Tag("=web_search")]
    | Annotated[WebFetchConfig, Tag("=web_fetch")],
    Discriminator(_config_shape),
]


class BuiltinToolset(Form):
    type: Literal["agent_toolset_20260401"]
    configs: list[_BuiltinConfig] | None = None
    default_config: DefaultConfig | None = None


class McpToolConfig(Form):
    name: Annotated[str, Field(min_length=1, max_length=128)]
    enabled: bool | None = None
    permission_policy: PermissionPolicy | None = None


class McpToolset(Form):
    type: Literal["mcp_toolset"]
    mcp_server_name: Annotated[str, Field(min_length=1, max_length=255)]
    configs: list[McpToolConfig] | None = None
    default_config: DefaultConfig | None = None


class CustomTool(Form):
    type: Literal["custom"]
    name: Annotated[str, Field(pattern=TOOL_NAME)]
    description: Annotated[str, Field(min_length=1)]
    input_schema: dict[str, Any]

    foreign: ClassVar[Foreign] = {
        "permission_policy": (
            "field.unknown",
            "a custom tool has no policy: its caller answers it",
            "take it out",
        ),
        "parameters": ("field.unknown", "`parameters` is not a key here", "write `input_schema:`"),
    }


class BareTool(Form):
    """`{type: bash}`, as Ntropii's documentation has it: exactly that built-in."""

    type: str


def _entry_shape(value: Any) -> str:
    if isinstance(value, str):
        return "=word"
    kind = value.get("type") if isinstance(value, dict) else None
    return f"={kind}" if kind in ENTRY_TYPES else "=bare"


def _known_entry(value: Any) -> Any:
    if isinstance(value, str):
        return value
    if not isinstance(value, dict):
        hint = "write the word alone (read, bash:ask), or {type: …}"
        raise problem("field.type", "a tool is a word or a mapping with a `type`", hint)
    kind = value.get("type")
    if kind is None:
        hint = "write the word alone (read, bash:ask), or add `type:`"
        raise problem("field.missing", "the entry has no `type`", hint)
    if kind in ENTRY_TYPES or kind in BUILTIN_TOOLS:
        return value
    known = [*ENTRY_TYPES, *BUILTIN_TOOLS]
    hint = nearest(str(kind), known) or f"known: {', '.join(known)}"
    raise problem("tools.unmapped", f"there is no tool type {kind}", hint)


ToolEntry: TypeAlias = Annotated[
    Annotated[str, Tag("=word")]
    | Annotated[BareTool, Tag("=bare")]
    | Annotated[BuiltinToolset, Tag(f"={TOOLSET}")]
    | Annotated[McpToolset, Tag("=mcp_toolset")]
    | Annotated[CustomTool, Tag("=custom")],
    Discriminator(_entry_shape),
    BeforeValidator(_known_entry),
]


def _text_or_list(value: Any) -> str:
    return "=word" if isinstance(value, str) else "=list"


Tools: TypeAlias = Annotated[
    Annotated[str, Tag("=word")] | Annotated[list[ToolEntry], Tag("=list")],
    Discriminator(_text_or_list),
]
