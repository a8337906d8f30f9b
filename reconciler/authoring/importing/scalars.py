"""One value as text of a YAML or JSON file: plain where that reads back the same, else quoted."""

from __future__ import annotations

import io
import json
import re
from functools import lru_cache
from typing import Any

import yaml

_STR = "tag:yaml.org,2002:str"
#: What no YAML or JSON text may hold as it is, or no editor shows.
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_NOT_IN_BLOCKS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]"
)


def flow_text(value: Any, *, as_json: bool = False, quote: str = "") -> str:
    """Any value on one line; `quote` as in `scalar_text`."""
    if isinstance(value, dict):
        pairs = (
            f"{scalar_text(key, flow=True, as_json=as_json)}: "
            f"{flow_text(item, as_json=as_json, quote=quote)}"
            for key, item in value.items()
        )
        return "{" + ", ".join(pairs) + "}"
    if isinstance(value, list):
        listed = (flow_text(item, as_json=as_json, quote=quote) for item in value)
        return "[" + ", ".join(listed) + "]"
    return scalar_text(value, flow=True, as_json=as_json, quote=quote)


def scalar_text(value: Any, *, flow: bool, as_json: bool = False, quote: str = "") -> str:
    """One scalar on one line; `quote` is the mark to keep, "" for none if none is needed."""
    if not isinstance(value, str):
        return json.dumps(value)
    if as_json:
        return quoted(value)
    if not quote and is_plain(value, flow=flow):
        return value
    if quote == "'" and value.isprintable():
        return "'" + value.replace("'", "''") + "'"
    return quoted(value)


def quoted(text: str) -> str:
    """The text in double quotes, as both YAML and JSON read it."""
    return _ESCAPED.sub(lambda one: f"\\u{ord(one[0]):04x}", json.dumps(text, ensure_ascii=False))


@lru_cache(maxsize=1024)
def is_plain(text: str, *, flow: bool) -> bool:
    """Whether the text needs no quotes and is read as text without them."""
    found = yaml.emitter.Emitter(io.StringIO(), allow_unicode=True).analyze_scalar(text)
    allowed = found.allow_flow_plain if flow else found.allow_block_plain
    if found.multiline or not allowed:
        return False
    resolver: Any = yaml.resolver.Resolver()
    return bool(resolver.resolve(yaml.ScalarNode, text, (True, False)) == _STR)


def block_text(text: str, parent: int, content: int, behind: str = "") -> str | None:
    """The text as a literal block below a key (or dash) in column `parent`, its lines in column
    `content`; `behind` follows the header. None for a text that a block can't hold."""
    if not text.strip() or _NOT_IN_BLOCKS.search(text):
        return None
    body = text.rstrip("\n")
    ends = len(text) - len(body)
    first = body.lstrip("\n")[:1]
    size = str(content - parent) if first == " " or body[:1] == "\n" else ""
    header = "|" + size + {0: "-", 1: ""}.get(ends, "+")
    lines = (f"{' ' * content}{line}" if line else "" for line in body.split("\n"))
    return f"{header}{behind}\n" + "\n".join(lines) + "\n" * max(0, ends - 1)
