"""What is known of answers: all of the SDK's types, and what is not known is told and left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, get_args

import pytest
from anthropic import BaseModel
from anthropic.types.beta import BetaEnvironment, BetaManagedAgentsAgent

from reconciler.engine.answers import AGENT, ENVIRONMENT, Shape, Tagged, known_part, unknown_fields
from reconciler.engine.live import LiveObject

TOOLSET = {
    "type": "agent_toolset_20260401",
    "new": 1,
    "default_config": {"enabled": True, "new": {}},
    "configs": [{"name": "bash", "permission_policy": {"type": "auto", "new": 1}, "new": [1]}],
}


def of_sdk(annotation: Any, shape: Shape, path: str) -> Iterator[str]:
    """Every field of the SDK's type that the shape does not know."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        if isinstance(shape, Tagged):
            (tag,) = get_args(annotation.model_fields["type"].annotation)
            if tag not in shape:
                yield f"{path}[{tag}]"
            shape = shape.get(tag)
        if not isinstance(shape, Mapping):
            return
        for name, field in annotation.model_fields.items():
            if name in shape:
                yield from of_sdk(field.annotation, shape[name], f"{path}.{name}")
            else:
                yield f"{path}.{name}"
        return
    inner = (
        shape[0]
        if isinstance(shape, list) and getattr(annotation, "__origin__", None) is list
        else shape
    )
    for argument in get_args(annotation):
        yield from of_sdk(argument, inner, path)


@pytest.mark.parametrize(
    ("model", "shape"), [(BetaManagedAgentsAgent, AGENT), (BetaEnvironment, ENVIRONMENT)]
)
def test_every_field_of_the_sdk_is_known(model: type[BaseModel], shape: Shape) -> None:
    assert list(of_sdk(model, shape, "")) == []
    assert len(list(of_sdk(model, {"id": None}, ""))) > 5, "it finds nothing"


def test_what_is_not_known_is_left_out_at_every_depth() -> None:
    known = known_part({"name": "a", "new": 1, "tools": [TOOLSET]}, AGENT)
    assert known == {
        "name": "a",
        "tools": [
            {
                "type": "agent_toolset_20260401",
                "default_config": {"enabled": True},
                "configs": [{"name": "bash", "permission_policy": {"type": "auto"}}],
            }
        ],
    }


@pytest.mark.parametrize(
    "body",
    [
        {"tools": [{"type": "toolset_of_tomorrow", "everything": True}]},
        {"execution_identity": {"type": "root", "who": "me"}},
        {"multiagent": {"type": "swarm", "size": 9}},
        {"metadata": {"mine": "1"}},
        {"tools": [{"type": "custom", "name": "x", "input_schema": {"mine": {}}}]},
    ],
)
def test_what_may_be_a_privilege_or_is_the_users_own_is_kept(body: dict[str, Any]) -> None:
    assert known_part(body, AGENT) == body
    assert list(unknown_fields([LiveObject("agent", "agent_1", body)])) == []


def test_all_that_is_unknown_is_one_warning() -> None:
    bodies: list[dict[str, Any]] = [{"tools": [TOOLSET, TOOLSET]}, {"new": 1}]
    (told,) = unknown_fields([LiveObject("agent", str(n), one) for n, one in enumerate(bodies)])
    assert told.severity == "warning" and told.message.endswith(
        "agent.new, agent.tools.new, agent.tools.configs.new, agent.tools.default_config.new, "
        "agent.tools.configs.permission_policy.new"
    )
