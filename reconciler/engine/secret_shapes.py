"""What secrets look like: shapes that are hardly ever anything else.

Shapes are those that the issuers document. A shape is tried only where its beginning occurs, which
is what makes looking through every file cheap.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

#: The name of a URL's parameter whose value is a secret.
SECRET_NAME: Final = re.compile(
    r"(^|[_-])(token|secret|password|passwd|pwd|auth|authorization|bearer|signature|sig|"
    r"credentials?)($|[_-])|(access|auth|bearer|refresh|session)token$|"
    r"^(x[_-])?((api|access|secret|private|auth|subscription)[_-]?)?key$",
    re.IGNORECASE,
)
_FEW = 8  # distinct characters; less is a filler such as xxxxxxxx
_OPAQUE = re.compile(r"(?=\S*\d)(?!https?://)(?!(?:agent|env|skill|vcrd|vlt|wrkspc)_)\S{12,}\Z")
_EXAMPLE = re.compile(r"example|xxxx|\*\*\*|your|placeholder|dummy|1234567890abcdef", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Shape:
    """What it is, how it begins, and all of it; `tail` is what makes it a secret."""

    what: str
    begins: tuple[str, ...]
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Sighting:
    """A secret in a text, from `start` to `end`. The value itself is not kept."""

    what: str
    start: int
    end: int


def _shape(what: str, begins: str, pattern: str) -> Shape:
    """`@` stands for "not inside a longer word"."""
    pattern = pattern.replace("@", r"(?<![A-Za-z0-9_-])", 1)
    return Shape(what, tuple(begins.split()), re.compile(pattern, re.ASCII))


_SHAPES = (
    # What it is, how it begins, and all of it.
    ("an Anthropic API key", "sk-ant-", r"@sk-ant-(?=[\w-]*\d)(?P<tail>[\w-]{20,})"),
    # A registry key holds a digit; the names of its tools (`ntro_tasks_list_files`) do not.
    ("a key of the Ntropii registry", "ntro_", r"@ntro_(?=[A-Za-z_]*\d)(?P<tail>\w{16,})"),
    ("an OpenAI API key", "sk-proj-", r"@sk-proj-(?=[\w-]*\d)(?P<tail>[\w-]{40,})"),
    ("an AWS access key id", "AKIA ASIA", r"@A[KS]IA(?P<tail>[A-Z2-7]{16})(?![\w-])"),
    ("a GitHub token", "ghp_ gho_ ghu_ ghs_ ghr_", r"@gh[pousr]_(?P<tail>[A-Za-z0-9]{36,255})"),
    ("a GitHub token", "github_pat_", r"@github_pat_(?P<tail>\w{60,255})"),
    ("a GitLab token", "glpat-", r"@glpat-(?P<tail>[\w-]{20,})"),
    (
        "a Slack token",
        "xox",
        r"@xox[abprs]-(?=[\w-]*\d)(?P<tail>[\w-]{20,})",
    ),
    (
        "a Slack webhook",
        "hooks.slack.com",
        r"hooks\.slack\.com/services/(?P<tail>T\w+/B\w+/\w{20,})",
    ),
    ("a Google API key", "AIza", r"@AIza(?P<tail>[\w-]{35})(?![\w-])"),
    ("a Stripe key", "k_live_", r"@[sr]k_live_(?P<tail>[A-Za-z0-9]{24,})"),
    ("an npm token", "npm_", r"@npm_(?P<tail>[A-Za-z0-9]{36})(?!\w)"),
    (
        "a private key",
        "-----BEGIN",
        r"-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----(?:\\n|\s)+"
        r"(?:[\w-]+: .*\s+)*(?P<tail>[A-Za-z0-9+/=]{40,})",
    ),
)
SHAPES: Final = tuple(_shape(*row) for row in _SHAPES)
_BEGINNINGS: Final = tuple(dict.fromkeys(begin for shape in SHAPES for begin in shape.begins))


def sightings(text: str) -> Iterator[Sighting]:
    """Every secret in the text, fillers and documented examples left out."""
    for shape in SHAPES:
        if not any(begin in text for begin in shape.begins):
            continue
        for found in shape.pattern.finditer(text):
            if _is_real(found["tail"]):
                yield Sighting(shape.what, found.start(), found.end())


def masked(text: str) -> str:
    """The text with three stars in place of each secret."""
    for shape in SHAPES:
        if any(begin in text for begin in shape.begins):
            text = shape.pattern.sub(
                lambda found: "***" if _is_real(found["tail"]) else found[0], text
            )
    return text


def may_hold_secret(data: bytes) -> bool:
    """Whether it is worth decoding: far cheaper than looking."""
    if b"_" in data and any(begin in data for begin in _WITH_UNDERSCORE):
        return True
    return any(begin in data for begin in _WITHOUT)


def secret_pair(pairs: Mapping[str, str]) -> str:
    """The first key that names a secret and whose value may be one: in one piece, with a digit,
    and no id or address. "" if there is none."""
    for key, value in pairs.items():
        named = key.casefold() != "key" and SECRET_NAME.search(key)
        if named and _OPAQUE.match(value) and _is_real(value):
            return key
    return ""


_WITH_UNDERSCORE: Final = tuple(begin.encode() for begin in _BEGINNINGS if "_" in begin)
_WITHOUT: Final = tuple(begin.encode() for begin in _BEGINNINGS if "_" not in begin)


def _is_real(tail: str) -> bool:
    return len(set(tail)) >= _FEW and _EXAMPLE.search(tail) is None
