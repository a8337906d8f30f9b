"""What the next runs of sessions answer: canned, and to be set by a control."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .shapes import list_of, nullable, obj, one_of, refused, text
from .store import Records

ENDS = ("end_turn", "running", "terminated", "retries_exhausted")


def _base64(value: Any, path: str) -> Any:
    try:
        base64.b64decode(text()(value, path), validate=True)
    except (binascii.Error, ValueError):
        raise refused(path, "is not base64") from None
    return value


def _open(value: Any, path: str) -> Any:
    if not isinstance(value, dict):
        raise refused(path, "Input should be a valid object")
    return value


ANSWER = obj(
    optional={
        "text": text(1),
        "files": list_of(obj({"path": text(1)}, {"text": text(), "base64": _base64})),
        "tool": nullable(obj({"name": text(1)}, {"mcp_server_name": text(1), "input": _open})),
        "ends": one_of(*ENDS),
    }
)
OUTPUTS = "/mnt/session/outputs/"


@dataclass(frozen=True)
class Answer:
    """One workspace's setting; what is not set depends on the session."""

    text: str | None = None
    files: list[dict[str, str]] | None = None
    tool: dict[str, Any] | None = None
    ends: str = "end_turn"
    chosen: bool = False

    def outputs(self, echo: str) -> list[tuple[str, bytes]]:
        """The files a run writes: `answer.txt` with the input, unless told otherwise."""
        if self.files is None:
            return [("answer.txt", echo.encode())]
        return [(file["path"], _bytes(file)) for file in self.files]


def _bytes(file: Mapping[str, str]) -> bytes:
    if "base64" in file:
        return base64.b64decode(file["base64"])
    return file.get("text", "").encode()


def answer_of(records: Records) -> Answer:
    """The setting that holds now; `chosen` says that it settles which tool is used, if any."""
    stored = records.get("answer", "answer")
    if stored is None:
        return Answer()
    given = stored["answer"]
    return Answer(**given, chosen="tool" in given)


def set_answer(records: Records, body: Any, now: str) -> None:
    """Replace the setting."""
    given = ANSWER(body, "")
    clear_answer(records)
    records.insert("answer", {"id": "answer", "created_at": now, "answer": given})


def clear_answer(records: Records) -> None:
    records.delete("answer", "answer")
