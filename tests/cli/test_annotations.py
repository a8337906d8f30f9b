"""`validate --format github` and `--format sarif`: findings where a pull request shows them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft7Validator

from reconciler.cli import main

TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}
LEVEL = {"enum": ["none", "note", "warning", "error"]}


def closed(required: list[str], **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "required": required,
        "properties": properties,
        "additionalProperties": False,
    }


#: The part of SARIF 2.1.0 (OASIS, sections 3.13 to 3.35) that is written here, and not a key more.
SARIF = closed(
    ["version", "runs"],
    **{"$schema": {"type": "string", "pattern": "^https://"}},
    version={"const": "2.1.0"},
    runs={
        "type": "array",
        "items": closed(
            ["tool"],
            tool=closed(
                ["driver"],
                driver=closed(
                    ["name"],
                    name={"type": "string"},
                    semanticVersion={"type": "string", "pattern": r"^\d+\.\d+\.\d+"},
                    rules={
                        "type": "array",
                        "uniqueItems": True,
                        "items": closed(
                            ["id"],
                            id={"type": "string"},
                            shortDescription=TEXT,
                            fullDescription=TEXT,
                            help=TEXT,
                            defaultConfiguration=closed([], level=LEVEL),
                        ),
                    },
                ),
            ),
            columnKind={"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
            results={
                "type": "array",
                "items": closed(
                    ["message"],
                    ruleId={"type": "string"},
                    ruleIndex={"type": "integer", "minimum": 0},
                    level=LEVEL,
                    message=TEXT,
                    locations={
                        "type": "array",
                        "items": closed(
                            [],
                            physicalLocation=closed(
                                [],
                                artifactLocation=closed(
                                    [], uri={"type": "string", "pattern": r"^[^\s\\]+$"}
                                ),
                                region=closed(
                                    [],
                                    startLine={"type": "integer", "minimum": 1},
                                    startColumn={"type": "integer", "minimum": 1},
                                ),
                            ),
                        ),
                    },
                    suppressions={
                        "type": "array",
                        "items": closed(
                            ["kind"],
                            kind={"enum": ["inSource", "external"]},
                            status={"enum": ["accepted", "underReview", "rejected"]},
                            justification={"type": "string"},
                        ),
                    },
                    properties={"type": "object"},
                ),
            },
        ),
    },
)


def validate(project: Path, *args: str) -> Result:
    return CliRunner().invoke(main, ["validate", "--project-dir", str(project), *args])


@pytest.fixture
def three(project: Path) -> Path:
    """An error, a warning and a silenced note."""
    (project / "agents/lead/agent.yaml").write_text(
        "name: Lead\nmodel: claude-sonnet-4-6\nsystem: You lead.\nsubagents: [researcher, nobody]\n"
        f"description: {'x' * 2100}\n"
    )
    researcher = project / "agents/researcher/agent.yaml"
    silence = "silence: [{code: description.equals_name, at: description, reason: 'On purpose.'}]\n"
    text = researcher.read_text().replace("Looks things up.", "Researcher")
    researcher.write_text(text + silence)
    return project


def test_sarif_of_three_findings(three: Path) -> None:
    found = validate(three, "--format", "sarif")
    assert found.exit_code == 1
    document = json.loads(found.stdout)
    Draft7Validator(SARIF).validate(document)
    (run,) = document["runs"]
    results = run["results"]
    assert [(item["ruleId"], item["level"]) for item in results] == [
        ("subagent.missing", "error"),
        ("description.too_long", "warning"),
        ("description.equals_name", "note"),
    ]
    rules = run["tool"]["driver"]["rules"]
    assert all(rules[item["ruleIndex"]]["id"] == item["ruleId"] for item in results)
    (where,) = results[0]["locations"]
    assert where["physicalLocation"] == {
        "artifactLocation": {"uri": "agents/lead/agent.yaml"},
        "region": {"startLine": 4, "startColumn": 25},
    }
    assert "suppressions" not in results[0]
    (suppressed,) = results[2]["suppressions"]
    assert suppressed["justification"] == "On purpose."


def test_sarif_of_nothing(project: Path) -> None:
    found = validate(project, "--format", "sarif")
    assert found.exit_code == 0
    Draft7Validator(SARIF).validate(json.loads(found.stdout))


def test_annotations_most_severe_first(three: Path) -> None:
    found = validate(three, "--format", "github")
    assert found.exit_code == 1
    first, second, totals = found.stdout.splitlines()
    place = "file=agents/lead/agent.yaml,line=4,col=25,title=subagent.missing"
    assert first.startswith(f"::error {place}::there is no agent nobody%0A")
    assert second.startswith("::warning file=agents/lead/agent.yaml,line=5,")
    assert totals == "1 error, 1 warning."


def test_places_are_relative_to_the_repository(three: Path) -> None:
    (three.parent / ".git").mkdir()
    found = validate(three, "--format", "github")
    assert f"file={three.name}/agents/lead/agent.yaml," in found.stdout
    sarif = json.loads(validate(three, "--format", "sarif").stdout)
    (place,) = sarif["runs"][0]["results"][0]["locations"]
    uri = place["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == f"{three.name}/agents/lead/agent.yaml"


def test_beyond_what_github_shows_there_is_the_summary(
    project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lead = project / "agents/lead/agent.yaml"
    missing = ", ".join(f"nobody{at:02}" for at in range(14))
    lead.write_text(f"name: Lead\nmodel: claude-sonnet-4-6\nsubagents: [{missing}]\n")
    summary = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    lines = validate(project, "--format", "github").stdout.splitlines()
    assert sum(line.startswith("::error ") for line in lines) == 10
    assert "4 more than GitHub shows beside the lines:" in lines
    assert sum(line.startswith("subagent.missing error") for line in lines) == 4
    assert lines[-1] == "14 errors."
    written = summary.read_text()
    assert written.startswith("```text\n") and written.endswith("14 errors.\n```\n")
    assert all(f"nobody{at:02}" in written for at in range(14))


HOSTILE = (
    "::error::injected",
    "a\n::set-output name=x::y",
    "%0A::stop-commands::x",
    "##[error]injected",
    "```\n</details><!-- @everyone",
    "\x1b]0;title\x07",
    "\u202eevil",
)


@pytest.mark.parametrize("text", HOSTILE)
def test_whatever_a_finding_quotes_stays_text(
    text: str, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = tmp_path / "summary.md"
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    agent = {"name": "Lead", "model": "claude-sonnet-4-6", "subagents": [text, f"x, y: {text}"]}
    (project / "agents/lead/agent.yaml").write_text(json.dumps(agent))
    lines = validate(project, "--format", "github").stdout.splitlines()
    assert [line[:8] for line in lines[:-1]] == ["::error "] * 2
    for line in lines[:-1]:
        head, _, message = line[2:].partition("::")
        assert head.startswith("error file=agents/lead/agent.yaml,line=1,col=")
        assert "\n" not in message and "\x1b" not in line and "\u202e" not in line
        assert "%0A::" not in message.replace("%250A::", "")
    block = summary.read_text()
    fence = block.split("text\n", 1)[0]
    assert block.count(f"\n{fence}\n") == 1 and "\x1b" not in block
