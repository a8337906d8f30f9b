from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from reconciler.cli import main


@pytest.mark.parametrize(
    "args",
    [
        ["frobnicate"],
        ["plan", "--nope"],
        ["show"],
        ["plan", "--format", "yaml"],
        ["plan", "--format", "env"],
        ["plan", "--var", "no-value"],
        ["plan", "--var", "a=1", "--var", "a=2"],
        ["plan", "--project-dir", "/does/not/exist"],
        ["apply", "--yes", "--parallelism", "0"],
        ["apply", "--yes", "--rotate-key", "nonsense"],
        ["apply"],
        ["destroy"],
    ],
    ids=" ".join,
)
def test_a_wrong_call_exits_with_64_and_prints_nothing_on_stdout(args: list[str]) -> None:
    result = CliRunner().invoke(main, args)
    assert result.exit_code == 64
    assert result.stdout == ""
    assert "Error: " in result.stderr


@pytest.mark.parametrize("args", [["--help"], ["-h"], ["--version"], ["plan", "--help"]])
def test_help_and_version(args: list[str]) -> None:
    assert CliRunner().invoke(main, args).exit_code == 0


def test_a_folder_without_a_project_is_an_error_with_a_hint(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["plan", "--project-dir", str(tmp_path)])
    assert result.exit_code == 1
    assert "reconcile.yaml" in result.stderr
    assert "Traceback" not in result.stderr
