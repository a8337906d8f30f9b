"""The form against the SDK's own types: nothing it declares is missing, nothing extra is sent."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest

from reconciler.authoring import agent_form, environments, load, roster_form, tool_form
from reconciler.authoring.forms import Form
from reconciler.engine.values import Ref, encode, replace_refs
from tests.authoring.support import agent
from tests.sdk_types import strict

pytest.importorskip("anthropic", reason="the SDK is an extra")
DATA = Path(__file__).parents[1] / "data"


def sdk(module: str, name: str) -> Any:
    return getattr(importlib.import_module(f"anthropic.types.beta.{module}"), name)


def _known(ref: Ref) -> object:
    return (
        7 if (ref.address.kind, ref.attr) == ("agent", "version") else f"{ref.address}-{ref.attr}"
    )


RICH = """description: d
system: s
tools:
  - type: agent_toolset_20260401
    default_config: {enabled: false, permission_policy: {type: auto}}
    configs:
      - {name: bash, enabled: true, type: bash}
      - name: web_fetch
        allowed_domains: [docs.example.com]
        max_content_tokens: 9
        url_sources:
          user_input: all
          client_tool_results: {type: only, tools: [{type: tool_reference, name: find}]}
          server_tool_results: {type: none}
      - {name: web_search, blocked_domains: [x.io/a], user_location: {type: approximate, city: X}}
  - {type: custom, name: find, description: d, input_schema: {type: object, title: t}}
mcp_servers: [{name: s, url: https://x.io, tools: [a, 'b:ask'], permission: auto}]
skills: [anthropic/docx, {type: custom, skill_id: skill_1}, {type: custom, skill_id: b, version: c}]
execution_identity: {type: aws_role, role_arn: x}
metadata: {owner: ops}
"""


@pytest.mark.parametrize(
    "roster",
    [
        "",
        "subagents: [agent_0123456, {agent: agent_7654321, version: 3}, self, {advisor: m}]",
        "multiagent: {type: multiagent_20261001}",
        "multiagent: {type: multiagent_20261001, subagents: {type: disabled}, workflows: "
        "{type: enabled, inline_agents: {type: disabled}, predefined_agents: [self]}, "
        "advisor: {type: enabled, model: m}}",
    ],
)
def test_a_body_is_one_that_the_sdk_would_send(tmp_path: Path, roster: str) -> None:
    result = agent(tmp_path, RICH + roster)
    assert result.desired is not None, result.findings
    [resource] = result.desired.resources
    validator = strict(sdk("agent_create_params", "AgentCreateParams"))
    validator.validate_python(replace_refs(resource.body, _known))


@pytest.mark.parametrize("name", ["flat-bodies", "documented", "financial-services"])
def test_the_samples_are_bodies_too(name: str) -> None:
    result = load(DATA / name, target=None, variables={}, environ={})
    assert result.desired is not None
    params = {
        "agent": strict(sdk("agent_create_params", "AgentCreateParams")),
        "environment": strict(sdk("environment_create_params", "EnvironmentCreateParams")),
    }
    for resource in result.desired.resources:
        if resource.address.kind in params:
            body = encode(replace_refs(resource.body, _known))
            params[resource.address.kind].validate_python(body)


OURS = {"knowledge", "subagents", "ntropii", "lifecycle", "silence", "platform"}


@pytest.mark.parametrize(
    ("form", "module", "name", "ours"),
    [
        (agent_form.AgentForm, "agent_create_params", "AgentCreateParams", OURS),
        (agent_form.ModelConfig, "beta_managed_agents_model_config_params",
         "BetaManagedAgentsModelConfigParams", set()),
        (agent_form.McpServer, "beta_managed_agents_url_mcp_server_params",
         "BetaManagedAgentsURLMCPServerParams", {"tools", "permission"}),
        (roster_form.Multiagent20261001, "beta_managed_agents_multiagent20261001_params",
         "BetaManagedAgentsMultiagent20261001Params", set()),
        (roster_form.Members, "beta_managed_agents_multiagent_subagents_enabled_params",
         "BetaManagedAgentsMultiagentSubagentsEnabledParams", set()),
        (tool_form.BuiltinToolset, "beta_managed_agents_agent_toolset20260401_params",
         "BetaManagedAgentsAgentToolset20260401Params", set()),
        (tool_form.McpToolset, "beta_managed_agents_mcp_toolset_params",
         "BetaManagedAgentsMCPToolsetParams", set()),
        (tool_form.McpToolConfig, "beta_managed_agents_mcp_tool_config_params",
         "BetaManagedAgentsMCPToolConfigParams", set()),
        (tool_form.WebFetchConfig, "beta_managed_agents_web_fetch_tool_config_params",
         "BetaManagedAgentsWebFetchToolConfigParams", set()),
        (tool_form.WebSearchConfig, "beta_managed_agents_web_search_tool_config_params",
         "BetaManagedAgentsWebSearchToolConfigParams", set()),
        (tool_form.UrlSources, "beta_managed_agents_web_fetch_url_sources_params",
         "BetaManagedAgentsWebFetchURLSourcesParams", set()),
        (tool_form.CustomTool, "beta_managed_agents_custom_tool_params",
         "BetaManagedAgentsCustomToolParams", set()),
        (environments.EnvironmentForm, "environment_create_params",
         "EnvironmentCreateParams", {"lifecycle", "silence"}),
        (environments.Cloud, "beta_cloud_config_params", "BetaCloudConfigParams", set()),
        (environments.Limited, "beta_limited_network_params", "BetaLimitedNetworkParams", set()),
        (environments.Packages, "beta_packages_params", "BetaPackagesParams", set()),
    ],
)  # fmt: skip
def test_every_field_of_the_sdk_is_known(
    form: type[Form], module: str, name: str, ours: set[str]
) -> None:
    declared = set(sdk(module, name).__annotations__) - {"betas", "workspace_id"}
    assert set(form.model_fields) - ours == declared


def test_a_json_schema_can_be_made_of_the_form() -> None:
    schema = agent_form.AgentForm.model_json_schema()
    assert schema["additionalProperties"] is False
    assert set(schema["properties"]) == set(agent_form.AgentForm.model_fields)
