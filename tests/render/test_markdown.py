"""The comment of a pull request: what it says, word for word."""

from __future__ import annotations

from dataclasses import replace

from reconciler.engine.diagnostics import Span, error, note, warning
from reconciler.engine.live import Origin
from reconciler.engine.lock import LockEntry
from reconciler.engine.plan import Action, Expected, Orphan, Plan
from reconciler.engine.privileges import raises
from reconciler.engine.skill_diff import FileDiff
from reconciler.engine.tools import normalise_tools
from reconciler.engine.values import ABSENT, Ref
from reconciler.render.markdown import Meta, comment_body, hidden_facts
from tests.github_page import page

from .builders import action, at, field, held, plan


def tools(**policies: str) -> dict[str, object]:
    configs = [
        {"name": name, "enabled": True, "permission_policy": {"type": f"always_{policy}"}}
        for name, policy in policies.items()
    ]
    return normalise_tools(
        [
            {
                "type": "agent_toolset_20260401",
                "default_config": {"enabled": False},
                "configs": configs,
            }
        ]
    )


def blocks(*actions: Action, **more: object) -> str:
    """The folded blocks of a plan, after its title."""
    made = comment_body(plan(*actions, **more))
    assert page(made).problems == []
    return made.partition("### Objects: ")[2].partition("\n\n")[2]


def test_equal_worlds_are_three_lines() -> None:
    shown = plan(unchanged=(at("agent/a"),))
    made = comment_body(shown, Meta(head="0a1b2c3"))
    assert made == (
        '<!-- agent-reconciler {"kind": "plan", "project": "fund-agents", "target": "test", '
        f'"digest": "{shown.digest}", "head": "0a1b2c3"}} -->\n\n'
        f"**No changes. 1 object is equal to the folders.** Digest `{shown.digest}`\n\n"
        "<p><code>fund-agents → test</code></p>\n"
    )
    assert page(made).problems == []


def test_the_hidden_line_is_read_back() -> None:
    shown = replace(plan(), project="a--><b>@c #1", target="t")
    assert hidden_facts(comment_body(shown, Meta(head="abc"))) == {
        "kind": "plan", "project": "a--><b>@c #1", "target": "t", "digest": shown.digest, "head": "abc",
    }  # fmt: skip
    for other in ("", "hello", "<!-- agent-reconciler {1 -->", "<!-- agent-reconciler [] -->"):
        assert hidden_facts(other) is None


def test_a_changed_agent() -> None:
    before, after = tools(bash="ask"), tools(bash="allow", read="allow")
    changed = action(
        "agent/researcher",
        "update",
        "changed",
        field(
            "system",
            "Check prices.\nFive per cent is a lot.\n",
            "Check prices.\nFour per cent is a lot.\n",
        ),
        field("tools", before, after),
        field("metadata.owner", "desk", ABSENT, status="cleared"),
        raises=raises({"tools": before}, {"tools": after}),
        notes=("deployment nightly (depl_1) keeps version 3",),
    )
    assert blocks(changed) == (
        "<details><summary>~ <code>agent/researcher</code> changed: system, tools, metadata</summary>\n"
        "\n"
        "<ul>\n"
        "<li>may do more: bash: asks → runs without asking</li>\n"
        "<li>may do more: read: off → runs without asking</li>\n"
        "<li>deployment nightly (<code>depl_1</code>) keeps version 3</li>\n"
        "</ul>\n"
        "\n"
        "<table>\n"
        "<tr><th>field</th><th>before</th><th>after</th></tr>\n"
        "<tr><td><code>tools.agent_toolset_20260401.configs.bash.policy</code></td>"
        "<td><code>always_ask</code></td><td><code>always_allow</code></td></tr>\n"
        "<tr><td><code>tools.agent_toolset_20260401.configs.read</code></td>"
        "<td><code>(none)</code></td><td><code>{enabled: true, policy: always_allow}</code></td></tr>\n"
        "<tr><td><code>metadata.owner</code></td><td><code>desk</code></td><td><code>(none)</code></td></tr>\n"
        "</table>\n"
        "\n"
        "<table>\n"
        "<tr><th>tool</th><th>before</th><th>after</th></tr>\n"
        "<tr><td><code>bash</code></td><td>asks</td><td>runs without asking</td></tr>\n"
        "<tr><td><code>read</code></td><td>off</td><td>runs without asking</td></tr>\n"
        "</table>\n"
        "\n"
        "<p><code>system</code>: 1 line added, 1 removed</p>\n"
        "\n"
        "<pre>\n"
        "@@ lines 1 to 2 @@\n"
        "  Check prices.\n"
        "- <del>Five</del> per cent is a lot.\n"
        "+ <ins>Four</ins> per cent is a lot.\n"
        "</pre>\n"
        "\n"
        "</details>\n"
    )


def test_a_new_agent_is_told_by_its_fields_and_a_removed_one_by_what_ends() -> None:
    fresh = action(
        "agent/fresh",
        "create",
        "new",
        field("name", ABSENT, "fresh"),
        field("system", ABSENT, "You are fresh.\nBe brief.\n"),
        field("tools", ABSENT, tools(read="allow")),
    )
    shown = blocks(fresh)
    assert "<details><summary>+ <code>agent/fresh</code> new</summary>" in shown
    assert (
        "<tr><td><code>system</code></td><td><code>2 lines, 25 characters</code></td></tr>" in shown
    )
    assert "<td><code>tools, built-in</code></td><td>read run; all others are off</td>" in shown
    gone = action(
        "agent/old",
        "archive",
        "removed",
        notes=("archiving is for ever", "deployment d (depl_1) is archived with it"),
    )
    made = comment_body(plan(gone))
    assert (
        "### Archived, deleted or replaced, for ever: 1\n\n<ul>\n<li><code>agent/old</code> archive: "
        "archiving is for ever; deployment d (<code>depl_1</code>) is archived with it</li>\n</ul>"
    ) in made


def test_a_registration_and_its_key_are_told_step_by_step() -> None:
    shown = blocks(
        action("vault/byng/a", "create", "new", payload={"display_name": "a keys", "metadata": {"reconciler": "m"}}),
        action(
            "registration/byng/a", "replace", "registered afresh", field("name", ABSENT, "a"),
            notes=("registry row r_1 is deleted; its UUID ends",),
        ),
        action("credential/byng/a", "create", "new key", notes=("the one-time key goes from the registry straight into the vault",)),
    )  # fmt: skip
    assert '<td><code>display_name</code></td><td><code>"a keys"</code></td>' in shown
    assert "± <code>registration/byng/a</code> replace: registered afresh" in shown
    assert "registry row <code>r_1</code> is deleted; its UUID ends" in shown
    assert "the one-time key goes from the registry straight into the vault" in shown


def test_a_skill_is_a_list_of_files_with_the_texts_that_changed() -> None:
    files = (
        FileDiff(
            "SKILL.md", "changed", "sha256:c", "", 20, 22, "Cite the page.\n", "Cite the chapter.\n"
        ),
        FileDiff("logo.png", "changed", "sha256:c", "", 2_000, 2_100),
        FileDiff("new.md", "added", "sha256:c", size_after=5, after="New.\n"),
        FileDiff("remarks.md", "renamed", "sha256:c", "notes.md", 7, 7),
        FileDiff("table.csv", "removed", "sha256:c", size_before=1_204, before="a\n"),
    )
    assert blocks(action("skill/cite", "update", "new version", files=files)) == (
        "<details><summary>~ <code>skill/cite</code> new version</summary>\n"
        "\n"
        "<ul>\n"
        "<li>changed: <code>SKILL.md (20 → 22 bytes)</code></li>\n"
        "<li>changed: <code>logo.png (2,000 → 2,100 bytes, not shown: no text, or too long)</code></li>\n"
        "<li>added: <code>new.md (5 bytes)</code></li>\n"
        "<li>renamed: <code>notes.md → remarks.md</code></li>\n"
        "<li>removed: <code>table.csv (1,204 bytes)</code></li>\n"
        "</ul>\n"
        "\n"
        "<p><code>SKILL.md</code>: 1 line added, 1 removed</p>\n"
        "\n"
        "<pre>\n"
        "@@ line 1 @@\n"
        "- Cite the <del>page</del>.\n"
        "+ Cite the <ins>chapter</ins>.\n"
        "</pre>\n"
        "\n"
        "</details>\n"
    )


def test_pins_are_told_by_version() -> None:
    member, skill = (
        Ref(at("agent/researcher"), "version"),
        Ref(at("skill/cite"), "version", "sha256:c"),
    )
    shown = blocks(
        action(
            "agent/researcher",
            "update",
            "changed",
            field("system", "a", "b"),
            expected=Expected("agent_r", 3),
        ),
        action(
            "agent/lead",
            "update",
            "re-pinned",
            field("multiagent", _roster(3), _roster(member)),
            field("skills", {"skill/cite": "1759178010641129"}, {"skill/cite": skill}),
            because=(at("agent/researcher"),),
        ),
    )
    assert "re-pinned: <code>agent/researcher v3</code> → <code>v4</code></summary>" in shown
    assert (
        "<td><code>multiagent.agents.agent/researcher</code></td><td><code>v3</code></td><td><code>v4</code></td>"
    ) in shown
    assert (
        "<td><code>skills.skill/cite</code></td><td><code>1759178010641129</code></td>"
        "<td><code>its new version</code></td>"
    ) in shown


def _roster(version: object) -> dict[str, object]:
    return {"type": "coordinator", "agents": {"agent/researcher": version}}


def test_what_needs_a_decision_comes_first_and_says_how_to_go_on() -> None:
    before, after = tools(), tools(bash="allow")
    drifted = replace(
        held(
            action("agent/a", "update", "changed", field("tools", after, before, status="drift")),
            "drift",
            "edited outside since the last apply (tools): take the edit into the folder, or give --overwrite-drift agent/a",
        ),
        raises=raises({"tools": before}, {"tools": after}),
        since="version 4, 2026-01-02T03:04:05Z: tools",
    )
    clash = held(
        action("agent/b", "update", "changed", field("description", "theirs", "ours", base="was", status="conflict")),
        "conflict", "edited outside since the last apply (description)",
    )  # fmt: skip
    refused = held(
        action("agent/c", "archive", "removed"),
        "refused",
        "protected: lift `lifecycle.protect` and apply first",
    )
    raised = action(
        "agent/d", "update", "changed", raises=raises({"tools": before}, {"tools": after})
    )
    shown = plan(
        raised,
        held=(drifted, clash, refused),
        orphans=(Orphan(at("agent/o"), "agent_o", "no longer in the folders; left as it is"),),
        released=((at("agent/r"), field("model.effort", "high", status="released")),),
        records={at("agent/n"): LockEntry()},
        complete=False,
        findings=(
            error("live.unread", "the list of agents could not be read: 429", "try again"),
            error("policy.ask", "bash must ask", span=Span("agents/d/agent.yaml", 4, 2)),
            note("skill.unpinned", "anthropic/docx is not pinned", "pin it"),
            warning("registration.ask_never_answered", "nobody answers", address="agent/d"),
            note("vault.protected", "vault/byng/a is kept"),
        ),
    )
    made = comment_body(
        shown, Meta(origin=Origin("https://api.anthropic.com", workspace="wrkspc_1"), silenced=2)
    )
    assert page(made).problems == []
    titles = [line.removeprefix("### ") for line in made.split("\n") if line.startswith("### ")]
    assert titles == [
        "Could not be read: 1",
        "Errors: 1",
        "Edited outside and in the folders, held back: 1",
        "Edited outside, held back: 1",
        "Held back: 1",
        "May do more: 1",
        "Unpinned skills: 1",
        "Warnings: 1",
        "Objects: 4",
        "No longer in the folders, left untouched: 1",
        "Dropped from the folders, stays as it is: 1",
        "Only the lock takes note of: 1",
        "Notes: 1",
    ]
    head = made.partition("### ")[0]
    assert head.split("\n\n")[1:] == [
        f"**Plan: 0 to create, 1 to update, 0 to archive; 0 unchanged, 3 held back, 1 orphaned.** Digest `{shown.digest}`",
        "<p><code>fund-agents → test</code>, <code>https://api.anthropic.com</code>, workspace <code>wrkspc_1</code></p>",
        "**The plan is incomplete: something could not be read, so nothing can be applied.**",
        "2 findings are silenced in the folders.",
        "",
    ]
    assert (
        "<li><code>agent/a</code> edited outside since the last apply (tools): take the edit into the folder, "
        "or give <code>--overwrite-drift agent/a</code>"
        "<br>Brought by version 4, <code>2026-01-02T03:04:05Z</code>: tools"
        "<br>The edit outside lets it do more: bash: off → runs without asking</li>"
    ) in made
    assert "protected: lift <code>lifecycle.protect</code> and apply first" in made
    assert (
        "<p>The folders want:</p>\n\n<table>\n<tr><th>field</th><th>before</th><th>after</th></tr>\n"
        "<tr><td><code>description</code></td><td><code>theirs</code></td><td><code>ours</code></td></tr>"
    ) in made


def test_a_long_line_shows_what_changed_in_it() -> None:
    words = " ".join(f"word{number}" for number in range(3_000))
    shown = blocks(
        action(
            "agent/x",
            "update",
            "changed",
            field("system", words, words.replace("word1500 ", "term ")),
        )
    )
    assert "<del>word1500</del>" in shown and "<ins>term</ins>" in shown and len(shown) < 1_000


def test_lines_with_little_in_common_are_not_marked() -> None:
    shown = blocks(
        action(
            "agent/x",
            "update",
            "changed",
            field("system", "Be brief.\n", "Answer at length and well.\n"),
        )
    )
    assert "<del>" not in shown and "- Be brief.\n+ Answer at length and well.\n" in shown


def test_the_digest_does_not_depend_on_what_is_shown() -> None:
    def made(*files: FileDiff) -> Plan:
        return plan(action("skill/cite", "update", "new version", files=files))

    assert made().digest == made(FileDiff("a", "added", "sha256:c", size_after=1)).digest
