"""What means the same is no change, whoever says it differently."""

from __future__ import annotations

import json

import pytest

from tests.e2e.conftest import Project
from tests.scenarios.world import agent, faults, in_the_console, settled

CHECKER = "agents/checker/agent.yaml"
RICH = """\
model: claude-sonnet-4-6
system: |
  You check.
tools: [read, write, "bash:ask"]
mcp_servers:
  - {name: alpha, url: https://alpha.example.com/mcp, tools: [look, list], permission: allow}
  - {name: beta, url: https://beta.example.com/mcp, permission: ask}
skills: [anthropic/docx, anthropic/xlsx]
metadata: {owner: ops, team: funds}
"""


@pytest.fixture
def rich(project: Project) -> Project:
    project.write(CHECKER, RICH)
    project.apply()
    return project


@pytest.mark.parametrize(
    "model",
    ["claude-opus-5", "{id: claude-opus-5}", "{speed: standard, id: claude-opus-5}"],
)
def test_a_model_by_name_and_in_full_is_the_same(project: Project, model: str) -> None:
    project.write(CHECKER, "model: claude-opus-5\n")
    project.apply()
    project.write(CHECKER, f"model: {model}\n")
    settled(project)


def test_model_settings_that_the_folder_does_not_name_are_left_as_they_are(
    project: Project,
) -> None:
    project.write(CHECKER, "model: claude-opus-5\n")
    project.apply()
    full = {"id": "claude-opus-5", "effort": "low", "speed": "fast", "inference_geo": "us"}
    in_the_console(project, "agent/checker", model=full)
    settled(project)
    project.write(CHECKER, "model: {id: claude-opus-5, effort: high}\n")
    assert "inference_geo" not in project.plan(code=2).stdout
    project.apply()
    model = agent(project, "agent/checker")["model"]
    assert model == {**full, "effort": {"type": "high"}}
    settled(project)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("", ["agent.unheard_of", "environment.unheard_of", "agent.model.unheard_of", " more"]),
        ("^/v1/agents", ["agent.unheard_of", "agent.execution_identity.unheard_of"]),
        ("^/v1/environments", ["environment.unheard_of", "environment.config."]),
        ("/registry/", []),
    ],
    ids=["everywhere", "agents", "environments", "registry"],
)
def test_a_field_that_nobody_has_heard_of_is_said_once_and_is_no_drift(
    sample: Project, path: str, told: list[str]
) -> None:
    sample.apply()
    with faults(sample, {"kind": "unknown_field", **({"path": path} if path else {})}):
        settled(sample)
        sample.run("drift")
        findings = json.loads(sample.run("plan", "--format", "json").stdout)["findings"]
    said = [one["message"] for one in findings if one["code"] == "live.unknown_field"]
    assert len(said) == bool(told) and all(word in said[0] for word in told)


def test_a_privilege_of_an_unheard_of_type_is_still_drift(checker: Project) -> None:
    """Fields may come with a new platform; a tool or an identity does not come by itself."""
    role = {"type": "aws_role", "role_arn": "arn:aws:iam::1:role/x"}
    in_the_console(checker, "agent/checker", execution_identity=role)
    with faults(checker, {"kind": "unknown_field"}):
        shown = checker.plan(code=5).stdout
    assert "execution_identity.role_arn" in shown and "unheard_of: new" not in shown


def test_what_is_written_while_an_unknown_field_is_answered_settles(sample: Project) -> None:
    with faults(sample, {"kind": "unknown_field"}):
        sample.apply()
        settled(sample)
    settled(sample)


def test_line_ends_are_no_change(rich: Project) -> None:
    rich.edit(CHECKER, "\n", "\r\n")
    settled(rich)
    in_the_console(rich, "agent/checker", system="You check.\r\n")
    settled(rich)


def test_whitespace_is_shown_and_marked(rich: Project) -> None:
    rich.edit(CHECKER, "  You check.\n", "  You  check.\n")
    assert "whitespace only" in rich.plan(code=2).stdout


def test_a_final_newline_is_shown_and_marked(rich: Project) -> None:
    rich.edit(CHECKER, "system: |\n", "system: |-\n")
    assert "only the final newline is dropped" in rich.plan(code=2).stdout


def test_deploying_on_every_push_writes_nothing(sample: Project) -> None:
    sample.apply()
    before, text = sample.version("agent/audit-handover"), sample.lock_file.read_text()
    for _ in range(3):
        sample.apply()
        assert sample.writes() == []
    assert sample.version("agent/audit-handover") == before
    assert agent(sample, "agent/audit-handover")["version"] == before
    assert sample.lock_file.read_text() == text
