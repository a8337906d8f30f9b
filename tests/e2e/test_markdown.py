"""`plan --format markdown`: the comment of a pull request, of a plan over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import anthropic
import pytest
from jsonschema import Draft202012Validator

from reconciler.cli import exit_codes
from reconciler.cli.schemas import published
from reconciler.render.markdown import hidden_facts
from tests.e2e.conftest import Project, sdk
from tests.github_page import page
from tests.render.hostile import HOSTILE

PROMPT = "agents/audit-handover/system-prompt.md"
HELD = exit_codes.REFUSED
CITE = "agents/skills/cite-sources"


@pytest.fixture
def client(sample: Project) -> Iterator[anthropic.Anthropic]:
    server = sample.server
    with sdk(server) as made:
        yield made


def comment(project: Project, *args: str, code: int = 0) -> str:
    """The comment, that a renderer finds nothing wrong with and that no request but reads made."""
    made = project.run("plan", "--format", "markdown", *args, code=code).stdout
    assert page(made).problems == []
    assert project.writes() == []
    return made


@pytest.fixture
def reviewed(sample: Project, client: anthropic.Anthropic) -> Project:
    """The sample applied; then prompts, tools, a skill and a roster change in the folders, and one
    agent drifts, one is edited on both sides."""
    sample.write(f"{CITE}/table.md", "Kinds of sources.\n")
    sample.write(f"{CITE}/gone.md", "Going.\n")
    sample.apply()
    sample.edit(PROMPT, "never plug it", "do not plug it")
    sample.edit("agents/audit-handover/agent.yaml", '"bash:allow"', '"bash:ask", web_fetch')
    sample.edit(f"{CITE}/SKILL.md", "left bare", "left alone")
    (sample.root / CITE / "table.md").rename(sample.root / CITE / "kinds.md")
    (sample.root / CITE / "gone.md").unlink()
    sample.write(f"{CITE}/new.md", "New.\n")
    agents = client.beta.agents
    agents.update(sample.id("agent/price-checker"), tools=[{"type": "agent_toolset_20260401"}])
    agents.update(sample.id("agent/ledger-checker"), description="by hand")
    sample.edit("agents/ledger-checker/agent.yaml", "Ties the ledger", "Holds the ledger")
    return sample


def test_a_review_holds_all_that_changes(reviewed: Project) -> None:
    made = comment(reviewed, code=HELD)
    facts = hidden_facts(made)
    assert facts and (facts["project"], facts["target"]) == ("fund-agents", "sandbox")
    text = reviewed.run("plan", code=HELD).stdout
    assert f"Digest {facts['digest']}" in text
    totals = text.strip().split("\n")[-1].partition(" Digest")[0]
    assert made.split("\n")[2] == f"**{totals}** Digest `{facts['digest']}`"
    assert "### Edited outside, held back: 1" in made
    assert "### Edited outside and in the folders, held back: 1" in made
    assert "bash: off → runs without asking" in made
    assert "<code>--overwrite-drift agent/price-checker</code>" in made
    assert "Brought by version 2, " in made
    assert "<del>never</del>" in made and "<ins>do not</ins>" in made
    assert "<tr><td><code>bash</code></td><td>runs without asking</td><td>asks</td></tr>" in made
    assert (
        "<tr><td><code>web_fetch</code></td><td>off</td><td>runs without asking</td></tr>" in made
    )


def test_a_skill_is_shown_beside_the_version_in_use(reviewed: Project) -> None:
    made = comment(reviewed, code=HELD)
    downloads = [
        one["path"]
        for one in reviewed.server.requests()
        if "/content" in one["path"] or "download" in one["path"]
    ]
    assert len(downloads) == 1, downloads
    block = made.partition("<details><summary>~ <code>skill/cite-sources</code>")[2].partition(
        "</details>"
    )[0]
    assert "<li>removed: <code>gone.md (7 bytes)</code></li>" in block
    assert "<li>renamed: <code>table.md → kinds.md</code></li>" in block
    assert "<li>added: <code>new.md (5 bytes)</code></li>" in block
    assert "<del>bare</del>" in block and "<ins>alone</ins>" in block
    assert "cite-sources</code></td><td><code>" in made, "the agents' pins"


def test_programs_get_the_files_too_and_the_digest_is_that_of_the_writes(
    reviewed: Project, tmp_path: Path
) -> None:
    document = json.loads(reviewed.run("plan", "--format", "json", code=HELD).stdout)
    assert list(Draft202012Validator(published("plan")).iter_errors(document)) == []
    (skill,) = (one for one in document["actions"] if one["address"] == "skill/cite-sources")
    assert [(one["path"], one["what"], one["old"]) for one in skill["files"]] == [
        ("SKILL.md", "changed", ""),
        ("gone.md", "removed", ""),
        ("kinds.md", "renamed", "table.md"),
        ("new.md", "added", ""),
    ]
    assert "left bare" in skill["files"][0]["before"] and "left alone" in skill["files"][0]["after"]
    reviewed.server.set_faults([{"kind": "status", "status": 500, "path": "/content$"}])
    unread = json.loads(reviewed.run("plan", "--format", "json", code=HELD).stdout)
    (again,) = (one for one in unread["actions"] if one["address"] == "skill/cite-sources")
    assert again["files"] == [] and again["digest"] == skill["digest"]
    assert unread["digest"] == document["digest"]


def test_what_comes_after_a_skill_was_taken_back_is_compared_with_what_is_in_use(
    sample: Project,
) -> None:
    sample.write(f"{CITE}/table.md", "first\n")
    sample.apply()
    sample.write(f"{CITE}/table.md", "second\n")
    sample.apply()
    sample.write(f"{CITE}/table.md", "first\n")
    sample.apply()
    sample.write(f"{CITE}/table.md", "third\n")
    shown = sample.plan(code=2).stdout
    assert "- first" in shown and "+ third" in shown and "second" not in shown


def test_unpinned_skills_archives_and_equal_worlds(sample: Project) -> None:
    sample.edit("agents/audit-handover/agent.yaml", "anthropic/docx@20251013", "anthropic/docx")
    assert "### Unpinned skills: 1" in comment(sample)
    sample.apply()
    assert "**No changes." in comment(sample)
    (sample.root / "agents/nav-review/agent.yaml").unlink()
    made = comment(sample, "--prune")
    assert "### Archived, deleted or replaced, for ever: 1" in made
    assert "archiving is for ever: an agent can't be un-archived or deleted" in made


def test_an_incomplete_plan_says_so(sample: Project) -> None:
    sample.apply()
    sample.server.set_faults([{"kind": "status", "status": 403, "path": "/v1/agents"}])
    made = comment(sample, code=1)
    assert "### Could not be read: 1" in made and "**The plan is incomplete" in made


def test_the_full_text_is_in_the_jobs_summary(
    sample: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(summary))
    comment(sample)
    added = summary.read_text()
    assert added.startswith("before\n```text\n") and added.endswith("```\n")
    assert sample.run("plan").stdout in added
    assert summary.read_text() == added, "only the comment has one"


@pytest.mark.parametrize("text", HOSTILE[-7:], ids=ascii)
def test_hostile_folders_and_edits_stay_text(
    sample: Project, client: anthropic.Anthropic, text: str
) -> None:
    sample.apply()
    sample.write(PROMPT, f"Be careful.\n{text}\n\n{text} {text}\n")
    sample.write(f"{CITE}/table.md", text)
    edited = client.beta.agents.update(
        sample.id("agent/price-checker"), description=text, metadata={"k": text}
    )
    assert edited.version == 2
    made = comment(sample, code=HELD)
    assert "### Edited outside, held back: 1" in made
    for line in sample.run("plan", code=HELD).stdout.split("\n"):
        assert not line.lstrip().startswith("::") and "##[" not in line
