"""Everything that the reconciler sends, against the SDK's parameters; everything that it is
answered, against the SDK's types; both from whole commands over HTTP."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx2
import pytest
from anthropic import Anthropic
from anthropic.types import skill_create_params
from anthropic.types.beta import (
    BetaManagedAgentsAgent,
    agent_create_params,
    agent_update_params,
    environment_create_params,
    environment_update_params,
    vault_create_params,
    vault_update_params,
)
from anthropic.types.beta.vaults import credential_create_params, credential_update_params

import reconciler.sandbox
from reconciler.sandbox import Server, serve
from tests.e2e.conftest import REPOSITORY, Project, Shared
from tests.sdk_types import check_answer, check_response, strict

from . import rich_project

#: What the path says and the type therefore wants.
AGENT, ENVIRONMENT, VAULT = "/v1/agents/[^/]+", "/v1/environments/[^/]+", "/v1/vaults/[^/]+"
PARAMETERS: Mapping[str, tuple[Any, Mapping[str, str]]] = {
    "/v1/agents": (agent_create_params.AgentCreateParams, {}),
    AGENT: (agent_update_params.AgentUpdateParams, {}),
    "/v1/environments": (environment_create_params.EnvironmentCreateParams, {}),
    ENVIRONMENT: (environment_update_params.EnvironmentUpdateParams, {}),
    "/v1/vaults": (vault_create_params.VaultCreateParams, {}),
    VAULT: (vault_update_params.VaultUpdateParams, {}),
    f"{VAULT}/credentials": (credential_create_params.CredentialCreateParams, {}),
    f"{VAULT}/credentials/[^/]+": (
        credential_update_params.CredentialUpdateParams,
        {"vault_id": "vlt_x"},
    ),
}
WITHOUT_BODY = "/v1/.*/archive"
# The registry has no types of its own: these are the recorded and documented keys.
ROW = {"tenantId", "kind", "name", "externalRef", "description", "credentialsRef"}
REGISTRY: Mapping[str, set[str]] = {
    "/v1/workspace/registry/agents": ROW,
    "/v1/workspace/registry/agents/[^/]+/versions": {"artifactUrl", "changelog"},
}


def check_body(entry: Mapping[str, Any]) -> str:
    """Raises if a write has a body that the SDK's types do not describe; what it was one of."""
    path, body = entry["path"], entry["body"]
    for pattern, (params, named) in PARAMETERS.items():
        if re.fullmatch(pattern, path) and entry["method"] == "POST":
            strict(params).validate_python({**named, **body})
            return pattern
    for pattern, keys in REGISTRY.items():
        if re.fullmatch(pattern, path) and entry["method"] == "POST":
            assert set(body) <= keys
            assert all(isinstance(value, str) for value in body.values())
            return pattern
    if re.fullmatch("/v1/skills(/[^/]+/versions)?", path) and entry["method"] == "POST":
        assert set(body) <= set(skill_create_params.SkillCreateParams.__annotations__)
        return "skills"
    assert entry["method"] == "DELETE" or re.fullmatch(WITHOUT_BODY, path), entry
    assert body in (None, {}), entry
    return "no body"


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """Every answer that the SDK gets, in whatever client, is checked against its type."""
    seen: Counter[str] = Counter()
    process = Anthropic._process_response

    def checking(self: Any, *, cast_to: Any, response: Any, **rest: Any) -> Any:
        seen[cast_to.__name__] += check_response(cast_to, response)
        return process(self, cast_to=cast_to, response=response, **rest)

    monkeypatch.setattr(Anthropic, "_process_response", checking)
    return seen


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    with serve(tmp_path / "platform.sqlite") as server:
        monkeypatch.setattr(reconciler.sandbox, "serve", lambda *_, **__: Shared(server))
        monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
        yield Project(tmp_path / "project", server)


def applied(project: Project, files: Mapping[str, str], *arguments: str) -> Counter[str]:
    """Apply an edition; the bodies of all its writes are right; a second apply writes nothing."""
    for path, text in files.items():
        project.write(path, text)
    project.apply(*arguments)
    sent = writes(project.server)
    project.apply(*arguments)
    assert not writes(project.server)
    return sent


def writes(server: Server) -> Counter[str]:
    entries = server.requests()
    assert all(entry["status"] < 300 for entry in entries), entries
    return Counter(check_body(entry) for entry in entries if entry["method"] != "GET")


def test_the_sample(project: Project, checked: Counter[str]) -> None:
    shutil.copytree(REPOSITORY / "agents", project.root / "agents")
    shutil.copy(REPOSITORY / "reconcile.yaml", project.root)
    assert set(applied(project, {})) == {
        "/v1/agents",
        "/v1/environments",
        "/v1/vaults",
        f"{VAULT}/credentials",
        "/v1/workspace/registry/agents",
        "skills",
    }
    for command in (["outputs"], ["doctor"]):
        project.run(*command)
        assert not writes(project.server)
    assert len(checked) >= 6


def test_a_project_with_everything_in_it(project: Project, checked: Counter[str]) -> None:
    made = applied(project, rich_project.FIRST)
    assert made["/v1/agents"] == 5 and made["/v1/environments"] == 2 and made["skills"] == 2
    changed = applied(project, rich_project.SECOND)
    assert changed[AGENT] >= 5 and changed[ENVIRONMENT] == 1 and changed["skills"] >= 1
    assert changed["/v1/workspace/registry/agents/[^/]+/versions"] == 1
    cleared = applied(project, rich_project.THIRD)
    assert cleared[AGENT] == 2
    rotated = project.apply("--rotate-key", "registration/byng/registered")
    assert rotated.exit_code == 0 and writes(project.server)["no body"] >= 1
    project.run("destroy", "--yes", "--max-removals", "20")
    assert set(writes(project.server)) == {"no body"}
    assert checked["BetaManagedAgentsAgent"] and checked["BetaEnvironment"]
    assert checked["BetaManagedAgentsCredential"] and checked["BetaManagedAgentsVault"]


@pytest.mark.parametrize(
    "wrong",
    [
        {"made_up": 1},
        {"tools": "bash"},
        {"tools": [{"type": "mcp_toolset", "mcp_server_name": "n", "made_up": 1}]},
        {"metadata": {"k": 1}},
        {"multiagent": {"type": "coordinator", "agents": [{"type": "elf"}]}},
    ],
)
def test_the_check_finds_what_is_wrong(wrong: dict[str, Any]) -> None:
    body = {"name": "a", "model": "m", "tools": [], **wrong}
    with pytest.raises(ValueError, match="validation error"):
        check_body({"method": "POST", "path": "/v1/agents", "body": body})


@pytest.mark.parametrize(
    "change",
    [
        lambda agent: {**agent, "made_up": 1},
        lambda agent: {key: value for key, value in agent.items() if key != "tools"},
        lambda agent: {**agent, "model": {**agent["model"], "made_up": None}},
        lambda agent: {**agent, "version": "one"},
    ],
)
def test_an_answer_that_is_not_the_sdks_is_found(
    http: httpx2.Client, change: Callable[[Any], Any]
) -> None:
    agent = http.post("/v1/agents", json={"name": "a", "model": "claude-opus-5"}).json()
    check_answer(BetaManagedAgentsAgent, agent)
    with pytest.raises((AssertionError, ValueError)):
        check_answer(BetaManagedAgentsAgent, change(agent))
