"""What may be sent to a session: message blocks and events (SDK)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .errors import invalid
from .shapes import (
    Shape,
    boolean,
    integer,
    list_of,
    nullable,
    obj,
    one_of,
    refused,
    tagged,
    text,
)
from .store import Records

MAX_INITIAL = 50
MAX_RUBRIC = 262_144
MAX_ITERATIONS = 20

TEXT = obj({"type": text(), "text": text(1)})
FILE = obj({"type": text(), "file_id": text(1)})
URL = obj({"type": text(), "url": text(1)})
BASE64 = obj({"type": text(), "data": text(1), "media_type": text(1)})
PLAIN = obj({"type": text(), "data": text(), "media_type": one_of("text/plain")})
IMAGE = obj({"type": text(), "source": tagged({"base64": BASE64, "url": URL, "file": FILE})})
DOCUMENT = obj(
    {
        "type": text(),
        "source": tagged({"base64": BASE64, "text": PLAIN, "url": URL, "file": FILE}),
    },
    {"title": nullable(text()), "context": nullable(text())},
)
SEARCH_RESULT = obj(
    {
        "type": text(),
        "citations": obj({"enabled": boolean}),
        "content": list_of(tagged({"text": TEXT})),
        "source": text(1),
        "title": text(),
    }
)
MESSAGE_BLOCKS = list_of(
    tagged(
        {
            "text": TEXT,
            "image": IMAGE,
            "document": DOCUMENT,
            "redacted": obj({"type": text()}),
        }
    ),
    least=1,
)
RESULT_BLOCKS = list_of(
    tagged({"text": TEXT, "image": IMAGE, "document": DOCUMENT, "search_result": SEARCH_RESULT})
)
RUBRIC = tagged({"text": obj({"type": text(), "content": text(1, MAX_RUBRIC)}), "file": FILE})


def _iterations(value: Any, path: str) -> Any:
    if integer(1)(value, path) > MAX_ITERATIONS:
        raise refused(path, f"must be at most {MAX_ITERATIONS}")
    return value


USER_MESSAGE = obj({"type": text(), "content": MESSAGE_BLOCKS})
DEFINE_OUTCOME = obj(
    {"type": text(), "description": text(1), "rubric": RUBRIC},
    {"max_iterations": nullable(_iterations)},
)
SYSTEM_MESSAGE = obj({"type": text(), "content": list_of(tagged({"text": TEXT}), least=1)})
RESULT: Mapping[str, Shape] = {"content": RESULT_BLOCKS, "is_error": nullable(boolean)}

FIRST = {"user.message": USER_MESSAGE, "user.define_outcome": DEFINE_OUTCOME}
EVENT = tagged(
    {
        **FIRST,
        "system.message": SYSTEM_MESSAGE,
        "user.interrupt": obj({"type": text()}, {"session_thread_id": nullable(text(1))}),
        "user.tool_confirmation": obj(
            {"type": text(), "tool_use_id": text(1), "result": one_of("allow", "deny")},
            {"deny_message": nullable(text())},
        ),
        "user.custom_tool_result": obj({"type": text(), "custom_tool_use_id": text(1)}, RESULT),
        "user.tool_result": obj({"type": text(), "tool_use_id": text(1)}, RESULT),
    }
)
SENT = obj({"events": list_of(EVENT, least=1)})
# A session is created with the first two kinds, a deployment may add a system message.
SESSION_EVENTS = list_of(tagged(FIRST), most=MAX_INITIAL)
DEPLOYMENT_EVENTS = list_of(
    tagged({**FIRST, "system.message": SYSTEM_MESSAGE}), least=1, most=MAX_INITIAL
)
ACCOMPANIED = ("user.message", "user.tool_result", "user.custom_tool_result")


def check_events(records: Records, events: list[dict[str, Any]], path: str) -> None:
    """What one event alone can't show: where a system message stands, files that exist."""
    for index, event in enumerate(events):
        here = f"{path}[{index}]"
        if event["type"] == "system.message":
            _check_system(events, index, here)
        if event.get("deny_message") is not None and event.get("result") != "deny":
            raise refused(f"{here}.deny_message", 'is only allowed when result is "deny"')
        for file_id in _file_ids(event):
            if records.get("file", file_id) is None:
                raise invalid(f"{here}: file {file_id} not found")


def _check_system(events: list[dict[str, Any]], index: int, path: str) -> None:
    """The last event, right after the one it accompanies; so there is one at most (SDK)."""
    if index != len(events) - 1:
        raise refused(path, "system.message must be the final event")
    if index == 0 or events[index - 1]["type"] not in ACCOMPANIED:
        raise refused(path, "system.message must follow " + ", ".join(ACCOMPANIED))


def _file_ids(event: Mapping[str, Any]) -> Iterator[str]:
    sources = [block.get("source") for block in event.get("content") or []]
    for holder in (*sources, event.get("rubric")):
        if isinstance(holder, dict) and "file_id" in holder:
            yield holder["file_id"]


def said(event: Mapping[str, Any]) -> str:
    """The text of an event, as the canned answer repeats it."""
    if event["type"] == "user.define_outcome":
        return str(event["description"])
    return "\n".join(b["text"] for b in event.get("content") or [] if b["type"] == "text")
