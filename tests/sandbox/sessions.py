"""What tests of sessions share."""

from __future__ import annotations

from typing import Any

import anthropic
import pytest

TOOLSET: Any = {"type": "agent_toolset_20260401"}
RUN = [
    "session.status_running",
    "session.thread_status_running",
    "user.message",
    "span.model_request_start",
    "agent.tool_use",
    "span.model_request_end",
    "agent.tool_result",
    "span.model_request_start",
    "span.model_request_end",
    "agent.message",
    "session.thread_status_idle",
    "session.status_idle",
]


def message(text: str = "go") -> Any:
    return {"type": "user.message", "content": [{"type": "text", "text": text}]}


def reason(caught: pytest.ExceptionInfo[Any]) -> Any:
    return caught.value.body["error"]["details"]["reason"]


def kinds(client: anthropic.Anthropic, session: Any, **query: Any) -> list[str]:
    return [event.type for event in client.beta.sessions.events.list(session.id, **query)]


def last(client: anthropic.Anthropic, session: Any) -> Any:
    return list(client.beta.sessions.events.list(session.id))[-1]
