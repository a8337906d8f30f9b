"""What was reviewed is what is applied, and what was edited outside is named."""

from __future__ import annotations

import json
from pathlib import Path

import anthropic
import pytest

from tests.e2e.conftest import Project, sdk

PROMPT = "agents/audit-handover/system-prompt.md"


def client(project: Project) -> anthropic.Anthropic:
    server = project.server
    return sdk(server)


@pytest.fixture
def reviewed(sample: Project, tmp_path: Path) -> Path:
    """The sample applied, two prompts changed, and the plan for that saved."""
    sample.apply()
    sample.edit(PROMPT, "never plug it", "do not plug it")
    sample.edit("agents/ledger-checker/agent.yaml", "account by account", "one by one")
    file = tmp_path / "plan.json"
    sample.run("plan", "--out", str(file))
    assert sample.writes() == []
    return file


def test_a_saved_plan_is_carried_out_whole(sample: Project, reviewed: Path) -> None:
    done = sample.run("apply", str(reviewed))
    assert "3 applied" in done.stdout
    sample.plan(code=0)


def test_what_came_after_the_review_is_held_back(sample: Project, reviewed: Path) -> None:
    sample.edit("agents/price-checker/agent.yaml", "five per cent", "four per cent")
    done = sample.run("apply", str(reviewed), code=4)
    assert (
        "agent/price-checker" in done.stdout and "not in the plan that was reviewed" in done.stdout
    )
    paths = [path for _, path in sample.writes()]
    assert f"/v1/agents/{sample.id('agent/audit-handover')}" in paths
    assert f"/v1/agents/{sample.id('agent/price-checker')}" not in paths


def test_what_was_edited_by_hand_after_the_review_is_held_back(
    sample: Project, reviewed: Path
) -> None:
    agent = sample.id("agent/audit-handover")
    client(sample).beta.agents.update(agent, description="by hand")
    done = sample.run("apply", str(reviewed), code=4)
    assert "agent/audit-handover" in done.stdout
    assert client(sample).beta.agents.retrieve(agent).description == "by hand"
    assert ("POST", f"/v1/agents/{agent}") not in sample.writes()


def test_a_reviewed_plan_that_is_done_already_does_nothing(sample: Project, reviewed: Path) -> None:
    sample.apply()
    again = sample.run("apply", str(reviewed))
    assert sample.writes() == [] and "is as it was to become" in again.stdout


def test_expecting_another_digest_refuses_as_a_whole(sample: Project, reviewed: Path) -> None:
    digest = json.loads(reviewed.read_text())["digest"]
    sample.edit("agents/price-checker/agent.yaml", "five per cent", "four per cent")
    refused = sample.run("apply", "--expect", digest, code=4)
    assert "plan.stale" in refused.output and sample.writes() == []


@pytest.mark.parametrize(
    ("text", "code"), [("{", "plan.unreadable"), ('{"kind": "plan"}', "plan.unreadable")]
)
def test_a_file_that_is_no_plan_is_refused(
    sample: Project, tmp_path: Path, text: str, code: str
) -> None:
    file = tmp_path / "other.json"
    file.write_text(text)
    assert code in sample.run("apply", str(file), code=1).output
    assert sample.writes() == []


def test_a_plan_of_another_project_is_refused(sample: Project, reviewed: Path) -> None:
    sample.edit("reconcile.yaml", "project: fund-agents", "project: other-agents")
    sample.lock_file.unlink()
    assert "plan.of_another" in sample.run("apply", str(reviewed), code=1).output
    assert sample.writes() == []


def test_options_beside_a_saved_plan_are_a_usage_error(sample: Project, reviewed: Path) -> None:
    sample.run("apply", str(reviewed), "--prune", code=64)
    sample.run("plan", str(reviewed), code=64)


def test_no_secret_is_in_a_saved_plan(sample: Project, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    sample.run("plan", "--out", str(file))
    text = file.read_text()
    assert '"attr": "api_key"' in text and sample.server.registry_key not in text


def test_drift_is_named_with_version_and_raises_and_nothing_is_written(sample: Project) -> None:
    sample.apply()
    sample.run("drift")
    agent = sample.id("agent/price-checker")
    client(sample).beta.agents.update(agent, tools=[{"type": "agent_toolset_20260401"}])
    shown = sample.run("drift", code=2)
    assert "agent/price-checker" in shown.stdout and "version 2" in shown.stdout
    assert "bash: off → runs without asking" in shown.stdout
    assert sample.writes() == []
    document = json.loads(sample.run("drift", "--format", "json", code=2).stdout)
    (drifted,) = document["drifted"]
    assert drifted["address"] == "agent/price-checker"
    assert {"path": "tools", "what": "bash", "before": "off", "after": "runs without asking"} in drifted["raises"]  # fmt: skip
    sample.run("drift", "agent/audit-handover")


def test_an_ignored_field_drifts_only_when_all_is_asked_for(sample: Project) -> None:
    path = "agents/nav-review/agent.yaml"
    sample.edit(path, "metadata: {owner: fund-ops}", "metadata: {owner: fund-ops}\nlifecycle: {ignore: [metadata.owner]}")  # fmt: skip
    sample.apply()
    client(sample).beta.agents.update(sample.id("agent/nav-review"), metadata={"owner": "else"})
    sample.run("drift")
    assert "metadata.owner" in sample.run("drift", "--all", code=2).stdout
    sample.apply()
    assert sample.writes() == []
