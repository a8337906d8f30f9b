"""An agent as a flat map of fields, and the bodies that create and change it.

Field paths: name, description, system, model.id, model.effort, model.speed, model.inference_geo,
tools, mcp_servers, skills, multiagent, execution_identity, metadata.<key>. They follow the grain in
which the API writes: lists are replaced whole, metadata is a patch per key, `model` is replaced
whole save for `effort` (SDK, `agent_update_params.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from reconciler.engine.answers import AGENT, known_part
from reconciler.engine.live import MARKER_KEY
from reconciler.engine.tools import normalise_tools
from reconciler.engine.values import ABSENT, Body, Ref, Value

#: Owned even where the folder says nothing, with the API's default, so that no privilege can be
#: added unseen.
ALWAYS_OWNED: Mapping[str, Value] = {
    "tools": {},
    "mcp_servers": {},
    "skills": {},
    "multiagent": None,
    "execution_identity": {"type": "service_account"},
}

#: What a dropped field is set back to; metadata keys and inference_geo simply go.
CLEARED: Mapping[str, Value] = {"description": None, "system": None, "model.speed": "standard"}

#: The API has no way to clear these: dropping them from the folder leaves them as they are.
RELEASED = frozenset({"model.effort"})

#: From an object's id to the name it is shown and compared under: its address, if it is ours.
Names = Callable[[str], str]


def normalise_agent(body: Body, names: Names) -> dict[str, Value]:
    """The fields of a desired body or of a live answer, both in the same form.

    What is not known to be a field is left out: it is no drift (`answers.py`).
    """
    body = known_part(body, AGENT)
    fields: dict[str, Value] = {}
    if "name" in body:
        fields["name"] = body["name"]
    for path in ("description", "system"):
        if path in body:
            fields[path] = _text(body[path])
    fields |= _model(body.get("model"))
    if "tools" in body:
        fields["tools"] = normalise_tools(body["tools"] or [])
    if "mcp_servers" in body:
        fields["mcp_servers"] = {item["name"]: item["url"] for item in body["mcp_servers"] or []}
    if "skills" in body:
        fields["skills"] = _skills(body["skills"] or [], names)
    if "multiagent" in body:
        fields["multiagent"] = _multiagent(body["multiagent"], str(body.get("id", "")), names)
    if "execution_identity" in body:
        fields["execution_identity"] = (
            body["execution_identity"] or ALWAYS_OWNED["execution_identity"]
        )
    return fields | normalise_metadata(body.get("metadata"))


def normalise_metadata(metadata: Mapping[str, str] | None) -> dict[str, Value]:
    """`metadata.<key>` per pair, without the marker."""
    pairs = (metadata or {}).items()
    return {f"metadata.{key}": value for key, value in pairs if key != MARKER_KEY}


def _text(value: Value) -> Value:
    """LF line ends; `""` is how null is written on update, and comes back as null."""
    return value.replace("\r\n", "\n") or None if isinstance(value, str) else None


def _model(model: Value) -> dict[str, Value]:
    if model is None:
        return {}
    if isinstance(model, str):
        return {"model.id": model}
    fields = {"model.id": model.get("id")}
    effort = model.get("effort")
    if effort is not None:
        fields["model.effort"] = effort.get("type") if isinstance(effort, Mapping) else effort
    for key in ("speed", "inference_geo"):
        if model.get(key) is not None:
            fields[f"model.{key}"] = model[key]
    return fields


def _named(identity: Value, names: Names) -> str:
    return str(identity.address) if isinstance(identity, Ref) else names(str(identity))


def _skills(skills: Iterable[Mapping[str, Any]], names: Names) -> dict[str, Value]:
    """Custom skills under their address or id, Anthropic's as `anthropic/docx`; → version."""
    found: dict[str, Value] = {}
    for skill in skills:
        version = skill.get("version") or "latest"
        if skill.get("type") == "anthropic":
            found[f"anthropic/{skill['skill_id']}"] = version
        else:
            found[_named(skill["skill_id"], names)] = version
    return found


def _roster(entries: Iterable[Any], own_id: str, names: Names) -> dict[str, Value]:
    """Members under their address or id → version; `self` → its own word; advisor → its model."""
    found: dict[str, Value] = {}
    for entry in entries:
        if isinstance(entry, str):
            found[names(entry)] = None
        elif entry["type"] == "self" or (own_id and entry.get("id") == own_id):
            found["self"] = "self"  # echoed with the agent's own id and a version
        elif entry["type"] == "advisor":
            found["advisor"] = entry.get("model")
        else:
            found[_named(entry["id"], names)] = entry.get("version")
    return found


def _multiagent(config: Value, own_id: str, names: Names) -> Value:
    if config is None:
        return None
    if config["type"] == "coordinator":
        agents = _roster(config.get("agents") or [], own_id, names)
        return {"type": "coordinator", "agents": agents}
    found: dict[str, Value] = {"type": config["type"]}
    for member in ("subagents", "workflows"):
        found[member] = _member(config.get(member), own_id, names)
    advisor = config.get("advisor") or {"type": "disabled"}
    found["advisor"] = {key: item for key, item in advisor.items() if item is not None}
    return found


def _member(member: Value, own_id: str, names: Names) -> Value:
    """`subagents` and `workflows` default to enabled, with inline agents enabled (SDK)."""
    member = member or {"type": "enabled"}
    if member["type"] != "enabled":
        return {"type": member["type"]}
    inline = member.get("inline_agents") or {"type": "enabled"}
    return {
        "type": "enabled",
        "inline_agents": inline["type"],
        "predefined_agents": _roster(member.get("predefined_agents") or [], own_id, names),
    }


def update_agent(
    desired: Body, live: Body, owned: Mapping[str, Value], changed: Iterable[str]
) -> dict[str, Value]:
    """The update body that sets the changed paths and leaves all else as it is.

    `owned` maps every owned path to its normalised goal (ABSENT for a key that goes).
    `tools` and `mcp_servers` travel together, since the API checks each against the other.
    """
    tops = {path.partition(".")[0] for path in changed}
    if tops & {"tools", "mcp_servers"}:
        tops |= {"tools", "mcp_servers"}
    body: dict[str, Value] = {}
    for top in sorted(tops - {"model", "metadata"}):
        body[top] = desired.get(top, [] if top in ("tools", "mcp_servers", "skills") else None)
    if "model" in tops:
        body["model"] = _model_body(live, owned)
    if "metadata" in tops:
        body["metadata"] = metadata_patch(owned, changed)
    return body


def metadata_patch(owned: Mapping[str, Value], changed: Iterable[str]) -> dict[str, Value]:
    """Key → value, null for a key that goes; keys that did not change are left out."""
    patch = {}
    for path in sorted(changed):
        top, _, key = path.partition(".")
        if top == "metadata":
            goal = owned.get(path, ABSENT)
            patch[key] = None if goal is ABSENT else goal
    return patch


def _model_body(live: Body, owned: Mapping[str, Value]) -> dict[str, Value]:
    """The whole model object: undeclared settings are copied from live, or a write would reset
    `speed` and clear `inference_geo` (documentation: `model` is replaced whole)."""
    settings = _model(live.get("model")) | {
        path: goal for path, goal in owned.items() if path.startswith("model.")
    }
    return {
        path.partition(".")[2]: value for path, value in settings.items() if value is not ABSENT
    }
