"""Live edits where they really stand: overrides, included files, other tools' forms."""

from __future__ import annotations

import shutil

from tests.e2e.conftest import REPOSITORY, Project
from tests.e2e.drifting import (
    MODEL,
    URL,
    applied,
    by_hand,
    client,
    finding,
    mcp_tools,
    rows,
    taken,
    toolset,
    tree,
)


def test_an_override_is_edited_where_it_stands(project: Project) -> None:
    project.edit(
        "reconcile.yaml",
        "  sandbox:\n",
        "  sandbox:\n    overrides:\n      # more\n      agent/helper:\n"
        "        model: claude-opus-4-8  # o\n        metadata: {tier: platinum}\n",
    )
    applied(project)
    by_hand(project, model="claude-haiku-4-5", metadata={"tier": "iron", "owner": "risk"})
    assert taken(project) == [
        "agent.yaml - owner: funds  # the team", "agent.yaml + owner: risk  # the team",
        "reconcile.yaml - model: claude-opus-4-8  # o",
        "reconcile.yaml - metadata: {tier: platinum}",
        "reconcile.yaml + model: claude-haiku-4-5  # o",
        "reconcile.yaml + metadata: {tier: iron}",
    ]  # fmt: skip


def including(project: Project, *agents: str) -> None:
    project.write("shared/servers.yaml", f"# all\n- name: one  # 1\n  url: {URL}\n  tools: [a]\n")
    for name in agents:
        text = f"model: {MODEL}\nmcp_servers: [../../shared/servers.yaml]\n"
        project.write(f"agents/{name}/agent.yaml", text)
    project.apply()
    body = {"type": "url", "name": "one", "url": URL}
    edit = {"mcp_servers": [body], "tools": [mcp_tools("one", "a", "b")]}
    by_hand(project, "agent/a", **edit)


def test_an_included_file_of_one_agent(project: Project) -> None:
    including(project, "a")
    assert taken(project) == ["servers.yaml - tools: [a]", "servers.yaml + tools: [a, b]"]


def test_an_included_file_of_several(project: Project) -> None:
    including(project, "a", "b")
    said = finding(project)
    assert "import.drift_shared" in said and "shared/servers.yaml:4:" in said
    assert "agent/b" in said


def test_a_prompt_of_several(project: Project) -> None:
    project.write("shared/p.md", "One.\n")
    for name in ("a", "b"):
        text = f"model: {MODEL}\nsystem: {{file: ../../shared/p.md}}\n"
        project.write(f"agents/{name}/agent.yaml", text)
    project.apply()
    by_hand(project, "agent/a", system="Two.\n")
    assert "import.drift_shared" in finding(project)


def test_mcp_json(project: Project) -> None:
    project.write(
        "agents/helper/mcp.json",
        f'{{\n  "mcpServers": {{\n    "one": {{"url": "{URL}"}}\n  }}\n}}\n',
    )
    applied(project, f"model: {MODEL}\n")
    body = {"type": "url", "name": "one", "url": "https://n.example.com/mcp"}
    by_hand(project, mcp_servers=[body], tools=[mcp_tools("one")])
    assert taken(project) == [
        f'mcp.json - "one": {{"url": "{URL}"}}',
        'mcp.json + "one": {"url": "https://n.example.com/mcp"}',
    ]


def test_a_variable_is_not_overwritten(project: Project) -> None:
    applied(
        project, f"model: {MODEL}\nmcp_servers:\n  - name: one\n    url: ${{ntropii_mcp_url}}\n"
    )
    body = {"type": "url", "name": "one", "url": "https://n.example.com/mcp"}
    by_hand(project, mcp_servers=[body], tools=[mcp_tools("one")])
    said = finding(project)
    assert "import.drift_variable" in said and "agents/helper/agent.yaml:4:" in said


def test_an_anchor_that_is_used_twice(project: Project) -> None:
    applied(project, f"model: {MODEL}\nmetadata: {{a: &x old, b: *x}}\n")
    by_hand(project, metadata={"a": "new"})
    assert "import.drift_place" in finding(project)


def test_what_a_dialect_leaves_unsaid_is_said(project: Project) -> None:
    shutil.copytree(REPOSITORY / "tests/data/agentlift", project.root, dirs_exist_ok=True)
    project.apply()
    by_hand(project, "agent/desk", model="claude-opus-4-8")
    assert taken(project) == ["agent.md + model: claude-opus-4-8"]
    by_hand(project, "agent/reader", tools=toolset("read", "bash:ask"))
    by_hand(project, "agent/desk", model="claude-haiku-4-5", system="Be the Desk.\n")
    said = finding(project, "agent/desk")
    assert "import.drift_prompt" in said and "knowledge/hours.md" in said
    before = tree(project.root)
    said = project.run("import", "--drift", "agent/reader").output
    assert rows(before, tree(project.root)) == [
        "CLAUDE.md - tools: [Read, MultiEdit, WebFetch, bash:ask]",
        "CLAUDE.md + tools: [Read, bash:ask]",
    ]


def test_a_folder_that_moved(project: Project) -> None:
    applied(project)
    (project.root / "agents/helper").rename(project.root / "agents/other")
    project.edit(
        "reconcile.yaml",
        "version: 1\n",
        "version: 1\nmoved: [{from: agent/helper, to: agent/other}]\n",
    )
    by_hand(project, description="New.")
    project.run("import", "--drift")
    assert "New." in (project.root / "agents/other/agent.yaml").read_text()
    project.apply()
    project.plan(code=0)


def test_a_registered_agent(sample: Project) -> None:
    sample.apply()
    text = "You write: handovers.\n\nAnd more.\n"
    by_hand(sample, "agent/audit-handover", system=text, description="Writes.")
    assert len(taken(sample)) > 2
    assert (sample.root / "agents/audit-handover/system-prompt.md").read_text() == text
    with client(sample) as api:
        tools = api.beta.agents.retrieve(sample.id("agent/audit-handover")).tools
    body = {"type": "url", "name": "ntropii", "url": "https://n.example.com/mcp"}
    listed = [tool.model_dump(exclude_none=True) for tool in tools]
    by_hand(sample, "agent/audit-handover", mcp_servers=[body], tools=listed)
    assert "import.drift_variable" in finding(sample)
    vault = next(address for address in sample.lock().objects if address.kind == "vault")
    with client(sample) as api:
        api.beta.vaults.update(sample.id(str(vault)), display_name="Mine")
    assert "import.drift_kind" in finding(sample, str(vault))
