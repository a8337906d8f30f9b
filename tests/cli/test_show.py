"""`reconcile show`: the bare body on stdout, and on stderr where its values come from."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from reconciler.cli import main

PROJECT = """version: 1
project: demo
targets:
  test:
    ntropii: {tenant: byng, environment: e}
    variables:
      host: mcp.ntropii.com
    overrides:
      agent/lead: {description: Leads.}
"""
AGENT = """model: ${model}
mcp_servers: [{name: n, url: 'https://${host}/${path}', permission: allow}]
ntropii: true
"""
VALUES = ("claude-sonnet-4-6", "mcp.ntropii.com", "hidden")


@pytest.fixture
def lead(project: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (project / "reconcile.yaml").write_text(PROJECT)
    (project / "agents/lead/agent.yaml").write_text(AGENT)
    monkeypatch.setenv("RECONCILE_VAR_MODEL", VALUES[0])
    monkeypatch.setenv("RECONCILE_SECRET_MODEL", "hunter2")
    return project


def show(root: Path, address: str, *args: str) -> Result:
    flags = ("--var", f"path={VALUES[2]}", "--project-dir", str(root))
    return CliRunner().invoke(main, ["show", address, *flags, *args])


def test_provenance_is_said_beside_the_body(lead: Path) -> None:
    result = show(lead, "agent/lead")
    assert result.stderr.splitlines() == [
        "agent/lead from agents/lead/agent.yaml:1:1",
        "  description: override of target test in reconcile.yaml:9",
        "  mcp_servers[0].url: ${host} from target test in reconcile.yaml:7",
        "  mcp_servers[0].url: ${path} from --var",
        "  model: ${model} from environment variable RECONCILE_VAR_MODEL",
    ]
    body = json.loads(result.stdout)
    assert body["mcp_servers"][0]["url"] == "https://mcp.ntropii.com/hidden"
    assert not any(value in result.stderr for value in VALUES)
    assert "hunter2" not in result.output


def test_json_is_the_bare_body(lead: Path) -> None:
    text, document = show(lead, "agent/lead"), show(lead, "agent/lead", "--format", "json")
    assert json.loads(document.stdout) == json.loads(text.stdout)
    assert document.stderr.splitlines() == text.stderr.splitlines()[1:]


@pytest.mark.parametrize("address", ["registration/byng/lead", "credential/byng/lead"])
def test_what_a_registration_makes_has_its_agents(lead: Path, address: str) -> None:
    said = show(lead, address).stderr
    assert "  agent/lead mcp_servers[0].url: ${path} from --var\n" in said
    assert "description" not in said


def test_an_agent_without_variables_says_nothing(lead: Path) -> None:
    result = show(lead, "agent/researcher", "--format", "json")
    assert (result.exit_code, result.stderr) == (0, "")
