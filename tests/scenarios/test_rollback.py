"""A rollback is a commit like any other: the older content becomes the newest version."""

from __future__ import annotations

import git
import pytest

from tests.e2e.conftest import Project
from tests.scenarios.world import agent, client, settled

ADDRESS, FILE = "agent/audit-handover", "agents/audit-handover/system-prompt.md"
PEOPLE = {
    f"GIT_{role}_{key}": value
    for role in ("AUTHOR", "COMMITTER")
    for key, value in (("NAME", "Ann"), ("EMAIL", "ann@example.com"))
}


def test_reverted_in_git_and_applied(sample: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", "/dev/null")
    command = git.Git(str(sample.root))
    command.update_environment(**PEOPLE)
    command.init("--quiet", "--initial-branch=main")
    sample.write(".gitignore", ".reconcile/\n")
    versions = "{mcp_server: ntropii, versions: true}"
    sample.edit("agents/audit-handover/agent.yaml", "{mcp_server: ntropii}", versions)
    command.add("--all")
    command.commit("--quiet", "-m", "Start")
    sample.apply()
    first = agent(sample, ADDRESS)
    sample.edit(FILE, "You", "You, who never rest,")
    command.commit("--quiet", "--all", "-m", "Never rest")
    sample.apply()
    command.revert("--no-edit", "HEAD")
    shown = sample.plan(code=2).stdout
    assert f"~ {ADDRESS}  changed: system (v2 → v3)" in shown and "never rest" in shown
    done = sample.apply().stdout
    assert f"{first['id']} v3" in done
    last = agent(sample, ADDRESS)
    assert (last["version"], last["system"]) == (3, first["system"])
    kept = client(sample).beta.agents.versions.list(first["id"])
    assert [one.system == first["system"] for one in kept] == [True, False, True]
    settled(sample)
