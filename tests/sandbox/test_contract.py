"""The fields this server takes are the official SDK's, no more and no less."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from anthropic.types.beta import (
    BetaEnvironment,
    BetaManagedAgentsAgent,
    BetaManagedAgentsVault,
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
    BetaManagedAgentsCredential,
    BetaManagedAgentsStaticBearerAuthResponse,
    beta_managed_agents_environment_variable_create_params,
    beta_managed_agents_environment_variable_update_params,
    beta_managed_agents_injection_location_params,
    beta_managed_agents_limited_credential_networking_params,
    beta_managed_agents_mcp_oauth_create_params,
    beta_managed_agents_mcp_oauth_refresh_params,
    beta_managed_agents_mcp_oauth_refresh_update_params,
    beta_managed_agents_mcp_oauth_update_params,
    beta_managed_agents_static_bearer_create_params,
    beta_managed_agents_static_bearer_update_params,
    beta_managed_agents_token_endpoint_auth_post_param,
    credential_create_params,
    credential_update_params,
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


def refresh(body: dict[str, Any]) -> dict[str, Any]:
    """A credential that is refreshed in this way."""
    auth = {"type": "mcp_oauth", "mcp_server_url": "https://x.example", "access_token": "t"}
    return {"auth": {**auth, "refresh": body}}


def variable(body: dict[str, Any]) -> dict[str, Any]:
    """A credential that is an environment variable, with this beside it."""
    auth = {"type": "environment_variable", "secret_name": "N", "secret_value": "t"}
    return {"auth": {**auth, "networking": {"type": "unrestricted"}, **body}}


CREDENTIALS = "/v1/vaults/VAULT/credentials"
CREDENTIAL = f"{CREDENTIALS}/CREDENTIAL"

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
    (CREDENTIALS, credential_create_params.CredentialCreateParams, lambda b: b),
    (
        CREDENTIALS,
        beta_managed_agents_static_bearer_create_params.BetaManagedAgentsStaticBearerCreateParams,
        lambda b: {"auth": {**b, "type": "static_bearer"}},
    ),
    (
        CREDENTIALS,
        beta_managed_agents_mcp_oauth_create_params.BetaManagedAgentsMCPOAuthCreateParams,
        lambda b: {"auth": {**b, "type": "mcp_oauth"}},
    ),
    (
        CREDENTIALS,
        beta_managed_agents_mcp_oauth_refresh_params.BetaManagedAgentsMCPOAuthRefreshParams,
        refresh,
    ),
    (
        CREDENTIALS,
        beta_managed_agents_environment_variable_create_params.BetaManagedAgentsEnvironmentVariableCreateParams,
        lambda b: {"auth": {**b, "type": "environment_variable"}},
    ),
    (
        CREDENTIALS,
        beta_managed_agents_token_endpoint_auth_post_param.BetaManagedAgentsTokenEndpointAuthPostParam,
        lambda b: refresh(
            {
                "client_id": "c",
                "refresh_token": "t",
                "token_endpoint": "https://y.example",
                "token_endpoint_auth": {**b, "type": "client_secret_post"},
            }
        ),
    ),
    (
        CREDENTIALS,
        beta_managed_agents_limited_credential_networking_params.BetaManagedAgentsLimitedCredentialNetworkingParams,
        lambda b: variable({"networking": {**b, "type": "limited"}}),
    ),
    (
        CREDENTIALS,
        beta_managed_agents_injection_location_params.BetaManagedAgentsInjectionLocationParams,
        lambda b: variable({"injection_location": b}),
    ),
    (CREDENTIAL, credential_update_params.CredentialUpdateParams, lambda b: b),
    (
        CREDENTIAL,
        beta_managed_agents_static_bearer_update_params.BetaManagedAgentsStaticBearerUpdateParams,
        lambda b: {"auth": {**b, "type": "static_bearer"}},
    ),
    (
        CREDENTIAL,
        beta_managed_agents_mcp_oauth_update_params.BetaManagedAgentsMCPOAuthUpdateParams,
        lambda b: {"auth": {**b, "type": "mcp_oauth"}},
    ),
    (
        CREDENTIAL,
        beta_managed_agents_mcp_oauth_refresh_update_params.BetaManagedAgentsMCPOAuthRefreshUpdateParams,
        lambda b: {"auth": {"type": "mcp_oauth", "refresh": b}},
    ),
    (
        CREDENTIAL,
        beta_managed_agents_environment_variable_update_params.BetaManagedAgentsEnvironmentVariableUpdateParams,
        lambda b: {"auth": {**b, "type": "environment_variable"}},
    ),
    ("/v1/deployments", deployment_create_params.DeploymentCreateParams, lambda b: b),
]


def test_every_field_of_an_answer_is_there(http: httpx2.Client) -> None:
    """A field that the SDK adds to a kind is one that this server has to answer with."""
    agent = http.post("/v1/agents", json={"name": "a", "model": "claude-opus-5"}).json()
    assert set(agent) == set(BetaManagedAgentsAgent.model_fields)
    environment = http.post("/v1/environments", json={"name": "e"}).json()
    assert set(environment) == set(BetaEnvironment.model_fields) | {"state"}  # recorded
    vault = http.post("/v1/vaults", json={"display_name": "v"}).json()
    assert set(vault) == set(BetaManagedAgentsVault.model_fields)
    auth = {"type": "static_bearer", "mcp_server_url": "https://x.example", "token": "t"}
    made = http.post(f"/v1/vaults/{vault['id']}/credentials", json={"auth": auth}).json()
    assert set(made) == set(BetaManagedAgentsCredential.model_fields)
    shown = BetaManagedAgentsStaticBearerAuthResponse.model_fields
    assert set(made["auth"]) == set(shown)


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
