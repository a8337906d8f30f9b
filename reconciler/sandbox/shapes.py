"""A small language for request bodies: a shape takes a value and its path, and returns the value
or refuses it. Unknown keys are refused at every depth."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .errors import ApiError, invalid

Shape = Callable[[Any, str], Any]

MAX_PAIRS, MAX_KEY, MAX_VALUE = 16, 64, 512
MOST = 1e9


def refused(path: str, problem: str) -> ApiError:
    """A 400 that names the place."""
    return invalid(f"{path}: {problem}" if path else problem)


def under(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key


def text(least: int = 0, most: int | None = None, pattern: str | None = None) -> Shape:
    """A string of bounded length."""
    compiled = re.compile(pattern) if pattern else None

    def shape(value: Any, path: str) -> Any:
        if not isinstance(value, str):
            raise refused(path, "Input should be a valid string")
        if len(value) < least:
            raise refused(path, f"must be at least {least} characters")
        if most is not None and len(value) > most:
            raise refused(path, f"must be at most {most} characters")
        if compiled is not None and not compiled.fullmatch(value):
            raise refused(path, f"must match {compiled.pattern}")
        return value

    return shape


def integer(least: int) -> Shape:
    """A whole number; true and false are none."""

    def shape(value: Any, path: str) -> Any:
        if not isinstance(value, int) or isinstance(value, bool):
            raise refused(path, "Input should be a valid integer")
        if value < least:
            raise refused(path, f"must be at least {least}")
        return value

    return shape


def amount(value: Any, path: str) -> Any:
    """A finite number that is not negative."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if not number or not 0 <= value < MOST:
        raise refused(path, "must be a number that is not negative")
    return value


def boolean(value: Any, path: str) -> Any:
    """true or false, nothing that merely looks like it."""
    if not isinstance(value, bool):
        raise refused(path, "Input should be a valid boolean")
    return value


def one_of(*words: str) -> Shape:
    """One of a fixed set of words."""

    def shape(value: Any, path: str) -> Any:
        if not isinstance(value, str) or value not in words:
            raise refused(path, "must be one of " + ", ".join(f'"{word}"' for word in words))
        return value

    return shape


def nullable(inner: Shape) -> Shape:
    """null, or the inner shape."""

    def shape(value: Any, path: str) -> Any:
        return None if value is None else inner(value, path)

    return shape


def list_of(inner: Shape, *, least: int = 0, most: int | None = None) -> Shape:
    """An array of bounded length."""

    def shape(value: Any, path: str) -> Any:
        if not isinstance(value, list):
            raise refused(path, "Input should be a valid array")
        if len(value) < least:
            raise refused(path, f"must have at least {least} entries")
        if most is not None and len(value) > most:
            raise refused(path, f"must have at most {most} entries")
        return [inner(entry, f"{path}[{index}]") for index, entry in enumerate(value)]

    return shape


def as_object(value: Any, path: str) -> dict[str, Any]:
    """The value, if it is an object."""
    if not isinstance(value, dict):
        raise refused(path, "Input should be a valid object")
    return value


def obj(
    required: Mapping[str, Shape] | None = None, optional: Mapping[str, Shape] | None = None
) -> Shape:
    """An object with exactly these keys. The message for any other key is recorded."""
    needed = dict(required or {})
    known = {**needed, **(optional or {})}

    def shape(value: Any, path: str) -> Any:
        given = as_object(value, path)
        for key in given:
            if key not in known:
                raise invalid(f'Failed to parse request body: unknown field "{key}"')
        for key in needed:
            if key not in given:
                raise refused(under(path, key), "Field required")
        return {key: known[key](item, under(path, key)) for key, item in given.items()}

    return shape


def tagged(variants: Mapping[str, Shape]) -> Shape:
    """An object whose `type` picks its shape."""
    kind = one_of(*variants)

    def shape(value: Any, path: str) -> Any:
        given = as_object(value, path)
        if "type" not in given:
            raise refused(under(path, "type"), "Field required")
        return variants[kind(given["type"], under(path, "type"))](value, path)

    return shape


def kinds(*words: str) -> Shape:
    """An object that is nothing but its `type`."""
    only = obj({"type": one_of(*words)})
    return tagged(dict.fromkeys(words, only))


def string_or(inner: Shape, string: Shape | None = None) -> Shape:
    """A string shorthand, or the full form."""
    short = string or text(1)

    def shape(value: Any, path: str) -> Any:
        return short(value, path) if isinstance(value, str) else inner(value, path)

    return shape


def pairs(*, nulls: bool) -> Shape:
    """String to string; null marks a key to delete, where a patch is meant."""

    def shape(value: Any, path: str) -> Any:
        for key, item in as_object(value, path).items():
            if not isinstance(item, str) and not (nulls and item is None):
                raise refused(under(path, key), "Input should be a valid string")
        return dict(value)

    return shape


def merged_pairs(
    stored: Mapping[str, str],
    patch: Mapping[str, str | None] | None,
    *,
    empty_deletes: bool = False,
    code: str | None = None,
) -> dict[str, str]:
    """A metadata patch: per key, null deletes (recorded); limits hold for the result (SDK).

    A null patch changes nothing: no source says what it means.
    """
    result = dict(stored)
    for key, value in (patch or {}).items():
        if value is None or (empty_deletes and value == ""):
            result.pop(key, None)
        else:
            result[key] = value
    for problem in pair_problems(result):
        raise invalid(f"metadata: {problem}", code=code)
    return result


def pair_problems(result: Mapping[str, str]) -> Iterable[str]:
    if len(result) > MAX_PAIRS:
        yield f"at most {MAX_PAIRS} pairs are allowed"
    for key, value in result.items():
        if not 1 <= len(key) <= MAX_KEY:
            yield f"keys must have 1 to {MAX_KEY} characters"
        if len(value) > MAX_VALUE:
            yield f'the value of "{key}" is longer than {MAX_VALUE} characters'
