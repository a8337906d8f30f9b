"""A plan on its pull request, and drift in an issue, against a stub of GitHub's REST API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from reconciler.cli import main
from reconciler.render.markdown import LIMIT, hidden_facts
from tests.e2e.conftest import Project, sdk
from tests.platform.github_stub import Fault, GitHub, serve

TOKEN = "ghs_0123456789abcdefghij"
COMMENTS = "/repos/o/r/issues/7/comments"


@pytest.fixture
def github(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[GitHub]:
    monkeypatch.setattr("reconciler.platform.github_calls.time.sleep", lambda _: None)
    with serve() as running:
        monkeypatch.setenv("GITHUB_REPOSITORY", "o/r")
        monkeypatch.setenv("GITHUB_TOKEN", TOKEN)
        monkeypatch.setenv("GITHUB_API_URL", running.url)
        monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
        yield running


def push(github: GitHub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, head: str) -> None:
    """A newer commit, and the event that tells of it."""
    github.head = head
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"pull_request": {"head": {"sha": head}}}))
    monkeypatch.setenv("GITHUB_EVENT_PATH", str(event))


def comment(file: Path, *more: str, code: int = 0) -> Result:
    result = CliRunner().invoke(main, ["comment", "--pr", "7", "--plan", str(file), *more])
    assert result.exit_code == code, result.output
    return result


def saved(project: Project, name: str = "plan.json") -> Path:
    file = project.root.parent / name
    project.run("plan", "--out", str(file), code=None)
    return file


def test_one_comment_after_ten_pushes(
    sample: Project, github: GitHub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    sample.apply()
    for number in range(10):
        push(github, monkeypatch, tmp_path, f"{number:040x}")
        sample.write(
            "agents/fresh/agent.yaml", f"model: claude-sonnet-4-6\nsystem: Push {number}.\n"
        )
        comment(saved(sample))
    (ours,) = github.comments
    facts = hidden_facts(ours["body"])
    assert facts is not None and facts["head"] == f"{9:040x}"
    assert "Push 9." in ours["body"] and "Push 8." not in ours["body"]
    assert "Stale" not in ours["body"] and len(ours["body"]) <= LIMIT


def test_two_targets_have_two_comments(sample: Project, github: GitHub) -> None:
    file = saved(sample)
    other = json.loads(file.read_text())
    other["target"] = "prod"
    second = file.with_name("prod.json")
    second.write_text(json.dumps(other))
    for path in (file, second, file):
        comment(path)
    assert len(github.comments) == 2


def test_an_older_run_says_that_it_is_stale_or_nothing(
    sample: Project, github: GitHub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = saved(sample)
    github.head = "b" * 40
    comment(file, "--head", "a" * 40)
    assert f"**Stale:** made for <code>{'a' * 40}</code>" in github.comments[0]["body"]
    comment(file, "--head", "b" * 40)
    assert "Stale" not in github.comments[0]["body"]
    said = comment(file, "--head", "a" * 40, "--format", "json")
    assert json.loads(said.stdout)["result"] == "outdated"
    assert "Stale" not in github.comments[0]["body"]


def test_a_commit_of_which_no_plan_can_be_made_makes_the_comment_stale(
    sample: Project, github: GitHub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def no_plan() -> str:
        result = sample.run("comment", "--pr", "7", "--no-plan", "--format", "json")
        return str(json.loads(result.stdout)["result"])

    assert no_plan() == "unchanged" and github.comments == []
    push(github, monkeypatch, tmp_path, "a" * 40)
    comment(saved(sample))
    (ours,) = github.comments
    before = ours["body"]
    assert no_plan() == "unchanged" and ours["body"] == before
    sample.write("agents/fresh/agent.yaml", "model: [\n")
    for head in ("b" * 40, "c" * 40):
        push(github, monkeypatch, tmp_path, head)
        assert [no_plan(), no_plan()] == ["updated", "unchanged"]
        first, told, rest = ours["body"].split("\n\n", 2)
        assert f"made for <code>{'a' * 40}</code>; the newest is <code>{head}</code>" in told
        assert f"{first}\n\n{rest}" == before
    github.faults.append(Fault("PATCH", ".*", 403))
    push(github, monkeypatch, tmp_path, "d" * 40)
    refused = sample.run("comment", "--pr", "7", "--no-plan", code=1)
    assert "github.forbidden" in refused.stderr
    for wrong in ((), ("--no-plan", "--plan", "plan.json"), ("--no-plan", "--head", "a")):
        sample.run("comment", "--pr", "7", *wrong, code=64)


def test_without_permission_the_summary_has_it_all(
    sample: Project, github: GitHub, tmp_path: Path
) -> None:
    github.faults.append(Fault("POST", COMMENTS, 403))
    refused = comment(saved(sample), code=1)
    assert "github.forbidden error" in refused.stderr
    assert "pull-requests: write" in refused.stderr
    summary = (tmp_path / "summary.md").read_text()
    assert "+ agent/audit-handover" in summary and "+ agent/nav-review" in summary
    assert github.comments == [] and TOKEN not in refused.output + summary


def test_a_lost_answer_makes_no_second_comment(sample: Project, github: GitHub) -> None:
    github.faults += [Fault("POST", COMMENTS, 0, after=True), Fault("GET", COMMENTS, 502)]
    file = saved(sample)
    comment(file)
    comment(file)
    assert len(github.comments) == 1


def test_a_file_that_is_no_plan(github: GitHub, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    for text in ("{", "{}", '{"kind": "plan", "format_version": 1}'):
        file.write_text(text)
        assert "plan.unreadable" in comment(file, code=1).stderr
    assert github.requests == []


def test_the_issue_about_drift_is_opened_kept_and_closed(sample: Project, github: GitHub) -> None:
    sample.apply()
    sample.run("drift", "--issue")
    assert github.issues == []
    server = sample.server
    identity = sample.id("agent/price-checker")
    with sdk(server) as client:
        client.beta.agents.update(identity, version=1, description="By hand, @everyone.")
        said = sample.run("drift", "--issue", code=2)
        (issue,) = github.issues
        assert issue["title"] == "Drift: fund-agents → sandbox" and issue["url"] in (
            f"{github.url}/repos/o/r/issues/{issue['number']}"
        )
        assert "issue created: " in said.stderr
        fenced = issue["body"].partition("```text\n")[2]
        assert "By hand, @everyone." in fenced and "agent/price-checker" in fenced
        sample.run("drift", "--issue", code=2)
        client.beta.agents.update(identity, version=2, description="Twice.")
        sample.run("drift", "--issue", code=2)
        assert len(github.issues) == 1 and "Twice." in issue["body"]
    sample.apply("--overwrite-drift", "agent/price-checker")
    assert "issue closed: " in sample.run("drift", "--issue").stderr
    assert issue["state"] == "closed"
    sample.run("drift", "--issue", "agent/price-checker", code=64)


def test_what_became_of_an_apply_is_a_comment_of_its_own(
    sample: Project, github: GitHub, tmp_path: Path
) -> None:
    reviewed = saved(sample)
    comment(reviewed)
    report = tmp_path / "report.json"
    sample.run("apply", str(reviewed), "--report", str(report))
    sample.edit("agents/price-checker/agent.yaml", "five per cent", "four per cent")
    for _ in range(2):
        comment(saved(sample, "rest.json"), "--report", str(report))
    review, done = github.said_on(7)
    assert "10 to create" in review and "10 applied" in done and "2 to be done" in done
    report.write_text('{"format_version": 1, "kind": "diagnostics"}')
    sample.apply()
    nothing = comment(saved(sample, "rest.json"), "--report", str(report))
    assert "there is nothing to say" in nothing.stdout and github.said_on(7) == [review, done]


def test_a_report_that_can_t_be_read_or_saved(
    sample: Project, github: GitHub, tmp_path: Path
) -> None:
    file = saved(sample)
    report = tmp_path / "report.json"
    for text in ("{", "[]", "{}"):
        report.write_text(text)
        assert "report.unreadable" in comment(file, "--report", str(report), code=1).stderr
    assert github.requests == []
    missing = report / "report.json"
    assert "report.not_written" in sample.apply("--report", str(missing), code=3).stderr
    assert sample.lock().objects


def test_whatever_drifted_the_issue_is_no_longer_than_github_takes(
    sample: Project, github: GitHub
) -> None:
    sample.apply()
    client = sdk(sample.server)
    checker = next(one for one in client.beta.agents.list() if one.name == "price-checker")
    system = "`" * 50_000 + "\n@octocat" + "\nx" * 20_000
    client.beta.agents.update(checker.id, version=checker.version, system=system)
    sample.run("drift", "--issue", code=2)
    (issue,) = github.issues
    assert len(issue["body"]) < 65_536
    fence = issue["body"].partition("\n\n")[2].partition("text\n")[0]
    assert len(fence) == 1_001 and issue["body"].endswith(f"\n{fence}\n")
    assert f"{fence[1:]}… (49,000 more)" in issue["body"]
