"""Descriptions that say nothing to those who choose by them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reconciler.authoring.agent import Agent
from reconciler.authoring.lints.given import Given, remark
from reconciler.engine.diagnostics import Diagnostic


def missing(given: Given) -> Iterator[Diagnostic]:
    """No description, where somebody chooses the agent by it: a coordinator, or the author of a
    runbook. Nobody chooses among the others, so for them it is a matter of taste."""
    for agent in given.agents:
        if (agent.resource.body.get("description") or "").strip():
            continue
        reader = _reader(agent, given)
        if reader:
            message = f"no description, so that {reader} knows this agent by its name only"
            hint = "say in a sentence what it is for: `description: …`"
            yield remark(agent, "description.missing", message, ("description",), hint)


def equals_name(given: Given) -> Iterator[Diagnostic]:
    """A description that repeats the name."""
    for agent in given.agents:
        body = agent.resource.body
        description = _folded(body.get("description") or "")
        if description and description in (
            _folded(body["name"]),
            _folded(agent.resource.address.name.rpartition("/")[2]),
        ):
            message = "the description repeats the name, and tells nothing more"
            hint = "say what the agent is for"
            yield remark(agent, "description.equals_name", message, ("description",), hint)


def _reader(agent: Agent, given: Given) -> str:
    address = agent.resource.address
    for coordinator in given.coordinators.get(address, ()):
        return str(coordinator.resource.address)
    return "the author of a runbook" if address in given.unattended else ""


def _folded(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).casefold()
