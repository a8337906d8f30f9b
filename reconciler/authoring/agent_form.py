"""The form of an agent definition: what may be written, key by key.

Shapes follow the API's create parameters (anthropic 2.11, `types/beta/agent_create_params.py`)
with the shorthand of this project beside them. Limits that depend on more than one value are
checked where a definition is translated.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from reconciler.authoring.forms import (
    AGENT_ID,
    ENVIRONMENT_ID,
    TRUE_OR_MAPPING,
    Foreign,
    Form,
    Text,
    by_shape,
    by_type,
    problem,
)
from reconciler.authoring.roster_form import Member, Multiagent
from reconciler.authoring.silence_form import SilenceForm
from reconciler.authoring.tool_form import Tools

Effort: TypeAlias = Literal["low", "medium", "high", "xhigh", "max"]


class EffortObject(Form):
    type: Effort


class ModelConfig(Form):
    id: Text
    effort: (
        Annotated[
            Annotated[Effort, Tag("=level")] | Annotated[EffortObject, Tag("=object")],
            by_shape("level", "object"),
        ]
        | None
    ) = None
    speed: Literal["standard", "fast"] | None = None
    inference_geo: Text | None = None


Model: TypeAlias = Annotated[
    Annotated[Text, Tag("=id")] | Annotated[ModelConfig, Tag("=object")],
    by_shape("id", "object"),
]


class Prompt(Form):
    """`text`, then the file, then `append`, with a blank line between."""

    file: Text | None = None
    text: str | None = None
    append: str | None = None


System: TypeAlias = Annotated[
    Annotated[str, Tag("=text")] | Annotated[Prompt, Tag("=object")],
    by_shape("text", "object"),
]


def _known_transport(value: Any) -> Any:
    if value == "url":
        return value
    if value == "stdio":
        raise problem(
            "mcp.stdio_unsupported",
            "a stdio MCP server can't run on the platform",
            "host it and give its url",
        )
    raise problem(
        "mcp.transport_unsupported",
        f"the API knows MCP servers of type url only, not {value}",
        "write type: url, or leave `type` out; a streamable HTTP endpoint is a url",
    )


_STDIO = (
    "mcp.stdio_unsupported",
    "a server that is started by a command can't run on the platform",
    "host it and give its `url`",
)
_NO_HEADERS = (
    "mcp.headers_unsupported",
    "the API has no field for headers or tokens of an MCP server",
    "keep the token in a vault credential for this URL, and out of the repository",
)


class McpServer(Form):
    """A server as the API has it, or with `tools` and `permission` in place of its toolset."""

    name: Annotated[str, Field(min_length=1, max_length=255)]
    url: Annotated[str, Field(min_length=1)]
    type: Annotated[Literal["url"], BeforeValidator(_known_transport)] | None = None
    tools: list[Text] | None = None
    permission: Literal["allow", "ask", "auto"] | None = None

    foreign: ClassVar[Foreign] = {
        "command": _STDIO,
        "args": _STDIO,
        "env": _STDIO,
        "headers": _NO_HEADERS,
        "authorization_token": _NO_HEADERS,
        "allowedTools": ("field.unknown", "`allowedTools` is not a key here", "write `tools:`"),
        "allowed_tools": ("field.unknown", "`allowed_tools` is not a key here", "write `tools:`"),
    }

    @model_validator(mode="before")
    @classmethod
    def _no_server(cls, value: Any) -> Any:
        if isinstance(value, str):
            hint = "{name: …, url: …}, or ./file.yaml for a file that holds some"
            raise problem("field.type", "a server is a mapping, or a file that holds some", hint)
        if isinstance(value, dict) and "command" in value and "url" not in value:
            raise problem(*_STDIO)
        return value


class AnthropicSkill(Form):
    type: Literal["anthropic"]
    skill_id: Text
    version: Text | None = None


class CustomSkill(Form):
    type: Literal["custom"]
    skill_id: Text
    version: Text | None = None


def _known_version(value: Any) -> Any:
    if value == "latest":
        return value
    hint = "leave it out to pin what the folder holds, or write latest"
    raise problem("field.value", f"a folder's version is latest, not {value}", hint)


class SkillPath(Form):
    """A folder, pinned to its content unless `version: latest`."""

    path: Text
    version: Annotated[Literal["latest"], BeforeValidator(_known_version)] | None = None


def _skill_shape(value: dict[str, Any]) -> str:
    kind = value.get("type")
    return kind if kind in ("anthropic", "custom") else "path"


SkillEntry: TypeAlias = Annotated[
    Annotated[Text, Tag("=word")]
    | Annotated[SkillPath, Tag("=path")]
    | Annotated[AnthropicSkill, Tag("=anthropic")]
    | Annotated[CustomSkill, Tag("=custom")],
    by_shape("word", _skill_shape),
]


class ServiceAccount(Form):
    type: Literal["service_account"]


class AwsRole(Form):
    type: Literal["aws_role"]
    role_arn: Annotated[str, Field(min_length=1, max_length=2048)]


ExecutionIdentity: TypeAlias = Annotated[
    Annotated[ServiceAccount, Tag("=service_account")] | Annotated[AwsRole, Tag("=aws_role")],
    by_type(["service_account", "aws_role"]),
]


class Registration(Form):
    """`ntropii:`; what is left out comes from the target."""

    tenant: Text | None = None
    name: Text | None = None
    mcp_server: Text | None = None
    environment: Text | None = None
    vault: Text | None = None
    versions: bool = False


def _yes_or_mapping(value: Any) -> str | None:
    if isinstance(value, dict):
        return "=object"
    return "=yes" if isinstance(value, bool) else None


class LifecycleForm(Form):
    protect: bool = False
    ignore: tuple[Text, ...] = Field(default=(), strict=False)


def _instead(key: str, hint: str) -> tuple[str, str, str]:
    return ("field.unknown", f"`{key}` is not a key of an agent", hint)


class PlatformForm(Form):
    """Ids that a deploy script wrote back, to be taken over."""

    managed_agent_id: Annotated[str, Field(pattern=AGENT_ID)] | None = None
    managed_agent_version: int | None = None
    managed_environment_id: Annotated[str, Field(pattern=ENVIRONMENT_ID)] | None = None


class AgentForm(Form):
    """One agent. Only `model` is required; the name defaults to the folder's."""

    name: Text | None = None
    description: str | None = None
    model: Model
    system: System | None = None
    knowledge: list[Text] | None = None
    tools: Tools | None = None
    mcp_servers: list[McpServer] | None = None
    skills: list[SkillEntry] | None = None
    subagents: list[Member] | None = None
    multiagent: Multiagent | None = None
    execution_identity: ExecutionIdentity | None = None
    metadata: dict[str, str] | None = None
    ntropii: (
        Annotated[
            Annotated[bool, Tag("=yes")] | Annotated[Registration, Tag("=object")],
            Discriminator(
                _yes_or_mapping,
                custom_error_type="field.type",
                custom_error_message=TRUE_OR_MAPPING,
            ),
        ]
        | None
    ) = None
    lifecycle: LifecycleForm | None = None
    silence: list[SilenceForm] | None = None
    platform: dict[Text, PlatformForm] | None = None

    foreign: ClassVar[Foreign] = {
        "system_file": _instead("system_file", "write `system: {file: …}`"),
        "system_path": _instead("system_path", "write `system: {file: …}`"),
        "system_prompt": _instead("system_prompt", "write `system:`"),
        "system_prompt_file": _instead("system_prompt_file", "write `system: {file: …}`"),
        "prompt": _instead("prompt", "write `system:`"),
        "mcp": _instead("mcp", "write `mcp_servers:`"),
        "mcpServers": _instead("mcpServers", "write `mcp_servers:` as a list"),
        "environment": _instead("environment", "write `ntropii: {environment: …}`"),
        "temperature": _instead("temperature", "managed agents have no such setting"),
        "max_tokens": _instead("max_tokens", "managed agents have no such setting"),
        "max_turns": _instead("max_turns", "managed agents have no such setting"),
        "type": _instead("type", "take it out: the place of the file says that it is an agent"),
        "id": _instead("id", "take it out: the lock keeps ids, `reconcile adopt` takes one over"),
    }
