"""Taking over, letting go, and finding again: which live object an address is."""

from __future__ import annotations

import anthropic
import httpx2
import pytest

from tests.e2e.conftest import URL, Project, sdk

AGENT = "model: claude-sonnet-4-6\nsystem: |\n  Ours.\n"


def client(project: Project) -> anthropic.Anthropic:
    server = project.server
    return sdk(server)


def live_agent(project: Project, name: str = "helper", **more: str) -> str:
    """An agent that nobody manages."""
    body = {"name": name, "model": "claude-sonnet-4-6", "system": "Theirs.\n", **more}
    return client(project).beta.agents.create(**body).id  # type: ignore[arg-type]


def test_an_agent_is_taken_over_without_a_new_id(project: Project) -> None:
    identity = live_agent(project)
    project.write("agents/helper/agent.yaml", AGENT)
    assert f"reconcile adopt agent/helper {identity}" in project.plan(code=5).stdout
    project.run("adopt", "agent/helper", identity)
    assert project.writes() == []
    assert "Theirs." in project.plan(code=2).stdout
    project.apply()
    assert project.writes() == [("POST", f"/v1/agents/{identity}")]
    live = client(project).beta.agents.retrieve(identity)
    assert (
        live.system == "Ours.\n" and live.metadata["reconciler"] == "funds/sandbox/agent/helper@2"
    )
    project.plan(code=0)


@pytest.mark.parametrize("bad", ["agent_nobody", "archived"])
def test_what_can_not_be_taken_over_is_refused(project: Project, bad: str) -> None:
    identity = live_agent(project)
    if bad == "archived":
        client(project).beta.agents.archive(identity)
    project.write("agents/helper/agent.yaml", AGENT)
    refused = project.run("adopt", "agent/helper", identity if bad == "archived" else bad, code=1)
    assert "adopt.refused" in refused.output and not project.lock_file.exists()


def test_a_row_is_taken_over_with_its_key(project: Project) -> None:
    """What somebody registered by hand, as the documentation says, goes on under git."""
    server, identity = project.server, live_agent(project)
    server.ensure_tenants(["byng"])
    headers = {"Authorization": f"Bearer {server.registry_key}"}
    tenants = httpx2.get(f"{server.registry_url}/workspace/tenants", headers=headers).json()
    row = {"tenantId": tenants[0]["id"], "kind": "claude_managed", "name": "helper",
           "externalRef": f"anthropic://agents/{identity}"}  # fmt: skip
    made = httpx2.post(
        f"{server.registry_url}/workspace/registry/agents", json=row, headers=headers
    )
    vault = client(project).beta.vaults.create(display_name="by hand")
    client(project).beta.vaults.credentials.create(
        vault.id,
        auth={"type": "static_bearer", "mcp_server_url": URL, "token": made.json()["apiKey"]},
    )
    project.write(
        "agents/helper/agent.yaml",
        AGENT
        + "mcp_servers: [{name: ntropii, url: '${ntropii_mcp_url}', permission: allow}]\n"
        + f"ntropii: {{vault: {vault.id}}}\n",
    )
    uuid, address = made.json()["id"], "registration/byng/helper"
    project.run("adopt", "agent/helper", identity)
    assert "--vault" in project.run("adopt", address, uuid, code=1).output
    project.run("adopt", address, uuid, "--vault", vault.id)
    project.apply()
    assert project.writes() == [("POST", f"/v1/agents/{identity}")]
    assert project.id(address) == uuid
    project.plan(code=0)
    assert vault.id in project.run("outputs", address, "--format", "json").stdout


def test_what_is_forgotten_lives_on_unmarked(sample: Project) -> None:
    sample.apply()
    identity = sample.id("agent/price-checker")
    sample.run("forget", "agent/price-checker")
    assert sample.writes() == [("POST", f"/v1/agents/{identity}")]
    live = client(sample).beta.agents.retrieve(identity)
    assert "reconciler" not in live.metadata and live.archived_at is None
    assert "agent/price-checker" not in sample.lock_file.read_text()
    assert "address.unknown" in sample.run("forget", "agent/nobody", code=1).output


def test_a_lost_lock_is_made_anew(sample: Project) -> None:
    sample.apply()
    before = sample.lock()
    assert "lock.exists" in sample.run("lock", "--rebuild", code=1).output
    sample.lock_file.unlink()
    client(sample).beta.agents.update(sample.id_of(before, "agent/price-checker"), system="by hand")
    told = sample.run("lock", "--rebuild")
    assert sample.writes() == []
    assert "environment/fund-ops: what is live is taken for what was last applied" in told.stdout
    after = sample.lock()
    assert {str(a): e.id for a, e in after.objects.items()} == {
        str(a): e.id for a, e in before.objects.items()
    }
    held = sample.plan(code=5)
    assert "by hand" in held.stdout and "held back (drift)" in held.stdout


def test_a_renamed_folder_keeps_its_id(sample: Project) -> None:
    sample.apply()
    identity, row = sample.id("agent/audit-handover"), sample.id("registration/byng/audit-handover")
    (sample.root / "agents/audit-handover").rename(sample.root / "agents/handover")
    sample.edit("agents/handover/agent.yaml", "{mcp_server: ntropii}", "{mcp_server: ntropii, name: audit-handover}")  # fmt: skip
    sample.edit("agents/handover/agent.yaml", "description:", "name: audit-handover\ndescription:")
    suggested = sample.plan(code=2)
    assert "{from: agent/audit-handover, to: agent/handover}" in suggested.stdout
    move = "moved: [{from: agent/audit-handover, to: agent/handover}]\n"
    sample.edit("reconcile.yaml", "targets:\n", f"{move}targets:\n")
    sample.apply()
    assert [path for _, path in sample.writes() if path == "/v1/agents"] == []
    assert sample.id("agent/handover") == identity
    assert sample.id("registration/byng/handover") == row
    assert "agent/audit-handover" not in sample.lock_file.read_text()
    sample.plan(code=0)
    sample.edit("reconcile.yaml", move, "")
    sample.plan(code=0)


def test_the_lock_is_checked_offline(sample: Project) -> None:
    sample.apply()
    sample.run("lock", "--check")
    assert sample.server.requests() == []
    (sample.root / "agents/price-checker/agent.yaml").unlink()
    sample.edit(
        "agents/nav-review/agent.yaml", "[price-checker, ledger-checker]", "[ledger-checker]"
    )
    assert "lock.unknown" in sample.run("lock", "--check", code=1).output
    text = sample.lock_file.read_text()
    sample.lock_file.write_text(text.replace('"tenants"', '"https://user:hush@x.test"'))
    found = sample.run("lock", "--check", code=1).output
    assert "hush" not in found
    sample.lock_file.write_text("<<<<<<< HEAD\n" + text)
    assert "merge markers" in sample.run("lock", "--check", code=1).output
    sample.run("lock", code=64)
