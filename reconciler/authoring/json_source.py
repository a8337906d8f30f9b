"""Files that hold JSON or YAML, by the one loader for both.

YAML takes nearly all of JSON and knows where everything stands; the difference that is met in
practice is mended here.
"""

from __future__ import annotations

import re

from reconciler.authoring.yaml_source import Source, decode, parse, parse_text
from reconciler.engine.diagnostics import Diagnostic

#: JSON writes a character beyond the first 65,536 as two escapes, which YAML doesn't join.
_PAIR = re.compile(
    r"(?<!\\)((?:\\\\)*)\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})", re.IGNORECASE
)


def parse_file(file: str, data: bytes) -> tuple[Source | None, list[Diagnostic]]:
    """Read one document; JSON if the file's name says so."""
    if not file.endswith(".json"):
        return parse(file, data)
    text, finding = decode(file, data)
    if finding is not None:
        return None, [finding]
    return parse_text(file, _PAIR.sub(_joined, text))


def _joined(match: re.Match[str]) -> str:
    high, low = int(match[2], 16), int(match[3], 16)
    return f"{match[1]}\\U{0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00):08X}"
