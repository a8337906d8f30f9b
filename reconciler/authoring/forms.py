"""What the pydantic models of definition files share: strictness, and dispatch by shape.

A union is decided by hand before pydantic looks inside, so that one mistake gives one message.
Tags of union members begin with `=`, so that they can be told from keys in an error's place.
"""

from __future__ import annotations

from collections.abc import Callable
from difflib import get_close_matches
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Discriminator, Field
from pydantic_core import PydanticCustomError

SLUG = r"^[a-z0-9][a-z0-9-]{0,62}$"
VARIABLE = r"^[A-Za-z_][A-Za-z0-9_]*$"
TOOL_NAME = r"^[A-Za-z0-9_-]{1,128}$"
COUNTRY = r"^[A-Z]{2}$"
AGENT_ID = r"^agent_[A-Za-z0-9_]+$"
ENVIRONMENT_ID = r"^env_[A-Za-z0-9_]+$"
#: What a text must be that doesn't match one of these patterns, and one that does.
PATTERNS = {
    SLUG: ("must be 1-63 of a-z, 0-9 and -, and begin with a letter or digit", "fund-agents"),
    VARIABLE: ("must be letters, digits and _, and begin with no digit", "mcp_url"),
    TOOL_NAME: ("must be 1-128 of letters, digits, _ and -", "find_order"),
    COUNTRY: ("must be two upper-case letters", "NL"),
    AGENT_ID: ("must be the id of an agent", "agent_01ABC"),
    ENVIRONMENT_ID: ("must be the id of an environment", "env_01ABC"),
}

Text: TypeAlias = Annotated[str, Field(min_length=1)]

#: What a key means that other tools know and this one does not: code, message, hint.
Foreign: TypeAlias = dict[str, tuple[str, str, str]]


class Form(BaseModel):
    """A mapping with known keys only, and no conversion between types."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)
    foreign: ClassVar[Foreign] = {}


def nearest(word: str, known: list[str]) -> str:
    """`did you mean …?` for the closest known word, else "". Never the opposite: somebody who
    writes `restricted` doesn't mean `unrestricted`."""
    opposites = {prefix + word.lower() for prefix in ("un", "dis", "non", "in")}
    lowered = {item.lower(): item for item in known if item.lower() not in opposites}
    found = get_close_matches(word.lower(), list(lowered), n=1, cutoff=0.6)
    found = found or [item for item in lowered if len(item) > 2 and item in word.lower()]
    return f"did you mean `{lowered[found[0]]}`?" if found else ""


def one_of(words: list[str]) -> str:
    """`a, b or c`."""
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def problem(code: str, message: str, hint: str = "") -> PydanticCustomError:
    """A validation error that carries its own diagnostic code."""
    # Braces would be read as a template by pydantic.
    return PydanticCustomError(code, "{text}", {"text": message, "hint": hint})


_TEXT_OR_MAPPING = "must be text or a mapping"
TRUE_OR_MAPPING = "must be true or a mapping"
#: What to do about a union's message; a discriminator takes no hint of its own.
HINTS = {
    _TEXT_OR_MAPPING: "write one text, or {key: value}",
    TRUE_OR_MAPPING: "write `true`, or {tenant: …, mcp_server: …}",
}
#: The types that a union's message speaks of.
TYPES: dict[str, tuple[str, ...]] = {}


def by_shape(word: str, shape: Callable[[dict[str, Any]], str] | str) -> Discriminator:
    """Text is the member tagged `=word`; a mapping is what `shape` says."""

    def decide(value: Any) -> str | None:
        if isinstance(value, str):
            return f"={word}"
        if isinstance(value, dict):
            return f"={shape if isinstance(shape, str) else shape(value)}"
        return None

    return Discriminator(
        decide,
        custom_error_type="field.type",
        custom_error_message=_TEXT_OR_MAPPING,
    )


def by_type(words: list[str]) -> Discriminator:
    """A mapping is the member its `type` names."""

    def decide(value: Any) -> str | None:
        return f"={value.get('type')}" if isinstance(value, dict) else None

    message = f"must be a mapping whose `type` is {one_of(words)}"
    TYPES[message] = tuple(words)
    return Discriminator(decide, custom_error_type="field.value", custom_error_message=message)


Policy: TypeAlias = Literal["always_allow", "always_ask", "auto"]
