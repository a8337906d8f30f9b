"""agentlift's projects, applied whole: its own examples, and this repository's sample."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.authoring.lints import LINTS
from tests.e2e.conftest import REPOSITORY, Project, sdk

Corpus = Callable[[str], Path]


def take(project: Project, folder: Path) -> None:
    """The project with the folder's files in it; it keeps its own reconcile.yaml."""
    shutil.copytree(
        folder, project.root, dirs_exist_ok=True, ignore=shutil.ignore_patterns("reconcile.yaml")
    )


def findings(project: Project) -> list[str]:
    """`code place` of each finding that `validate` has about the conversion: notes."""
    document = json.loads(project.run("validate", "--format", "json").output)
    found = [item for item in document["diagnostics"] if item["code"] not in LINTS]
    assert {item["severity"] for item in found} <= {"note"}
    return [f"{item['code']} {item['file']}:{item['line']}:{item['column']}" for item in found]


def live(project: Project) -> dict[str, Any]:
    server = project.server
    client = sdk(server)
    return {agent.name: agent for agent in client.beta.agents.list()}


def settled(project: Project) -> None:
    """A second plan is empty and a second apply writes nothing."""
    project.plan(code=0)
    project.apply()
    assert project.writes() == []


def tools(agent: Any) -> dict[str, dict[str, str]]:
    """Name and policy of each enabled tool, by toolset; `*` is every other one."""
    found: dict[str, dict[str, str]] = {}
    for toolset in agent.tools:
        if toolset.type == "custom":
            continue
        default = toolset.default_config
        listed = {c.name: c.permission_policy.type for c in toolset.configs if c.enabled}
        rest = {"*": default.permission_policy.type} if default.enabled else {}
        found[getattr(toolset, "mcp_server_name", "built-in")] = listed | rest
    return found


def test_quickstart(project: Project, corpus: Corpus) -> None:
    take(project, corpus("agentlift/examples/quickstart"))
    file = ".managed-agents/knowledge-agent/agent.md"
    assert findings(project) == [f"converted.skills {file}:2:1"]
    project.apply()
    agent = live(project)["knowledge-agent"]
    assert agent.system.startswith("You are the Knowledge Agent.")
    assert "# Reference material\n\n## pm-basics.md\n" in agent.system
    assert tools(agent) == {
        "built-in": {"read": "always_allow", "glob": "always_allow", "grep": "always_allow"}
    }
    assert [skill.skill_id for skill in agent.skills] == [project.id("skill/receipt-stamp")]
    settled(project)


def test_team(project: Project, corpus: Corpus) -> None:
    take(project, corpus("agentlift/examples/team"))
    assert findings(project) == [
        "converted.tools .managed-agents/lead/agent.md:2:1",
        "converted.mcp_permission .managed-agents/researcher/mcp.json:3:15",
        "converted.mcp_permission .managed-agents/shared/mcp.json:3:13",
    ]
    project.apply()
    agents = live(project)
    assert sorted(agents) == ["bug-finder", "lead", "researcher"]
    assert tools(agents["bug-finder"])["built-in"]["bash"] == "always_ask"
    assert tools(agents["researcher"]) == {
        "built-in": {"read": "always_allow", "web_search": "always_allow"},
        "docs": {"search": "always_ask"},
        "search": {"query": "always_ask"},
    }
    assert tools(agents["lead"]) == {"built-in": {"*": "always_allow"}}
    roster = {entry.id for entry in agents["lead"].multiagent.agents}
    assert roster == {agents["bug-finder"].id, agents["researcher"].id}
    shared = project.id("skill/cite-sources")
    assert all(
        shared in [skill.skill_id for skill in agents[name].skills]
        for name in ("bug-finder", "researcher")
    )
    settled(project)


def test_in_a_project(project: Project, corpus: Corpus) -> None:
    take(project, corpus("agentlift/examples/in-a-project"))
    assert findings(project) == ["converted.tools .managed-agents/orchestrator/agent.md:2:1"]
    project.apply()
    sent = json.dumps(project.server.requests())
    assert "INTERNAL_ONLY_MARKER" not in sent and "PR reviewer" not in sent
    agents = live(project)
    assert sorted(agents) == ["fact-checker", "orchestrator", "researcher", "summarizer"]
    assert len(agents["orchestrator"].multiagent.agents) == 3
    settled(project)


@pytest.mark.parametrize("sample", ["agentlift", "markdown"])
def test_the_samples(project: Project, sample: str) -> None:
    take(project, REPOSITORY / "tests/data" / sample)
    project.apply()
    assert "desk" in live(project)
    settled(project)


def test_an_edit_is_one_update(project: Project) -> None:
    take(project, REPOSITORY / "tests/data/agentlift")
    project.apply()
    project.edit(".managed-agents/reader/CLAUDE.md", "You are the Reader.", "You read.")
    project.apply()
    reader, desk = project.id("agent/reader"), project.id("agent/desk")
    assert project.writes() == [("POST", f"/v1/agents/{reader}"), ("POST", f"/v1/agents/{desk}")]
    settled(project)


def test_leaving_out_what_is_not_supported(project: Project) -> None:
    take(project, REPOSITORY / "tests/data/markdown")
    local = '{"mcpServers": {"local": {"command": "npx"}}}\n'
    project.write("agents/desk/mcp.json", local)
    refused = project.run("apply", "--yes", code=1)
    assert "mcp.stdio_unsupported error agents/desk/mcp.json:1:26" in refused.output
    assert project.writes() == []
    for command in (("validate",), ("show", "agent/desk"), ("plan",), ("apply", "--yes")):
        project.run(*command, code=1)
        project.run(*command, "--skip-unsupported")
    assert tools(live(project)["desk"]).keys() >= {"built-in", "library"}
    assert "local" not in tools(live(project)["desk"])
    project.plan("--skip-unsupported", code=0)
