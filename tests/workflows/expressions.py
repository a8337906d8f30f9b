"""GitHub's expressions, as far as the workflows use them: paths, texts, `==`, `!=`, `&&`, `||`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

_EXPRESSION = re.compile(r"\$\{\{(.*?)\}\}", re.DOTALL)
_TOKEN = re.compile(r"\s*('(?:[^']|'')*'|&&|\|\||==|!=|[A-Za-z_][\w-]*(?:\.[\w-]+)*)")
_WORDS = {"&&": " and ", "||": " or ", "==": " == ", "!=": " != "}


def filled(text: str, contexts: Mapping[str, Any]) -> str:
    """A text with its expressions replaced."""
    return _EXPRESSION.sub(lambda found: spelled(value(found[1], contexts)), text)


def value(expression: str, contexts: Mapping[str, Any]) -> Any:
    """What an expression is. Raises ValueError for more than this knows."""
    words: list[str] = []
    values: dict[str, Any] = {}
    rest = expression.strip()
    while rest:
        found = _TOKEN.match(rest)
        if found is None:
            raise ValueError(f"not an expression this runner knows: {expression}")
        token, rest = found[1], rest[found.end() :].rstrip()
        if token in _WORDS:
            words.append(_WORDS[token])
            continue
        name = f"v{len(values)}"
        values[name] = token[1:-1] if token.startswith("'") else _at(token, contexts)
        words.append(name)
    return eval("".join(words), {"__builtins__": {}}, values)


def spelled(found: Any) -> str:
    """A value as text."""
    if found is None:
        return ""
    return str(found).lower() if isinstance(found, bool) else str(found)


def _at(path: str, contexts: Mapping[str, Any]) -> Any:
    """What a path leads to; nothing is "", as GitHub has it in comparisons with texts."""
    found: Any = contexts
    for key in path.split("."):
        if not isinstance(found, Mapping) or found.get(key) is None:
            return ""
        found = found[key]
    return found
