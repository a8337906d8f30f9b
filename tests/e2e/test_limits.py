"""Limits of the platform: what is waited for, what stops a run, and what is sent a second time."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import anthropic
import anthropic._base_client
import pytest

from reconciler.platform import clients, limits
from tests.e2e.conftest import Project, sdk
from tests.platform.builders import FakeClock

AGENT = "model: claude-sonnet-4-6\n"
NAMES = [f"a{number}" for number in range(6)]
SPENT = ["enforced_spend_limit_reached", "contract_spend_limit_reached"]


@pytest.fixture(autouse=True)
def time(monkeypatch: pytest.MonkeyPatch) -> FakeClock:
    """Time that passes only by being waited for."""
    made = FakeClock()
    monkeypatch.setattr(clients, "Clock", made.clock)
    return made


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """What the SDK would wait before each further try of a read."""
    waits: list[float] = []
    calculate = anthropic._base_client.BaseClient._calculate_retry_timeout

    def told(*arguments: Any, **more: Any) -> float:
        waits.append(calculate(*arguments, **more))
        return 0.0

    monkeypatch.setattr(anthropic._base_client.BaseClient, "_calculate_retry_timeout", told)
    return waits


@pytest.fixture
def six(project: Project) -> Project:
    """Six agents, not applied yet."""
    for name in NAMES:
        project.write(f"agents/{name}/agent.yaml", AGENT)
    return project


def fault(project: Project, **rule: Any) -> None:
    project.server.set_faults([rule])


def names(project: Project) -> list[str]:
    server = project.server
    client = sdk(server)
    return sorted(one.name for one in client.beta.agents.list())


def ends(project: Project, *args: str, code: int) -> dict[str, str]:
    """Address → result, and `next`, of an apply."""
    document = json.loads(project.apply(*args, "--format", "json", code=code).stdout)
    results = {one["address"]: one["result"] for one in document["outcomes"]}
    return results | {"next": document["next_step"]}


@pytest.mark.parametrize("parallel", ["1", "8"])
def test_retry_after_is_obeyed_and_the_run_goes_on(
    six: Project, time: FakeClock, parallel: str
) -> None:
    fault(six, kind="status", status=429, retry_after=7, method="POST", count=3)
    told = six.apply("--parallelism", parallel, "--verbose")
    assert len(six.writes()) == len(NAMES) + 3 and names(six) == NAMES
    assert time.slept.count(1) >= 21, "not waited for as long as it was told"
    assert told.stderr.count("rate limited, waiting 7 s") == 3
    assert "6 applied, 0 failed, 0 skipped" in told.stdout
    six.plan(code=0)


def test_a_limit_that_does_not_pass_fails_its_objects_alone(
    project: Project, time: FakeClock
) -> None:
    project.write("agents/a0/agent.yaml", AGENT)
    project.write("environments/room.yaml", "config: {type: cloud}\n")
    fault(project, kind="status", status=429, retry_after=100, method="POST", path="^/v1/agents$")
    report = ends(project, code=3)
    assert (report["agent/a0"], report["environment/room"]) == ("failed", "applied")
    assert time.time == 300 and "reconcile apply" in report["next"]
    project.server.set_faults([])
    assert ends(project, code=0)["agent/a0"] == "applied"
    assert project.writes() == [("POST", "/v1/agents")]


@pytest.mark.parametrize("code", SPENT)
def test_a_spend_limit_stops_at_once(six: Project, time: FakeClock, code: str) -> None:
    fault(six, kind="status", status=429, retry_after=7, code=code, method="POST", skip=2)
    told = six.apply("--parallelism", "1", code=3).stdout
    assert len(six.writes()) == 3, "something was sent after the limit"
    assert six.server.requests()[-1]["status"] == 429 and time.slept == []
    assert "failed   agent/a2" in told and "spend limit reached" in told
    assert "raise the limit, then run apply again" in told
    for name in NAMES[3:]:
        assert f"skipped  agent/{name}  create: because agent/a2 failed" in told
    assert "2 applied, 1 failed, 3 skipped" in told and "reconcile apply" in told
    assert [str(one) for one in six.lock().objects] == ["agent/a0", "agent/a1"]
    six.server.set_faults([])
    six.apply()
    assert len(six.writes()) == 4 and names(six) == NAMES


def test_a_spend_limit_before_the_first_write_is_an_error(six: Project) -> None:
    fault(six, kind="status", status=429, code=SPENT[0], method="POST")
    report = ends(six, "--parallelism", "2", code=1)
    assert len(six.writes()) <= 2 and names(six) == []
    assert sorted(report[f"agent/{name}"] for name in NAMES)[-4:] == ["skipped"] * 4


def test_a_spend_limit_ends_the_waiting_of_others(project: Project) -> None:
    """Whoever waits for a rate limit meanwhile does not send again."""
    project.write("agents/a0/agent.yaml", AGENT)
    project.write("skills/cite/SKILL.md", "---\nname: cite\ndescription: Cites.\n---\nCite.\n")
    limited = {"kind": "status", "status": 429, "retry_after": 1, "path": "^/v1/skills$"}
    spent = {"kind": "status", "status": 429, "code": SPENT[0], "path": "^/v1/agents$"}
    project.server.set_faults([{"method": "POST", **rule} for rule in (limited, spent)])
    told = project.apply(code=1).stdout
    assert project.writes().count(("POST", "/v1/skills")) < 100, "it went on trying"
    assert "skipped  skill/cite  create: because agent/a0 failed" in told


@pytest.mark.parametrize("status", [429, 500, 503, 529])
def test_reads_are_tried_again(six: Project, reads: list[float], status: int) -> None:
    six.apply()
    fault(
        six, kind="status", status=status, retry_after=7, method="GET", path="^/v1/agents$", count=2
    )
    six.plan(code=0)
    asked = [one for one in six.server.requests() if one["path"] == "/v1/agents"]
    assert [one["status"] for one in asked[:3]] == [status, status, 200]
    assert reads == [7, 7], "not waited for as long as it was told"


def test_reads_of_the_registry_are_tried_again(sample: Project, time: FakeClock) -> None:
    fault(sample, kind="status", status=429, retry_after=4, method="GET", path="/tenants$", count=1)
    sample.plan(code=2)
    assert time.slept == [4]


CREATE, UPDATE = "^/v1/agents$", "^/v1/agents/agent_"


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        (CREATE, {"kind": "status", "status": 500}),
        (CREATE, {"kind": "status", "status": 529, "retry_after": 1}),
        (CREATE, {"kind": "status", "status": 408}),
        (CREATE, {"kind": "drop"}),
        (UPDATE, {"kind": "status", "status": 503, "retry_after": 1}),
        (UPDATE, {"kind": "drop"}),
    ],
)
def test_a_write_whose_end_is_unknown_is_not_sent_again(
    project: Project, reads: list[float], path: str, rule: dict[str, Any]
) -> None:
    project.write("agents/a0/agent.yaml", AGENT)
    if path == UPDATE:
        project.apply()
        project.edit("agents/a0/agent.yaml", AGENT, f"{AGENT}description: New.\n")
    fault(project, method="POST", path=path, **rule)
    report = project.apply(code=1).stdout
    assert len(project.writes()) == 1, "it was sent again"
    assert "failed   agent/a0" in report and "outcome unknown" in report
    project.server.set_faults([])
    project.apply()
    assert len(project.writes()) == 1 and names(project) == ["a0"]
    assert reads == []


def test_the_report_names_every_end_and_what_to_run_next(sample: Project) -> None:
    fault(sample, kind="status", status=400, method="POST", path="^/v1/environments$")
    told = sample.apply(code=3).stdout
    registration, key = "registration/byng/audit-handover", "credential/byng/audit-handover"
    assert "failed   environment/fund-ops  create: 400" in told
    assert f"applied  agent/audit-handover  created, {sample.id('agent/audit-handover')} v1" in told
    assert f"{registration}" in told and f"{key}" in told
    sample.server.set_faults([])
    fault(sample, kind="status", status=400, method="POST", path="^/v1/agents$", count=1)
    sample.write("agents/late/agent.yaml", AGENT)
    sample.edit("agents/nav-review/agent.yaml", "[price-checker", "[late, price-checker")
    told = sample.apply(code=3).stdout
    assert "failed   agent/late  create: 400" in told
    assert "skipped  agent/nav-review  update: because agent/late failed" in told
    assert "next: run `reconcile apply` again once the failures are mended" in told
    report = ends(sample, code=0)
    assert report["agent/late"] == report["agent/nav-review"] == "applied" and not report["next"]


def test_what_the_operator_allows_is_kept_to(
    six: Project, time: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = replace(limits.UNLIMITED, writes_per_minute=60, write_burst=2)
    monkeypatch.setattr(clients, "UNLIMITED", slow)
    six.apply("--parallelism", "1")
    assert 3.9 < time.time < 4.1 and names(six) == NAMES
