"""Rules over plans: each one broken, kept and waived, and who sets them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.e2e.conftest import Project

AGENT = """\
name: Reader
model: claude-sonnet-5
tools: [read, bash]
mcp_servers:
  - name: wiki
    url: https://wiki.example.com/mcp
    tools: [search:allow, edit]
metadata: {team: funds}
"""
#: Rule → a setting that the agent breaks, one that it keeps, what is said, and where.
RULES = {
    "ask": ("[bash]", "[edit, wiki/edit]", "bash must ask before it runs", "tools", 3),
    "models": ("[claude-opus-*]", "[claude-*]", "the model claude-sonnet-5 is not", "model", 2),
    "mcp_hosts": (
        "[mcp.ntropii.com]", "['*.example.com']", "at wiki.example.com, which is not", "mcp", 4,
    ),
    "metadata": ("[owner]", "[team]", "metadata must have the key owner", "metadata", 8),
}  # fmt: skip


@pytest.fixture
def ruled(project: Project) -> Project:
    project.write("agents/reader/agent.yaml", AGENT)
    return project


def rules(project: Project, text: str) -> None:
    project.write("reconcile.yaml", f"version: 1\nproject: funds\n{text}")


def found(project: Project, *args: str, code: int) -> list[dict[str, Any]]:
    document = json.loads(project.run("plan", "--format", "json", *args, code=code).stdout)
    return [one for one in document["findings"] if one["code"].startswith("policy.")]


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_broken(rule: str, ruled: Project) -> None:
    broken, _, said, _, line = RULES[rule]
    rules(ruled, f"policy: {{{rule}: {broken}}}\n")
    (finding,) = found(ruled, code=5)
    assert finding["code"] == f"policy.{rule}" and finding["severity"] == "error"
    assert said in finding["message"] and finding["address"] == "agent/reader"
    assert (finding["file"], finding["line"]) == ("agents/reader/agent.yaml", line)
    assert f"`{rule}` stands in reconcile.yaml:3:" in finding["hint"]
    ruled.apply(code=5)
    assert ruled.writes() == []


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_kept(rule: str, ruled: Project) -> None:
    rules(ruled, f"policy: {{{rule}: {RULES[rule][1]}}}\n")
    assert found(ruled, code=0) == []


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_waived(rule: str, ruled: Project) -> None:
    waiver = f"{{rule: {rule}, at: 'agent/r*', reason: Known and wanted.}}"
    rules(ruled, f"policy: {{{rule}: {RULES[rule][0]}, waivers: [{waiver}]}}\n")
    (finding,) = found(ruled, code=0)
    assert (finding["code"], finding["severity"]) == ("policy.waived", "note")
    assert f"`{rule}` is waived" in finding["message"]
    assert finding["hint"] == "Known and wanted."
    ruled.apply()


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_that_only_warns(rule: str, ruled: Project) -> None:
    rules(ruled, f"policy: {{{rule}: {RULES[rule][0]}, severity: {{{rule}: warning}}}}\n")
    (finding,) = found(ruled, code=0)
    assert finding["severity"] == "warning"
    ruled.apply()


@pytest.mark.parametrize(
    ("asked", "given", "broken"),
    [
        ("wiki/edit", "{permission: allow}", ["wiki/*"]),  # as any tool of the server
        ("'*edit'", "{permission: allow}", ["wiki/*"]),
        ("'wiki/e*'", "{permission: allow}", ["wiki/*"]),
        ("WIKI/Edit", "{permission: allow}", ["wiki/*"]),
        ("'*'", "{permission: allow}", ["wiki/*"]),
        ("other/edit", "{permission: allow}", []),
        ("edit", "{permission: allow}", []),  # the built-in tool of this name
        ("wiki/edit", "{permission: ask}", []),
        ("wiki/edit", "{tools: ['edit:ask', search], permission: allow}", []),
        ("wiki/edit", "{tools: ['search:allow']}", []),  # the others are off
    ],
)
def test_a_tool_without_an_entry_must_ask_too(
    asked: str, given: str, broken: list[str], project: Project
) -> None:
    project.write(
        "agents/reader/agent.yaml",
        "model: claude-sonnet-5\nmcp_servers:\n"
        f"  - {{name: wiki, url: 'https://wiki.example.com/mcp', {given[1:-1]}}}\n",
    )
    rules(project, f"policy: {{ask: [{asked}]}}\n")
    told = [one["message"] for one in found(project, code=5 if broken else 0)]
    assert told == [f"{tool} must ask before it runs" for tool in broken]


def test_raises_of_privilege(ruled: Project) -> None:
    rules(ruled, "policy: {raises: none}\n")
    ruled.apply()  # something new raises nothing
    ruled.edit("agents/reader/agent.yaml", "[read, bash]", "[read, bash, write]")
    (finding,) = found(ruled, code=5)
    assert finding["message"].endswith("write: off → runs without asking")
    assert finding["line"] == 3
    rules(ruled, "policy: {raises: none, waivers: [{rule: raises, at: agent/reader, reason: r}]}\n")
    assert [one["code"] for one in found(ruled, code=0)] == ["policy.waived"]
    rules(ruled, "policy: {raises: none}\n")
    ruled.edit("agents/reader/agent.yaml", "[read, bash, write]", "[read, 'bash:ask']")
    assert found(ruled, code=0) == []


def test_the_number_of_changes(ruled: Project) -> None:
    for name in ("a", "b"):
        ruled.write(f"agents/{name}/agent.yaml", "model: claude-sonnet-5\n")
    rules(ruled, "policy: {max_changes: 2}\n")
    (finding,) = found(ruled, code=5)
    assert finding["message"] == "the plan changes 3 objects; 2 is the limit"
    assert (finding["file"], finding["line"]) == ("reconcile.yaml", 3)
    rules(ruled, "policy: {max_changes: 3}\n")
    assert found(ruled, code=0) == []


def test_an_advisor_is_a_model_too(ruled: Project) -> None:
    rules(ruled, "policy: {models: [claude-sonnet-5]}\n")
    ruled.write(
        "agents/reader/agent.yaml",
        "model: claude-sonnet-5\nsubagents: [self, {advisor: claude-opus-5}]\n",
    )
    (finding,) = found(ruled, code=5)
    assert "claude-opus-5" in finding["message"] and finding["line"] == 2


def test_what_the_plan_leaves_alone_is_not_judged(ruled: Project) -> None:
    ruled.apply()
    ruled.write("agents/other/agent.yaml", "model: claude-sonnet-5\n")
    rules(ruled, "policy: {ask: [bash]}\n")
    assert found(ruled, code=0) == []


def test_the_rules_are_those_of_the_branch_that_a_change_goes_to(ruled: Project) -> None:
    rules(ruled, "policy: {ask: [bash]}\n")
    base = ruled.root.parent / "base.yaml"
    base.write_bytes((ruled.root / "reconcile.yaml").read_bytes())
    rules(
        ruled,
        "targets: {sandbox: {variables: {a: b}, overrides: {agent/reader: {model: claude-opus-5}}}}\n"
        "policy: {ask: []}\n",
    )
    assert found(ruled, code=0) == []
    codes = {one["code"]: one for one in found(ruled, "--policy", str(base), code=5)}
    assert set(codes) == {
        "policy.ask", "policy.changed", "policy.target_changed", "policy.override_changed",
    }  # fmt: skip
    assert codes["policy.changed"]["severity"] == "warning"
    assert codes["policy.changed"]["line"] == 4
    ruled.run("apply", "--yes", "--policy", str(base), code=5)
    assert ruled.writes() == []


def test_rules_that_cannot_be_read_stop_everything(ruled: Project) -> None:
    base = ruled.root.parent / "base.yaml"
    for text in ("policy: [\n", "version: 1\nproject: funds\npolicy: {unheard: 1}\n", "[]\n"):
        base.write_text(text)
        result = ruled.run("plan", "--policy", str(base), code=1)
        assert "policy.unreadable" in result.stderr
        assert ruled.writes() == []
