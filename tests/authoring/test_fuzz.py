"""Whatever a definition holds, loading answers with diagnostics."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.authoring.agent_form import AgentForm
from reconciler.authoring.environments import EnvironmentForm
from reconciler.authoring.project_form import ProjectForm
from reconciler.engine.diagnostics import has_errors
from tests.authoring.support import Files, loaded, placed

_words = st.sampled_from(
    [
        "read",
        "bash:ask",
        "all",
        "self",
        "b",
        "shared/x",
        "./x",
        "anthropic/docx",
        "agent_toolset_20260401",
        "mcp_toolset",
        "custom",
        "coordinator",
        "multiagent_20261001",
        "enabled",
        "disabled",
        "url",
        "cloud",
        "limited",
        "https://x.io",
        "${v}",
        "s",
        "m",
        "object",
        "agent",
        "advisor",
        "vlt_1",
        "byng",
    ]
)
_keys = st.sampled_from(
    [
        "type",
        "name",
        "configs",
        "default_config",
        "enabled",
        "permission_policy",
        "mcp_server_name",
        "input_schema",
        "url",
        "tools",
        "permission",
        "path",
        "version",
        "skill_id",
        "agents",
        "id",
        "agent",
        "model",
        "advisor",
        "subagents",
        "workflows",
        "predefined_agents",
        "inline_agents",
        "tenant",
        "vault",
        "environment",
        "mcp_server",
        "file",
        "text",
        "append",
        "effort",
        "networking",
        "packages",
        "pip",
        "allowed_hosts",
        "description",
        "reconciler",
        "url_sources",
        "manifest",
        "from_plugin",
    ]
)
_scalars = st.none() | st.booleans() | st.integers(-2, 9) | st.floats(0, 9) | _words | st.just("")
_values = st.recursive(
    _scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_keys, inner, max_size=4),
    max_leaves=12,
)


def _documents(form: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(sorted(form.model_fields)), _values, max_size=7)


def _check(files: Files) -> None:
    with tempfile.TemporaryDirectory() as folder:
        result = loaded(Path(folder), {"agents/b/agent.yaml": "model: m\n", **files})
    assert (result.desired is None) == has_errors(result.findings)
    for finding in result.findings:
        placed(finding)


@settings(max_examples=150, deadline=None)
@given(_documents(AgentForm))
def test_agents(document: dict[str, Any]) -> None:
    _check({"agents/a/agent.yaml": json.dumps({"model": "m", **document})})


_COOKBOOK = ["callable_agents", "multiagent", "output_schema", "skills", "subagents", "system"]


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(_COOKBOOK), _values, min_size=2))
def test_cookbooks(document: dict[str, Any]) -> None:
    _check({"agents/a/agent.yaml": json.dumps({"model": "m", **document})})


@settings(max_examples=50, deadline=None)
@given(_documents(EnvironmentForm))
def test_environments(document: dict[str, Any]) -> None:
    _check({"environments/e.yaml": json.dumps(document)})


@settings(max_examples=50, deadline=None)
@given(_documents(ProjectForm))
def test_projects(document: dict[str, Any]) -> None:
    _check({"reconcile.yaml": json.dumps({"version": 1, "project": "p", **document})})


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=60))
def test_bytes(data: bytes) -> None:
    skill = b"---\nname: x\ndescription: d\n" + data + b"\n---\n"
    _check({"agents/a/agent.yaml": b"model: m\n" + data, "skills/x/SKILL.md": skill})
