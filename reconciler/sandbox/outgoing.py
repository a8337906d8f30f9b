"""From an answer to what goes over the wire."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from .errors import ApiError, platform_body, registry_body, registry_status
from .routes import surface_of

PIECES = 10


@dataclass(frozen=True)
class Answer:
    """A status and a body: JSON, bytes, or None for nothing."""

    status: int
    body: Any
    headers: Mapping[str, str] = field(default_factory=dict)


def error_answer(
    path: str, error: ApiError, request_id: str, identity: Mapping[str, str]
) -> Answer:
    """An error in the shape of the surface it happens on."""
    if surface_of(path) == "registry":
        return Answer(registry_status(error), registry_body(error))
    return Answer(error.status, platform_body(error, request_id), identity)


def as_response(answer: Answer, slow: float = 0.0) -> Response:
    """The response; `slow` seconds pass while its body is sent."""
    body, media = answer.body, None
    if body is not None and not isinstance(body, bytes):
        body, media = json.dumps(body), "application/json"
    if slow:
        return SlowResponse(slow, body, answer.status, dict(answer.headers), media)
    return Response(body, answer.status, dict(answer.headers), media)


class SlowResponse(Response):
    """Sends its body in pieces, with equal waits between them."""

    def __init__(self, seconds: float, *rest: Any) -> None:
        super().__init__(*rest)
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        head = {"type": "http.response.start", "status": self.status_code}
        await send({**head, "headers": self.raw_headers})
        body = bytes(self.body)
        size = max(1, -(-len(body) // PIECES))
        for start in range(0, len(body), size):
            await asyncio.sleep(self._seconds / PIECES)
            piece = {"type": "http.response.body", "body": body[start : start + size]}
            await send({**piece, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})
