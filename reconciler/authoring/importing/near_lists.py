"""Live skills and rosters in the words of the folder that has drifted from them: an entry whose
version is the live one stays as it is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.authoring.importing.agent_document import (
    References,
    member_entry,
    roster_keys,
    skill_entry,
)
from reconciler.engine.agent_fields import Names, normalise_agent
from reconciler.engine.values import Body


def near_skills(
    entries: list[Any], desired: Body, live: Body, names: Names, references: References
) -> list[Any]:
    """The entries of `skills` for what is live; `desired` has its versions filled in."""
    before, after = _by_name(desired, names), _by_name(live, names)
    listed = [next(iter(_by_name({"skills": [one]}, names))) for one in desired["skills"]]
    bodies = {next(iter(_by_name({"skills": [one]}, names))): one for one in live["skills"] or ()}
    found = []
    for entry, name in zip(entries, listed, strict=True):
        if name in after and before[name] == after[name]:
            found.append(entry)
        elif name in after:
            found.append(_near_skill(entry, skill_entry(bodies[name], references)))
    return found + [
        skill_entry(body, references) for name, body in bodies.items() if name not in listed
    ]


def _by_name(body: Mapping[str, Any], names: Names) -> dict[str, Any]:
    found: dict[str, Any] = normalise_agent({"skills": body.get("skills") or []}, names)["skills"]
    return found


def _near_skill(entry: Any, native: Any) -> Any:
    """The entry at its live version, in the form that it has."""
    if not isinstance(entry, dict):
        return native
    if "path" in entry and isinstance(native, str):
        return native
    if isinstance(native, str):  # an Anthropic one
        version = native.partition("@")[2]
        return {**entry, "version": version or "latest"}
    return {**entry, **native} if entry.keys() & native.keys() else native


def near_roster(
    document: Mapping[str, Any],
    desired: Body,
    live: Body,
    names: Names,
    references: References,
) -> dict[str, Any]:
    """The keys `subagents` and `multiagent` for what is live; a key that is not among them goes."""
    native = roster_keys(live, references)
    config, before = live.get("multiagent"), desired.get("multiagent")
    if not config or not before or config["type"] != before["type"]:
        return native
    own = str(live.get("id", ""))

    def members(entries: Any, was: list[Any], now: list[Any]) -> list[Any]:
        if not isinstance(entries, list) or len(entries) != len(was):
            return [member_entry(one, own, references) for one in now]
        return _near_members(entries, was, now, own, names, references)

    if config["type"] == "coordinator":
        was, now = before["agents"], config["agents"]
        if document.get("subagents"):
            return {"subagents": members(document["subagents"], was, now)}
        written = document["multiagent"]
        return {"multiagent": {**written, "agents": members(written.get("agents"), was, now)}}
    written = dict(document["multiagent"])
    said = native["multiagent"]
    for key in ("subagents", "workflows"):
        was, now = before.get(key) or {}, config.get(key) or {}
        if _meaning(key, was, own, names) == _meaning(key, now, own, names):
            continue
        there, new = written.get(key) or {}, dict(said.get(key) or {"type": "enabled"})
        if new["type"] == there.get("type") == "enabled" and "predefined_agents" in new:
            listed = members(
                there.get("predefined_agents"),
                was.get("predefined_agents") or [],
                now.get("predefined_agents") or [],
            )
            new["predefined_agents"] = listed
        written[key] = new
    if before.get("advisor") != config.get("advisor"):
        written["advisor"] = said.get("advisor") or {"type": "disabled"}
    return {"multiagent": written}


def _meaning(key: str, member: Any, own: str, names: Names) -> Any:
    config = {"type": "multiagent_20261001", key: member or None}
    return normalise_agent({"id": own, "multiagent": config}, names)["multiagent"][key]


def _near_members(
    entries: list[Any],
    was: list[Any],
    now: list[Any],
    own: str,
    names: Names,
    references: References,
) -> list[Any]:
    before = [_member(one, own, names) for one in was]
    after = dict(_member(one, own, names) for one in now)
    bodies = {_member(one, own, names)[0]: one for one in now}
    found = []
    for entry, (name, version) in zip(entries, before, strict=True):
        if name not in after:
            continue
        native = member_entry(bodies[name], own, references)
        kept = after[name] == version
        found.append(entry if kept else _near_member(entry, native, after[name]))
    there = {name for name, _ in before}
    return found + [
        member_entry(body, own, references) for name, body in bodies.items() if name not in there
    ]


def _member(entry: Any, own: str, names: Names) -> tuple[str, Any]:
    config = {"type": "coordinator", "agents": [entry]}
    found = normalise_agent({"id": own, "multiagent": config}, names)["multiagent"]["agents"]
    name, version = next(iter(found.items()))
    return str(name), version


def _near_member(entry: Any, native: Any, version: Any) -> Any:
    """The entry at the live version, in the form that it has."""
    if isinstance(entry, dict) and "version" in entry and not isinstance(version, str):
        return {**entry, "version": version}
    if isinstance(entry, dict) and "advisor" in entry:
        return native
    if isinstance(entry, dict) and entry.get("type") == "advisor":
        return {**entry, "model": version}
    if isinstance(native, str):  # pinned to the version that is live
        return entry
    if isinstance(entry, dict):
        return {**entry, "version": version}
    return {**native, "agent": entry} if "agent" in native else native
