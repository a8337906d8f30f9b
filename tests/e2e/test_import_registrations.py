"""Registrations that are there already come along with their agents, and their keys stay."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import httpx2

from tests.e2e.conftest import URL, Project
from tests.e2e.importing import (
    client,
    empty,
    imported,
    make,
)


class Registry:
    """The registry as somebody used it by hand."""

    def __init__(self, project: Project) -> None:
        self.project, server = project, project.server
        server.ensure_tenants(["byng"])
        self.url = f"{server.registry_url}/workspace"
        self.headers = {"Authorization": f"Bearer {server.registry_key}"}

    def register(self, agent: Any, name: str) -> dict[str, Any]:
        tenants = httpx2.get(f"{self.url}/tenants", headers=self.headers).json()
        row = {"tenantId": tenants[0]["id"], "kind": "claude_managed", "name": name,
               "externalRef": f"anthropic://agents/{agent.id}"}  # fmt: skip
        made = httpx2.post(f"{self.url}/registry/agents", json=row, headers=self.headers)
        return made.json()  # type: ignore[no-any-return]

    def store(self, key: str, **metadata: str) -> Any:
        vaults = client(self.project).beta.vaults
        vault = vaults.create(display_name="by hand")
        vaults.credentials.create(
            vault.id,
            auth={"type": "static_bearer", "mcp_server_url": URL, "token": key},
            metadata=metadata,
        )
        return vault


NTROPII = {
    "mcp_servers": [{"type": "url", "name": "ntropii", "url": URL}],
    "tools": [{"type": "mcp_toolset", "mcp_server_name": "ntropii",
               "default_config": {"permission_policy": {"type": "always_allow"}}}],
}  # fmt: skip


def test_a_registration_whose_key_is_known_comes_along(project: Project) -> None:
    made = make(project, "helper", **NTROPII)
    registry = Registry(project)
    row = registry.register(made, "The Helper")
    vault = registry.store(row["apiKey"], registration=row["id"])
    told = imported(project, "helper")
    assert "round trip: 0 differences" in told and row["apiKey"] not in told
    text = (project.root / "agents/helper/agent.yaml").read_text()
    assert "name: The Helper" in text and vault.id in text
    assert project.id("registration/byng/helper") == row["id"]
    assert row["apiKey"] not in project.lock_file.read_text()
    assert "write `environment:` under `ntropii:`" in told
    assert "registration.environment_missing" in project.plan(code=0).output
    room = client(project).beta.environments.create(name="fund-ops", config={"type": "cloud"})
    imported(project, room.id)
    with (project.root / "agents/helper/agent.yaml").open("a") as file:
        file.write("  environment: fund-ops\n")
    assert "environment_missing" not in project.plan(code=0).output
    assert room.id in project.run("outputs").stdout


def test_a_registration_whose_key_nobody_names_is_said(project: Project) -> None:
    made = make(project, "helper", **NTROPII)
    registry = Registry(project)
    row = registry.register(made, "helper")
    vault = registry.store(row["apiKey"])
    told = imported(project, "helper")
    command = f"reconcile adopt registration/byng/helper {row['id']} --vault {vault.id}"
    assert command in " ".join(told.split())
    assert "NTRO_ANTHROPIC_VAULT_IDS" in told and "import.credential" in told
    project.plan(code=0)
    with (project.root / "agents/helper/agent.yaml").open("a") as file:
        file.write(f"ntropii: {{tenant: byng, mcp_server: ntropii, vault: {vault.id}}}\n")
    project.run(*command.split()[1:])
    project.plan(code=0)


def test_what_a_project_registered_comes_back(sample: Project) -> None:
    sample.apply()
    row = sample.id("registration/byng/audit-handover")
    empty(sample)
    sample.lock_file.unlink()
    told = imported(sample, "audit-handover")
    assert sample.id("registration/byng/audit-handover") == row
    assert "nothing has to be done" in told  # the target names the environment
    sample.plan("agent/audit-handover", "registration/*", code=0)


def test_a_registration_is_taken_over_with_its_agent(sample: Project, tmp_path: Path) -> None:
    sample.apply()
    row = sample.id("registration/byng/audit-handover")
    other = tmp_path / "other"
    imported(sample, "--all", "--into", str(other), "--project", "other", "--take-over")
    taken = Project(other, sample.server)
    assert taken.id("registration/byng/audit-handover") == row
    taken.plan(code=0)
    shutil.rmtree(other)
    bare = client(sample).beta.agents.update(
        sample.id("agent/audit-handover"), version=1, metadata={"reconciler": None}
    )
    assert bare.version == 2
    args = ("audit-handover", "--into", str(other), "--project", "other")
    told = imported(sample, *args)
    assert "keeps the key" in " ".join(told.split())
    assert "ntropii:" not in (other / "agents/audit-handover/agent.yaml").read_text()
    taken.plan(code=0)
