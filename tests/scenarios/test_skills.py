"""What becomes of a skill when its files, its name or what lies beside them change."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.conftest import Project
from tests.scenarios.world import agent, settled

FOLDER = "skills/cite"
SKILL = "---\nname: cite\ndescription: How to cite.\n---\nCite it.\n"
USER = "model: claude-sonnet-4-6\ntools: [read]\nskills: [shared/cite]\n"
USERS = ("checker", "writer")


@pytest.fixture
def cite(project: Project) -> Project:
    """A skill of two files that two agents use, applied."""
    project.write(f"{FOLDER}/SKILL.md", SKILL)
    project.write(f"{FOLDER}/notes.md", "Notes.\n")
    for name in USERS:
        project.write(f"agents/{name}/agent.yaml", USER)
    project.apply()
    return project


def updates(project: Project) -> list[tuple[str, str]]:
    """The writes that pin every user anew."""
    return sorted(("POST", f"/v1/agents/{project.id(f'agent/{name}')}") for name in USERS)


def pins(project: Project) -> set[str]:
    """The versions of the skill that are pinned."""
    return {agent(project, f"agent/{name}")["skills"][0]["version"] for name in USERS}


def test_a_renamed_file_is_one_new_version_and_is_called_renamed(cite: Project) -> None:
    skill = cite.id("skill/cite")
    (cite.root / FOLDER / "notes.md").rename(cite.root / FOLDER / "remarks.md")
    shown = cite.plan(code=2).stdout
    assert "~ skill/cite  new version" in shown and "renamed: notes.md → remarks.md" in shown
    assert "SKILL.md" not in shown, "a file that is as it was is shown"
    cite.apply()
    assert cite.writes()[0] == ("POST", f"/v1/skills/{skill}/versions")
    assert sorted(cite.writes()[1:]) == updates(cite)
    assert cite.id("skill/cite") == skill
    settled(cite)


def test_files_are_told_one_by_one(cite: Project) -> None:
    cite.edit(f"{FOLDER}/notes.md", "Notes.", "More notes.")
    cite.write(f"{FOLDER}/new.md", "New.\n")
    shown = cite.plan(code=2).stdout
    assert "added: new.md (5 bytes)" in shown and "changed: notes.md (7 → 12 bytes)" in shown
    assert "- Notes." in shown and "+ More notes." in shown
    assert "renamed" not in shown and "SKILL.md" not in shown


def test_a_name_that_differs_from_the_folder_is_an_error_before_any_request(cite: Project) -> None:
    cite.edit(f"{FOLDER}/SKILL.md", "name: cite", "name: quote")
    refused = cite.apply(code=1).output
    assert "skill.name_mismatch" in refused and "under another name it is a new skill" in refused
    assert cite.server.requests() == []


def test_a_skill_under_another_name_is_a_new_one_and_the_old_one_stays(cite: Project) -> None:
    old = cite.id("skill/cite")
    cite.edit(f"{FOLDER}/SKILL.md", "name: cite", "name: quote")
    (cite.root / FOLDER).rename(cite.root / "skills/quote")
    for name in USERS:
        cite.edit(f"agents/{name}/agent.yaml", "shared/cite", "shared/quote")
    shown = cite.plan(code=2).stdout
    assert "if this was skill/cite, it is a new skill all the same" in shown
    assert f"? skill/cite  {old}" in shown
    cite.apply()
    assert cite.writes()[0] == ("POST", "/v1/skills") and sorted(cite.writes()[1:]) == updates(cite)
    assert cite.id("skill/quote") != old == cite.id("skill/cite")


def test_older_content_is_pinned_again_and_not_uploaded(cite: Project) -> None:
    first = pins(cite)
    cite.edit(f"{FOLDER}/SKILL.md", "Cite it.", "Cite all.")
    cite.apply()
    assert pins(cite) != first
    cite.edit(f"{FOLDER}/SKILL.md", "Cite all.", "Cite it.")
    cite.apply()
    assert sorted(cite.writes()) == updates(cite)
    assert pins(cite) == first
    settled(cite)


def test_litter_is_left_out_and_named(cite: Project) -> None:
    for path in (".DS_Store", "__pycache__/a.pyc", ".git/config", "sub/.DS_Store"):
        cite.write(f"{FOLDER}/{path}", "litter\n")
    shown = cite.plan(code=0).output
    assert "not uploaded: .DS_Store, .git/, __pycache__/, sub/.DS_Store" in shown
    cite.write(f"{FOLDER}/dist/table.md", "Kept.\n")
    cite.apply()
    (upload,) = cite.sent(f"/v1/skills/{cite.id('skill/cite')}/versions")
    assert upload["files"] == ["cite/SKILL.md", "cite/dist/table.md", "cite/notes.md"]


@pytest.mark.parametrize("to", ["outside/secret.txt", "../../../outside/secret.txt", "outside"])
def test_a_link_is_an_error_and_what_it_leads_to_is_not_shown(
    cite: Project, tmp_path: Path, to: str
) -> None:
    secret = tmp_path / "outside/secret.txt"
    secret.parent.mkdir()
    secret.write_text("never-to-be-seen\n")
    link = cite.root / FOLDER / "link.md"
    link.symlink_to(to if to.startswith("..") else tmp_path / to)
    assert link.exists()
    for command in (["validate"], ["plan"], ["apply", "--yes"]):
        refused = cite.run(*command, code=1).output
        assert f"skill.symlink error {FOLDER}/link.md" in refused
        assert "never-to-be-seen" not in refused
        assert cite.server.requests() == []


def test_the_folder_itself_is_no_link(project: Project, tmp_path: Path) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/SKILL.md").write_text(f"{SKILL}never-to-be-seen\n")
    project.write("agents/checker/agent.yaml", USER)
    (project.root / "skills").mkdir()
    (project.root / FOLDER).symlink_to(tmp_path / "outside")
    refused = project.apply(code=1).output
    assert f"{FOLDER} is a symbolic link" in refused
    assert project.server.requests() == [] and "never-to-be-seen" not in refused


def test_an_env_file_is_an_error_and_is_not_quoted(cite: Project) -> None:
    cite.write(f"{FOLDER}/.env", "PASSWORD=never-to-be-seen\n")
    refused = cite.apply(code=1).output
    assert "path.forbidden" in refused and "never-to-be-seen" not in refused
    assert cite.server.requests() == []
