"""Checks as text: what is fine, what is not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from reconciler.render.lines import Line, Piece, line


def doctor_lines(checks: Iterable[Mapping[str, Any]]) -> list[Line]:
    """`ok  platform  https://api.anthropic.com` per check of `name`, `ok` and `detail`."""
    return [
        line(
            Piece("ok  " if check["ok"] else "bad ", "create" if check["ok"] else "error"),
            Piece(f"{check['name']:<18}", "strong"),
            str(check["detail"]),
        )
        for check in checks
    ]
