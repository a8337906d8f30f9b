from __future__ import annotations

import io
import json
import sys

import pytest

from reconciler.cli.terminal import wants_color, write_json, write_lines
from reconciler.render.lines import Piece, line


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("stream", "environ", "color"),
    [
        (Terminal(), {}, True),
        (Terminal(), {"NO_COLOR": "1"}, False),
        (Terminal(), {"NO_COLOR": ""}, True),
        (Terminal(), {"TERM": "dumb"}, False),
        (io.StringIO(), {}, False),
    ],
)
def test_colour_only_on_a_terminal_that_wants_it(
    stream: io.StringIO, environ: dict[str, str], color: bool
) -> None:
    assert wants_color(stream, environ) is color


def test_a_terminal_gets_colour_and_a_pipe_does_not(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    styled = [line(Piece("+ ", "create"), "agent/x")]
    write_lines(styled)
    assert capsys.readouterr().out == "+ agent/x\n"
    terminal = Terminal()
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stdout", terminal)
    write_lines(styled)
    assert terminal.getvalue() == "\x1b[32m+ \x1b[0magent/x\n"


def test_a_stream_that_can_not_encode_gets_escapes(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii", write_through=True))
    write_lines([line("a → ü")])
    assert raw.getvalue() == b"a \\u2192 \\xfc\n"


def test_json_is_ascii(capsys: pytest.CaptureFixture[str]) -> None:
    write_json({"a": "\u202e\x9bü"})
    assert capsys.readouterr().out.isascii()


def test_no_log_line_is_a_command_of_a_workflow(capsys: pytest.CaptureFixture[str]) -> None:
    write_lines([line("  ", Piece(":", "dim"), ":error::x"), line("#", "#[error]x")])
    assert capsys.readouterr().out == "  \\u003a:error::x\n##\\u005berror]x\n"
    document = {"a": "::error::x ##[error]y", "b": "\\##["}
    write_json(document)
    out = capsys.readouterr().out
    assert "##[" not in out and json.loads(out) == document
