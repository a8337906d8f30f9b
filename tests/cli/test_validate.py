from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from reconciler.cli import main

TWO_TARGETS = (
    "version: 1\nproject: demo\ntargets:\n"
    "  test: {variables: {host: https://test.example}}\n"
    "  prod: {variables: {host: https://prod.example}}\n"
)
SERVER = "mcp_servers: [{name: s, url: '${host}/mcp'}]\n"


def validate(project: Path, *args: str) -> Result:
    return CliRunner().invoke(main, ["validate", "--project-dir", str(project), *args])


@pytest.fixture
def two_targets(project: Path) -> Path:
    (project / "reconcile.yaml").write_text(TWO_TARGETS)
    agent = project / "agents/lead/agent.yaml"
    agent.write_text(agent.read_text() + SERVER)
    return project


def test_every_declared_target_is_checked_and_none_has_to_be_chosen(two_targets: Path) -> None:
    assert validate(two_targets).exit_code == 0
    path = two_targets / "reconcile.yaml"
    path.write_text(path.read_text().replace("prod: {variables: {host", "prod: {variables: {hots"))
    found = validate(two_targets)
    assert found.exit_code == 1
    assert found.stdout.count(" error ") == 1
    assert validate(two_targets, "--target", "test").exit_code == 0
    assert validate(two_targets, "--target", "prod").exit_code == 1
    assert (
        validate(two_targets, "--target", "prod", "--var", "host=https://x.example").exit_code == 0
    )


def test_a_target_that_does_not_exist_is_an_error(two_targets: Path) -> None:
    assert "target.unknown error" in validate(two_targets, "--target", "porod").stdout
    path = two_targets / "reconcile.yaml"
    path.write_text(path.read_text() + "default_target: porod\n")
    assert "target.unknown error" in validate(two_targets).stdout


def test_strict_takes_warnings_for_errors(project: Path) -> None:
    agent = project / "agents/lead/agent.yaml"
    agent.write_text(agent.read_text() + f"description: {'x' * 2100}\n")
    assert validate(project).exit_code == 0
    strict = validate(project, "--strict", "--format", "json")
    assert strict.exit_code == 1
    assert json.loads(strict.stdout)["totals"]["errors"] >= 1


def test_the_sample_project_is_valid() -> None:
    assert validate(Path(__file__).parents[2]).exit_code == 0


def test_reconcile_yaml_itself_may_be_broken(project: Path) -> None:
    (project / "reconcile.yaml").write_text("version: 1\nproject: [\n")
    broken = validate(project)
    assert broken.exit_code == 1
    assert " error reconcile.yaml:" in broken.stdout
