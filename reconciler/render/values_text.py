"""One value in a few words: bare words, short JSON, references by what they point to."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from reconciler.engine.values import ABSENT, Ref, Secret, SecretRef, Value
from reconciler.render.printable import redacted

WIDTH = 120
_BARE = re.compile(r"[A-Za-z_*/.][\w./:@+*-]*")
_WORDS = frozenset({"true", "false", "null", "none"})


def value_text(value: Value, width: int = WIDTH) -> str:
    """The value on one line, cut after `width` characters with a count of the rest."""
    return cut(_inline(value), width)


def cut(text: str, width: int = WIDTH) -> str:
    """The text, or its beginning and how many characters are left out."""
    if len(text) <= width:
        return text
    return f"{text[:width]}… ({len(text) - width:,} more)"


def pair_text(before: Value, after: Value, width: int = WIDTH) -> tuple[str, str]:
    """Both values on one line each; long texts are cut so that their first difference shows."""
    left, right = _inline(before), _inline(after)
    if max(len(left), len(right)) <= width:
        return left, right
    start = max(0, _common_prefix(left, right) - width // 4)
    return _window(left, start, width), _window(right, start, width)


def is_short(value: Value, width: int = 80) -> bool:
    """Whether the value reads well on one line."""
    return not isinstance(value, Mapping | list | tuple) or len(_inline(value)) <= width


def _window(text: str, start: int, width: int) -> str:
    return cut(text, width) if start == 0 else f"…{cut(text[start:], width)}"


def _common_prefix(left: str, right: str) -> int:
    shorter = min(len(left), len(right))
    return next((at for at in range(shorter) if left[at] != right[at]), shorter)


def _inline(value: Value) -> str:
    if value is ABSENT:
        return "(none)"
    if isinstance(value, Ref):
        return f"{value.address} ({value.attr} known after apply)"
    if isinstance(value, SecretRef | Secret):
        return str(value)
    if isinstance(value, Mapping):
        inside = ", ".join(f"{_word(str(key))}: {_inline(item)}" for key, item in value.items())
        return f"{{{inside}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(_inline(item) for item in value)}]"
    return _word(redacted(value)) if isinstance(value, str) else json.dumps(value)


def _word(text: str) -> str:
    """A plain word as it is, anything that could be mistaken for something else quoted."""
    if _BARE.fullmatch(text) and text.casefold() not in _WORDS:
        return text
    return json.dumps(text, ensure_ascii=False)
