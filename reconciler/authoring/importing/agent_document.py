"""A live agent or environment as a definition in this project's own words.

What the API would fill in anyway is left out, and nothing else is. Whether the definition means
what is live is not taken on trust: who writes it reads it again and plans.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from reconciler.authoring.importing.tools_text import tools_and_servers
from reconciler.authoring.importing.yaml_text import yaml_text
from reconciler.engine.agent_fields import ALWAYS_OWNED
from reconciler.engine.environment_fields import MANAGERS
from reconciler.engine.live import MARKER_KEY
from reconciler.engine.values import Body

PROMPT_FILE: Final = "system-prompt.md"
# What a prompt file must not look like to be read back whole: a byte order mark is dropped, and
# a Claude Code agent's frontmatter is taken off.
_READ_OTHERWISE = re.compile("\ufeff|---[ \t]*\r?\n")


@dataclass(frozen=True, slots=True)
class References:
    """What stands for the ids of a live body.

    `agents`: id of an agent → the word of a roster, and `versions`: its live version. `skills`:
    (id, version as in the body) → an entry of `skills`. An id that is in none stays an id.
    """

    agents: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, int] = field(default_factory=dict)
    skills: Mapping[tuple[str, str], Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Imported:
    """A definition: the keys of its YAML file in order, and the text of its prompt file."""

    document: dict[str, Any]
    prompt: str | None = None


def agent_document(body: Body, folder: str, references: References) -> Imported:
    """The definition of an agent whose folder is called `folder`."""
    document: dict[str, Any] = {}
    if body["name"] != folder:
        document["name"] = body["name"]
    if body.get("description"):
        document["description"] = body["description"]
    document["model"] = _model(body["model"])
    prompt = placed_prompt(document, body.get("system") or "")
    tools, servers = tools_and_servers(body)
    skills = [skill_entry(item, references) for item in body.get("skills") or []]
    for key, value in (("tools", tools), ("mcp_servers", servers), ("skills", skills)):
        if value:
            document[key] = value
    document |= roster_keys(body, references)
    identity = body.get("execution_identity")
    if identity and identity != ALWAYS_OWNED["execution_identity"]:
        document["execution_identity"] = {k: v for k, v in identity.items() if v is not None}
    document |= _metadata(body)
    return Imported(document, prompt)


def environment_document(body: Body, stem: str) -> Imported:
    """The definition of an environment whose file is called `stem`."""
    document: dict[str, Any] = {}
    if body["name"] != stem:
        document["name"] = body["name"]
    if body.get("description"):
        document["description"] = body["description"]
    if body.get("scope"):
        document["scope"] = body["scope"]
    if body.get("config"):
        document["config"] = _config(body["config"])
    return Imported(document | _metadata(body))


def definition_files(imported: Imported, name: str = "agent.yaml") -> dict[str, bytes]:
    """The files by name; the prompt's has its exact bytes. Raises yaml_text.NotYaml."""
    files = {name: yaml_text(imported.document).encode()}
    if imported.prompt is not None:
        files[PROMPT_FILE] = imported.prompt.encode()
    return files


def placed_prompt(document: dict[str, Any], prompt: str) -> str | None:
    """What goes into the prompt's file. A prompt that a file would not keep goes into the
    document's `system`, and an empty one nowhere."""
    if prompt and _READ_OTHERWISE.match(prompt):
        document["system"] = prompt
        return None
    return prompt or None


def _model(model: Any) -> Any:
    """The id alone, unless a setting differs from what the API would fill in."""
    if isinstance(model, str):
        return model
    settings = {key: value for key, value in model.items() if value is not None}
    if settings.get("speed") == "standard":
        del settings["speed"]
    effort = settings.get("effort")
    if isinstance(effort, Mapping):
        settings["effort"] = effort["type"]
    return settings["id"] if settings.keys() == {"id"} else settings


def skill_entry(skill: Mapping[str, Any], references: References) -> Any:
    version = skill.get("version") or "latest"
    if skill["type"] == "anthropic":
        word = f"anthropic/{skill['skill_id']}"
        return word if version == "latest" else f"{word}@{version}"
    known = references.skills.get((skill["skill_id"], version))
    if known is not None:
        return known
    return {"type": "custom", "skill_id": skill["skill_id"], "version": version}


def roster_keys(body: Body, references: References) -> dict[str, Any]:
    config, own = body.get("multiagent"), str(body.get("id", ""))
    if not config:
        return {}
    if config["type"] == "coordinator":
        return {"subagents": _members(config["agents"], own, references)}
    multiagent: dict[str, Any] = {"type": config["type"]}
    for key in ("subagents", "workflows"):
        switch = config.get(key)
        if switch:
            multiagent[key] = _switch(switch, own, references)
    advisor = config.get("advisor")
    if advisor:
        multiagent["advisor"] = {k: v for k, v in advisor.items() if v is not None}
    return {"multiagent": multiagent}


def _switch(switch: Mapping[str, Any], own: str, references: References) -> dict[str, Any]:
    if switch["type"] != "enabled":
        return {"type": switch["type"]}
    written: dict[str, Any] = {"type": "enabled"}
    inline = switch.get("inline_agents")
    if inline:
        written["inline_agents"] = {"type": inline["type"]}
    if switch.get("predefined_agents"):
        written["predefined_agents"] = _members(switch["predefined_agents"], own, references)
    return written


def _members(entries: Iterable[Any], own: str, references: References) -> list[Any]:
    return [member_entry(entry, own, references) for entry in entries]


def member_entry(entry: Mapping[str, Any], own: str, references: References) -> Any:
    """A word, pinned if the pin is not the member's live version. An agent's own entry comes back
    with its id (recorded)."""
    if entry["type"] == "self" or entry.get("id") == own:
        return "self"
    if entry["type"] == "advisor":
        return {"advisor": entry["model"]}
    identity, version = str(entry["id"]), entry.get("version")
    word = references.agents.get(identity)
    if word is None:
        pin = {} if version is None else {"version": version}
        return {"type": "agent", "id": identity} | pin
    if version is None or version == references.versions.get(identity):
        return word
    return {"agent": word, "version": version}


def _metadata(body: Body) -> dict[str, Any]:
    pairs = {key: item for key, item in (body.get("metadata") or {}).items() if key != MARKER_KEY}
    return {"metadata": pairs} if pairs else {}


def _config(config: Mapping[str, Any]) -> dict[str, Any]:
    """What is set: empty lists of packages, flags that are off and full network access go
    without saying."""
    written: dict[str, Any] = {"type": config["type"]}
    networking = config.get("networking")
    if networking and networking["type"] == "limited":
        hosts = {"allowed_hosts": networking.get("allowed_hosts") or []}
        flags = ("allow_mcp_servers", "allow_package_managers")
        written["networking"] = {"type": "limited", **hosts} | {
            flag: True for flag in flags if networking.get(flag)
        }
    elif networking and networking["type"] != "unrestricted":
        written["networking"] = dict(networking)
    packages = config.get("packages") or {}
    named = {manager: packages[manager] for manager in MANAGERS if packages.get(manager)}
    if named:
        written["packages"] = named
    return written
