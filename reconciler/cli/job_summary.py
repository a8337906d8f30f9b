"""The summary of a GitHub job: a file that a step may add Markdown to."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path

from reconciler.render.lines import Line, plain
from reconciler.render.values_text import cut

_FILE = "GITHUB_STEP_SUMMARY"  # GitHub's default variables
_MOST = 1_000_000  # bytes; GitHub takes 1 MiB for each step, and nothing of a longer summary
_LONGEST = 1_000  # characters
_RUN = re.compile(f"`{{{_LONGEST + 1},}}")
_CUT = "… cut: no more than this fits here"


def add_to_summary(make: Callable[[], Iterable[Line]]) -> None:
    """Make lines, in which nothing is Markdown, and add them to the job's summary, if there is
    one; what is too long for it is cut at a whole line."""
    summary = os.environ.get(_FILE)
    if not summary:
        return
    text = plain(make())
    with Path(summary).open("a", encoding="utf-8", errors="backslashreplace") as file:
        file.write(fenced(within(text, _MOST)))


def fenced(text: str) -> str:
    """The text as a block of Markdown in which nothing is Markdown. Of a run of backquotes so much
    is left that the fence around it takes no room."""
    text = _RUN.sub(lambda found: cut(found[0], _LONGEST), text)
    fence = "`" * max(3, *(len(run) + 1 for run in re.findall("`+", text)), 0)
    end = "" if text.endswith("\n") else "\n"
    return f"{fence}text\n{text}{end}{fence}\n"


def within(text: str, most: int) -> str:
    """The text in so many bytes, cut at a whole line."""
    data = text.encode(errors="backslashreplace")
    if len(data) <= most:
        return text
    kept = data[:most].decode(errors="ignore")
    return f"{kept[: kept.rfind(chr(10)) + 1]}{_CUT}\n"
