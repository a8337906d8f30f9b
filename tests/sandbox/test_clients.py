"""A runbook's worker, with Ntropii's own packages, from a registered UUID to the output file."""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
import venv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

import reconciler.sandbox
from reconciler.sandbox import serve
from tests.e2e.conftest import REPOSITORY, Project, Shared

from .conftest import HEADERS

PACKAGE = "ntro[workflow]==0.1.2"
STEP = Path(__file__).with_name("runbook_step.py")
REGISTRATION = "registration/byng/audit-handover"
OUTPUT = bytes(range(256)) * 300

pytestmark = pytest.mark.slow


@pytest.fixture(scope="session")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment with the official package; kept where RECONCILE_TEST_ENVS
    says."""
    kept = os.environ.get("RECONCILE_TEST_ENVS")
    place = Path(kept) / "ntro-workflow-0.1.2" if kept else tmp_path_factory.mktemp("ntro") / "env"
    python = place / "bin" / "python"
    if not (place / "complete").exists():
        venv.create(place, with_pip=True, clear=True)
        install = [str(python), "-m", "pip", "install", "--quiet", PACKAGE]
        subprocess.run(install, check=True, capture_output=True)
        (place / "complete").touch()
    return python


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """The sample, applied."""
    with serve(tmp_path / "platform.sqlite") as server:
        monkeypatch.setattr(reconciler.sandbox, "serve", lambda *_, **__: Shared(server))
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
        root = tmp_path / "project"
        shutil.copytree(REPOSITORY / "agents", root / "agents")
        shutil.copy(REPOSITORY / "reconcile.yaml", root)
        made = Project(root, server)
        made.apply()
        yield made


@pytest.fixture
def environment(project: Project, tmp_path: Path) -> dict[str, str]:
    """What a worker is given: the keys, and the lines of `outputs --format env`."""
    said = project.run("outputs", REGISTRATION, "--format", "env").stdout
    lines = [line for line in said.splitlines() if line and not line.startswith("#")]
    server = project.server
    kept = {key: value for key, value in os.environ.items() if not key.startswith("NTRO_")}
    return {
        **kept,
        "NTRO_HOME": str(tmp_path),
        "NTRO_HOST": server.registry_url,
        "NTRO_API_KEY": server.registry_key,
        "ANTHROPIC_BASE_URL": server.url,
        "ANTHROPIC_API_KEY": server.api_key,
        **dict(line.split("=", 1) for line in lines),
    }


def run(python: Path, *arguments: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(python), *arguments], env=env, capture_output=True, text=True, check=False
    )


def platform(project: Project) -> httpx2.Client:
    headers = {"authorization": f"Bearer {project.server.api_key}", **HEADERS}
    return httpx2.Client(base_url=project.server.url, headers=headers, verify=False)


def test_the_workspace_client_finds_the_registration(
    worker: Path, project: Project, environment: dict[str, str]
) -> None:
    code = (
        "from ntro.workspace import Client; c = Client.from_config();"
        "t = next(t for t in c.tenants.list_sync() if t.slug == 'byng');"
        "[a] = c.agents.list_sync(tenant_id=t.id);"
        "assert c.agents.get_sync(a.id).model_dump() == a.model_dump();"
        "print(a.model_dump_json())"
    )
    said = run(worker, "-c", code, env=environment)
    assert said.returncode == 0, said.stderr
    row = json.loads(said.stdout)
    assert row["id"] == project.id(REGISTRATION)
    assert row["externalRef"] == f"anthropic://agents/{project.id('agent/audit-handover')}"


def test_a_step_invokes_a_registered_agent(
    worker: Path, project: Project, environment: dict[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    output = {
        "path": "/mnt/session/outputs/handover.bin",
        "base64": base64.b64encode(OUTPUT).decode(),
    }
    with platform(project) as http:
        answer = {"text": "The handover is written.", "files": [output]}
        assert http.put("/_sandbox/answer", json=answer).status_code == 200
    said = run(
        worker, str(STEP), project.id(REGISTRATION), "close March", str(folder), env=environment
    )
    assert said.returncode == 0, said.stderr
    result = json.loads(said.stdout)
    assert (result["status"], result["error"]) == ("completed", None)
    assert result["agent_id"] == project.id(REGISTRATION)
    (file,) = result["output_files"]
    assert (file["filename"], file["size_bytes"]) == ("handover.bin", len(OUTPUT))
    assert file["source"] == f"agent_output:{project.id(REGISTRATION)}"
    assert (folder / file["document_ref"]).read_bytes() == OUTPUT
    check_session(project, result)


def check_session(project: Project, result: dict[str, Any]) -> None:
    """It ran with the applied agent in the environment and the vault of the outputs, and said
    what it was to say. The client itself looks for the text where the platform has none."""
    session = result["raw"]
    assert session["id"] == result["session_id"]
    assert session["agent"]["id"] == project.id("agent/audit-handover")
    assert session["environment_id"] == project.id("environment/fund-ops")
    assert session["vault_ids"] == [project.id("vault/byng/audit-handover")]
    with platform(project) as http:
        events = http.get(f"/v1/sessions/{session['id']}/events").json()["data"]
    told = [event for event in events if event["type"] == "user.message"]
    assert told[0]["content"][0]["text"] == '{"ask": "close March"}'
    said = [event for event in events if event["type"] == "agent.message"]
    assert said[-1]["content"][0]["text"] == "The handover is written."
    assert result["output_text"] is None
    assert events[-1]["type"] == "session.status_idle"


def test_a_step_with_an_agent_that_is_not_there(
    worker: Path, environment: dict[str, str], tmp_path: Path
) -> None:
    nobody = "00000000-0000-4000-8000-000000000000"
    said = run(worker, str(STEP), nobody, "x", str(tmp_path), env=environment)
    assert said.returncode == 1
    assert nobody in said.stderr and "not found" in said.stderr.lower()
