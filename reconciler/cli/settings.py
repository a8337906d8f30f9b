"""What was asked for besides the command itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal


@dataclass(frozen=True, slots=True)
class Settings:
    """The common options, read once. `start`: where the upward search begins. `policy`: the
    reconcile.yaml whose rules count, if not the project's own."""

    target: str | None
    variables: Mapping[str, str]
    format: Literal["text", "json", "env", "github", "sarif", "markdown"]
    start: Path
    debug: bool
    verbose: bool
    skip_unsupported: bool = False
    strict: bool = False
    policy: Path | None = None
