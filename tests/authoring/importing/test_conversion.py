"""Claude Code's subagents and Agenta's configurations, in the words of definitions.

`tests/data/conversions.txt` holds what comes out, to be read in a review:

    python -m tests.authoring.importing.test_conversion > tests/data/conversions.txt
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from reconciler.authoring import CODES, load
from reconciler.authoring.importing import agenta, claude_code
from reconciler.authoring.importing.agent_document import definition_files
from reconciler.authoring.importing.conversion import Asked, Conversion

DATA = Path(__file__).parents[2] / "data"
SNAPSHOT = DATA / "conversions.txt"
DIALECTS = {"claude-code": claude_code.convert, "agenta": agenta.convert}
MODELS = {"sonnet": "claude-sonnet-4-6", "inherit": "claude-opus-4-8", "opus": "claude-opus-4-8"}
ASKED: Mapping[str, Mapping[str, str]] = {
    "claude-code": MODELS,
    "claude-code-refused": {},
    "agenta": MODELS,
    "agenta-refused": {},
}


def converted(name: str, *, skip: bool = False) -> Conversion:
    dialect = DIALECTS[name.removesuffix("-refused")]
    return dialect(Asked(DATA / name, ASKED[name], skip))


def written(conversion: Conversion) -> dict[str, bytes]:
    return {
        f"agents/{agent.name}/{path}": data
        for agent in conversion.agents
        for path, data in {**definition_files(agent.imported), **agent.files}.items()
    }


def described() -> str:
    lines: list[str] = []
    for name in ASKED:
        conversion = converted(name)
        lines.append(f"===== {name}")
        for path, data in written(conversion).items():
            lines += [f"--- {path}", data.decode()]
        for item in conversion.findings:
            lines.append(f"{item.severity} {item.code} {item.span}")
            lines += [f"    {text}" for text in (item.message, item.hint) if text]
    return "\n".join(lines) + "\n"


def test_everything_that_comes_out_was_reviewed() -> None:
    assert described() == SNAPSHOT.read_text()


def test_every_finding_has_a_page() -> None:
    for name in ASKED:
        for item in converted(name).findings:
            assert item.severity in CODES[item.code].severities, item.code


@pytest.mark.parametrize("name", ["claude-code", "agenta"])
def test_what_comes_out_is_a_valid_project(name: str, tmp_path: Path) -> None:
    project(tmp_path, converted(name))
    loaded = load(tmp_path, target=None, variables={"WIKI_HOST": "wiki.example.com"}, environ={})
    assert [one for one in loaded.findings if one.severity == "error"] == []
    assert loaded.desired is not None


@pytest.mark.parametrize("name", ["claude-code-refused", "agenta-refused"])
def test_what_has_no_counterpart_can_be_left_out(name: str) -> None:
    lost = [one for one in converted(name).findings if one.severity == "error"]
    left = [one for one in converted(name, skip=True).findings if one.severity == "error"]
    warned = [one for one in converted(name, skip=True).findings if one.severity == "warning"]
    assert len(left) < len(lost) and len(left) + len(warned) == len(lost)


def project(folder: Path, conversion: Conversion) -> None:
    (folder / "reconcile.yaml").write_text("version: 1\nproject: demo\n")
    for path, data in written(conversion).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)


def test_one_file_and_the_folder_of_agents() -> None:
    agents = DATA / "claude-code" / ".claude" / "agents"
    one = claude_code.convert(Asked(agents / "reviewer.md", MODELS))
    assert [agent.name for agent in one.agents] == ["reviewer"]
    assert claude_code.convert(Asked(agents, MODELS)) == converted("claude-code")
    single = agenta.convert(Asked(DATA / "agenta" / "plain.yaml", MODELS))
    assert [agent.name for agent in single.agents] == ["plain"]


def test_two_agents_of_one_name(tmp_path: Path) -> None:
    text = "---\nname: a\ndescription: b\nmodel: claude-opus-4-8\ntools: []\n---\nGo.\n"
    for path in ("one/a.md", "two/A.md"):
        (tmp_path / path).parent.mkdir()
        (tmp_path / path).write_text(text)
    findings = claude_code.convert(Asked(tmp_path)).findings
    assert [item.code for item in findings] == ["address.duplicate"]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_empty_folder_is_named(dialect: str, tmp_path: Path) -> None:
    (finding,) = DIALECTS[dialect](Asked(tmp_path)).findings
    assert finding.code == "import.nothing"


def test_a_link_is_never_followed(tmp_path: Path) -> None:
    shutil.copytree(DATA / "claude-code", tmp_path / "project")
    style = tmp_path / "project" / ".claude" / "skills" / "house-style"
    (style / "secrets").symlink_to("/etc")
    (tmp_path / "project" / ".claude" / "agents" / "linked.md").symlink_to("/etc/hostname")
    codes = [
        item.code
        for item in claude_code.convert(Asked(tmp_path / "project", MODELS)).findings
        if item.severity == "error"
    ]
    assert codes == ["path.symlink", "path.symlink"]


if __name__ == "__main__":
    sys.stdout.write(described())
