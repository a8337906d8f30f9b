"""Live edits into the folders of managed objects, over HTTP: only their lines change, and the plan
is empty."""

from __future__ import annotations

import json
from pathlib import Path

from tests.e2e.conftest import Project
from tests.e2e.drifting import (
    MODEL,
    PROMPT,
    applied,
    by_hand,
    client,
    finding,
    rows,
    taken,
    toolset,
    tree,
)


def test_a_prompt_and_a_policy_become_two_lines(project: Project) -> None:
    applied(project)
    by_hand(project, system="You help.\n\nBe thorough.\n", tools=toolset("read", "bash"))
    assert taken(project) == [
        'agent.yaml - tools: [read, "bash:ask"]  # bash asks',
        "agent.yaml + tools: [read, bash]  # bash asks",
        "system-prompt.md - Be brief.",
        "system-prompt.md + Be thorough.",
    ]
    project.run("drift", code=0)


def test_edits_on_both_sides(project: Project) -> None:
    applied(project)
    project.write("agents/other/agent.yaml", f"model: {MODEL}\ndescription: Old.\n")
    project.apply()
    project.edit("agents/helper/agent.yaml", "Old.", "Ours.")
    by_hand(project, description="Theirs.")
    by_hand(project, "agent/other", description="New.")
    before = tree(project.root)
    said = project.run("import", "--drift", code=5).output
    assert "import.drift_conflict" in said and "agents/helper/agent.yaml:2" in said
    assert rows(before, tree(project.root)) == [
        "agent.yaml - description: Old.", "agent.yaml + description: New.",
    ]  # fmt: skip
    (held,) = json.loads(project.run("import", "--drift", "--format", "json", code=5).output)[
        "held"
    ]
    assert (held["code"], held["line"]) == ("import.drift_conflict", 2)
    assert taken(project, "--force") == [
        "agent.yaml - description: Ours.  # shown in lists",
        "agent.yaml + description: Theirs.  # shown in lists",
    ]


def test_what_is_not_yet_applied_stays(project: Project) -> None:
    applied(project)
    project.edit("agents/helper/agent.yaml", "tier: gold", "tier: silver")
    by_hand(project, description="Theirs.")
    project.run("import", "--drift")
    project.plan(code=2)
    text = (project.root / "agents/helper/agent.yaml").read_text()
    assert "tier: silver" in text and "Theirs." in text


def test_what_is_gone_is_said(project: Project) -> None:
    applied(project)
    with client(project) as api:
        api.beta.agents.archive(project.id("agent/helper"))
    assert "import.drift_gone" in finding(project)


def test_a_dry_run_and_json(project: Project) -> None:
    applied(project)
    assert "Nothing drifted." in project.run("import", "--drift").output
    by_hand(project, description="New.")
    before, lock = tree(project.root), project.lock_file.read_bytes()
    said = project.run("import", "--drift", "--dry-run").output
    assert "- description: Old." in said and "+ description: New." in said
    assert tree(project.root) == before and project.lock_file.read_bytes() == lock
    document = json.loads(project.run("import", "--drift", "--format", "json").output)
    (made,) = document["objects"]
    assert made["address"] == "agent/helper" and made["fields"] == ["description"]
    assert document["files"] == [{"path": "agents/helper/agent.yaml", "change": "changed"}]
    assert document["held"] == [] and document["dry_run"] is False
    project.plan(code=0)


def test_addresses(project: Project) -> None:
    applied(project)
    project.write("agents/other/agent.yaml", f"model: {MODEL}\ndescription: Old.\n")
    project.apply()
    by_hand(project, description="New.")
    by_hand(project, "agent/other", description="New.")
    before = tree(project.root)
    project.run("import", "--drift", "agent/o*")
    assert len(rows(before, tree(project.root))) == 2
    project.plan(code=5)
    project.run("import", "--drift", "agent/nobody", code=1)
    project.run("import", "--drift", "--all", code=64)
    taken(project, "agent/helper")


def test_the_lock_moves_so_that_an_undo_is_drift_again(project: Project) -> None:
    applied(project)
    by_hand(project, description="New.")
    taken(project)
    assert project.version("agent/helper") == 2
    by_hand(project, description="Old.")
    assert "description" in project.run("drift", code=2).output
    project.plan(code=5)


def test_a_secret_is_not_written(project: Project) -> None:
    applied(project)
    by_hand(project, system="Use sk-ant-api03-" + "a1B2" * 20 + "\n")
    said = finding(project)
    assert "a1B2a1B2" not in said and "import.drift_differs" in said


def test_a_link_is_not_followed(project: Project, tmp_path: Path) -> None:
    applied(project)
    by_hand(project, system="New.\n")
    outside = tmp_path / "outside.md"
    outside.write_text(PROMPT)
    file = project.root / "agents/helper/system-prompt.md"
    file.unlink()
    file.symlink_to(outside)
    project.run("import", "--drift", code=1)
    assert outside.read_text() == PROMPT
