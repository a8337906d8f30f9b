"""What the action's scripts do beside calling reconcile, and what the workflows may be."""

from __future__ import annotations

import base64
import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

GITHUB = Path(__file__).parents[2] / ".github"
ACTION = GITHUB / "actions" / "reconcile"
WORKFLOWS = sorted((GITHUB / "workflows").glob("*.yml"))
FILES = [*WORKFLOWS, ACTION / "action.yml"]


def steps(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for job in document.get("jobs", {}).values():
        yield from job["steps"]
    yield from document.get("runs", {}).get("steps", ())


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_foreign_actions_are_pinned_by_commit(file: Path) -> None:
    used = [step["uses"] for step in steps(yaml.safe_load(file.read_text())) if "uses" in step]
    foreign = [one for one in used if not one.startswith("./")]
    assert all(re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", one) for one in foreign)


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
def test_permissions_are_named_and_forks_get_no_secrets(file: Path) -> None:
    document = yaml.safe_load(file.read_text())
    assert "pull_request_target" not in document[True]  # YAML's `on`
    assert document["permissions"] in ({}, {"contents": "read"})
    assert "concurrency" in document


def test_runs_that_write_wait_for_each_other_and_none_is_dropped() -> None:
    apply, drift = (
        yaml.safe_load((GITHUB / "workflows" / f"{name}.yml").read_text())["concurrency"]
        for name in ("apply", "drift")
    )
    assert apply == drift and apply["queue"] == "max" and apply["cancel-in-progress"] is False


def test_only_apply_may_write_to_the_repository() -> None:
    may = {
        file.stem
        for file in WORKFLOWS
        for job in yaml.safe_load(file.read_text())["jobs"].values()
        if job.get("permissions", {}).get("contents") == "write"
    }
    assert may == {"apply"}


@pytest.mark.parametrize("name", ["apply", "drift"])
def test_by_hand_too_a_run_is_of_main(name: str) -> None:
    document = yaml.safe_load((GITHUB / "workflows" / f"{name}.yml").read_text())
    assert "workflow_dispatch" in document[True]
    assert all(job["if"] == "github.ref == 'refs/heads/main'" for job in document["jobs"].values())


class _Issuer(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        granted = self.headers["Authorization"] == "Bearer runner" and self.path == (
            "/token?api=1&audience=https%3A%2F%2Fapi.anthropic.com"
        )
        body = json.dumps({"value": "ey.signed.token"}).encode()
        self.send_response(200 if granted else 403)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def issuer() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Issuer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/token?api=1"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def common(script: str, folder: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """A script that begins as every command of the action does."""
    venv = folder / "reconcile" / "venv" / "bin"
    if not venv.exists():
        venv.mkdir(parents=True)
        (venv / "python").symlink_to(sys.executable)
    given = {"PATH": os.defpath, "RUNNER_TEMP": str(folder), "GITHUB_ACTION_PATH": str(ACTION)}
    given |= {"TARGET": "prod", "PROJECT_DIR": "."}
    bash = shutil.which("bash") or "bash"
    command = [bash, "-c", f'source "$GITHUB_ACTION_PATH/common.sh"\n{script}']
    return subprocess.run(
        command,
        cwd=GITHUB.parent,
        env={**given, **environ},
        capture_output=True,
        text=True,
        check=False,
    )


def test_workload_identity_needs_no_key(tmp_path: Path, issuer: str) -> None:
    identity = {
        "ANTHROPIC_API_KEY": "",
        "ANTHROPIC_FEDERATION_RULE_ID": "fdrl_1",
        "ACTIONS_ID_TOKEN_REQUEST_URL": issuer,
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "runner",
    }
    script = 'has_access && printf %s "${ANTHROPIC_API_KEY-unset} $ANTHROPIC_IDENTITY_TOKEN_FILE"'
    done = common(script, tmp_path, **identity)
    file = tmp_path / "reconcile" / "reconcile-plan-prod" / "identity"
    assert done.stdout == f"unset {file}" and "ey.signed" not in done.stderr
    assert file.read_text() == "ey.signed.token" and file.stat().st_mode & 0o077 == 0
    refused = common("true", tmp_path, **identity | {"ACTIONS_ID_TOKEN_REQUEST_TOKEN": "other"})
    assert refused.returncode == 1 and "id-token: write" in refused.stderr


@pytest.mark.parametrize(
    ("environ", "access"),
    [
        ({}, False),
        ({"ANTHROPIC_API_KEY": ""}, False),
        ({"ANTHROPIC_API_KEY": "sk-ant-sandbox"}, True),
        ({"TARGET": "sandbox"}, True),
        ({"ANTHROPIC_FEDERATION_RULE_ID": "fdrl_1"}, False),  # a fork's job is given no token
    ],
)
def test_whether_the_target_can_be_read(
    tmp_path: Path, environ: dict[str, str], access: bool
) -> None:
    assert common("has_access", tmp_path, **environ).returncode == (0 if access else 1)


def test_the_folder_must_be_the_project_s_own(tmp_path: Path) -> None:
    """The search upwards would find a project whose rules of the base nobody reads."""
    done = common("true", tmp_path, PROJECT_DIR="agents")
    assert done.returncode == 1 and "agents holds no reconcile.yaml" in done.stderr


def test_git_gets_one_login_and_the_log_none(tmp_path: Path) -> None:
    config = tmp_path / "config"
    header = "http.https://github.example/.extraheader"
    subprocess.run(["git", "config", "--file", config, header, "AUTHORIZATION: kept"], check=True)
    done = common(
        f"login >&2\ngit config --get-all {header}",
        tmp_path,
        GITHUB_SERVER_URL="https://github.example",
        GITHUB_TOKEN="ghs_0123456789abcdefghij",
        GIT_CONFIG_GLOBAL=str(config),
    )
    kept, reset, ours = done.stdout.splitlines()
    assert kept == "AUTHORIZATION: kept" and reset == ""
    secret = ours.removeprefix("AUTHORIZATION: basic ")
    assert base64.b64decode(secret) == b"x-access-token:ghs_0123456789abcdefghij"
    assert done.stderr == f"::add-mask::{secret}\n"  # which the runner reads, and does not show
