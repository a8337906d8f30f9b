"""What an agent may be told, and what it becomes: shapes, merge rules, checks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .errors import invalid
from .models import MODEL, check_model, settled_model
from .multiagent import MULTIAGENT, check_multiagent, pinning, settled_multiagent
from .shapes import (
    Shape,
    integer,
    list_of,
    merged_pairs,
    nullable,
    obj,
    one_of,
    pairs,
    tagged,
    text,
)
from .skills import skill_problem
from .store import Records
from .tools import SERVERS, check_servers, check_tools, echo_tools, tools_shape

SERVICE_ACCOUNT = {"type": "service_account"}
MAX_SYSTEM = 100_000
MAX_SKILLS = 500

IDENTITY = tagged(
    {
        "service_account": obj({"type": text()}),
        "aws_role": obj({"type": text(), "role_arn": text(1, 2048)}),
    }
)
SKILL = obj(
    {"type": one_of("anthropic", "custom"), "skill_id": text(1)}, {"version": nullable(text(1))}
)
NULLABLE: Mapping[str, Shape] = {
    "description": nullable(text()),
    "system": nullable(text(most=MAX_SYSTEM)),
    "multiagent": nullable(MULTIAGENT),
    "execution_identity": nullable(IDENTITY),
}
LISTS: Mapping[str, Shape] = {
    "tools": tools_shape,
    "mcp_servers": SERVERS,
    "skills": list_of(SKILL, most=MAX_SKILLS),
}
NAMED: Mapping[str, Shape] = {"name": text(1), "model": MODEL}

# SDK: on create the lists and the metadata are not nullable; on update they are.
CREATE = obj(NAMED, {**NULLABLE, **LISTS, "metadata": pairs(nulls=False)})
UPDATE = obj(
    optional={
        **NAMED,
        **NULLABLE,
        **{key: nullable(shape) for key, shape in LISTS.items()},
        "metadata": nullable(pairs(nulls=True)),
        "version": integer(1),
    }
)

OWNED = (
    "name",
    "description",
    "system",
    "model",
    "tools",
    "mcp_servers",
    "skills",
    "multiagent",
    "metadata",
    "execution_identity",
)
BLANK: Mapping[str, Any] = {
    "description": None,
    "system": None,
    "model": None,
    "tools": [],
    "mcp_servers": [],
    "skills": [],
    "multiagent": None,
    "metadata": {},
    "execution_identity": SERVICE_ACCOUNT,
}


def settled(
    records: Records,
    sent: Mapping[str, Any],
    stored: Mapping[str, Any],
    *,
    own_id: str,
    own_version: int,
) -> dict[str, Any]:
    """The owned fields after a write. An omitted field keeps what is stored; null or an empty
    value clears; lists are replaced; metadata is patched (recorded; SDK)."""
    result = {key: stored.get(key) for key in OWNED}
    if "name" in sent:
        result["name"] = sent["name"]
    for key in ("description", "system"):
        if key in sent:
            result[key] = sent[key] or None
    if "model" in sent:
        result["model"] = settled_model(sent["model"], stored["model"])
    if "tools" in sent:
        result["tools"] = echo_tools(_checked_tools(sent["tools"] or []))
    if "mcp_servers" in sent:
        result["mcp_servers"] = sent["mcp_servers"] or []
    if "skills" in sent:
        result["skills"] = [_echo_skill(skill) for skill in sent["skills"] or []]
    if "multiagent" in sent:
        pin = pinning(records, own_id, own_version)
        result["multiagent"] = settled_multiagent(sent["multiagent"], stored["multiagent"], pin)
    if "execution_identity" in sent:
        result["execution_identity"] = sent["execution_identity"] or SERVICE_ACCOUNT
    result["metadata"] = merged_pairs(stored["metadata"], sent.get("metadata"))
    return result


def _checked_tools(tools: list[dict[str, Any]]) -> list[dict[str, Any]]:
    check_tools(tools)
    return tools


def _echo_skill(skill: Mapping[str, Any]) -> dict[str, Any]:
    """Without a version the word `latest` is stored, not what it stands for (recorded)."""
    return {
        "type": skill["type"],
        "skill_id": skill["skill_id"],
        "version": skill.get("version") or "latest",
    }


def check_agent(records: Records, agent: Mapping[str, Any]) -> None:
    """The result as a whole, whatever part of it was sent."""
    check_model(agent["model"])
    check_servers(agent["mcp_servers"], agent["tools"])
    _check_skills(records, agent["skills"])
    check_multiagent(records, agent)


def _check_skills(records: Records, skills: list[dict[str, Any]]) -> None:
    """Recorded: a skill twice, an unknown one or a deleted one is refused."""
    ids = [skill["skill_id"] for skill in skills]
    for index, skill in enumerate(skills):
        if skill["skill_id"] in ids[:index]:
            raise invalid(
                f'Agent has invalid configuration: duplicate skill_id "{skill["skill_id"]}"'
            )
        problem = skill_problem(records, skill)
        if problem:
            raise invalid(f"skills[{index}]: {problem}")
