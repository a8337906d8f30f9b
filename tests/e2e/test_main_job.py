"""From folders to live, registered agents and back to "nothing to do"."""

from __future__ import annotations

import json

import anthropic
import httpx2
import pytest

from tests.e2e.conftest import Project, sdk


def client(project: Project) -> anthropic.Anthropic:
    server = project.server
    return sdk(server)


AGENT = """\
description: Checks things.
model: claude-sonnet-4-6
system: |
  One.
  Two.
tools: [read, write, "bash:ask"]
mcp_servers:
  - {name: alpha, url: https://alpha.example.com/mcp, permission: allow}
  - {name: beta, url: https://beta.example.com/mcp, tools: [look], permission: ask}
skills: [anthropic/docx, anthropic/xlsx, shared/cite]
metadata: {owner: ops, team: funds}
"""
SKILL = "---\nname: cite\ndescription: How to cite.\n---\nCite it.\n"


@pytest.fixture
def one(project: Project) -> Project:
    """One applied agent with a shared skill."""
    project.write("agents/checker/agent.yaml", AGENT)
    project.write("skills/cite/SKILL.md", SKILL)
    project.apply()
    return project


def test_the_sample_is_applied_registered_and_then_left_alone(sample: Project) -> None:
    first = sample.apply()
    assert "registration/byng/audit-handover" in first.stdout
    assert sample.writes()
    second = sample.apply()
    assert sample.writes() == [] and "No changes" in second.stdout
    sample.plan()
    assert sample.writes() == []


@pytest.mark.parametrize(
    ("path", "old", "new"),
    [
        ("agents/checker/agent.yaml", '[read, write, "bash:ask"]', '["bash:ask", write, read]'),
        ("agents/checker/agent.yaml", "anthropic/docx, anthropic/xlsx, shared/cite", "shared/cite, anthropic/xlsx, anthropic/docx"),
        ("agents/checker/agent.yaml", "{owner: ops, team: funds}", "{team: funds, owner: ops}"),
        ("agents/checker/agent.yaml", "description: Checks things.\nmodel: claude-sonnet-4-6", "model: claude-sonnet-4-6\ndescription: Checks things."),
        ("agents/checker/agent.yaml", "model: claude-sonnet-4-6", "model: {id: claude-sonnet-4-6}"),
        ("agents/checker/agent.yaml", "model: claude-sonnet-4-6", "model: {speed: standard, id: claude-sonnet-4-6}"),
        ("agents/checker/agent.yaml", "\n", "\r\n"),
        (
            "agents/checker/agent.yaml",
            "  - {name: alpha, url: https://alpha.example.com/mcp, permission: allow}\n  - {name: beta, url: https://beta.example.com/mcp, tools: [look], permission: ask}\n",
            "  - {name: beta, url: https://beta.example.com/mcp, tools: [look], permission: ask}\n  - {name: alpha, url: https://alpha.example.com/mcp, permission: allow}\n",
        ),
    ],
    ids=["tools", "skills", "metadata", "keys", "model", "speed", "crlf", "servers"],
)  # fmt: skip
def test_what_means_the_same_is_no_change(one: Project, path: str, old: str, new: str) -> None:
    one.plan()
    one.edit(path, old, new)
    one.plan(code=0)
    one.apply()
    assert one.writes() == []


def test_crlf_in_a_prompt_file_is_no_change(sample: Project) -> None:
    sample.apply()
    sample.edit("agents/audit-handover/system-prompt.md", "\n", "\r\n")
    sample.plan(code=0)


def test_one_prompt_line_is_one_update(sample: Project) -> None:
    sample.apply()
    before, text = sample.lock(), sample.lock_file.read_text()
    sample.edit("agents/audit-handover/system-prompt.md", "never plug it", "do not plug it")
    planned = sample.plan(code=2)
    assert "do not plug it" in planned.stdout and "never plug it" in planned.stdout
    sample.apply()
    agent_id = sample.id("agent/audit-handover")
    assert sample.writes() == [("POST", f"/v1/agents/{agent_id}")]
    after = sample.lock()
    changed = [key for key in after.objects if after.objects[key] != before.objects.get(key)]
    assert [str(key) for key in changed] == ["agent/audit-handover"]
    entry = after.objects[changed[0]]
    assert entry.id == before.objects[changed[0]].id and entry.version == 2
    block = text.index('"agent/audit-handover"'), text.index('"agent/ledger-checker"')
    new = sample.lock_file.read_text()
    assert new[: block[0]] == text[: block[0]]
    assert new[new.index('"agent/ledger-checker"') :] == text[block[1] :]


def test_a_shared_skill_is_one_new_version_for_all_its_users(sample: Project) -> None:
    sample.apply()
    skill = sample.id("skill/cite-sources")
    sample.edit("agents/skills/cite-sources/SKILL.md", "never left bare", "never bare")
    sample.apply()
    paths = [path for _, path in sample.writes()]
    assert paths.count(f"/v1/skills/{skill}/versions") == 1
    assert "/v1/skills" not in paths
    agents = ["audit-handover", "nav-review", "price-checker", "ledger-checker"]
    assert [sample.version(f"agent/{name}") for name in agents] == [2, 2, 2, 2]
    sample.plan(code=0)


def test_private_copies_are_versions_of_one_skill(project: Project) -> None:
    for name in ("a", "b"):
        project.write(f"agents/{name}/agent.yaml", "model: claude-sonnet-4-6\ntools: [read]\nskills: [./skills/cite]\n")  # fmt: skip
        project.write(f"agents/{name}/skills/cite/SKILL.md", SKILL)
    project.apply()
    skill = project.id("skill/cite")
    assert len(project.sent("/v1/skills")) == 1
    project.edit("agents/a/skills/cite/SKILL.md", "Cite it.", "Cite all.")
    project.apply()
    assert project.writes() == [
        ("POST", f"/v1/skills/{skill}/versions"),
        ("POST", f"/v1/agents/{project.id('agent/a')}"),
    ]
    project.plan(code=0)
    project.edit("agents/a/skills/cite/SKILL.md", "Cite all.", "Cite it.")
    project.apply()  # back to known content: re-pinned, not uploaded
    assert project.writes() == [("POST", f"/v1/agents/{project.id('agent/a')}")]


def test_a_subagent_and_its_coordinator_change_in_one_plan(sample: Project) -> None:
    sample.apply()
    sample.edit("agents/price-checker/agent.yaml", "five per cent", "four per cent")
    planned = sample.plan(code=2)
    assert "agent/price-checker" in planned.stdout
    assert "re-pinned" in planned.stdout and "agent/nav-review" in planned.stdout
    sample.apply()
    paths = [path for _, path in sample.writes()]
    assert paths == [
        f"/v1/agents/{sample.id('agent/price-checker')}",
        f"/v1/agents/{sample.id('agent/nav-review')}",
    ]
    live = client(sample).beta.agents.retrieve(sample.id("agent/nav-review"))
    pins = {one.id: one.version for one in live.multiagent.agents}  # type: ignore[union-attr]
    assert pins[sample.id("agent/price-checker")] == 2
    sample.plan(code=0)


@pytest.mark.parametrize(
    ("old", "new", "field", "value"),
    [
        ("description: Checks things.\n", "", "description", None),
        ("system: |\n  One.\n  Two.\n", "", "system", None),
        ("metadata: {owner: ops, team: funds}\n", "metadata: {owner: ops}\n", "metadata", {"owner": "ops"}),
        ("skills: [anthropic/docx, anthropic/xlsx, shared/cite]\n", "", "skills", []),
    ],
)  # fmt: skip
def test_what_is_removed_is_cleared(one: Project, old: str, new: str, field: str, value: object) -> None:  # fmt: skip
    one.edit("agents/checker/agent.yaml", old, new)
    one.plan(code=2)
    one.apply()
    live = client(one).beta.agents.retrieve(one.id("agent/checker")).to_dict(mode="json")
    if field == "metadata":
        live["metadata"].pop("reconciler")
    assert live[field] == value
    one.plan(code=0)


def test_effort_is_released_and_the_plan_says_so(project: Project) -> None:
    text = "model: {id: claude-sonnet-4-6, effort: low, speed: standard}\n"
    project.write("agents/a/agent.yaml", text)
    project.apply()
    project.edit("agents/a/agent.yaml", text, "model: claude-sonnet-4-6\n")
    assert "effort" in project.plan(code=0).stdout
    assert "released" in project.apply().stdout
    assert project.writes() == []
    assert "effort" not in project.plan(code=0).stdout


def test_a_lost_lock_is_found_again_without_a_write(sample: Project) -> None:
    sample.apply()
    before = sample.lock()
    sample.lock_file.unlink()
    sample.apply()
    assert sample.writes() == []
    after = sample.lock()
    assert {a: e.id for a, e in after.objects.items()} == {
        a: e.id for a, e in before.objects.items()
    }


def test_an_edit_by_hand_is_held_back_until_told(one: Project) -> None:
    agent = one.id("agent/checker")
    client(one).beta.agents.update(agent, system="by hand")
    held = one.plan(code=2 if False else None)
    assert "by hand" in held.stdout
    one.apply(code=5)
    assert one.writes() == []
    one.apply("--overwrite-drift", "agent/checker")
    assert client(one).beta.agents.retrieve(agent).system == "One.\nTwo.\n"


def test_show_prints_the_bare_body_and_sends_nothing(sample: Project) -> None:
    shown = sample.run("show", "agent/audit-handover", "--format", "json")
    body = json.loads(shown.stdout)
    assert sample.server.requests() == []
    assert body["mcp_servers"] == [{"type": "url", "name": "ntropii", "url": "https://mcp.ntropii.com/mcp"}]  # fmt: skip
    pinned = {"$ref": "skill/cite-sources", "attr": "id"}
    assert pinned in [skill["skill_id"] for skill in body["skills"]]
    sample.apply()
    (sent,) = [b for b in sample.sent("/v1/agents") if b["name"] == "audit-handover"]
    assert {key: sent[key] for key in sent if key != "skills"} == {
        key: body[key] for key in body if key != "skills"
    }


def test_destroy_takes_away_what_apply_made(sample: Project) -> None:
    sample.apply()
    refused = sample.run("destroy", "--yes", code=5)
    assert "--max-removals 4" in refused.stdout and sample.writes() == []
    ids = [entry.id for address, entry in sample.lock().objects.items() if address.kind == "agent"]
    sample.run("destroy", "--yes", "--max-removals", "9")
    agents = client(sample).beta.agents
    assert all(agents.retrieve(one).archived_at for one in ids)
    assert [str(one) for one in sample.lock().objects] == ["vault/byng/audit-handover"]


def test_prune_archives_the_orphan_and_nothing_else(sample: Project) -> None:
    sample.apply()
    gone = sample.id("agent/price-checker")
    sample.edit(
        "agents/nav-review/agent.yaml", "[price-checker, ledger-checker]", "[ledger-checker]"
    )
    (sample.root / "agents/price-checker/agent.yaml").unlink()
    assert "orphan" in sample.plan(code=2).stdout
    sample.run("apply", "agent/nav-review", "--prune", "--yes", code=64)
    sample.apply("--prune")
    coordinator = sample.id("agent/nav-review")
    assert sample.writes() == [
        ("POST", f"/v1/agents/{coordinator}"),
        ("POST", f"/v1/agents/{gone}/archive"),
    ]
    assert client(sample).beta.agents.retrieve(gone).archived_at
    assert "price-checker" not in sample.lock_file.read_text()
    sample.plan(code=0)


def test_a_row_that_a_workflow_uses_stops_the_prune_of_its_agent(sample: Project) -> None:
    sample.apply()
    row, agent = sample.id("registration/byng/audit-handover"), sample.id("agent/audit-handover")
    server = sample.server
    control = {"Authorization": f"Bearer {server.api_key}"}
    made = httpx2.post(f"{server.url}/_sandbox/workflows", json={"agentId": row}, headers=control)
    assert made.is_success
    (sample.root / "agents/audit-handover/agent.yaml").unlink()
    failed = sample.apply("--prune", "--max-removals", "1", code=1)
    assert "workflow" in failed.stdout
    assert client(sample).beta.agents.retrieve(agent).archived_at is None
    assert sample.id("registration/byng/audit-handover") == row


def test_what_was_archived_by_hand_is_made_again_only_when_told(sample: Project) -> None:
    sample.apply()
    address, old = "agent/audit-handover", sample.id("agent/audit-handover")
    row = sample.id("registration/byng/audit-handover")
    client(sample).beta.agents.archive(old)
    held = sample.apply(code=5)
    assert f"--recreate {address}" in held.stdout and sample.writes() == []
    told = sample.apply("--recreate", address)
    assert row in told.stdout, "what still holds the old UUID is not said"
    assert sample.id(address) != old and sample.id("registration/byng/audit-handover") != row
    sample.plan(code=0)


def test_doctor_says_what_works(sample: Project) -> None:
    checks = json.loads(sample.run("doctor", "--format", "json").stdout)["checks"]
    assert all(check["ok"] for check in checks)
    assert sample.writes() == []
