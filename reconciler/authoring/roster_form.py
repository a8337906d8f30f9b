"""The form of a roster: `subagents` and `multiagent`, key by key.

Shapes follow the API's create parameters (anthropic 2.11, `types/beta/agent_create_params.py`),
with words in place of ids beside them.
"""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import Field, Tag, model_validator

from reconciler.authoring.forms import Foreign, Form, Text, by_shape, by_type, problem

Version: TypeAlias = Annotated[int, Field(ge=1)]


class PinnedMember(Form):
    agent: Text
    version: Version | None = None

    foreign: ClassVar[Foreign] = {
        "manifest": (
            "field.unknown",
            "`manifest` is read in `callable_agents` and in a coordinator's list only",
            "name the agent: its folder, or its file without .agent.yaml",
        )
    }


class AgentMember(Form):
    """The API's reference; `id` may also be a word, and `name` stands in for an id."""

    type: Literal["agent"]
    id: Text | None = None
    name: Text | None = None
    version: Version | None = None

    @model_validator(mode="after")
    def _one_way(self) -> AgentMember:
        if (self.id is None) == (self.name is None):
            raise problem("field.missing", "needs either `id` or `name`", "write one of them")
        return self


class SelfMember(Form):
    type: Literal["self"]


class AdvisorMember(Form):
    type: Literal["advisor"]
    model: Text


class AdvisorWord(Form):
    advisor: Text


def _member_shape(value: dict[str, Any]) -> str:
    kind = value.get("type")
    if kind in ("agent", "self", "advisor"):
        return str(kind)
    return "advisor_word" if "advisor" in value else "pinned"


Member: TypeAlias = Annotated[
    Annotated[Text, Tag("=word")]
    | Annotated[PinnedMember, Tag("=pinned")]
    | Annotated[AgentMember, Tag("=agent")]
    | Annotated[SelfMember, Tag("=self")]
    | Annotated[AdvisorMember, Tag("=advisor")]
    | Annotated[AdvisorWord, Tag("=advisor_word")],
    by_shape("word", _member_shape),
]


class Coordinator(Form):
    type: Literal["coordinator"]
    agents: list[Member]


class Switch(Form):
    type: Literal["enabled", "disabled"]


class Members(Form):
    """`subagents` or `workflows`: enabled with its two keys, or disabled with none."""

    type: Literal["enabled", "disabled"]
    inline_agents: Switch | None = None
    predefined_agents: list[Member] | None = None

    @model_validator(mode="after")
    def _disabled_is_bare(self) -> Members:
        if self.type == "disabled" and len(self.model_fields_set) > 1:
            message = "disabled takes no other key than `type`"
            raise problem("field.unknown", message, "write {type: disabled}, or enable it")
        return self


class AdvisorSwitch(Form):
    type: Literal["enabled", "disabled"]
    model: Text | None = None

    @model_validator(mode="after")
    def _model_if_enabled(self) -> AdvisorSwitch:
        if (self.type == "enabled") != (self.model is not None):
            message = "an enabled advisor, and only that, has a `model`"
            raise problem("field.missing", message, "{type: enabled, model: claude-…}")
        return self


class Multiagent20261001(Form):
    type: Literal["multiagent_20261001"]
    subagents: Members | None = None
    workflows: Members | None = None
    advisor: AdvisorSwitch | None = None


Multiagent: TypeAlias = Annotated[
    Annotated[Coordinator, Tag("=coordinator")]
    | Annotated[Multiagent20261001, Tag("=multiagent_20261001")],
    by_type(["coordinator", "multiagent_20261001"]),
]
