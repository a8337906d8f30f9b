"""What is offline stays light: the heavy packages are not even imported."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {"anthropic", "httpx2", "starlette", "uvicorn", "git", "deepdiff"}
SCRIPT = """
import sys
from reconciler.cli import main
try:
    main(sys.argv[1:])
except SystemExit as end:
    code = end.code
print("\\n" + str(code), *sorted({name.partition(".")[0] for name in sys.modules}))
"""


@pytest.mark.parametrize(
    "args",
    [
        ["--help"],
        ["validate"],
        ["show", "agent/lead"],
        ["show", "agent/typo"],
        ["explain", "yaml.tab"],
        ["schema"],
        ["schema", "agent"],
        ["init", "--name", "new"],
    ],
    ids=" ".join,
)
def test_offline_commands_import_nothing_heavy(args: list[str], project: Path) -> None:
    command = [sys.executable, "-W", "error", "-c", SCRIPT, *args]
    ended = subprocess.run(command, cwd=project, capture_output=True, text=True, check=True)
    code, *modules = ended.stdout.splitlines()[-1].split()
    assert code == ("1" if "agent/typo" in args else "0")
    assert not HEAVY & set(modules)
    assert not (project / ".reconcile").exists()
