"""Makes visible what a terminal would obey, reorder or not show, and takes credentials out."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from reconciler.engine.secret_shapes import SECRET_NAME, masked

_UNUSUAL = re.compile(r"[^\t\x20-\x7e]")
#: Control, format (bidirectional overrides, zero width, tags), surrogates, line and paragraph ends.
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
#: Fillers and selectors that draw nothing, outside those categories.
_BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\U000e0100-\U000e01ef]")

#: A command of GitHub's runner, old form: it is found anywhere in a line (actions/runner,
#: `ActionCommand.TryParse`); selectors between its characters may be passed over there.
_OLD_COMMAND = re.compile("(#[\ufe00-\ufe0f]*#[\ufe00-\ufe0f]*)\\[")
#: The new form: at the start of a line, after any blanks (`TryParseV2`).
_COMMAND = re.compile(r"(\s*):(?=[\ufe00-\ufe0f]*:)")

_USER_INFO = re.compile(r"(?<=://)[^\s/?#]+@")
_PARAMETER = re.compile(r"(?<=[?&#])([\w.~%-]+)=([^\s&#\"'<>]+)", re.ASCII)
#: A registry key holds a digit; the names of its tools (`ntro_tasks_list_files`) do not.
_KEYS = re.compile(r"\b(?:(sk-ant-)[\w-]{8,}|(ntro_)(?=[a-z_]*\d)\w{16,})", re.ASCII | re.I)


def printable(text: str) -> str:
    """The text with every character that would act on the terminal, or hide, written out.

    Control characters become their pictures (`␛`, `␊`), everything else that is not shown becomes
    `\\u202e`. A tab stays a tab. Applying it twice changes nothing.
    """
    return _UNUSUAL.sub(lambda found: _shown(found[0]), text)


def inert(text: str, bracket: str = r"\u005b", colon: str = r"\u003a") -> str:
    """One line of printable text so that GitHub's runner, which reads every log line, takes no
    command from it: `::error` becomes `\\u003a:error`, `##[` becomes `##\\u005b`, which JSON reads
    as the same text; other forms may be given. Applying it twice changes nothing."""
    if "#" in text:
        text = _OLD_COMMAND.sub(lambda found: found[1] + bracket, text)
    found = _COMMAND.match(text)
    return found[1] + colon + text[found.end() :] if found else text


def redacted(text: str) -> str:
    """The text without users, passwords and tokens in URLs, and without anything like a key."""
    if "=" in text:
        text = _PARAMETER.sub(_without_value, text)
    if "://" in text:
        text = _USER_INFO.sub("***@", text)
    if any(begin in text.lower() for begin in ("sk-ant-", "ntro_")):
        text = _KEYS.sub(r"\1\2***", text)
    return masked(text)


def _without_value(parameter: re.Match[str]) -> str:
    """`token=***`, and as it is where the name promises no secret."""
    return f"{parameter[1]}=***" if SECRET_NAME.search(parameter[1]) else parameter[0]


@lru_cache(maxsize=4096)
def _shown(character: str) -> str:
    code = ord(character)
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "␡"
    if unicodedata.category(character) not in _HIDDEN and not _BLANK.match(character):
        return character
    if code <= 0xFF:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"
