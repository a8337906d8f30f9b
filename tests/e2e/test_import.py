"""Live agents into folders, over HTTP: what is written means what is live."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.conftest import Project
from tests.e2e.importing import (
    MODEL,
    client,
    empty,
    imported,
    make,
    tree,
    upload,
    upload_version,
)


def test_an_agent_becomes_a_folder_and_the_plan_is_empty(project: Project) -> None:
    prompt = "You are helpful.\n\n  Indented\ttab, no newline at the end"
    made = make(project, "Helper One", system=prompt, description="Helps.")
    assert "round trip: 0 differences" in imported(project, "Helper One")
    folder = project.root / "agents/helper-one"
    assert (folder / "system-prompt.md").read_bytes() == prompt.encode()
    assert (folder / "agent.yaml").read_text().startswith("name: Helper One\ndescription: Helps.\n")
    entry = project.lock().objects
    assert {str(address): one.id for address, one in entry.items()} == {"agent/helper-one": made.id}
    project.plan(code=0)
    project.edit("agents/helper-one/agent.yaml", "Helps.", "Helps more.")
    project.plan(code=2)
    project.apply()
    assert client(project).beta.agents.retrieve(made.id).metadata["reconciler"] == (
        "funds/sandbox/agent/helper-one@2"
    )
    project.plan(code=0)
    client(project).beta.agents.update(made.id, version=2, system="By hand.")
    project.plan(code=5)


def coordinator(project: Project, name: str, *members: Any, **body: Any) -> Any:
    entries = [{"type": "agent", "id": one.id, "version": one.version} for one in members]
    return make(project, name, multiagent={"type": "coordinator", "agents": entries}, **body)


def test_a_coordinator_brings_its_roster(project: Project) -> None:
    reader, writer = make(project, "reader"), make(project, "writer")
    newer = client(project).beta.agents.update(reader.id, version=1, description="Now two.")
    coordinator(project, "lead", reader, writer, system="Lead.\n")
    make(project, "bystander")
    assert "round trip: 0 differences" in imported(project, "lead")
    text = (project.root / "agents/lead/agent.yaml").read_text()
    assert "{agent: reader, version: 1}" in text or "agent: reader" in text
    assert newer.version == 2
    assert {path.name for path in (project.root / "agents").iterdir()} == {
        "lead",
        "reader",
        "writer",
    }
    project.plan(code=0)


def test_the_other_type_of_roster(project: Project) -> None:
    reader = make(project, "reader")
    config = {
        "type": "multiagent_20261001",
        "subagents": {
            "type": "enabled",
            "predefined_agents": [{"type": "agent", "id": reader.id, "version": 1}],
        },
    }
    make(project, "lead", multiagent=config)
    assert "round trip: 0 differences" in imported(project, "lead")
    assert (project.root / "agents/reader/agent.yaml").exists()
    project.plan(code=0)


def test_skills_are_unpacked_at_their_versions(project: Project) -> None:
    cite = upload(project, "cite", label="Cite things", **{"data/table.csv": b"a,b\r\n"})
    old = cite.latest_version_id
    new = upload_version(project, cite.id, "cite", "Cites better.")
    pinned = {"type": "custom", "skill_id": cite.id, "version": old}
    tools = [{"type": "agent_toolset_20260401"}]
    first = make(project, "a", skills=[{**pinned, "version": new}], tools=tools)
    make(project, "b", skills=[{**pinned, "version": new}], tools=tools)
    make(project, "c", skills=[pinned, {"type": "anthropic", "skill_id": "docx"}], tools=tools)
    make(project, "d", skills=[{"type": "custom", "skill_id": cite.id}], tools=tools)
    assert "round trip: 0 differences" in imported(project, "--all")
    root = project.root
    assert "Cites better." in (root / "skills/cite/SKILL.md").read_text()
    assert "skills: [shared/cite]" in (root / "agents/a/agent.yaml").read_text()
    assert "skills: [./skills/cite, anthropic/docx]" in (root / "agents/c/agent.yaml").read_text()
    assert (root / "agents/c/skills/cite/data/table.csv").read_bytes() == b"a,b\r\n"
    unpinned = (root / "agents/d/agent.yaml").read_text()
    assert "path: shared/cite" in unpinned and "version: latest" in unpinned
    assert set(next(e.versions for a, e in project.lock().objects.items() if a.kind == "skill").values()) == {old, new}  # fmt: skip
    project.plan(code=0)
    assert not any("/content" in one["path"] for one in project.server.requests())
    project.edit("skills/cite/SKILL.md", "Cites better.\n---", "Cites best.\n---")
    planned = project.plan(code=2).stdout
    assert "Cites better." in planned and "Cites best." in planned
    project.apply()
    assert ("POST", f"/v1/skills/{cite.id}/versions") in project.writes()
    assert client(project).beta.agents.retrieve(first.id).version == 2
    assert client(project).beta.skills.retrieve(cite.id).display_name == "Cite things"
    project.plan(code=0)


def test_two_skills_of_one_name(project: Project) -> None:
    one = upload(project, "cite", label="one")
    two = upload(project, "cite", "Other.", label="two")
    tools = [{"type": "agent_toolset_20260401"}]
    for name, skill in (("a", one), ("b", two)):
        entry = {"type": "custom", "skill_id": skill.id, "version": skill.latest_version_id}
        make(project, name, skills=[entry], tools=tools)
    told = imported(project, "--all")
    assert "round trip: 0 differences" in told and "import.skill_kept" in told
    assert two.id in (project.root / "agents/b/agent.yaml").read_text()
    assert "shared/cite" in (project.root / "agents/a/agent.yaml").read_text()
    project.plan(code=0)


def test_environments_come_with_everything(project: Project) -> None:
    made = client(project).beta.environments.create(
        name="Fund Ops",
        config={"type": "cloud", "networking": {"type": "limited", "allowed_hosts": ["a.example.com"]}},
    )  # fmt: skip
    make(project, "a")
    assert "round trip: 0 differences" in imported(project, "--all")
    assert project.id("environment/fund-ops") == made.id
    assert "a.example.com" in (project.root / "environments/fund-ops.yaml").read_text()
    project.plan(code=0)
    client(project).beta.environments.update(made.id, description="By hand.")
    project.edit(
        "environments/fund-ops.yaml", "name: Fund Ops", "name: Fund Ops\ndescription: Ours."
    )
    project.plan(code=2)


@pytest.mark.parametrize("words", [[], ["a", "--all"], ["a", "--project", "x"]])
def test_usage(project: Project, words: list[str]) -> None:
    project.run("import", *words, code=64)


def test_what_is_not_there(project: Project) -> None:
    made = make(project, "audit-handover")
    for word in ("audit-handovr", "agent_01NOTHING"):
        told = imported(project, word, code=1)
        assert "import.unknown" in told
    assert f"near: audit-handover ({made.id})" in imported(project, "audit-handovr", code=1)
    again = make(project, "audit-handover")
    told = imported(project, "audit-handover", code=1)
    assert "import.ambiguous" in told and made.id in told and again.id in told
    imported(project, again.id)
    assert project.id("agent/audit-handover") == again.id
    client(project).beta.agents.archive(made.id)
    assert "import.archived" in imported(project, made.id, code=1)
    gone = make(project, "gone")
    client(project).beta.agents.archive(gone.id)
    assert "import.archived" in imported(project, "gone", code=1)
    assert sorted(one.name for one in (project.root / "agents").iterdir()) == ["audit-handover"]
    room = client(project).beta.environments.create(name="room", config={"type": "cloud"})
    assert f"reconcile import {room.id}" in imported(project, "room", code=1)


def test_names_that_fold_into_one(project: Project) -> None:
    made = [make(project, name) for name in ("Helper", "helper", "HELPER", "con", "self", "報告")]
    assert "round trip: 0 differences" in imported(project, "--all")
    names = {one.name for one in (project.root / "agents").iterdir()}
    assert {"helper", "helper-2", "helper-3", "con-1", "self-1"} < names
    assert project.id("agent/helper") == made[0].id
    project.plan(code=0)


def test_what_this_project_marked_comes_back_to_its_address(sample: Project) -> None:
    sample.apply()
    before, files = sample.lock(), tree(sample.root)
    sample.lock_file.unlink()
    empty(sample)
    told = imported(sample, "--all")
    assert "round trip: 0 differences" in told
    after = sample.lock()
    assert {str(a): e.id for a, e in after.objects.items()} == {
        str(a): e.id for a, e in before.objects.items()
    }
    assert {path for path in files if path.endswith("agent.yaml")} == {
        path for path in tree(sample.root) if path.endswith("agent.yaml")
    }
    sample.plan(code=0)


def test_again_changes_nothing_and_comes_out_the_same(project: Project) -> None:
    cite = upload(project, "cite")
    entry = {"type": "custom", "skill_id": cite.id, "version": cite.latest_version_id}
    member = make(project, "member", skills=[entry], tools=[{"type": "agent_toolset_20260401"}])
    coordinator(project, "lead", member, system="Lead.")
    imported(project, "--all")
    first, lock = tree(project.root), project.lock_file.read_bytes()
    inodes = {path: (project.root / path).stat().st_ino for path in first}
    told = imported(project, "--all")
    assert "0 files written" in told and not any(
        "/content" in one["path"] for one in project.server.requests()
    )
    assert {path: (project.root / path).stat().st_ino for path in first} == inodes
    assert project.lock_file.read_bytes() == lock
    shutil.rmtree(project.root / "agents/member")
    imported(project, "--all")
    assert tree(project.root) == first and project.lock_file.read_bytes() == lock
    for folder in ("agents", "skills"):
        shutil.rmtree(project.root / folder)
    project.lock_file.unlink()
    imported(project, "--all")
    assert tree(project.root) == first and project.lock_file.read_bytes() == lock


def test_a_file_that_is_there_is_not_replaced_unseen(project: Project) -> None:
    make(project, "helper", system="Live.\n")
    project.write("agents/helper/system-prompt.md", "Ours.\n")
    before = tree(project.root)
    assert "import.exists" in imported(project, "helper", code=5)
    assert tree(project.root) == before and not project.lock_file.exists()
    shown = imported(project, "helper", "--force", "--dry-run")
    assert "- Ours." in shown and "+ Live." in shown and tree(project.root) == before
    forced = imported(project, "helper", "--force")
    assert "- Ours." in forced and "round trip: 0 differences" in forced
    assert (project.root / "agents/helper/system-prompt.md").read_text() == "Live.\n"
    project.plan(code=0)


def test_another_form_of_the_agent_is_in_the_way(project: Project) -> None:
    make(project, "helper")
    project.write("agents/helper.agent.yaml", f"model: {MODEL}\n")
    assert "import.other_form" in imported(project, "helper", "--force", code=5)
    assert not (project.root / "agents/helper").exists()


def test_a_dry_run_writes_nothing(project: Project) -> None:
    make(project, "helper", system="Live.\n")
    before = tree(project.root)
    told = imported(project, "--all", "--dry-run")
    assert "would be written agents/helper/agent.yaml" in told
    assert "round trip: 0 differences" in told
    assert tree(project.root) == before and not project.lock_file.exists()


def test_what_another_project_marked_is_refused_unless_taken_over(project: Project) -> None:
    made = make(project, "helper", metadata={"reconciler": "others/prod/agent/helper@1"})
    room = client(project).beta.environments.create(
        name="room", metadata={"reconciler": "others/prod/environment/room"}
    )
    refused = imported(project, "--all", code=5)
    assert "import.foreign" in refused and made.id in refused and room.id in refused
    assert not (project.root / "agents").exists() and not project.lock_file.exists()
    assert "round trip: 0 differences" in imported(project, "--all", "--take-over")
    project.plan(code=0)
    project.apply()
    assert "taken_over" in project.lock_file.read_text()
    project.write("agents/helper/system-prompt.md", "Ours.\n")
    project.edit("environments/room.yaml", "config:", "description: Ours.\nconfig:")
    project.apply()
    assert client(project).beta.agents.retrieve(made.id).metadata["reconciler"] == (
        "funds/sandbox/agent/helper@2"
    )
    assert client(project).beta.environments.retrieve(room.id).metadata["reconciler"] == (
        "funds/sandbox/environment/room"
    )
    assert "taken_over" not in project.lock_file.read_text()
    project.plan(code=0)


def test_a_skill_of_another_project_stays_its_own(project: Project) -> None:
    cite = upload(project, "cite", label="cite (others/prod)")
    entry = {"type": "custom", "skill_id": cite.id, "version": cite.latest_version_id}
    make(project, "a", skills=[entry], tools=[{"type": "agent_toolset_20260401"}])
    assert "others/prod/skill/cite owns it" in imported(project, "a")
    assert not (project.root / "skills").exists()
    project.plan(code=0)
    imported(project, "a", "--take-over", "--force")
    assert "shared/cite" in (project.root / "agents/a/agent.yaml").read_text()
    project.plan(code=0)
    project.edit("skills/cite/SKILL.md", "Cites.\n---", "Cites more.\n---")
    project.apply()
    project.plan(code=0)


def test_into_another_folder(project: Project, tmp_path: Path) -> None:
    make(project, "helper", system="Live.\n")
    inside, outside = project.root / "sub/copy", tmp_path / "elsewhere"
    for into in (inside, outside):
        told = imported(project, "--all", "--into", str(into))
        assert "round trip: 0 differences" in told
        assert (into / ".reconcile/sandbox.sqlite").resolve() == (
            project.root / ".reconcile/sandbox.sqlite"
        ).resolve()
        copy = Project(into, project.server)
        copy.plan(code=0)
        assert copy.lock().project == "funds"
    assert not (project.root / "agents").exists() and not project.lock_file.exists()
    named = tmp_path / "named"
    imported(project, "--all", "--into", str(named), "--project", "others")
    assert Project(named, project.server).lock().project == "others"
    assert "import.other_project" in imported(project, "--all", "--into", str(named), code=1)
    own = tmp_path / "own"
    (own / ".reconcile").mkdir(parents=True)
    (own / ".reconcile/sandbox.sqlite").write_bytes(b"")
    assert "import.other_store" in imported(project, "--all", "--into", str(own), code=5)
    (tmp_path / "trap").mkdir()
    (tmp_path / "linked").mkdir()
    (tmp_path / "linked/.reconcile").symlink_to(tmp_path / "trap")
    told = imported(project, "--all", "--into", str(tmp_path / "linked"), code=1)
    assert "path.symlink" in told and not list((tmp_path / "trap").iterdir())


def test_json(project: Project) -> None:
    made = make(project, "helper", system="Live.\n")
    document = json.loads(project.run("import", "helper", "--format", "json").stdout)
    assert document["objects"] == [{"address": "agent/helper", "id": made.id, "version": 1}]
    assert [one["change"] for one in document["files"]] == ["written", "written"]
    assert document["differences"] == [] and document["dry_run"] is False


def test_what_can_not_be_said_is_left_out_and_the_rest_is_written(project: Project) -> None:
    secret = "sk-ant-" + "api03-Qm9vZ2llV29vZ2llQnVnbGVCb3k4"
    leaky = make(project, "leaky", system=f"Use {secret} here.")
    fine = make(project, "fine")
    coordinator(project, "lead", leaky, fine)
    told = imported(project, "--all", code=1)
    assert "import.left_out" in told and leaky.id in told and secret not in told
    assert not (project.root / "agents/leaky").exists()
    text = (project.root / "agents/lead/agent.yaml").read_text()
    assert leaky.id in text and "fine" in text
    assert secret.encode() not in b"".join(tree(project.root).values())
    assert secret not in project.lock_file.read_text()
    project.plan(code=0)


def test_a_token_in_a_url_is_never_written(project: Project) -> None:
    server = {
        "type": "url",
        "name": "wiki",
        "url": "https://wiki.example.com/mcp?token=hunter2hunter2",
    }
    toolset = {"type": "mcp_toolset", "mcp_server_name": "wiki"}
    make(project, "leaky", mcp_servers=[server], tools=[toolset])
    told = imported(project, "leaky", code=1)
    assert "import.left_out" in told and "hunter2" not in told
    assert not (project.root / "agents").exists()


def test_a_token_in_metadata_is_never_written(project: Project) -> None:
    leaky = make(project, "leaky", metadata={"api_key": "e3b0c44298fc1c149afbf4c8", "team": "a"})
    room = client(project).beta.environments.create(
        name="room", config={"type": "cloud"}, metadata={"mcp-token": "Tr0ub4dor&3Zz"}
    )
    make(project, "fine", metadata={"auth": "oauth", "token": "vlt_01XYZ", "key": "fund-2026-001"})
    told = imported(project, "--all", code=1)
    assert told.count("import.left_out") == 2 and leaky.id in told and room.id in told
    assert "`metadata.api_key` looks like a secret" in told and "`metadata.mcp-token`" in told
    written = b"".join([*tree(project.root).values(), project.lock_file.read_bytes()])
    assert b"Tr0ub" not in written and b"e3b0c4429" not in written and b"oauth" in written
    assert "Tr0ub" not in told and "e3b0c4429" not in told


def test_what_is_a_folder_already_is_left_as_it_is_written(project: Project) -> None:
    member = make(project, "member", system="Member.\n")
    imported(project, "member")
    text = f"# Ours, in our own words.\nmodel: {{id: {MODEL}}}\n"
    project.write("agents/member/agent.yaml", text)
    coordinator(project, "lead", member)
    assert "round trip: 0 differences" in imported(project, "--all")
    assert (project.root / "agents/member/agent.yaml").read_text() == text
    assert "subagents: [member]" in (project.root / "agents/lead/agent.yaml").read_text()
    project.plan(code=0)
    client(project).beta.agents.update(member.id, version=1, system="By hand.\n")
    assert "import.exists" in imported(project, "--all", code=5)
    assert "round trip: 0 differences" in imported(project, "--all", "--force")
    project.plan(code=0)


def test_what_was_taken_over_is_not_refused_again(project: Project) -> None:
    make(project, "helper", metadata={"reconciler": "others/prod/agent/helper@1"})
    imported(project, "--all", "--take-over")
    imported(project, "--all")
    project.plan(code=0)


def test_what_nobody_here_knows_is_said(project: Project) -> None:
    make(project, "helper")
    project.server.set_faults([{"kind": "unknown_field"}])
    told = imported(project, "helper")
    assert "live.unknown_field" in told and "round trip: 0 differences" in told
    assert "unheard_of" not in (project.root / "agents/helper/agent.yaml").read_text()


def test_what_can_not_be_read_writes_nothing(project: Project) -> None:
    make(project, "helper")
    for path in ("^/v1/agents", "^/v1/skills", "^/v1/environments"):
        project.server.set_faults([{"kind": "status", "status": 403, "path": path}])
        assert "read.failed" in imported(project, "--all", code=1)
    assert not (project.root / "agents").exists() and not project.lock_file.exists()


def test_another_agent_s_mistake_stops_the_import(project: Project) -> None:
    make(project, "helper")
    project.write("agents/broken/agent.yaml", "modell: x\n")
    before = tree(project.root)
    assert "agents/broken/agent.yaml" in imported(project, "helper", code=1)
    assert tree(project.root) == before
    imported(project, "helper", "--into", str(project.root / "apart"))


def test_a_marker_that_two_agents_carry_names_neither(project: Project) -> None:
    for name in ("one", "two"):
        make(project, name, metadata={"reconciler": "funds/sandbox/agent/one@1"})
    make(project, "three")
    told = imported(project, "--all", code=1)
    assert told.count("import.left_out") == 2 and "several live objects" in told
    assert [one.name for one in (project.root / "agents").iterdir()] == ["three"]


def test_a_member_that_is_archived_stays_an_id(project: Project) -> None:
    member = make(project, "member")
    coordinator(project, "lead", member)
    client(project).beta.agents.archive(member.id)
    assert "round trip: 0 differences" in imported(project, "lead")
    assert member.id in (project.root / "agents/lead/agent.yaml").read_text()
    project.plan(code=0)


def test_a_dry_run_makes_no_project(project: Project, tmp_path: Path) -> None:
    make(project, "helper")
    told = imported(project, "--all", "--dry-run", "--into", str(tmp_path / "new"))
    assert "would be written reconcile.yaml" in told and not (tmp_path / "new").exists()


def test_a_member_of_a_folder_keeps_its_place(project: Project) -> None:
    """A subagent's address has two parts: its file is in the folder of the first."""
    marked = {"metadata": {"reconciler": "funds/sandbox/agent/lead/reader@1"}}
    skill = upload(project, "cite")
    entry = {"type": "custom", "skill_id": skill.id, "version": skill.latest_version_id}
    reader = make(project, "reader", system="Read.\r\nAll.\n", skills=[entry], **marked,
                  tools=[{"type": "agent_toolset_20260401"}])  # fmt: skip
    upload_version(project, skill.id, "cite", "Newer.")
    marker = {"reconciler": "funds/sandbox/agent/lead@1"}
    coordinator(project, "lead", reader, system="Lead.\n", metadata=marker)
    assert "round trip: 0 differences" in imported(project, "lead")
    assert {path for path in tree(project.root) if path.startswith("agents/")} == {
        "agents/lead/agent.yaml", "agents/lead/system-prompt.md", "agents/lead/reader.agent.yaml"
    }  # fmt: skip
    project.plan(code=0)


def test_members_of_a_folder_may_differ_in_a_skill(project: Project) -> None:
    skill = upload(project, "cite")
    versions = [
        skill.latest_version_id,
        upload_version(project, skill.id, "cite", "Two."),
        upload_version(project, skill.id, "cite", "Three."),
    ]

    def using(name: str, version: str, address: str, **body: Any) -> Any:
        entry = {"type": "custom", "skill_id": skill.id, "version": version}
        marker = {"reconciler": f"funds/sandbox/agent/{address}@1"}
        tools = [{"type": "agent_toolset_20260401"}]
        return make(project, name, skills=[entry], tools=tools, metadata=marker, **body)

    members = [
        using("reader", versions[0], "lead/reader"),
        using("writer", versions[1], "lead/writer"),
    ]
    entries = [{"type": "agent", "id": one.id, "version": 1} for one in members]
    using("lead", versions[2], "lead", multiagent={"type": "coordinator", "agents": entries})
    using("other", versions[2], "other")
    assert "round trip: 0 differences" in imported(project, "--all")
    for path, text in (("lead/reader/", "Cites."), ("lead/writer/", "Two.")):
        assert text in (project.root / f"agents/{path}skills/cite/SKILL.md").read_text()
    assert "Three." in (project.root / "skills/cite/SKILL.md").read_text()
    project.plan(code=0)
    project.apply()
    assert project.writes() == []
    first = tree(project.root)
    shutil.rmtree(project.root / "agents")
    imported(project, "--all")
    assert tree(project.root) == first
