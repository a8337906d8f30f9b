"""A JSON Schema from a TypedDict: its types, its docstring, and what its annotations say.

A text inside `Annotated` is a description, `Matches` a pattern.
"""

from __future__ import annotations

import types
from dataclasses import dataclass
from typing import (
    Annotated,
    Any,
    Literal,
    NotRequired,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

Schema = dict[str, Any]
_PLAIN = {str: "string", int: "integer", float: "number", bool: "boolean", type(None): "null"}


@dataclass(frozen=True, slots=True)
class Matches:
    """What a text looks like."""

    pattern: str


def schema_of(document: type) -> Schema:
    """The schema of a document, with a definition for every TypedDict that it is made of."""
    definitions: dict[str, Schema] = {}
    whole = _object(document, definitions)
    return {**whole, "$defs": dict(sorted(definitions.items()))} if definitions else whole


def _object(form: type, definitions: dict[str, Schema]) -> Schema:
    properties: dict[str, Schema] = {}
    required: list[str] = []
    for name, hint in get_type_hints(form, include_extras=True).items():
        optional = get_origin(hint) is NotRequired
        properties[name] = _value(get_args(hint)[0] if optional else hint, definitions)
        if not optional:
            required.append(name)
    return {
        "title": form.__name__,
        "description": " ".join((form.__doc__ or "").split()),
        "type": "object",
        "properties": properties,
        **({"required": required} if required else {}),
        "additionalProperties": False,
    }


def _value(hint: Any, definitions: dict[str, Schema]) -> Schema:
    if hint is Any:
        return {}
    if is_typeddict(hint):
        if hint.__name__ not in definitions:
            definitions[hint.__name__] = {}  # a form may hold itself
            definitions[hint.__name__] = _object(hint, definitions)
        # A description of its own, since a reference alone would leave the key without one.
        description = definitions[hint.__name__].get("description", "")
        return {"description": description, "$ref": f"#/$defs/{hint.__name__}"}
    if hint in _PLAIN:
        return {"type": _PLAIN[hint]}
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _annotated(_value(arguments[0], definitions), arguments[1:])
    if origin is Literal:
        return _literal(arguments)
    if origin is list:
        return {"type": "array", "items": _bare(_value(arguments[0], definitions))}
    if origin is dict:
        return _mapping(_bare(_value(arguments[1], definitions)))
    if origin in (Union, types.UnionType):
        return _union([_bare(_value(member, definitions)) for member in arguments])
    raise TypeError(f"no schema for {hint!r}")


def _bare(schema: Schema) -> Schema:
    """A reference without a description, where it stands for no key."""
    return {"$ref": schema["$ref"]} if "$ref" in schema else schema


def _annotated(schema: Schema, said: tuple[Any, ...]) -> Schema:
    for item in said:
        if isinstance(item, Matches):
            schema = {**schema, "pattern": item.pattern}
        elif isinstance(item, str):
            schema = {**{"description": item}, **schema, "description": item}
    return schema


def _literal(values: tuple[Any, ...]) -> Schema:
    kind = {"type": _PLAIN[type(values[0])]}
    return kind | ({"const": values[0]} if len(values) == 1 else {"enum": list(values)})


def _mapping(values: Schema) -> Schema:
    return {"type": "object", "additionalProperties": values or True}


def _union(members: list[Schema]) -> Schema:
    if all(member.keys() == {"type"} for member in members):
        return {"type": [member["type"] for member in members]}
    return {"anyOf": members}
