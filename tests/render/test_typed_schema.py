from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired, TypedDict

import pytest

from reconciler.render.typed_schema import Matches, schema_of


class Inner(TypedDict):
    """Inside."""

    more: NotRequired[Inner]


class Outer(TypedDict):
    """Around
    it."""

    text: Annotated[str, Matches("^a$"), "A text"]
    number: NotRequired[Annotated[int | None, "A number"]]
    word: Literal["a", "b"]
    one: Literal[1]
    many: list[Inner]
    inner: Inner
    maybe: Inner | None
    table: dict[str, bool]
    anything: Any


def test_every_type_that_documents_are_made_of() -> None:
    schema = schema_of(Outer)
    assert (schema["title"], schema["description"]) == ("Outer", "Around it.")
    assert "number" not in schema["required"] and "text" in schema["required"]
    assert schema["additionalProperties"] is False
    ref = {"$ref": "#/$defs/Inner"}
    assert schema["properties"] == {
        "text": {"type": "string", "pattern": "^a$", "description": "A text"},
        "number": {"type": ["integer", "null"], "description": "A number"},
        "word": {"type": "string", "enum": ["a", "b"]},
        "one": {"type": "integer", "const": 1},
        "many": {"type": "array", "items": ref},
        "inner": {"description": "Inside.", **ref},
        "maybe": {"anyOf": [ref, {"type": "null"}]},
        "table": {"type": "object", "additionalProperties": {"type": "boolean"}},
        "anything": {},
    }
    assert schema["$defs"]["Inner"]["properties"]["more"]["$ref"] == ref["$ref"]


def test_a_type_without_a_schema_is_a_mistake() -> None:
    class Odd(TypedDict):
        when: bytes

    with pytest.raises(TypeError, match="no schema for"):
        schema_of(Odd)
