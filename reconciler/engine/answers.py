"""What the platform is known to answer: all else is left out of comparisons, and said once.

A platform that grows a field must not make every agent drift; a field that nobody compares must
not go unsaid. Sources: the SDK's types (anthropic 2.11, `beta_managed_agents_agent.py` and what it
holds, `beta_environment.py`) and recorded answers (`state` of environments).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, TypeAlias

from reconciler.engine.diagnostics import Diagnostic, warning
from reconciler.engine.live import LiveObject
from reconciler.engine.values import Body, Value


class Tagged(dict[str, "Shape"]):
    """Shapes by `type`. A type that is not here is kept whole: it may be a privilege."""


#: The keys of an object with the shapes of their values; `[shape]` for a list; None for anything.
Shape: TypeAlias = Mapping[str, "Shape"] | list["Shape"] | None


def _leaves(names: str) -> dict[str, Shape]:
    return dict.fromkeys(names.split())


_TYPE = _leaves("type")
_COMMON = _leaves("id type name description metadata created_at updated_at archived_at")
_CONFIG = {**_leaves("enabled"), "permission_policy": _TYPE}
_LOCATION = _leaves("type city country region timezone")
_REFERENCES: Shape = {**_TYPE, "tools": [_leaves("type name")]}
_SOURCES: Shape = dict.fromkeys(("client_tool_results", "server_tool_results"), _REFERENCES) | {
    "user_input": _TYPE
}
_SETTINGS: Shape = {
    **_CONFIG,
    **_leaves("name type allowed_domains blocked_domains max_content_tokens"),
    "url_sources": _SOURCES,
    "user_location": _LOCATION,
}
_TOOLSET = {**_TYPE, "default_config": _CONFIG, "configs": [_SETTINGS]}
_REFERENCE = _leaves("type id version")
_MEMBERS: Shape = [Tagged(agent=_REFERENCE, self=_REFERENCE, advisor=_leaves("type model"))]
_MEMBER = Tagged(
    enabled={**_TYPE, "inline_agents": _TYPE, "predefined_agents": _MEMBERS}, disabled=_TYPE
)
_ADVISOR = Tagged(enabled=_leaves("type model"), disabled=_TYPE)

AGENT: Final[Shape] = {
    **_COMMON,
    **_leaves("system version"),
    "model": {**_leaves("id speed inference_geo"), "effort": _TYPE},
    "tools": [
        Tagged(
            agent_toolset_20260401=_TOOLSET,
            mcp_toolset={**_TOOLSET, **_leaves("mcp_server_name")},
            custom=_leaves("type name description input_schema"),
        )
    ],
    "mcp_servers": [Tagged(url=_leaves("type name url"))],
    "skills": [_leaves("type skill_id version")],
    "multiagent": Tagged(
        coordinator={**_TYPE, "agents": _MEMBERS},
        multiagent_20261001={
            **_TYPE,
            "subagents": _MEMBER,
            "workflows": _MEMBER,
            "advisor": _ADVISOR,
        },
    ),
    "execution_identity": Tagged(service_account=_TYPE, aws_role=_leaves("type role_arn")),
}
ENVIRONMENT: Final[Shape] = {
    **_COMMON,
    **_leaves("scope state"),
    "config": {
        **_TYPE,
        "networking": _leaves("type allowed_hosts allow_mcp_servers allow_package_managers"),
        "packages": _leaves("type apt cargo gem go npm pip"),
    },
}
_KINDS: Final[Mapping[str, Shape]] = {"agent": AGENT, "environment": ENVIRONMENT}
_NAMED = 6  # in one message


def known_part(value: Value, shape: Shape) -> Value:
    """The value without what its shape does not know."""
    shape = _of_type(value, shape)
    if isinstance(shape, list):
        return [known_part(item, shape[0]) for item in value] if isinstance(value, list) else value
    if shape is None or not isinstance(value, Mapping):
        return value
    return {key: known_part(item, shape[key]) for key, item in value.items() if key in shape}


def known_body(kind: str, body: Body) -> Body:
    """The whole answer about an object of this kind, without what nobody here knows."""
    found: Body = known_part(body, _KINDS.get(kind))
    return found


def unknown_fields(objects: Iterable[LiveObject]) -> Iterator[Diagnostic]:
    """One warning for all that the objects hold and nobody here knows; none if there is nothing."""
    found = {
        path for item in objects for path in _unknown(item.body, _KINDS.get(item.kind), item.kind)
    }
    if found:
        outermost = sorted(found, key=lambda path: (path.count("."), path))
        named = ", ".join(outermost[:_NAMED])
        more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
        message = f"the platform answers what this version does not know: {named}{more}"
        hint = "nothing of it is compared or written; a newer version may know it"
        yield warning("live.unknown_field", message, hint)


def _unknown(value: Value, shape: Shape, path: str) -> Iterator[str]:
    shape = _of_type(value, shape)
    if isinstance(shape, list):
        for item in value if isinstance(value, list) else ():
            yield from _unknown(item, shape[0], path)
    elif shape is not None and isinstance(value, Mapping):
        for key, item in value.items():
            if key in shape:
                yield from _unknown(item, shape[key], f"{path}.{key}")
            else:
                yield f"{path}.{key}"


def _of_type(value: Value, shape: Shape) -> Shape:
    if not isinstance(shape, Tagged):
        return shape
    return shape.get(str(value.get("type"))) if isinstance(value, Mapping) else None
