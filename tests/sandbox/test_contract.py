"""The fields this server takes are the official SDK's, no more and no less."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from anthropic.types.beta import (
    agent_create_params,
    agent_update_params,
    beta_cloud_config_params,
    beta_limited_network_params,
    beta_managed_agents_model_config_params,
    beta_managed_agents_web_fetch_tool_config_params,
    beta_managed_agents_web_search_tool_config_params,
    beta_packages_params,
    deployment_create_params,
    environment_create_params,
    environment_update_params,
    vault_create_params,
    vault_update_params,
)
from anthropic.types.beta.vaults import (
    beta_managed_agents_environment_variable_create_params,
    beta_managed_agents_mcp_oauth_create_params,
    beta_managed_agents_mcp_oauth_refresh_params,
    beta_managed_agents_static_bearer_create_params,
    credential_create_params,
)

# What the SDK sends as a header or in the path.
ELSEWHERE = {"betas", "workspace_id", "vault_id"}
UNKNOWN = "unknown field"


def fields(params: type[Any]) -> set[str]:
    return set(params.__annotations__) - ELSEWHERE


def agent_with(config: dict[str, Any]) -> dict[str, Any]:
    tools = [{"type": "agent_toolset_20260401", "configs": [config]}]
    return {"name": "a", "model": "claude-opus-5", "tools": tools}


def cloud(**config: Any) -> dict[str, Any]:
    return {"name": "e", "config": {"type": "cloud", **config}}


CASES: list[tuple[str, type[Any], Any]] = [
    ("/v1/agents", agent_create_params.AgentCreateParams, lambda b: b),
    ("/v1/agents/AGENT", agent_update_params.AgentUpdateParams, lambda b: b),
    (
        "/v1/agents",
        beta_managed_agents_model_config_params.BetaManagedAgentsModelConfigParams,
        lambda b: {"name": "a", "model": {"id": "claude-opus-5", **b}},
    ),
    (
        "/v1/agents",
        beta_managed_agents_web_fetch_tool_config_params.BetaManagedAgentsWebFetchToolConfigParams,
        lambda b: agent_with({**b, "name": "web_fetch"}),
    ),
    (
        "/v1/agents",
        beta_managed_agents_web_search_tool_config_params.BetaManagedAgentsWebSearchToolConfigParams,
        lambda b: agent_with({**b, "name": "web_search"}),
    ),
    ("/v1/environments", environment_create_params.EnvironmentCreateParams, lambda b: b),
    ("/v1/environments/ENV", environment_update_params.EnvironmentUpdateParams, lambda b: b),
    (
        "/v1/environments",
        beta_cloud_config_params.BetaCloudConfigParams,
        lambda b: cloud(**{k: v for k, v in b.items() if k != "type"}),
    ),
    (
        "/v1/environments",
        beta_limited_network_params.BetaLimitedNetworkParams,
        lambda b: cloud(networking={**b, "type": "limited"}),
    ),
    (
        "/v1/environments",
        beta_packages_params.BetaPackagesParams,
        lambda b: cloud(packages=b),
    ),
    ("/v1/vaults", vault_create_params.VaultCreateParams, lambda b: b),
    ("/v1/vaults/VAULT", vault_update_params.VaultUpdateParams, lambda b: b),
    ("/v1/vaults/VAULT/credentials", credential_create_params.CredentialCreateParams, lambda b: b),
    (
        "/v1/vaults/VAULT/credentials",
        beta_managed_agents_static_bearer_create_params.BetaManagedAgentsStaticBearerCreateParams,
        lambda b: {"auth": {**b, "type": "static_bearer"}},
    ),
    (
        "/v1/vaults/VAULT/credentials",
        beta_managed_agents_mcp_oauth_create_params.BetaManagedAgentsMCPOAuthCreateParams,
        lambda b: {"auth": {**b, "type": "mcp_oauth"}},
    ),
    (
        "/v1/vaults/VAULT/credentials",
        beta_managed_agents_mcp_oauth_refresh_params.BetaManagedAgentsMCPOAuthRefreshParams,
        lambda b: {
            "auth": {
                "type": "mcp_oauth",
                "mcp_server_url": "https://x.example",
                "access_token": "t",
                "refresh": b,
            }
        },
    ),
    (
        "/v1/vaults/VAULT/credentials",
        beta_managed_agents_environment_variable_create_params.BetaManagedAgentsEnvironmentVariableCreateParams,
        lambda b: {"auth": {**b, "type": "environment_variable"}},
    ),
    ("/v1/deployments", deployment_create_params.DeploymentCreateParams, lambda b: b),
]


@pytest.mark.parametrize(
    ("path", "params", "wrap"), CASES, ids=[params.__name__ for _, params, _ in CASES]
)
def test_every_field_is_known_and_no_other(
    http: httpx2.Client, path: str, params: type[Any], wrap: Any
) -> None:
    # A value of no type at all: what is known is refused for its value, not for its name.
    nothing = {"not": ["a", "value"]}
    for field in fields(params):
        answer = http.post(path, json=wrap({field: nothing}))
        assert UNKNOWN not in answer.text.replace('unknown field \\"not\\"', ""), field
    answer = http.post(path, json=wrap({"made_up": None}))
    assert answer.status_code == 400
    assert 'unknown field \\"made_up\\"' in answer.text
