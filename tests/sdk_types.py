"""The official SDK's own types, made strict: for what is sent to it and what it is answered."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Iterator
from functools import cache
from typing import Any, get_origin

import anthropic
import httpx2
from anthropic import BaseModel
from pydantic import TypeAdapter
from pydantic_core import SchemaValidator

#: What answers hold beyond the SDK's types, with good reason.
MORE_THAN_THE_TYPE = {
    "SyncPageCursor": {"has_more"},  # recorded, on lists of skills
    "BetaEnvironment": {"state"},  # recorded
    # One path answers two types, of which the beta one knows these.
    "ModelInfo": {"allowed_fallback_models"},
    "ModelCapabilities": {"compaction"},
}


@cache
def strict(params: Any) -> SchemaValidator:
    """A validator of a TypedDict that drops no unknown key and looks into every sequence."""
    schema = copy.deepcopy(TypeAdapter(params).core_schema)
    _harden(schema)
    return SchemaValidator(schema)


def _harden(node: Any) -> None:
    """Make a TypedDict's core schema strict and eager: it would drop unknown keys silently."""
    if isinstance(node, dict):
        if node.get("type") == "generator":
            node["type"] = "list"
        if node.get("type") == "typed-dict" and "extras_schema" not in node:
            node["extra_behavior"] = "forbid"
        for item in node.values():
            _harden(item)
    elif isinstance(node, list | tuple):
        for item in node:
            _harden(item)


@cache
def _adapter(cast_to: Any) -> TypeAdapter[Any]:
    return TypeAdapter(cast_to)


def check_answer(cast_to: Any, document: Any) -> None:
    """Raises if an answer lacks something, has a wrong value, or a key that the type does not."""
    left = sorted(set(unmodelled(_adapter(cast_to).validate_python(document))))
    assert not left, "; ".join(left)


def unmodelled(value: Any) -> Iterator[str]:
    """All keys, at any depth, that the models do not know."""
    if isinstance(value, BaseModel):
        name = type(value).__name__.partition("[")[0]
        allowed = MORE_THAN_THE_TYPE.get(name, set())
        # Some types are open on purpose, and say so.
        if "__pydantic_extra__" not in type(value).__annotations__:
            for key in sorted(set(value.model_extra or ()) - allowed):
                yield f"{name} has no {key}"
        for key in type(value).model_fields:
            yield from unmodelled(getattr(value, key))
    elif isinstance(value, list | dict):
        for item in value if isinstance(value, list) else value.values():
            yield from unmodelled(item)


def check_response(cast_to: Any, response: httpx2.Response) -> bool:
    """Check an answer that is to become a model; whether it was one."""
    origin = get_origin(cast_to) or cast_to
    if not inspect.isclass(origin) or not issubclass(origin, BaseModel):
        return False
    if "json" not in response.headers.get("content-type", ""):
        return False
    check_answer(cast_to, response.json())
    return True


class CheckedAnthropic(anthropic.Anthropic):
    """The official client, which takes no answer that its types do not describe to the last key."""

    def _process_response(self, *, cast_to: Any, response: Any, **rest: Any) -> Any:
        check_response(cast_to, response)
        return super()._process_response(cast_to=cast_to, response=response, **rest)
