"""Claude Code's and Agenta's files: converted, applied, and nothing left to do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from reconciler.cli import main
from tests.e2e.conftest import REPOSITORY, Project

DATA = REPOSITORY / "tests" / "data"
MODELS = ("sonnet=claude-sonnet-5", "inherit=claude-opus-5", "opus=claude-opus-5")


def convert(dialect: str, path: Path, into: Path, *more: str, code: int = 0) -> Result:
    models = [word for model in MODELS for word in ("--model", model)]
    arguments = ["import", "--from", dialect, str(path), "--into", str(into), *models, *more]
    result = CliRunner().invoke(main, [*arguments, "--project-dir", str(into.parent)])
    assert result.exit_code == code, result.output
    return result


def everything(folder: Path) -> dict[str, tuple[int, bytes]]:
    return {
        path.relative_to(folder).as_posix(): (path.stat().st_ino, path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file() and ".reconcile" not in path.parts
    }


@pytest.mark.parametrize("dialect", ["claude-code", "agenta"])
def test_converted_applied_and_settled(dialect: str, project: Project) -> None:
    managed = project.root / "managed"
    document = json.loads(convert(dialect, DATA / dialect, managed, "--format", "json").stdout)
    assert document["project"] == "funds" and document["findings"]
    assert {one["severity"] for one in document["findings"]} == {"note"}
    assert project.server.requests() == []
    done = Project(managed, project.server)
    variable = ("--var", "WIKI_HOST=wiki.example.com")
    done.apply(*variable)
    assert ("POST", "/v1/agents") in done.writes()
    done.plan(*variable, code=0)
    done.apply(*variable)
    assert done.writes() == []


def test_a_second_conversion_changes_nothing(project: Project) -> None:
    managed = project.root / "managed"
    convert("claude-code", DATA / "claude-code", managed)
    before = everything(managed)
    convert("claude-code", DATA / "claude-code", managed)
    assert everything(managed) == before


def test_a_file_of_ones_own_is_replaced_only_with_force(project: Project) -> None:
    managed = project.root / "managed"
    convert("claude-code", DATA / "claude-code", managed)
    prompt = managed / "agents/reviewer/system-prompt.md"
    prompt.write_text("Mine.\n")
    before = everything(managed)
    refused = convert("claude-code", DATA / "claude-code", managed, code=5)
    assert "agents/reviewer/system-prompt.md" in refused.stderr and "--force" in refused.stderr
    assert everything(managed) == before
    forced = convert("claude-code", DATA / "claude-code", managed, "--force")
    assert "- Mine." in forced.stderr and prompt.read_text() != "Mine.\n"


@pytest.mark.parametrize("dialect", ["claude-code", "agenta"])
def test_what_has_no_counterpart_writes_nothing(dialect: str, project: Project) -> None:
    managed = project.root / "managed"
    refused = convert(dialect, DATA / f"{dialect}-refused", managed, code=1)
    assert " error " in refused.stderr and "hint: " in refused.stderr
    assert not managed.exists()


def test_a_script_that_holds_a_key_is_not_written(project: Project) -> None:
    key = "sk-ant-" + "api03-Qm9vZ2llV29vZ2llQnVnbGVCb3k4"
    tool = {"type": "code", "name": "go", "description": "Goes.", "script": f"KEY = '{key}'\n"}
    config = {"agents_md": "Go.", "model": "claude-opus-5", "tools": [tool]}
    project.write("given.json", json.dumps(config))
    managed = project.root / "managed"
    refused = convert("agenta", project.root / "given.json", managed, code=1)
    assert "secret.in_file" in refused.stderr and key not in refused.output
    assert not managed.exists()


def test_a_dry_run_writes_nothing(project: Project) -> None:
    managed = project.root / "managed"
    said = convert("agenta", DATA / "agenta", managed, "--dry-run").stdout
    assert "would be written agents/pricing/agent.yaml" in said
    assert not managed.exists()


def test_without_a_project_around_the_folder_gives_the_name(tmp_path: Path) -> None:
    convert("agenta", DATA / "agenta", tmp_path / "Price Desk")
    text = (tmp_path / "Price Desk" / "reconcile.yaml").read_text()
    assert text == "version: 1\nproject: price-desk\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--from", "agenta"],
        ["--from", "agenta", "x", "--into", "y"],
        ["--from", "agenta", ".", "--into", "y", "--all"],
        ["--from", "cobol", ".", "--into", "y"],
        ["--model", "sonnet=x", "--all"],
        ["--from", "agenta", ".", "--into", "y", "--model", "sonnet"],
    ],
)
def test_usage(arguments: list[str], project: Project) -> None:
    result = CliRunner().invoke(main, ["import", *arguments])
    assert result.exit_code == 64, result.output
