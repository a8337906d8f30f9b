"""Every mistake has one answer: one finding with its code and its place, and nothing is sent."""

from __future__ import annotations

import errno
import json
import os
import socket
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from reconciler.authoring import CODES, Loaded, load
from reconciler.authoring.files import MAX_TEXT
from reconciler.authoring.skills import MAX_BYTES
from reconciler.authoring.yaml_build import MAX_NODES, Builder
from reconciler.cli import main
from tests.authoring import bad_agents, bad_files, bad_forms, bad_skills
from tests.authoring.bad_input import Case
from tests.authoring.support import agent, body, loaded, places, relevant

CASES = [
    pytest.param(case, id=f"{module.__name__.rpartition('_')[2]}: {case.code}: {case.what}")
    for module in (bad_files, bad_agents, bad_forms, bad_skills)
    for case in module.CASES
]


@pytest.fixture(autouse=True)
def closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """No variables from outside, and no way out."""
    for name in list(os.environ):
        if name.startswith(("ANTHROPIC_", "NTRO_", "RECONCILE_")):
            monkeypatch.delenv(name)

    def refuse(*_: Any) -> None:
        raise AssertionError("something would be sent")

    monkeypatch.setattr(socket.socket, "connect", refuse)


def read(root: Path) -> Loaded:
    return load(root, target=None, variables={}, environ={})


def validate(root: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["validate", "--project-dir", str(root), *options])


@pytest.mark.parametrize("case", CASES)
def test_one_finding(tmp_path: Path, case: Case) -> None:
    case.write(tmp_path)
    result = read(tmp_path)
    assert places(result) == [f"{case.code} {case.place}"]
    [finding] = relevant(result)
    assert finding.severity == case.severity and result.desired is None
    assert finding.code in CODES
    assert finding.message and finding.hint, finding
    assert case.says in f"{finding.message} {finding.hint}", finding
    answer = validate(tmp_path, "--format", "json")
    assert answer.exit_code == 1
    [listed] = json.loads(answer.stdout)["diagnostics"]
    assert (listed["code"], listed["severity"]) == (case.code, case.severity)
    shown = validate(tmp_path)
    assert shown.exit_code == 1 and case.code in shown.output
    for output in (answer.output, shown.output):
        assert "Traceback" not in output
        assert not case.hides or case.hides not in output


def test_a_byte_order_mark_is_read_over(tmp_path: Path) -> None:
    files = {"agents/a/agent.yaml": b"\xef\xbb\xbfmodel: m\nname: x\n"}
    result = loaded(tmp_path, files)
    assert result.findings == ()
    assert body(result) == {"name": "x", "model": {"id": "m"}}
    assert validate(tmp_path).exit_code == 0


def test_a_skill_may_begin_with_a_mark_and_is_warned_of(tmp_path: Path) -> None:
    text = b"\xef\xbb\xbf---\nname: x\ndescription: d\n---\n"
    result = loaded(tmp_path, {"skills/x/SKILL.md": text})
    assert [(item.code, item.severity) for item in result.findings] == [("skill.bom", "warning")]


BOMB = "\n".join(
    ["a0: &a0 [" + ", ".join("x" * 10) + "]"]
    + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
)
MERGES = f"base: &b {{{', '.join(f'k{n}: 1' for n in range(900))}}}\nx: {{<<: [{'*b, ' * 900}*b]}}"


@pytest.mark.parametrize("text", [BOMB, MERGES], ids=["aliases", "merges"])
def test_aliases_are_counted_before_they_cost_anything(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    built: list[Builder] = []

    class Counted(Builder):
        __slots__ = ()

        def __init__(self, file: str, first_line: int) -> None:
            super().__init__(file, first_line)
            built.append(self)

    monkeypatch.setattr("reconciler.authoring.yaml_source.Builder", Counted)
    result = loaded(tmp_path, {"agents/a/agent.yaml": text})
    assert [item.code for item in result.findings] == ["yaml.too_many_nodes"]
    assert result.desired is None and "agents/a" in str(result.findings[0].span)
    assert max(builder.count for builder in built) == MAX_NODES + 1
    assert validate(tmp_path).exit_code == 1


def test_a_large_file_is_not_even_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded(tmp_path, {"agents/a/agent.yaml": "model: m\n"})
    with (tmp_path / "agents/a/agent.yaml").open("r+b") as file:
        file.truncate(MAX_TEXT + 1)
    opened: list[str] = []
    real = os.open
    monkeypatch.setattr(
        "os.open", lambda path, *rest: (opened.append(str(path)), real(path, *rest))[1]
    )
    result = read(tmp_path)
    assert places(result) == ["path.too_large agents/a/agent.yaml:1:1"]
    assert result.desired is None
    assert [path for path in opened if path.endswith("agent.yaml")] == []


def test_thirty_megabytes_are_not_read_either(tmp_path: Path) -> None:
    loaded(tmp_path, {"skills/x/SKILL.md": "---\nname: x\ndescription: d\n---\n"})
    with (tmp_path / "skills/x/data.bin").open("wb") as file:
        file.truncate(MAX_BYTES)
    result = read(tmp_path)
    assert places(result) == ["skill.too_large skills/x/SKILL.md:1:1"]
    assert "data.bin" in result.findings[0].message and result.findings[0].hint
    assert validate(tmp_path).exit_code == 1


def test_a_skill_just_below_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "---\nname: x\ndescription: d\n---\n"
    files = {"skills/x/SKILL.md": text, "skills/x/a": "1" * 63}
    monkeypatch.setattr("reconciler.authoring.skills.MAX_BYTES", len(text) + 63)
    assert loaded(tmp_path, files).findings == ()
    result = loaded(tmp_path, {**files, "skills/x/b": "1"})
    assert places(result) == ["skill.too_large skills/x/SKILL.md:1:1"]


def test_junk_is_left_out_and_listed(tmp_path: Path) -> None:
    junk = (".DS_Store", "Thumbs.db", "__pycache__/m.pyc", "node_modules/x/i.js", "a~", ".git/HEAD")
    files = {"skills/x/SKILL.md": "---\nname: x\ndescription: d\n---\n", "skills/x/run.py": ""}
    result = loaded(tmp_path, files | {f"skills/x/{name}": "x" for name in junk})
    assert [(item.code, item.severity) for item in result.findings] == [("skill.left_out", "note")]
    for name in (".DS_Store", "Thumbs.db", "__pycache__/", "node_modules/", "a~", ".git/"):
        assert name in result.findings[0].message
    assert result.desired is not None
    [skill] = result.desired.resources
    assert [file.path for file in skill.contents[0].files] == ["SKILL.md", "run.py"]


def test_a_variable_counts_only_if_it_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    agent(tmp_path, "mcp_servers: [{name: s, url: '${host}/mcp'}]\n")
    answer = validate(tmp_path)
    assert answer.exit_code == 1 and "variable.undefined" in answer.output
    monkeypatch.setenv("RECONCILE_VAR_HOST", "https://x.io")
    assert validate(tmp_path).exit_code == 0


PROJECT = {
    "reconcile.yaml": "version: 1\nproject: demo\n",
    "agents/a/agent.yaml": "model: m\ntools: [read]\nskills: [shared/x]\nsubagents: [b, c]\n",
    "agents/a/system-prompt.md": "Prompt.\n",
    "agents/a/knowledge/k.md": "Fact.\n",
    "agents/a/subagents/c.yaml": "model: m\ndescription: c's\nsystem: {file: ../of-c.txt}\n",
    "agents/a/of-c.txt": "Prompt of c.\n",
    "agents/b.agent.yaml": "model: m\ndescription: Counts.\n",
    "skills/x/SKILL.md": "---\nname: x\ndescription: d\n---\n",
    "skills/x/deep/run.py": "print()\n",
    "environments/e.yaml": "name: e\n",
}


class Faulty:
    """`os`, whose calls about a project fail: one of them, or it and all that follow."""

    def __init__(self, root: Path, failing: int, fault: OSError, lasting: bool) -> None:
        self._root, self._fault = str(root), fault
        self._failing = range(failing, sys.maxsize if lasting else failing + 1)
        self.calls = 0

    def __getattr__(self, name: str) -> Any:
        real = getattr(os, name)
        if name not in ("open", "lstat", "scandir"):
            return real

        def call(path: str, *rest: Any) -> Any:
            self.calls += str(path).startswith(self._root)
            if self.calls in self._failing:
                raise self._fault
            return real(path, *rest)

        return call


@pytest.mark.parametrize("lasting", [False, True], ids=["once", "from then on"])
@pytest.mark.parametrize("fault", [errno.EACCES, errno.ENOENT, errno.EIO, errno.ENOTDIR])
def test_whatever_can_not_be_read_is_never_taken_for_absent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: int, lasting: bool
) -> None:
    whole = loaded(tmp_path, PROJECT)
    assert whole.desired is not None and places(whole) == []
    failing = met = 0
    while True:
        failing += 1
        faulty = Faulty(tmp_path, failing, OSError(fault, os.strerror(fault)), lasting)
        monkeypatch.setattr("reconciler.authoring.files.os", faulty)
        result = read(tmp_path)
        if faulty.calls < failing:
            break
        if result.desired is None:
            met += 1
            assert {item.severity for item in result.findings} == {"error"}
            assert all(item.span and item.message and item.hint for item in result.findings)
        else:
            assert result.desired == whole.desired, failing
    assert met > 20
