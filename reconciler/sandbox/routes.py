"""Every endpoint, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from . import (
    agents,
    credentials,
    deployment_runs,
    deployments,
    environments,
    files,
    memories,
    memory_stores,
    memory_versions,
    model_catalogue,
    registry,
    session_events,
    session_resources,
    session_threads,
    sessions,
    skills,
    vaults,
)
from .auth import ANY, FILES, HIDDEN, MEMORY, NAMED, SKILLS, HeaderRule, Surface
from .call import Handler
from .errors import ApiError, not_found

# Documentation, "Errors": the size of a request.
MAX_BODY = 32 * 1024 * 1024


@dataclass(frozen=True)
class Route:
    """One method on one path; what is not a GET runs in a write transaction."""

    method: str
    pattern: str
    handler: Handler
    headers: HeaderRule = ANY
    surface: Surface = "platform"
    max_body: int = MAX_BODY


AGENT = "/v1/agents/{agent_id}"
SKILL = "/v1/skills/{skill_id}"
SKILL_VERSION = SKILL + "/versions/{version}"
ENVIRONMENT = "/v1/environments/{environment_id}"
VAULT = "/v1/vaults/{vault_id}"
CREDENTIAL = VAULT + "/credentials/{credential_id}"
DEPLOYMENT = "/v1/deployments/{deployment_id}"
FILE = "/v1/files/{file_id}"
MEMORY_STORE = "/v1/memory_stores/{memory_store_id}"
ONE_MEMORY = MEMORY_STORE + "/memories/{memory_id}"
MEMORY_VERSION = MEMORY_STORE + "/memory_versions/{memory_version_id}"
SESSION = "/v1/sessions/{session_id}"
RESOURCE = SESSION + "/resources/{resource_id}"
THREAD = SESSION + "/threads/{thread_id}"
REGISTERED = "/v1/workspace/registry/agents/{agent_id}"

ROUTES = (
    Route("POST", "/v1/agents", agents.create, HIDDEN),
    Route("GET", "/v1/agents", agents.list_all, HIDDEN),
    Route("GET", AGENT, agents.retrieve, HIDDEN),
    Route("POST", AGENT, agents.update, HIDDEN),
    Route("POST", AGENT + "/archive", agents.archive, HIDDEN),
    Route("GET", AGENT + "/versions", agents.list_versions, HIDDEN),
    Route("POST", "/v1/skills", skills.create, SKILLS),
    Route("GET", "/v1/skills", skills.list_all, SKILLS),
    Route("GET", SKILL, skills.retrieve, SKILLS),
    Route("DELETE", SKILL, skills.delete, SKILLS),
    Route("POST", SKILL + "/versions", skills.create_version, SKILLS),
    Route("GET", SKILL + "/versions", skills.list_versions, SKILLS),
    Route("GET", SKILL_VERSION, skills.retrieve_version, SKILLS),
    Route("DELETE", SKILL_VERSION, skills.delete_version, SKILLS),
    Route("GET", SKILL_VERSION + "/content", skills.download, SKILLS),
    Route("POST", "/v1/environments", environments.create, NAMED),
    Route("GET", "/v1/environments", environments.list_all, NAMED),
    Route("GET", ENVIRONMENT, environments.retrieve, NAMED),
    Route("POST", ENVIRONMENT, environments.update, NAMED),
    Route("DELETE", ENVIRONMENT, environments.delete, NAMED),
    Route("POST", ENVIRONMENT + "/archive", environments.archive, NAMED),
    Route("POST", "/v1/vaults", vaults.create, HIDDEN),
    Route("GET", "/v1/vaults", vaults.list_all, HIDDEN),
    Route("GET", VAULT, vaults.retrieve, HIDDEN),
    Route("POST", VAULT, vaults.update, HIDDEN),
    Route("DELETE", VAULT, vaults.delete, HIDDEN),
    Route("POST", VAULT + "/archive", vaults.archive, HIDDEN),
    Route("POST", VAULT + "/credentials", credentials.create, HIDDEN),
    Route("GET", VAULT + "/credentials", credentials.list_all, HIDDEN),
    Route("GET", CREDENTIAL, credentials.retrieve, HIDDEN),
    Route("POST", CREDENTIAL, credentials.update, HIDDEN),
    Route("DELETE", CREDENTIAL, credentials.delete, HIDDEN),
    Route("POST", CREDENTIAL + "/archive", credentials.archive, HIDDEN),
    Route("POST", CREDENTIAL + "/mcp_oauth_validate", credentials.validate, HIDDEN),
    Route("POST", "/v1/deployments", deployments.create, HIDDEN),
    Route("GET", "/v1/deployments", deployments.list_all, HIDDEN),
    Route("GET", DEPLOYMENT, deployments.retrieve, HIDDEN),
    Route("POST", DEPLOYMENT, deployments.update, HIDDEN),
    Route("POST", DEPLOYMENT + "/archive", deployments.archive, HIDDEN),
    Route("POST", DEPLOYMENT + "/pause", deployments.pause, HIDDEN),
    Route("POST", DEPLOYMENT + "/unpause", deployments.unpause, HIDDEN),
    Route("POST", DEPLOYMENT + "/run", deployment_runs.run_now, HIDDEN),
    Route("GET", "/v1/deployment_runs", deployment_runs.list_all, HIDDEN),
    Route("GET", "/v1/deployment_runs/{run_id}", deployment_runs.retrieve, HIDDEN),
    Route("POST", "/v1/files", files.upload, FILES, max_body=files.MAX_BODY),
    Route("GET", "/v1/files", files.list_all, FILES),
    Route("GET", FILE, files.retrieve, FILES),
    Route("DELETE", FILE, files.delete, FILES),
    Route("GET", FILE + "/content", files.content, FILES),
    Route("GET", "/v1/models", model_catalogue.list_all),
    Route("GET", "/v1/models/{model_id}", model_catalogue.retrieve),
    Route("POST", "/v1/memory_stores", memory_stores.create, MEMORY),
    Route("GET", "/v1/memory_stores", memory_stores.list_all, MEMORY),
    Route("GET", MEMORY_STORE, memory_stores.retrieve, MEMORY),
    Route("POST", MEMORY_STORE, memory_stores.update, MEMORY),
    Route("DELETE", MEMORY_STORE, memory_stores.delete, MEMORY),
    Route("POST", MEMORY_STORE + "/archive", memory_stores.archive, MEMORY),
    Route("POST", MEMORY_STORE + "/memories", memories.create, MEMORY),
    Route("GET", MEMORY_STORE + "/memories", memories.list_all, MEMORY),
    Route("GET", ONE_MEMORY, memories.retrieve, MEMORY),
    Route("POST", ONE_MEMORY, memories.update, MEMORY),
    Route("DELETE", ONE_MEMORY, memories.delete, MEMORY),
    Route("GET", MEMORY_STORE + "/memory_versions", memory_versions.list_all, MEMORY),
    Route("GET", MEMORY_VERSION, memory_versions.retrieve, MEMORY),
    Route("POST", MEMORY_VERSION + "/redact", memory_versions.redact, MEMORY),
    Route("POST", "/v1/sessions", sessions.create, HIDDEN),
    Route("GET", "/v1/sessions", sessions.list_all, HIDDEN),
    Route("GET", SESSION, sessions.retrieve, HIDDEN),
    Route("POST", SESSION, sessions.update, HIDDEN),
    Route("DELETE", SESSION, sessions.delete, HIDDEN),
    Route("POST", SESSION + "/archive", sessions.archive, HIDDEN),
    Route("POST", SESSION + "/events", session_events.send, HIDDEN),
    Route("GET", SESSION + "/events", session_events.list_all, HIDDEN),
    Route("GET", SESSION + "/resources", session_resources.list_all, HIDDEN),
    Route("POST", SESSION + "/resources", session_resources.add, HIDDEN),
    Route("GET", RESOURCE, session_resources.retrieve, HIDDEN),
    Route("POST", RESOURCE, session_resources.update, HIDDEN),
    Route("DELETE", RESOURCE, session_resources.delete, HIDDEN),
    Route("GET", SESSION + "/threads", session_threads.list_all, HIDDEN),
    Route("GET", THREAD, session_threads.retrieve, HIDDEN),
    Route("POST", THREAD + "/archive", session_threads.archive, HIDDEN),
    Route("GET", THREAD + "/events", session_threads.list_events, HIDDEN),
    Route("GET", "/v1/me", registry.whoami, surface="registry"),
    Route("GET", "/v1/workspace/tenants", registry.list_tenants, surface="registry"),
    Route("GET", "/v1/workspace/tenants/{tenant_id}", registry.retrieve_tenant, surface="registry"),
    Route("POST", "/v1/workspace/registry/agents", registry.create, surface="registry"),
    Route("GET", "/v1/workspace/registry/agents", registry.list_all, surface="registry"),
    Route("GET", REGISTERED, registry.retrieve, surface="registry"),
    Route("DELETE", REGISTERED, registry.delete, surface="registry"),
    Route("POST", REGISTERED + "/versions", registry.create_version, surface="registry"),
)


def surface_of(path: str) -> Surface:
    """Whose error shape a path gets, known or not."""
    mine = path == "/v1/me" or path.startswith("/v1/workspace/")
    return "registry" if mine else "platform"


def find(method: str, path: str) -> tuple[Route, Mapping[str, str]]:
    """The route and what its placeholders stand for."""
    other_method = False
    for route in ROUTES:
        named = _match(route.pattern.split("/"), path.split("/"))
        if named is None:
            continue
        if route.method == method:
            return route, named
        other_method = True
    raise ApiError(405, "Method Not Allowed") if other_method else not_found("Not found")


def _match(pattern: list[str], path: list[str]) -> dict[str, str] | None:
    if len(pattern) != len(path):
        return None
    named: dict[str, str] = {}
    for expected, found in zip(pattern, path, strict=True):
        if expected.startswith("{"):
            named[expected[1:-1]] = found
        elif expected != found:
            return None
    return named
