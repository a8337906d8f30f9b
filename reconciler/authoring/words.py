"""Tool words: `name[:ask|:allow|:auto]`, and the names people use for built-in tools."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from reconciler.authoring.forms import nearest
from reconciler.authoring.tool_form import BUILTIN_TOOLS

POLICIES = {"allow": "always_allow", "ask": "always_ask", "auto": "auto"}
_SUFFIX_OF = {policy: suffix for suffix, policy in POLICIES.items()}
ALIASES = {
    **{name.replace("_", ""): name for name in BUILTIN_TOOLS},
    "multiedit": "edit",
    "fetch": "web_fetch",
    "search": "web_search",
}


class WordError(Exception):
    """A word that is no tool: `code`, the message, and what to write instead."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.hint = hint


@dataclass(frozen=True, slots=True)
class Word:
    """A tool's name, and the policy if one was written (in the API's words)."""

    name: str
    policy: str | None = None

    def __str__(self) -> str:
        return self.name if self.policy is None else f"{self.name}:{_SUFFIX_OF[self.policy]}"


def parse_word(text: str) -> Word:
    """Split `name[:ask|:allow|:auto]`. Raises WordError (`tools.suffix`)."""
    name, colon, suffix = text.partition(":")
    if not name or name != name.strip() or any(mark in name for mark in " \t\n"):
        raise WordError("tools.suffix", f"{text!r} is no tool name", "name[:ask|:allow|:auto]")
    if not colon:
        return Word(name)
    if suffix not in POLICIES:
        closest = nearest(suffix, list(POLICIES))
        hint = closest or "a suffix is :ask, :allow or :auto; leave an unwanted tool out"
        raise WordError("tools.suffix", f"`{text}`: there is no suffix `:{suffix}`", hint)
    return Word(name, POLICIES[suffix])


@lru_cache(maxsize=1024)
def builtin_word(text: str) -> Word:
    """A word of `tools`, its name mapped to the built-in tool's. Raises WordError.

    The name may be `all`. Case, `_` and `-` don't matter: `WebFetch` is web_fetch.
    """
    if "(" in text:
        bare = text.partition("(")[0]
        raise WordError(
            "tools.unmapped",
            f"{text} limits a tool to a pattern, which the platform can't do",
            f"write {bare.lower()}:ask to be asked before each call",
        )
    if text.startswith("mcp__"):
        raise WordError(
            "tools.unmapped",
            f"{text} is a tool of an MCP server",
            "name it in that server's `tools:` under `mcp_servers:`",
        )
    if "," in text:
        hint = "[" + ", ".join(part.strip() for part in text.split(",")) + "]"
        raise WordError("tools.unmapped", f"{text} is one text", f"write a list: {hint}")
    word = parse_word(text)
    folded = word.name.lower().replace("_", "").replace("-", "")
    if folded == "all":
        return Word("all", word.policy)
    if folded in ALIASES:
        return Word(ALIASES[folded], word.policy)
    hint = nearest(word.name, [*BUILTIN_TOOLS, "all"]) or f"built in: {', '.join(BUILTIN_TOOLS)}"
    raise WordError("tools.unmapped", f"there is no built-in tool {word.name}", hint)
