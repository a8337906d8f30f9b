"""Killed, unanswered, or two at once: nothing is made twice, and no lock is left broken."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.e2e.conftest import Project
from tests.scenarios.conftest import AGENT
from tests.scenarios.world import agent, away, client, creates, faults, live, run_away, settled

CREATE = {"method": "POST", "path": "^/v1/agents$", "count": 1}
BOTH = ["checker", "writer"]
#: Where a process kills itself that applies, and what to look for to know that it did.
KILLED_AT = {
    "before the lock is saved": "from reconciler.platform import lockfile as at; name = 'write_atomically'",
    "while the lock is written": "from reconciler.platform.lockfile import os as at; name = 'fsync'",
    "before the lock is renamed": "from pathlib import Path as at; name = 'replace'",
}  # fmt: skip
#: The write of the lock with this number is the first that knows an agent.
KILL = """
import os, signal, sys
from reconciler.cli import main
{where}
truly = getattr(at, name)
def strike(*args, **more):
    if "/v1/agents" in sent:
        os.kill(os.getpid(), signal.SIGKILL)
    return truly(*args, **more)
setattr(at, name, strike)
import httpx2
sent, send = [], httpx2.HTTPTransport.handle_request
def handle(transport, request):
    answer = send(transport, request)
    if request.method == "POST":
        sent.append(request.url.path)
    return answer
httpx2.HTTPTransport.handle_request = handle
main(sys.argv[1:])
"""


@pytest.fixture
def two(project: Project) -> Project:
    """Two small agents, not applied."""
    for name in BOTH:
        project.write(f"agents/{name}/agent.yaml", AGENT)
    return project


def only_once(project: Project) -> None:
    assert live(project) == BOTH, "an agent is there twice, or not at all"


@pytest.mark.parametrize("moment", KILLED_AT)
def test_a_kill_after_a_create_leaves_a_whole_lock_and_nothing_is_made_twice(
    two: Project, tmp_path: Path, moment: str
) -> None:
    environment = away(two)
    lock = two.root / "reconcile.real.lock"
    arguments = ["apply", "--yes", "--parallelism", "1", "--target", "real", "--project-dir"]
    code = KILL.format(where=KILLED_AT[moment])
    killed = subprocess.run(
        [sys.executable, "-c", code, *arguments, str(two.root)],
        env={**os.environ, **environment, "XDG_STATE_HOME": str(tmp_path / "state")},
        capture_output=True,
        check=False,
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()
    assert len(live(two)) == 1, "the create was not done"
    if lock.exists():
        run_away(two, environment, "lock", "--check")
        assert '"agent/' not in lock.read_text(), "the lock knew it already"
    run_away(two, environment, "apply", "--yes")
    assert creates(two) == 1, "what was made is made again"
    only_once(two)
    run_away(two, environment, "plan", "--detailed-exitcode")
    assert [file.name for file in two.root.glob("reconcile.real.lock*")] == [lock.name]


@pytest.mark.parametrize(
    "text", ["", "{", '{"format": 1, "obj', "[]", "\0\0\0"], ids=["empty", "brace", "cut", "list", "zeros"]
)  # fmt: skip
def test_a_lock_that_is_not_whole_is_an_error_and_not_an_empty_one(
    pair: Project, text: str
) -> None:
    pair.lock_file.write_text(text)
    for command in (["plan"], ["apply", "--yes"], ["drift"], ["lock", "--check"]):
        assert "lock.unreadable" in pair.run(*command, code=1).output
        assert pair.writes() == []
    assert pair.lock_file.read_text() == text
    only_once(pair)


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "status", "status": 500, "when": "after"},
        {"kind": "status", "status": 529, "when": "after"},
        {"kind": "drop", "when": "after"},
    ],
    ids=["500", "529", "cut"],
)
def test_a_create_whose_answer_was_lost_is_found_and_not_sent_again(
    two: Project, fault: dict[str, Any]
) -> None:
    with faults(two, {**fault, **CREATE}):
        two.apply()
    assert creates(two) == 2
    only_once(two)
    settled(two)


def test_a_create_that_timed_out_is_found_and_not_sent_again(
    two: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = httpx2.HTTPTransport.handle_request
    late: list[bytes] = []

    def handle(transport: httpx2.HTTPTransport, request: httpx2.Request) -> httpx2.Response:
        answer = send(transport, request)
        if not late and (request.method, request.url.path) == ("POST", "/v1/agents"):
            late.append(answer.read())
            answer.close()
            raise httpx2.ReadTimeout("timed out", request=request)
        return answer

    monkeypatch.setattr(httpx2.HTTPTransport, "handle_request", handle)
    two.apply()
    assert late and creates(two) == 2
    only_once(two)
    settled(two)


@pytest.mark.parametrize("kind", [{"kind": "status", "status": 500}, {"kind": "drop"}], ids=str)
def test_a_create_that_did_not_happen_is_not_sent_again_by_the_same_run(
    two: Project, kind: dict[str, Any]
) -> None:
    with faults(two, {**kind, **CREATE, "when": "before"}):
        told = two.apply(code=3).stdout
    assert creates(two) == 2 and len(live(two)) == 1
    assert "failed   agent/" in told and "next: " in told
    two.apply()
    assert creates(two) == 1
    only_once(two)


def checkout(project: Project, name: str) -> Project:
    """Another clone of the project, with the lock as it is now."""
    root = project.root.with_name(name)
    shutil.copytree(project.root, root)
    return Project(root, project.server)


def merged(ours: Path, base: Path, theirs: Path) -> str:
    """What git makes of a file that both sides changed; a conflict is an error."""
    command = ["git", "merge-file", "-p", *map(str, (ours, base, theirs))]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def reviewed(project: Project) -> str:
    """A plan, saved for a review; its file."""
    file = project.root.with_suffix(".plan.json")
    project.run("plan", "--out", str(file))
    return str(file)


def test_two_changes_applied_at_once_are_both_kept_and_git_merges_their_locks(
    pair: Project,
) -> None:
    """Each clone applies what was reviewed, neither with the other's folders or lock."""
    one, other = checkout(pair, "one"), checkout(pair, "other")
    one.edit("agents/checker/agent.yaml", "You check.", "You check twice.")
    one.write("agents/alpha/agent.yaml", AGENT)
    other.edit("agents/writer/agent.yaml", "You check.", "You write.")
    other.write("agents/zulu/agent.yaml", AGENT)
    plans = {clone.root: reviewed(clone) for clone in (one, other)}
    one.run("apply", plans[one.root])
    held = other.run("apply", plans[other.root], code=4).stdout
    assert "agent/checker" in held and "not in the plan that was reviewed" in held
    assert sorted(other.writes()) == [
        ("POST", "/v1/agents"),
        ("POST", f"/v1/agents/{pair.id('agent/writer')}"),
    ]
    lock = merged(one.lock_file, pair.lock_file, other.lock_file)
    for name in ("checker", "alpha"):
        shutil.copytree(one.root / "agents" / name, other.root / "agents" / name, dirs_exist_ok=True)  # fmt: skip
    other.lock_file.write_text(lock)
    settled(other)
    assert other.lock_file.read_text() == lock
    assert agent(other, "agent/checker")["system"] == "You check twice.\n"
    assert agent(other, "agent/writer")["system"] == "You write.\n"
    assert live(other) == ["alpha", *BOTH, "zulu"]


def test_two_reviewed_changes_of_one_agent_do_not_overwrite_each_other(pair: Project) -> None:
    one, other = checkout(pair, "one"), checkout(pair, "other")
    one.edit("agents/checker/agent.yaml", "You check.", "You check twice.")
    other.edit("agents/checker/agent.yaml", "You check.", "You check thrice.")
    plans = {clone.root: reviewed(clone) for clone in (one, other)}
    one.run("apply", plans[one.root])
    assert "agent/checker" in other.run("apply", plans[other.root], code=4).stdout
    assert other.writes() == []
    assert agent(pair, "agent/checker")["system"] == "You check twice.\n"


def test_two_applies_in_the_same_moment_do_not_overwrite_each_other(pair: Project) -> None:
    """The second one's plan is from before the first one's write."""
    one, other = checkout(pair, "one"), checkout(pair, "other")
    one.edit("agents/checker/agent.yaml", "You check.", "You check twice.")
    other.edit("agents/checker/agent.yaml", "You check.", "You check thrice.")
    with faults(pair, {"kind": "stale", "writes": 1, "path": "^/v1/agents$"}):
        one.apply()
        told = other.apply(code=4).stdout
    assert "version 2, planned 1; edited: metadata, system" in told
    assert [path for _, path in other.writes()] == [f"/v1/agents/{pair.id('agent/checker')}"]
    assert agent(pair, "agent/checker")["system"] == "You check twice.\n"


def test_the_same_commit_applied_from_two_places_is_made_once(two: Project) -> None:
    one, other = checkout(two, "one"), checkout(two, "other")
    one.apply()
    assert other.apply().exit_code == 0 and other.writes() == []
    only_once(two)
    assert other.lock_file.read_text() == one.lock_file.read_text()
    assert client(two).beta.agents.retrieve(other.id("agent/checker")).version == 1
