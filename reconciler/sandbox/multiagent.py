"""Who an agent may call on: the older `coordinator`, and `multiagent_20261001`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from .errors import invalid
from .models import check_model_id
from .shapes import Shape, integer, list_of, nullable, obj, one_of, string_or, tagged, text
from .store import Records

MAX_AGENTS = 20
NEWER = "multiagent_20261001"

AGENT = obj({"type": one_of("agent"), "id": text(1)}, {"version": integer(1)})
SELF = obj({"type": one_of("self")})
ADVISOR = obj({"type": one_of("advisor"), "model": text(1)})
DISABLED = obj({"type": one_of("disabled")})
INLINE = tagged(dict.fromkeys(("enabled", "disabled"), obj({"type": text()})))
PREDEFINED = list_of(string_or(tagged({"agent": AGENT, "self": SELF})), most=MAX_AGENTS)
MEMBER = tagged(
    {
        "enabled": obj(
            {"type": text()},
            {"inline_agents": nullable(INLINE), "predefined_agents": nullable(PREDEFINED)},
        ),
        "disabled": DISABLED,
    }
)
MULTIAGENT: Shape = tagged(
    {
        "coordinator": obj(
            {
                "type": text(),
                "agents": list_of(
                    string_or(tagged({"agent": AGENT, "self": SELF, "advisor": ADVISOR})),
                    least=1,
                    most=MAX_AGENTS,
                ),
            }
        ),
        NEWER: obj(
            {"type": text()},
            {
                "subagents": nullable(MEMBER),
                "workflows": nullable(MEMBER),
                "advisor": nullable(
                    tagged(
                        {
                            "enabled": obj({"type": text(), "model": text(1)}),
                            "disabled": DISABLED,
                        }
                    )
                ),
            },
        ),
    }
)

# "Defaults to enabled"; null and an empty list both mean no predefined agents (SDK).
DEFAULT_MEMBER: dict[str, Any] = {
    "type": "enabled",
    "inline_agents": {"type": "enabled"},
    "predefined_agents": [],
}

Pin = Callable[[Any, str], dict[str, Any]]


def pinning(records: Records, own_id: str, own_version: int) -> Pin:
    """How a roster entry becomes a reference with a version: newest at this write (SDK)."""

    def pin(entry: Any, path: str) -> dict[str, Any]:
        given = {"type": "agent", "id": entry} if isinstance(entry, str) else entry
        if given["type"] == "self" or given.get("id") == own_id:
            return {"type": "agent", "id": own_id, "version": own_version}
        agent = records.get("agent", given["id"])
        if agent is None:
            raise invalid(f"{path}: agent {given['id']} not found")
        version = given.get("version", agent["version"])
        return {"type": "agent", "id": given["id"], "version": version}

    return pin


def settled_multiagent(
    sent: Mapping[str, Any] | None, stored: Mapping[str, Any] | None, pin: Pin
) -> dict[str, Any] | None:
    """null clears; the coordinator is replaced; the newer type is merged level by level (SDK)."""
    if sent is None:
        return None
    if sent["type"] == "coordinator":
        return {"type": "coordinator", "agents": _coordinator_roster(sent["agents"], pin)}
    base = stored if stored and stored["type"] == NEWER else {}
    return {
        "type": NEWER,
        "subagents": _member(sent, base, "subagents", pin),
        "workflows": _member(sent, base, "workflows", pin),
        "advisor": _advisor(sent, base),
    }


def _coordinator_roster(entries: list[Any], pin: Pin) -> list[dict[str, Any]]:
    """The advisor comes back last (documentation)."""
    advisors = [e for e in entries if isinstance(e, dict) and e["type"] == "advisor"]
    if len(advisors) > 1:
        raise invalid("multiagent.agents: at most one advisor is allowed")
    agents = [
        pin(entry, f"multiagent.agents[{index}]")
        for index, entry in enumerate(entries)
        if entry not in advisors
    ]
    return agents + advisors


def _member(sent: Mapping[str, Any], base: Mapping[str, Any], key: str, pin: Pin) -> dict[str, Any]:
    """An omitted key keeps what is stored, null is the default: enabled, with nothing listed."""
    stored = base.get(key, DEFAULT_MEMBER)
    if key not in sent:
        return dict(stored)
    given = sent[key] or DEFAULT_MEMBER
    if given["type"] == "disabled":
        return {"type": "disabled"}
    kept = stored if stored["type"] == "enabled" else DEFAULT_MEMBER
    inline, roster = kept["inline_agents"], kept["predefined_agents"]
    if "inline_agents" in given:
        inline = given["inline_agents"] or DEFAULT_MEMBER["inline_agents"]
    if "predefined_agents" in given:
        path = f"multiagent.{key}.predefined_agents"
        listed = given["predefined_agents"] or []
        roster = [pin(entry, f"{path}[{index}]") for index, entry in enumerate(listed)]
    return {"type": "enabled", "inline_agents": inline, "predefined_agents": roster}


def _advisor(sent: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
    stored = base.get("advisor") or {"type": "disabled"}
    return dict(sent.get("advisor", stored) or {"type": "disabled"})


def rosters(multiagent: Mapping[str, Any] | None) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Every list of agents in a settled configuration, with its place."""
    if multiagent is None:
        return
    if multiagent["type"] == "coordinator":
        yield "multiagent.agents", multiagent["agents"]
        return
    for key in ("subagents", "workflows"):
        yield f"multiagent.{key}.predefined_agents", multiagent[key].get("predefined_agents", [])


def check_multiagent(records: Records, agent: Mapping[str, Any]) -> None:
    """Members exist, live, have no roster of their own, and are distinct (SDK; documentation)."""
    multiagent = agent["multiagent"]
    for path, roster in rosters(multiagent):
        _check_roster(records, agent, path, roster)
    if multiagent is None or multiagent["type"] == "coordinator":
        return
    for key in ("subagents", "workflows"):
        member = multiagent[key]
        off = member.get("inline_agents", {}).get("type") == "disabled"
        if off and not member["predefined_agents"]:
            raise invalid(
                f"multiagent.{key}.predefined_agents: must name at least one agent"
                " when inline_agents is disabled"
            )
    if multiagent["advisor"]["type"] == "enabled":
        check_model_id(multiagent["advisor"]["model"], "multiagent.advisor.model")


def _check_roster(
    records: Records, agent: Mapping[str, Any], path: str, roster: list[dict[str, Any]]
) -> None:
    seen: set[str] = set()
    for index, entry in enumerate(roster):
        here = f"{path}[{index}]"
        if entry["type"] == "advisor":
            check_model_id(entry["model"], f"{here}.model")
            continue
        if entry["id"] in seen:
            raise invalid(f"{here}: duplicate agent {entry['id']}")
        seen.add(entry["id"])
        if entry["id"] != agent["id"]:
            _check_member(records, agent, here, entry)


def _check_member(
    records: Records, agent: Mapping[str, Any], path: str, entry: Mapping[str, Any]
) -> None:
    current = records.get("agent", entry["id"])
    pinned = records.get("agent_version", f"{entry['id']}@{entry['version']}")
    if current is None:
        raise invalid(f"{path}: agent {entry['id']} not found")
    if pinned is None:
        raise invalid(f"{path}: agent {entry['id']} version {entry['version']} not found")
    if current["archived_at"] is not None:
        raise invalid(f"{path}: agent {entry['id']} is archived")
    if current["multiagent"] is not None or pinned["multiagent"] is not None:
        raise invalid(f"{path}: agent {entry['id']} has multiagent set; the depth limit is 1")
    if pinned["model"].get("inference_geo") != agent["model"].get("inference_geo"):
        raise invalid(f"{path}: agent {entry['id']} has another model.inference_geo")
