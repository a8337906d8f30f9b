"""Rosters that the API refuses for what their members are."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.authoring.agent import Agent
from reconciler.authoring.lints.given import Given, members, refuse
from reconciler.engine.diagnostics import Diagnostic


def inference_geo(given: Given) -> Iterator[Diagnostic]:
    """Members with another `inference_geo` than their coordinator, or than one another (API
    reference §5.5). One that is not written is the workspace's default, which nobody knows here."""
    for agent in given.agents:
        first = (agent, _geo(agent))
        for place, address in members(agent):
            member = given.by_address.get(address)
            geo = _geo(member) if member is not None else None
            if member is None or geo is None:
                continue
            if first[1] is None:
                first = (member, geo)
            elif geo != first[1]:
                message = f"{address} has inference_geo {geo}, "
                message += f"but {first[0].resource.address} has {first[1]}"
                hint = "give the whole roster the same `model: {inference_geo: …}`"
                yield refuse(agent, "subagent.inference_geo", message, place, hint)


def _geo(agent: Agent) -> str | None:
    geo: str | None = agent.resource.body["model"].get("inference_geo")
    return geo
