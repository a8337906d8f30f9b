"""`silence:` itself: what it covers, and what is wrong with an entry."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.authoring.support import SKILL, agent, loaded, only, places, refused

A = "agents/a/agent.yaml"
ALL = "tools: all\n"
REASON = "reason: It is meant."


@pytest.mark.parametrize(
    ("entry", "code"),
    [
        ("{code: §tools.untrusted_inputs, at: tools, reason: r}", "silence.code"),
        ("{code: §nonesuch, at: tools, reason: r}", "silence.code"),
        ("{code: §write.moved, at: tools, reason: r}", "silence.code"),
        ("{code: §tools.suffix, at: tools, reason: r}", "silence.of_error"),
        ("{code: tools.untrusted_input, at: §tols, reason: r}", "silence.place"),
        ("{code: tools.untrusted_input, at: tools, reason: §' '}", "silence.reason"),
        ("§{code: tools.untrusted_input, at: tools}", "field.missing"),
        ("§{code: tools.untrusted_input, reason: r}", "field.missing"),
        ("{code: tools.untrusted_input, at: tools, reason: r, §until: later}", "field.unknown"),
        ("§tools.untrusted_input", "field.type"),
    ],
)
def test_refused(tmp_path: Path, entry: str, code: str) -> None:
    refused(tmp_path, f"silence: [{entry}]\n", code)


def test_an_unknown_code_names_the_nearest(tmp_path: Path) -> None:
    entry = "{code: tools.untrusted_inputs, at: tools, reason: r}"
    [finding] = agent(tmp_path, f"silence: [{entry}]\n").findings
    assert "tools.untrusted_input" in finding.hint


def test_an_entry_that_silences_nothing(tmp_path: Path) -> None:
    entry = f"silence:\n  - {{code: tools.untrusted_input, at: tools, {REASON}}}\n"
    result = agent(tmp_path, "tools: [read]\n" + entry)
    assert only(result) == "silence.unused 4:5"
    assert result.findings[0].severity == "warning" and result.silenced == ()


def test_the_same_finding_elsewhere_is_still_seen(tmp_path: Path) -> None:
    entry = f"silence: [{{code: tools.untrusted_input, at: tools, {REASON}}}]\n"
    result = agent(tmp_path, ALL + entry, {"agents/b/agent.yaml": "model: m\n" + ALL})
    assert places(result) == ["tools.untrusted_input agents/b/agent.yaml:2:8"]
    assert [item.finding.address for item in result.silenced] == ["agent/a"]


def test_another_code_at_the_same_place_is_still_seen(tmp_path: Path) -> None:
    text = "tools: [bash, web_fetch]\nskills: [anthropic/docx]\n"
    entry = f"silence: [{{code: skill.unpinned, at: skills, {REASON}}}]\n"
    result = agent(tmp_path, text + entry)
    assert places(result) == [f"tools.untrusted_input {A}:2:9", f"skill.needs_read {A}:3:9"]
    assert [item.finding.code for item in result.silenced] == ["skill.unpinned"]


def test_beside_an_error_nothing_is_called_unused(tmp_path: Path) -> None:
    entry = f"silence: [{{code: tools.untrusted_input, at: tools, {REASON}}}]\n"
    result = agent(tmp_path, "tools: [all, nonesuch]\n" + entry)
    assert places(result) == [f"tools.unmapped {A}:2:14"]


@pytest.mark.parametrize("at", [A, f"./{A}", "agents/a", "agent/a"])
def test_in_reconcile_yaml_by_file_folder_or_address(tmp_path: Path, at: str) -> None:
    entry = f"silence: [{{code: tools.untrusted_input, at: {at}, {REASON}}}]\n"
    project = "version: 1\nproject: demo\n" + entry
    result = agent(tmp_path, ALL, {"reconcile.yaml": project})
    assert places(result) == []
    assert [str(item.span) for item in result.silenced] == ["reconcile.yaml:3:11"]


def test_a_note_about_a_skill_by_its_file(tmp_path: Path) -> None:
    entry = f"silence: [{{code: skill.left_out, at: skills/x/SKILL.md, {REASON}}}]\n"
    files = {
        "reconcile.yaml": "version: 1\nproject: demo\n" + entry,
        "skills/x/SKILL.md": SKILL.format(name="x"),
        "skills/x/.DS_Store": "",
    }
    result = loaded(tmp_path, files)
    assert places(result) == [] and len(result.silenced) == 1


def test_in_an_environment(tmp_path: Path) -> None:
    text = "config:\n  type: cloud\n  networking: {type: limited}\n  packages: {pip: [x]}\n"
    entry = (
        f"silence: [{{code: environment.packages_unreachable, at: config.packages, {REASON}}}]\n"
    )
    result = loaded(tmp_path, {A: "model: m\n", "environments/e.yaml": text + entry})
    assert places(result) == [] and len(result.silenced) == 1


def test_it_is_never_sent(tmp_path: Path) -> None:
    entry = f"silence: [{{code: tools.untrusted_input, at: tools, {REASON}}}]\n"
    result = agent(tmp_path, ALL + entry)
    assert result.desired is not None
    assert "silence" not in result.desired.resources[0].body
