"""What a fault may say: the shapes of its rules, and their form on a command line."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from .errors import ApiError
from .shapes import (
    Shape,
    amount,
    as_object,
    integer,
    list_of,
    obj,
    one_of,
    refused,
    text,
    under,
)

# How many writes back a reader may be.
MOST_BEHIND = 32


def _regex(value: Any, path: str) -> Any:
    try:
        re.compile(text()(value, path))
    except re.error as error:
        raise refused(path, f"is not a regular expression: {error}") from None
    return value


def _share(value: Any, path: str) -> Any:
    if not 0 < amount(value, path) <= 1:
        raise refused(path, "must be over 0 and at most 1")
    return value


def _error_status(value: Any, path: str) -> Any:
    if integer(400)(value, path) > 599:
        raise refused(path, "must be at most 599")
    return value


def _behind(value: Any, path: str) -> Any:
    if integer(1)(value, path) > MOST_BEHIND:
        raise refused(path, f"must be at most {MOST_BEHIND}")
    return value


# Also those that no endpoint has: what strikes them must be a rule again.
METHODS = ("GET", "POST", "DELETE", "PUT", "PATCH", "HEAD", "OPTIONS")

WHICH: Mapping[str, Shape] = {
    "method": one_of(*METHODS),
    "path": _regex,
    "count": integer(1),
    "skip": integer(0),
    "probability": _share,
    "request": text(1),
    "nth": integer(0),
    "seed": text(),
}
WHEN = one_of("before", "after")
KIND: Mapping[str, Shape] = {"kind": text()}


def _stale(value: Any, path: str) -> Any:
    found = obj(KIND, {**WHICH, "method": one_of("GET"), "writes": _behind, "reads": integer(1)})
    rule = found(value, path)
    if ("writes" in rule) == ("reads" in rule):
        raise refused(path, 'needs "writes" or "reads", and not both')
    return {"method": "GET", **rule}


RULE_OF_KIND: Mapping[str, Shape] = {
    "latency": obj({**KIND, "seconds": amount}, {**WHICH, "jitter": amount}),
    "status": obj(
        {**KIND, "status": _error_status},
        {**WHICH, "when": WHEN, "retry_after": amount, "code": text(1)},
    ),
    "drop": obj(KIND, {**WHICH, "when": WHEN}),
    "slow": obj({**KIND, "seconds": amount}, WHICH),
    "stale": _stale,
    "reorder": obj(KIND, WHICH),
    "unknown_field": obj(KIND, {**WHICH, "name": text(1)}),
}
# What the word after the kind stands for on a command line.
MAIN_KEY = {"latency": "seconds", "status": "status", "drop": "when", "slow": "seconds"}
NUMBERS = frozenset(
    {"count", "skip", "nth", "probability", "status", "seconds", "jitter", "retry_after"}
    | {"writes", "reads"}
)


def _rule(value: Any, path: str) -> Any:
    kind = as_object(value, path).get("kind")
    one_of(*RULE_OF_KIND)(kind, under(path, "kind"))
    return RULE_OF_KIND[str(kind)](value, path)


RULES = list_of(_rule)


def checked_rules(rules: Any) -> list[dict[str, Any]]:
    """The rules, if all can be understood."""
    return list(RULES(rules, "faults"))


def rule_from_text(written: str) -> dict[str, Any]:
    """`KIND [VALUE] [KEY=VALUE]…`, or one rule as JSON. Raises ValueError."""
    rule = _from_json(written) if written.lstrip().startswith("{") else _from_words(written)
    try:
        return dict(_rule(rule, ""))
    except ApiError as error:
        raise ValueError(error.message) from None


def _from_json(written: str) -> Any:
    try:
        return json.loads(written)
    except (ValueError, RecursionError):
        raise ValueError("it begins with { but is not JSON") from None


def _from_words(written: str) -> dict[str, Any]:
    kind, *words = written.split() or [""]
    rule: dict[str, Any] = {"kind": kind}
    for place, word in enumerate(words):
        key, equals, value = word.partition("=")
        if not equals and place == 0 and kind in MAIN_KEY:
            key, value = MAIN_KEY[kind], word
        elif not equals:
            raise ValueError(f"{word!r} is not KEY=VALUE")
        if key in rule:
            raise ValueError(f"{key} is given twice")
        rule[key] = _number(value) if key in NUMBERS else value
    return rule


def _number(written: str) -> Any:
    """A number, or the text, which the shape then refuses."""
    try:
        return int(written)
    except ValueError:
        pass
    try:
        return float(written)
    except ValueError:
        return written
