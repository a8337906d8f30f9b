"""The summary of a GitHub job: a file that a step may add Markdown to."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from reconciler.render.lines import Line, plain

_FILE = "GITHUB_STEP_SUMMARY"  # GitHub's default variables
_MOST = 1_000_000  # bytes; GitHub takes 1 MiB for each step, and nothing of a longer summary
_CUT = "… cut: a summary holds no more than this"


def add_to_summary(make: Callable[[], Iterable[Line]]) -> None:
    """Make lines, in which nothing is Markdown, and add them to the job's summary, if there is
    one; what is too long for it is cut at a whole line."""
    summary = os.environ.get(_FILE)
    if not summary:
        return
    text = plain(make())
    with Path(summary).open("a", encoding="utf-8", errors="backslashreplace") as file:
        file.write(fenced(_within(text, _MOST)))


def fenced(text: str) -> str:
    """The text as a block of Markdown in which nothing is Markdown."""
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", text)), 0)
    return f"{fence}text\n{text}{fence}\n"


def _within(text: str, most: int) -> str:
    data = text.encode(errors="backslashreplace")
    if len(data) <= most:
        return text
    kept = data[:most].decode(errors="ignore")
    return f"{kept[: kept.rfind(chr(10)) + 1]}{_CUT}\n"
