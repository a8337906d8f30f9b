"""What is taken out of a file goes from the platform too, in the words the API clears it with."""

from __future__ import annotations

from typing import Any

from tests.e2e.conftest import Project
from tests.scenarios.world import agent, client, in_the_console, settled

CHECKER = "agents/checker/agent.yaml"
FULL = """\
model: claude-opus-5
description: Checks things.
system: |
  You check.
tools: [read]
mcp_servers:
  - {name: alpha, url: https://alpha.example.com/mcp, permission: allow}
skills: [anthropic/docx]
subagents: [self]
execution_identity: {type: aws_role, role_arn: "arn:aws:iam::1:role/x"}
metadata: {owner: ops, team: funds}
"""
ROSTER = """\
model: claude-opus-5
multiagent:
  type: multiagent_20261001
  subagents: {type: enabled, inline_agents: {type: disabled}, predefined_agents: [{type: self}]}
  workflows: {type: disabled}
  advisor: {type: enabled, model: claude-opus-5}
"""
ACCOUNT = {"type": "service_account"}


def update_sent(project: Project) -> Any:
    """The body of the one update that the last command sent."""
    (body,) = project.sent(f"/v1/agents/{project.id('agent/checker')}")
    return body


#: The line that goes; its field; what is sent for it; what is live then.
CLEARED: list[tuple[str, str, Any, Any]] = [
    ("description: Checks things.\n", "description", None, None),
    ("system: |\n  You check.\n", "system", None, None),
    ("skills: [anthropic/docx]\n", "skills", [], []),
    ("subagents: [self]\n", "multiagent", None, None),
    (FULL[FULL.index("execution") : FULL.index("metadata")], "execution_identity", None, ACCOUNT),
    ("metadata: {owner: ops, team: funds}\n", "metadata", {"owner": None, "team": None}, {}),
]


def test_what_is_taken_out_is_cleared_in_words(project: Project) -> None:
    project.write(CHECKER, FULL)
    project.apply()
    for line, field, sent, after in CLEARED:
        project.edit(CHECKER, line, "")
        assert field in project.plan(code=2).stdout
        project.apply()
        body, now = update_sent(project)[field], agent(project, "agent/checker")[field]
        if field == "metadata":
            del body["reconciler"], now["reconciler"]
        assert (body, now) == (sent, after), field
        project.plan(code=0)
    settled(project)


def test_tools_taken_out_are_none(project: Project) -> None:
    project.write(CHECKER, FULL)
    project.apply()
    project.edit(CHECKER, "tools: [read]\n", "")
    project.apply()
    for tools in (update_sent(project)["tools"], agent(project, "agent/checker")["tools"]):
        assert [one["type"] for one in tools] == ["mcp_toolset"]
    settled(project)


def test_servers_and_their_tools_go_together(project: Project) -> None:
    project.write(CHECKER, FULL)
    project.apply()
    start, end = FULL.index("mcp_servers"), FULL.index("skills")
    project.edit(CHECKER, FULL[start:end], "")
    project.apply()
    now = agent(project, "agent/checker")
    assert now["mcp_servers"] == [] and [one["type"] for one in now["tools"]] == [
        "agent_toolset_20260401"
    ]
    settled(project)


def test_a_key_of_metadata_that_somebody_else_set_stays(project: Project) -> None:
    project.write(CHECKER, FULL)
    project.apply()
    in_the_console(project, "agent/checker", metadata={"theirs": "1"})
    project.edit(CHECKER, ", team: funds", "")
    project.apply()
    assert update_sent(project)["metadata"]["team"] is None
    assert "theirs" not in update_sent(project)["metadata"]
    now = agent(project, "agent/checker")["metadata"]
    assert {key: now.get(key) for key in ("owner", "team", "theirs")} == {
        "owner": "ops",
        "team": None,
        "theirs": "1",
    }
    settled(project)


def nulls(value: Any, path: str = "") -> list[str]:
    if isinstance(value, dict):
        return [one for key, item in value.items() for one in nulls(item, f"{path}.{key}")]
    return [path] if value is None else []


def test_a_roster_of_the_newer_type_is_merged_by_the_api_and_yet_cleared(project: Project) -> None:
    """An omitted key keeps what is stored, and null means enabled: neither is sent for a key that
    is to be off."""
    project.write(CHECKER, ROSTER)
    project.apply()
    project.edit(CHECKER, "  advisor: {type: enabled, model: claude-opus-5}\n", "")
    assert "multiagent.advisor.type: enabled → disabled" in project.plan(code=2).stdout
    project.apply()
    sent = update_sent(project)["multiagent"]
    assert sent["workflows"] == {"type": "disabled"} and nulls(sent) == []
    now = agent(project, "agent/checker")["multiagent"]
    assert now["advisor"] == now["workflows"] == {"type": "disabled"}
    settled(project)
    project.edit(CHECKER, ", predefined_agents: [{type: self}]", "")
    project.edit(CHECKER, "inline_agents: {type: disabled}", "inline_agents: {type: enabled}")
    project.apply()
    now = agent(project, "agent/checker")["multiagent"]
    assert now["subagents"]["predefined_agents"] == [] and now["workflows"] == {"type": "disabled"}
    settled(project)


def test_workflows_taken_out_are_enabled_and_the_plan_warns(project: Project) -> None:
    """The API's default is enabled, so that a removed line lets the agent do more."""
    project.write(CHECKER, ROSTER)
    project.apply()
    project.edit(CHECKER, "  workflows: {type: disabled}\n", "")
    planned = project.plan(code=2).stdout
    assert "multiagent.workflows.type: disabled → enabled" in planned and "may do more" in planned
    project.apply()
    assert agent(project, "agent/checker")["multiagent"]["workflows"]["type"] == "enabled"
    settled(project)
    project.edit(
        CHECKER,
        ROSTER[ROSTER.index("multiagent:") :].replace("  workflows: {type: disabled}\n", ""),
        "",
    )
    project.apply()
    assert update_sent(project)["multiagent"] is None
    assert client(project).beta.agents.retrieve(project.id("agent/checker")).multiagent is None
    settled(project)
