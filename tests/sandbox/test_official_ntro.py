"""The registry through Ntropii's own client, in an environment of its own."""

from __future__ import annotations

import json
import os
import subprocess
import venv
from pathlib import Path

import httpx2
import pytest

from reconciler.sandbox import Server

PACKAGES = ("ntro-cli==0.1.1", "typer<0.16", "click<8.2")
AGENTS = "/workspace/registry/agents"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def ntro_env(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `bin` folder of an environment with the official CLI; kept where RECONCILE_TEST_ENVS
    says."""
    kept = os.environ.get("RECONCILE_TEST_ENVS")
    place = Path(kept) / "ntro-cli-0.1.1" if kept else tmp_path_factory.mktemp("ntro") / "env"
    bin_folder = place / "bin"
    if not (bin_folder / "ntro").exists():
        venv.create(place, with_pip=True, clear=True)
        install = [str(bin_folder / "python"), "-m", "pip", "install", "--quiet", *PACKAGES]
        subprocess.run(install, check=True, capture_output=True)
    return bin_folder


@pytest.fixture
def row(server: Server, registry: httpx2.Client) -> dict[str, str]:
    server.ensure_tenants(["acme"])
    tenants = registry.get("/workspace/tenants").json()
    body = {
        "tenantId": next(t["id"] for t in tenants if t["slug"] == "acme"),
        "kind": "claude_managed",
        "name": "audit-handover",
        "externalRef": "anthropic://agents/agent_01x",
    }
    answer = registry.post(AGENTS, json=body).json()
    registry.post(f"{AGENTS}/{answer['id']}/versions", json={"changelog": "first"})
    return {key: str(value) for key, value in answer.items()}


def clean_environment(home: Path) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("NTRO_")}
    return {**kept, "NTRO_HOME": str(home), "COLUMNS": "200", "NO_COLOR": "1"}


@pytest.fixture
def configured(server: Server, tmp_path: Path) -> dict[str, str]:
    """With NTRO_HOST set the CLI takes the key from its file only, so the host goes there too."""
    (tmp_path / "config.toml").write_text(
        'default_connection_name = "sandbox"\n'
        "[connections.sandbox]\n"
        f'host = "{server.registry_url}"\n'
    )
    return {**clean_environment(tmp_path), "NTRO_API_KEY": server.registry_key}


def run(*command: str | Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command], env=env, capture_output=True, text=True, check=False
    )


def test_agent_list(ntro_env: Path, configured: dict[str, str], row: dict[str, str]) -> None:
    for more in ((), ("--tenant", "acme")):
        said = run(ntro_env / "ntro", "-o", "json", "agent", "list", *more, env=configured)
        assert said.returncode == 0, said.stderr
        found = next(agent for agent in json.loads(said.stdout) if agent["id"] == row["id"])
        assert found["externalRef"] == "anthropic://agents/agent_01x"
    text = run(ntro_env / "ntro", "agent", "list", env=configured)
    assert row["id"] in text.stdout


def test_agent_info(ntro_env: Path, configured: dict[str, str], row: dict[str, str]) -> None:
    said = run(ntro_env / "ntro", "-o", "json", "agent", "info", row["id"], env=configured)
    assert said.returncode == 0, said.stderr
    agent = json.loads(said.stdout)
    assert (agent["name"], agent["kind"]) == ("audit-handover", "claude_managed")
    assert [version["changelog"] for version in agent["versions"]] == ["first"]
    assert row["apiKey"] not in said.stdout
    assert run(ntro_env / "ntro", "agent", "info", row["id"], env=configured).returncode == 0


def test_agent_delete_and_errors(
    ntro_env: Path, configured: dict[str, str], row: dict[str, str]
) -> None:
    ntro = ntro_env / "ntro"
    assert run(ntro, "agent", "delete", "--yes", row["id"], env=configured).returncode == 0
    gone = run(ntro, "agent", "info", row["id"], env=configured)
    assert gone.returncode == 1
    assert "404" in gone.stderr
    stranger = run(ntro, "agent", "list", env={**configured, "NTRO_API_KEY": "none"})
    assert stranger.returncode == 1
    assert "401" in stranger.stderr


def test_the_sdk_from_the_environment(
    ntro_env: Path, server: Server, tmp_path: Path, row: dict[str, str]
) -> None:
    """The SDK, unlike the CLI, takes NTRO_HOST (with its /v1) and NTRO_API_KEY together."""
    code = (
        "import sys; from ntro.workspace import Client; c = Client.from_config();"
        "t = next(t for t in c.tenants.list_sync() if t.slug == 'acme');"
        "a = c.agents.create_sync(tenantId=t.id, kind='claude_managed', name='n',"
        " externalRef='anthropic://agents/agent_01y');"
        "v = c.agents.create_version_sync(a.id, changelog='x');"
        "ids = [x.id for x in c.agents.list_sync(tenant_id=t.id)];"
        "assert a.id in ids and sys.argv[1] in ids and v.version == 1;"
        "print(c.identity.whoami_sync().id, a.id)"
    )
    env = {
        **clean_environment(tmp_path),
        "NTRO_HOST": server.registry_url,
        "NTRO_API_KEY": server.registry_key,
    }
    said = run(ntro_env / "python", "-c", code, row["id"], env=env)
    assert said.returncode == 0, said.stderr
