from __future__ import annotations

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from reconciler.cli.failures import Failure
from reconciler.cli.group import Commands
from reconciler.cli.options import common
from reconciler.cli.settings import Settings
from reconciler.engine.diagnostics import error
from reconciler.platform.errors import OriginMismatch


def end_of(failure: BaseException, *args: str) -> Result:
    @click.command()
    @common()
    def fail(settings: Settings) -> int:
        raise failure

    group = Commands(commands={"fail": fail})
    return CliRunner().invoke(group, ["fail", *args])


@pytest.mark.parametrize(
    ("failure", "code", "said"),
    [
        (Failure(error("a.b", "bad", "do this"), exit_code=4), 4, "a.b error bad\n  hint: do this"),
        (OriginMismatch("other world"), 1, "origin.mismatch error other world\n  hint: "),
        (ZeroDivisionError("oops"), 1, "internal error: ZeroDivisionError: oops"),
        (ZeroDivisionError("oops"), 1, "hint: run again with --debug"),
        (ModuleNotFoundError("no", name="uvicorn"), 1, "agent-reconciler[sandbox]"),
        (KeyboardInterrupt(), 130, "Interrupted."),
        (click.Abort(), 130, "Interrupted."),
        (click.UsageError("wrong"), 64, "wrong"),
    ],
    ids=repr,
)
def test_every_end_is_a_line_and_a_code(failure: BaseException, code: int, said: str) -> None:
    result = end_of(failure)
    assert result.exit_code == code
    assert said in result.stderr
    assert "Traceback" not in result.output
    assert result.stdout == ""


def test_for_a_program_findings_are_a_document() -> None:
    result = end_of(OriginMismatch("other world", "mend it"), "--format", "json")
    document = json.loads(result.stdout)
    assert (document["format_version"], document["kind"]) == (1, "diagnostics")
    assert document["diagnostics"][0]["code"] == "origin.mismatch"
    assert document["totals"]["errors"] == 1


@pytest.mark.parametrize("failure", [ZeroDivisionError("oops"), OriginMismatch("x")])
def test_debug_shows_the_exception(failure: Exception) -> None:
    plain, debugged = end_of(failure), end_of(failure, "--debug")
    assert debugged.exit_code == plain.exit_code
    assert "Traceback" in debugged.stderr and debugged.stderr.endswith(plain.stderr)


def test_a_traceback_is_no_command_in_a_log_and_shows_no_key() -> None:
    failure = ValueError("x\n::error::x\n##[error]y sk-ant-api03-" + "Ab3" * 12)
    shown = end_of(failure, "--debug").stderr
    lines = shown.splitlines()
    assert "Traceback" in shown and "Ab3Ab3Ab3" not in shown
    assert not any(one.lstrip().startswith("::") or "##[" in one for one in lines)


def test_messages_can_not_act_on_the_terminal(tmp_path: Path) -> None:
    assert "\x1b" not in end_of(OriginMismatch("\x1b[2J")).stderr
