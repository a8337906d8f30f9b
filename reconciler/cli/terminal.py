"""Where text goes: results to stdout, everything else to stderr; colour only on a terminal."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TextIO

import click

from reconciler.render.lines import Line, Style, line, plain_line
from reconciler.render.printable import inert

Progress = Callable[[str], None]

_STYLES: dict[Style, dict[str, Any]] = {
    "strong": {"bold": True},
    "dim": {"dim": True},
    "create": {"fg": "green"},
    "update": {"fg": "yellow"},
    "replace": {"fg": "magenta"},
    "remove": {"fg": "red"},
    "held": {"fg": "yellow", "bold": True},
    "added": {"fg": "green"},
    "removed": {"fg": "red"},
    "error": {"fg": "red", "bold": True},
    "warning": {"fg": "yellow"},
    "note": {"fg": "cyan"},
}


def write_lines(lines: Iterable[Line], *, to_stderr: bool = False) -> None:
    """Styled lines, in colour if the stream is a terminal that wants it."""
    stream = sys.stderr if to_stderr else sys.stdout
    color = wants_color(stream, os.environ)
    text = "".join(_styled(one, color) + "\n" for one in lines)
    click.echo(_encodable(text, stream), nl=False, err=to_stderr, color=color)


def write_json(document: Mapping[str, Any]) -> None:
    """One JSON document on stdout; ASCII, so that no terminal acts on what it holds, and without
    what GitHub's runner would take for a command."""
    text = json.dumps(document, indent=2, ensure_ascii=True, allow_nan=False)
    click.echo("\n".join(inert(one) for one in text.split("\n")))


def write_text(text: str) -> None:
    """Text that is safe to print as it is, on stdout."""
    click.echo(_encodable(text, sys.stdout), nl=False)


def progress(enabled: bool) -> Progress:
    """A function that says on stderr what is going on, or nothing."""

    def say(text: str) -> None:
        write_lines([line(text)], to_stderr=True)

    return say if enabled else lambda _: None


def wants_color(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Colour only on a terminal, and never against `NO_COLOR`."""
    if environ.get("NO_COLOR") or environ.get("TERM") == "dumb":
        return False
    return is_terminal(stream)


def is_terminal(stream: TextIO) -> bool:
    return not stream.closed and stream.isatty()


def _styled(one: Line, color: bool) -> str:
    if not color:
        return plain_line(one)
    return "".join(
        click.style(piece.text, **_STYLES[piece.style]) if piece.style in _STYLES else piece.text
        for piece in one
    )


def _encodable(text: str, stream: TextIO) -> str:
    """The text with what the stream can't encode written as escapes."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return text.encode(encoding, "backslashreplace").decode(encoding)
