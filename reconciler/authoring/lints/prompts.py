"""Prompts that are not finished, and prompts with a date in them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reconciler.authoring.agent import Agent
from reconciler.authoring.lints.given import Given, locate
from reconciler.authoring.prompt import Part
from reconciler.engine.diagnostics import Diagnostic, warning

_BLANKS = (
    # PASTE_YOUR_KEY, REPLACE_ME, <REPLACE-WITH-NAME>
    re.compile(r"(?<![\w-])(?:PASTE|REPLACE)[_-](?:[A-Z0-9]+[_-]?)+(?![\w-])"),
    # A line that begins with it; a prompt about such notes has them inside its sentences.
    re.compile(r"^[ \t]*(?:[-*#>]+ |<!-- ?)?(?:TODO|FIXME|TBD)(?: ?:|\(|$).{0,40}", re.MULTILINE),
    re.compile(r"\[(?:TODO|FIXME|TBD)\b[^\]\n]{0,40}\]"),
    re.compile(r"<(?:your|insert|paste)[-_ ][^<>\n]{1,40}>", re.IGNORECASE),
)
_ID = re.compile(r"<((?:agent|environment|vault|workspace|skill|session)_id\w*)>", re.IGNORECASE)
_HINTS_OF_BLANKS = ("PASTE", "REPLACE", "TODO", "FIXME", "TBD", "<")
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?"
_DATE = (
    r"(?:\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}[./]\d{2,4}"
    rf"|{_MONTH} \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?\.? {_MONTH},? \d{{4}})"
)
_DAY = r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day)"
_NOW = re.compile(
    "(?:today(?:['\u2019]s date)?(?: is|:)|(?:current|present) (?:date|time|day)"
    r"(?: and time)?(?: is|:)|(?:generated|rendered|built)(?: at| on)?:?)"
    rf"\**:?\s*(?:{_DAY},?\s*)?(?:{_DATE}|{_DAY}\b)",
    re.IGNORECASE,
)
#: How `_NOW` may begin: looking for words first is many times faster than the expression alone.
_BEGINNINGS = ("today", "current ", "present ", "generated", "rendered", "built")


def placeholder(given: Given) -> Iterator[Diagnostic]:
    """What somebody meant to fill in, and would be sent as it stands."""
    for agent in given.agents:
        for part in _own_parts(agent):
            if not any(hint in part.text for hint in _HINTS_OF_BLANKS):
                continue
            for phrase in dict.fromkeys(_blanks(part.text)):
                yield warning(
                    "prompt.placeholder",
                    f"{phrase} is a placeholder, and is sent as it stands",
                    "fill it in, or take it out; `${…}` is not replaced in prompts either",
                    span=locate(part, phrase, given),
                    address=str(agent.resource.address),
                )


def _blanks(text: str) -> Iterator[str]:
    for pattern in _BLANKS:
        for found in pattern.finditer(text):
            yield found[0].strip()
    for found in _ID.finditer(text):
        if f"</{found[1]}>" not in text:  # a pair of tags is structure, not a blank
            yield found[0]


def date(given: Given) -> Iterator[Diagnostic]:
    """A date that is true for one day: it goes stale, and each renewal is a new version."""
    for agent in given.agents:
        for part in _own_parts(agent):
            for phrase in dict.fromkeys(_dates(part.text)):
                yield warning(
                    "prompt.date",
                    f"“{phrase}” is true for a day; renewing it makes a new version, and empties "
                    "the prompt cache",
                    "leave it out: give the date in the message that starts a session",
                    span=locate(part, phrase, given),
                    address=str(agent.resource.address),
                )


def _dates(text: str) -> Iterator[str]:
    lowered = text.lower()
    if len(lowered) != len(text):  # a few letters have a longer lower case
        lowered = text
    for word in _BEGINNINGS:
        at = lowered.find(word)
        while at >= 0:
            found = _NOW.match(text, at)
            if found is not None and not lowered[at - 1 : at].isalnum():
                yield found[0]
            at = lowered.find(word, at + 1)


def _own_parts(agent: Agent) -> Iterator[Part]:
    """The prompt without its reference material, which may be about anything."""
    return (part for part in agent.prompt if part.key == "system")
