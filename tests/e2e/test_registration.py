"""Registering an agent: the row, the one-time key, the vault; and everything in the way of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import anthropic
import httpx2
import pytest

from reconciler.sandbox import registry
from tests.e2e.conftest import REPOSITORY, Project, sdk

ROW = "registration/byng/audit-handover"
KEY = "credential/byng/audit-handover"


def rows(project: Project) -> list[dict[str, Any]]:
    server = project.server
    headers = {"Authorization": f"Bearer {server.registry_key}"}
    answer = httpx2.get(f"{server.registry_url}/workspace/registry/agents", headers=headers)
    return list(answer.json())


def client(project: Project) -> anthropic.Anthropic:
    server = project.server
    return sdk(server)


def test_a_prompt_edit_leaves_row_key_and_vault_alone(sample: Project) -> None:
    sample.apply()
    before = (rows(sample), sample.id(ROW), sample.id(KEY), sample.id("vault/byng/audit-handover"))
    sample.edit("agents/audit-handover/system-prompt.md", "never plug it", "do not plug it")
    sample.apply()
    after = (rows(sample), sample.id(ROW), sample.id(KEY), sample.id("vault/byng/audit-handover"))
    assert after == before and len(rows(sample)) == 1


def test_the_row_names_the_agent_and_the_credential_names_the_row(sample: Project) -> None:
    sample.apply()
    (row,) = rows(sample)
    assert row["id"] == sample.id(ROW) and row["kind"] == "claude_managed"
    assert row["externalRef"] == f"anthropic://agents/{sample.id('agent/audit-handover')}"
    vault = sample.id("vault/byng/audit-handover")
    credential = client(sample).beta.vaults.credentials.retrieve(sample.id(KEY), vault_id=vault)
    assert credential.metadata["registration"] == row["id"]
    assert credential.auth.type == "static_bearer"
    assert credential.auth.mcp_server_url == "https://mcp.ntropii.com/mcp"


def test_outputs(sample: Project) -> None:
    sample.apply()
    env = sample.run("outputs", "registration/*", "--format", "env").stdout
    assert f"NTRO_ANTHROPIC_ENVIRONMENT_ID={sample.id('environment/fund-ops')}" in env
    assert f"NTRO_ANTHROPIC_VAULT_IDS={sample.id('vault/byng/audit-handover')}" in env
    assert sample.id(ROW) in env
    listed = json.loads(sample.run("outputs", "--format", "json").stdout)
    assert sample.id(ROW) in json.dumps(listed)
    assert sample.server.requests() == []


def test_rotating_the_key_makes_a_new_row_and_says_so(sample: Project) -> None:
    sample.apply()
    old_row, old_key = sample.id(ROW), sample.id(KEY)
    planned = sample.run("plan", "--rotate-key", ROW)
    assert "UUID" in planned.stdout
    sample.apply("--rotate-key", ROW)
    assert sample.id(ROW) != old_row and sample.id(KEY) != old_key
    assert [row["id"] for row in rows(sample)] == [sample.id(ROW)]
    sample.plan(code=0)


def test_a_changed_server_url_needs_a_new_key(sample: Project) -> None:
    sample.apply()
    old = sample.id(ROW)
    sample.edit("reconcile.yaml", "https://mcp.ntropii.com/mcp", "https://mcp.ntropii.com/v2")
    refused = sample.apply(code=5)
    assert "--rotate-key" in refused.stdout and sample.id(ROW) == old
    sample.apply("--rotate-key", ROW)
    sample.plan(code=0)


def test_dropping_the_registration_makes_orphans(sample: Project) -> None:
    sample.apply()
    sample.edit("agents/audit-handover/agent.yaml", "ntropii: {mcp_server: ntropii}", "#")
    planned = sample.plan(code=0)
    assert "orphan" in planned.stdout and ROW in planned.stdout
    sample.apply()
    assert sample.writes() == [] and len(rows(sample)) == 1


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("tenant: byng", "tenant: nobody", "registration.tenant_unknown"),
        ("environment: fund-ops", "environment: nowhere", "registration.environment_unknown"),
    ],
)
def test_what_does_not_exist_is_an_error_before_any_write(
    sample: Project, monkeypatch: pytest.MonkeyPatch, old: str, new: str, code: str
) -> None:
    sample.server.ensure_tenants(["byng"])
    monkeypatch.setattr(type(sample.server), "ensure_tenants", lambda *_: None)
    sample.edit("reconcile.yaml", old, new)
    failed = sample.apply(code=1)
    assert code in failed.output and sample.writes() == []


def test_two_registrations_with_one_vault_and_url_are_an_error(project: Project) -> None:
    for name in ("a", "b"):
        project.write(
            f"agents/{name}/agent.yaml",
            "model: claude-sonnet-4-6\n"
            "mcp_servers: [{name: ntropii, url: '${ntropii_mcp_url}', permission: allow}]\n"
            "ntropii: {vault: shared-keys}\n",
        )
    failed = project.apply(code=1)
    assert "registration.vault_conflict" in failed.output and project.writes() == []


def test_versions_are_recorded_once_each(sample: Project) -> None:
    sample.edit("agents/audit-handover/agent.yaml", "{mcp_server: ntropii}", "{mcp_server: ntropii, versions: true}")  # fmt: skip
    sample.apply()
    sample.plan(code=0)
    sample.edit("agents/audit-handover/system-prompt.md", "never plug it", "do not plug it")
    sample.apply()
    sample.plan(code=0)
    (row,) = rows(sample)
    logs = sorted(version["changelog"] for version in row["versions"])
    assert [log.split(" (")[0] for log in logs] == ["agent version 1", "agent version 2"]


@pytest.mark.usefixtures("unhurried")
@pytest.mark.parametrize(
    "fault",
    [
        {"path": "/credentials$", "kind": "status", "status": 500, "when": "before"},
        {"path": "/credentials$", "kind": "status", "status": 500, "when": "after"},
        {"path": "/credentials$", "kind": "drop", "when": "after"},
        {"path": "/registry/agents$", "kind": "status", "status": 500, "when": "before"},
        {"path": "/registry/agents$", "kind": "status", "status": 500, "when": "after"},
        {"path": "/registry/agents$", "kind": "drop", "when": "after"},
    ],
    ids=lambda fault: f"{fault['path'].strip('/$')}-{fault['kind']}-{fault['when']}",
)
def test_whatever_answer_is_lost_one_row_with_a_stored_key_remains(
    sample: Project, fault: dict[str, Any]
) -> None:
    sample.server.set_faults([{"method": "POST", "count": 1, **fault}])
    sample.apply(code=None)
    sample.server.set_faults([])
    sample.apply()
    (row,) = rows(sample)
    assert row["id"] == sample.id(ROW)
    vault = sample.id("vault/byng/audit-handover")
    (credential,) = client(sample).beta.vaults.credentials.list(vault)
    assert credential.metadata["registration"] == row["id"]
    assert len(list(client(sample).beta.vaults.list())) == 1
    sample.plan(code=0)


def test_the_form_of_the_documentation_is_applied_and_warned_about(project: Project) -> None:
    project.write(
        "agents/audit-handover/agent.yaml",
        """\
name: audit-handover
model: claude-sonnet-4-6
description: |
  Produces an auditor handover .docx for a completed NAV close.
tools:
  - type: bash
  - type: write
  - type: read
  - type: mcp_toolset
    mcp_server_name: ntropii
mcp_servers:
  - type: url
    name: ntropii
    url: ${ntropii_mcp_url}
skills:
  - skill_id: docx
    type: anthropic
    version: latest
ntropii: {tenant: byng}
""",
    )
    project.write("agents/audit-handover/system-prompt.md", "You write handovers.\n")
    applied = project.apply()
    assert "registration.ask_never_answered" in applied.output
    live = client(project).beta.agents.retrieve(project.id("agent/audit-handover"))
    toolset = next(one for one in live.tools if one.type == "agent_toolset_20260401")
    assert toolset.default_config.enabled is False
    assert {one.name for one in toolset.configs if one.enabled} == {"bash", "write", "read"}
    assert len(rows(project)) == 1
    project.plan(code=0)


def test_the_key_is_in_the_vault_and_nowhere_else(
    tmp_path: Path, sample: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real process with every log on: the key that the registry hands out is searched for in
    everything it prints and leaves behind."""
    environment = {
        **os.environ,
        "ANTHROPIC_LOG": "debug",
        "ANTHROPIC_BASE_URL": sample.server.url,
        "ANTHROPIC_API_KEY": sample.server.api_key,
        "NTRO_HOST": sample.server.registry_url,
        "NTRO_API_KEY": sample.server.registry_key,
    }
    sample.server.ensure_tenants(["byng"])
    sample.edit("reconcile.yaml", "  sandbox:\n", "  real:\n")
    sample.edit("reconcile.yaml", "default_target: sandbox", "default_target: real")
    handed_out: list[str] = []
    make = registry.token

    def spy(length: int) -> str:
        handed_out.append(make(length))
        return handed_out[-1]

    monkeypatch.setattr(registry, "token", spy)
    command = [sys.executable, "-m", "reconciler", "apply", "--yes", "--debug", "--verbose", "--project-dir"]  # fmt: skip
    done = subprocess.run([*command, str(sample.root)], env=environment, capture_output=True, cwd=REPOSITORY, check=False)  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    (key,) = handed_out
    assert len(key) > 16
    assert b"POST" in done.stderr, "the debug log of the SDK was not on"
    places = {"stdout": done.stdout, "stderr": done.stderr}
    places |= {
        str(file): file.read_bytes()
        for file in tmp_path.rglob("*")
        if file.is_file() and "platform.sqlite" not in file.name
    }
    assert any("reconcile.real.lock" in name for name in places)
    assert [name for name, content in places.items() if key.encode() in content] == []


def test_a_vault_that_exists_already_is_used_and_not_owned(sample: Project) -> None:
    vault = client(sample).beta.vaults.create(display_name="shared-keys")
    sample.edit("agents/audit-handover/agent.yaml", "{mcp_server: ntropii}", "{mcp_server: ntropii, vault: shared-keys}")  # fmt: skip
    sample.apply()
    assert "/v1/vaults" not in [path for _, path in sample.writes()]
    (credential,) = client(sample).beta.vaults.credentials.list(vault.id)
    assert credential.metadata["registration"] == sample.id(ROW)
    assert vault.id in sample.run("outputs", "registration/*", "--format", "env").stdout
    assert client(sample).beta.vaults.retrieve(vault.id).metadata == {}
    sample.plan(code=0)
    sample.apply()
    assert sample.writes() == []


def test_somebody_elses_key_in_the_named_vault_is_an_error(sample: Project) -> None:
    vault = client(sample).beta.vaults.create(display_name="shared-keys")
    client(sample).beta.vaults.credentials.create(
        vault.id,
        auth={
            "type": "static_bearer",
            "mcp_server_url": "https://mcp.ntropii.com/mcp",
            "token": "t",
        },
    )
    sample.edit("agents/audit-handover/agent.yaml", "{mcp_server: ntropii}", "{mcp_server: ntropii, vault: shared-keys}")  # fmt: skip
    failed = sample.apply(code=1)
    assert "registration.vault_holds_key" in failed.output and sample.writes() == []
