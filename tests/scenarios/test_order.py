"""The order in which tools are written or answered says nothing."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import Project
from tests.scenarios.world import faults, settled

CHECKER = "agents/checker/agent.yaml"
RICH = """\
model: claude-sonnet-4-6
system: |
  You check.
tools: [read, write, "bash:ask"]
mcp_servers:
  - {name: alpha, url: https://alpha.example.com/mcp, tools: [look, list], permission: allow}
  - {name: beta, url: https://beta.example.com/mcp, permission: ask}
skills: [anthropic/docx, anthropic/xlsx]
"""


@pytest.fixture
def rich(project: Project) -> Project:
    project.write(CHECKER, RICH)
    project.apply()
    return project


def test_another_order_in_the_file_is_no_change(rich: Project) -> None:
    rich.edit(CHECKER, '[read, write, "bash:ask"]', '["bash:ask", write, read]')
    rich.edit(CHECKER, "[look, list]", "[list, look]")
    rich.edit(CHECKER, "[anthropic/docx, anthropic/xlsx]", "[anthropic/xlsx, anthropic/docx]")
    settled(rich)


def test_another_order_in_answers_is_no_change(rich: Project) -> None:
    with faults(rich, {"kind": "reorder"}):
        settled(rich)
        rich.run("drift")


def test_an_edit_is_told_of_its_tool_alone_whatever_the_order(rich: Project) -> None:
    with faults(rich, {"kind": "reorder"}):
        rich.edit(CHECKER, '"bash:ask"', '"bash:allow"')
        shown = rich.plan(code=2).stdout
    changed = [line.strip() for line in shown.splitlines()[1:] if " → " in line]
    assert changed == [
        "~ agent/checker  changed: tools (v1 → v2)",
        "tools.agent_toolset_20260401.configs.bash.policy: always_ask → always_allow",
        "may do more: bash: asks → runs without asking",
    ]
