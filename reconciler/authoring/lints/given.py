"""What the lints look at: everything translated, and how a finding gets its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from reconciler.authoring.agent import Agent
from reconciler.authoring.prompt import Part
from reconciler.authoring.secrets import span_at
from reconciler.authoring.skills import Skill
from reconciler.authoring.tool_form import TOOLSET
from reconciler.authoring.yaml_source import KeyPath
from reconciler.engine.address import Address
from reconciler.engine.desired import RegistrationDetails, Resource
from reconciler.engine.diagnostics import Diagnostic, Span, error, note, warning
from reconciler.engine.values import Ref


@dataclass(frozen=True)
class Given:
    """One target of a project. `agents` are those without an error, sorted by address; `text`
    gives the text of a file that was read."""

    agents: tuple[Agent, ...]
    environments: Mapping[Address, Resource]
    registrations: Mapping[Address, RegistrationDetails]  # by the agent
    unattended: frozenset[Address]  # the agents that ask to be registered
    skills: tuple[Skill, ...]
    text: Callable[[str], str] = field(repr=False)

    @cached_property
    def by_address(self) -> dict[Address, Agent]:
        return {agent.resource.address: agent for agent in self.agents}

    @cached_property
    def coordinators(self) -> dict[Address, list[Agent]]:
        """Of each agent that is in a roster: the agents whose roster that is."""
        found: dict[Address, list[Agent]] = {}
        for agent in self.agents:
            for _, member in members(agent):
                found.setdefault(member, []).append(agent)
        return found


def members(agent: Agent) -> Iterator[tuple[KeyPath, Address]]:
    """The agents of the project in an agent's roster, each with its place."""
    body = agent.resource.body.get("multiagent") or {}
    words: KeyPath = ("subagents",)
    if not agent.defined.document.value.get("subagents"):
        words = ("multiagent", "agents")
    yield from _named(body.get("agents"), words)
    for key in ("subagents", "workflows"):
        place = ("multiagent", key, "predefined_agents")
        yield from _named((body.get(key) or {}).get("predefined_agents"), place)


def _named(entries: list[Any] | None, place: KeyPath) -> Iterator[tuple[KeyPath, Address]]:
    for index, entry in enumerate(entries or ()):
        identity = entry.get("id")
        if isinstance(identity, Ref):
            yield (*place, index), identity.address


def toolsets(agent: Agent) -> Iterator[tuple[dict[str, Any], KeyPath]]:
    """The built-in and MCP toolsets of an agent, in the API's form, with their places."""
    for item in agent.tools:
        if item.body["type"] != "custom":
            yield item.body, item.place


def builtin_configs(agent: Agent) -> dict[str, dict[str, Any]]:
    """What is written about each built-in tool, by its name."""
    for body, _ in toolsets(agent):
        if body["type"] == TOOLSET:
            return {config["name"]: config for config in body.get("configs") or ()}
    return {}


def place_of(agent: Agent, path: KeyPath) -> Span:
    return agent.defined.document.span(path)


def warn(agent: Agent, code: str, message: str, path: KeyPath, hint: str = "") -> Diagnostic:
    address = str(agent.resource.address)
    return warning(code, message, hint, span=place_of(agent, path), address=address)


def remark(agent: Agent, code: str, message: str, path: KeyPath, hint: str = "") -> Diagnostic:
    address = str(agent.resource.address)
    return note(code, message, hint, span=place_of(agent, path), address=address)


def refuse(agent: Agent, code: str, message: str, path: KeyPath, hint: str = "") -> Diagnostic:
    address = str(agent.resource.address)
    return error(code, message, hint, span=place_of(agent, path), address=address)


def locate(part: Part, phrase: str, given: Given) -> Span:
    """Where a phrase of a prompt stands in its file: at or behind the part's own place. The text
    of a folded or quoted value may differ from the file; then the part's place has to do."""
    text = given.text(part.place.file)
    start = line_start(text, part.place.line)
    at = text.find(phrase, start)
    return part.place if at < 0 else span_at(part.place.file, text, at)


def line_start(text: str, line: int) -> int:
    at = 0
    for _ in range(line - 1):
        at = text.find("\n", at) + 1
        if at == 0:
            return 0
    return at
