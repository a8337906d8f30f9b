"""Silenced findings and `--strict`, from the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from reconciler.cli import main
from tests.cli.conftest import Run

SILENCE = "silence: [{code: tools.untrusted_input, at: tools, reason: It is meant.}]\n"


def validate(project: Path, *args: str) -> Result:
    return CliRunner().invoke(main, ["validate", "--project-dir", str(project), *args])


@pytest.fixture
def warned(project: Path) -> Path:
    """The project with one warning, in the file that is returned."""
    path = project / "agents/lead/agent.yaml"
    path.write_text(path.read_text() + "tools: [bash, web_fetch]\n")
    return path


def test_a_silenced_finding_is_only_counted(project: Path, warned: Path) -> None:
    assert validate(project).stdout.endswith("1 warning.\n")
    warned.write_text(warned.read_text() + SILENCE)
    assert validate(project, "--strict").stdout == "1 silenced.\n"
    document = json.loads(validate(project, "--format", "json").stdout)
    assert document["diagnostics"] == []
    [item] = document["silenced"]
    assert (item["code"], item["reason"]) == ("tools.untrusted_input", "It is meant.")
    assert item["silenced_at"] == {"file": "agents/lead/agent.yaml", "line": 6, "column": 11}


def test_an_entry_for_another_target_is_not_unused(project: Path) -> None:
    text = "version: 1\nproject: demo\ntargets:\n  one: {}\n  two:\n    overrides:\n"
    text += "      agent/lead: {tools: [bash, web_fetch]}\n"
    (project / "reconcile.yaml").write_text(text)
    path = project / "agents/lead/agent.yaml"
    path.write_text(path.read_text() + SILENCE)
    assert validate(project, "--strict").stdout == "1 silenced.\n"
    assert "silence.unused" in validate(project, "--target", "one").stdout
    (project / "reconcile.yaml").write_text(text.replace("bash, ", ""))
    assert validate(project).stdout.count("silence.unused") == 1


def test_plan_and_apply_are_strict_on_request(run: Run, warned: Path) -> None:
    assert run("plan").exit_code == 0
    for command in (("plan", "--strict"), ("apply", "--yes", "--strict")):
        ended = run(*command)
        assert ended.exit_code == 1
        assert "tools.untrusted_input error agents/lead/agent.yaml:5:9" in ended.stderr
    warned.write_text(warned.read_text() + SILENCE)
    planned = run("plan", "--strict")
    assert planned.exit_code == 0
    assert "1 finding is silenced in the folders.\n" in planned.stdout
    document = json.loads(run("plan", "--strict", "--format", "json").stdout)
    assert [item["code"] for item in document["silenced"]] == ["tools.untrusted_input"]
    assert run("apply", "--yes", "--strict").exit_code == 0


def test_a_note_stays_a_note(run: Run, project: Path) -> None:
    path = project / "agents/researcher/agent.yaml"
    path.write_text(path.read_text().replace("description: Looks things up.\n", ""))
    assert "description.missing note" in run("plan", "--strict").stdout
    assert run("plan", "--strict").exit_code == 0
    assert validate(project, "--strict").exit_code == 0


def test_a_secret_is_not_shown_with_its_line(project: Path) -> None:
    secret = "gh" + "p_" + "aB3dE6gH9jK2mN5pQ8sT1vW4yZ7aB3dE6gH9j"
    (project / "agents/researcher/system-prompt.md").write_text(f"Use {secret}.\n")
    for form in ("text", "json"):
        ended = validate(project, "--format", form)
        assert ended.exit_code == 1
        assert "secret.in_file" in ended.output and secret not in ended.output


def test_the_sample_project_has_no_finding() -> None:
    assert validate(Path(__file__).parents[2], "--strict").stdout == "No findings.\n"
