"""Answers that say the same in another way, as those of later versions of the platform may."""

from __future__ import annotations

import random
from typing import Any

PAGE = "data"
# Where the order means something: first match wins, what was said, a user's own schema.
IN_ORDER = frozenset(
    {"vault_ids", "initial_events", "content", "input_schema", "capabilityManifest"}
)
# Objects whose keys are the user's.
OPEN = frozenset({"metadata", "input_schema", "capabilityManifest"})
UNHEARD_OF = "unheard_of"


def reordered(value: Any, chance: random.Random) -> Any:
    """The same answer, the arrays in which order means nothing shuffled."""
    if isinstance(value, list):
        return [reordered(item, chance) for item in value]
    if not isinstance(value, dict):
        return value
    return {key: _shuffled(key, item, chance) for key, item in value.items()}


def _shuffled(key: str, item: Any, chance: random.Random) -> Any:
    if key in IN_ORDER:
        return item
    inner = reordered(item, chance)
    if isinstance(inner, list) and key != PAGE:
        chance.shuffle(inner)
    return inner


def with_unknown_field(value: Any, name: str) -> Any:
    """The same answer with one key more in every object that is not the user's own."""
    if isinstance(value, list):
        return [with_unknown_field(item, name) for item in value]
    if not isinstance(value, dict):
        return value
    inner = {
        key: item if key in OPEN else with_unknown_field(item, name) for key, item in value.items()
    }
    return {**inner, name: "new"}
