"""A whole workspace, and an import that is cut off in the middle of it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

import reconciler.authoring.importing.placing as placing
from tests.e2e.conftest import Project, sdk

MODEL = "claude-sonnet-4-6"


def fill(project: Project, agents: int, skills: int, coordinators: int) -> None:
    """A workspace of so many; the coordinators are among the agents."""
    server = project.server
    with (
        sdk(server, max_retries=2) as client,
        ThreadPoolExecutor(4) as pool,
    ):

        def upload(number: int) -> dict[str, Any]:
            name = f"skill-{number}"
            text = f"---\nname: {name}\ndescription: Does {number}.\n---\nDo {number}.\n"
            made = client.beta.skills.create(
                display_name=name, files=[(f"{name}/SKILL.md", text.encode(), "text/markdown")]
            )
            return {"type": "custom", "skill_id": made.id, "version": made.latest_version_id}

        uploaded = list(pool.map(upload, range(skills)))

        def member(number: int) -> Any:
            return client.beta.agents.create(
                name=f"Agent {number}",
                model=MODEL,
                system=f"You are number {number}.\n",
                tools=[{"type": "agent_toolset_20260401"}],
                skills=[uploaded[number % skills]] if skills else [],  # type: ignore[list-item]
            )

        members = list(pool.map(member, range(agents - coordinators)))

        def lead(number: int) -> None:
            roster = members[number * 5 : number * 5 + 5]
            entries = [{"type": "agent", "id": one.id, "version": one.version} for one in roster]
            client.beta.agents.create(
                name=f"Lead {number}",
                model=MODEL,
                multiagent={"type": "coordinator", "agents": entries},  # type: ignore[arg-type, typeddict-item]
            )

        list(pool.map(lead, range(coordinators)))


def kept(root: Path) -> dict[str, tuple[int, int]]:
    """Inode and time of every file that is written."""
    return {
        path.relative_to(root).as_posix(): (path.stat().st_ino, path.stat().st_mtime_ns)
        for folder in ("agents", "skills")
        for path in (root / folder).rglob("*")
        if path.is_file()
    }


def downloads(project: Project) -> int:
    return sum("/content" in one["path"] for one in project.server.requests())


class CutOff(BaseException):
    """The end of the process, as far as the import can tell."""


def cut_off(monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """The process ends before the write that comes after so many."""
    real, count = placing._put, Counter[str]()

    def put(*arguments: Any) -> None:
        count["units"] += 1
        if count["units"] > after:
            raise CutOff
        real(*arguments)

    monkeypatch.setattr(placing, "_put", put)


def resumed(project: Project, monkeypatch: pytest.MonkeyPatch, after: int, skills: int) -> None:
    with monkeypatch.context() as patch:
        cut_off(patch, after)
        with pytest.raises(CutOff):
            project.run("import", "--all", code=None)
    before = kept(project.root)
    assert before and not list((project.root / "agents").glob(".*"))
    result = project.run("import", "--all")
    assert "round trip: 0 differences" in result.output
    assert downloads(project) <= skills
    now = kept(project.root)
    assert before.items() <= now.items() and len(now) > len(before)
    project.plan(code=0)


@pytest.mark.parametrize("after", [1, 2, 3, 5, 7])
def test_an_import_that_was_cut_off_goes_on(
    project: Project, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    fill(project, agents=6, skills=2, coordinators=1)
    # Once the skills are in the lock, none of them is downloaded again.
    resumed(project, monkeypatch, after, skills=0 if after > 2 else 2)


SCRIPT = """
import os, signal, sys
import reconciler.authoring.importing.placing as placing
from reconciler.cli import main
real, count = os.replace, 0
def replace(*arguments):
    global count
    count += 1
    if count > int(sys.argv[1]):
        os.kill(os.getpid(), signal.SIGKILL)
    real(*arguments)
placing.os.replace = replace
main(sys.argv[2:])
"""


@pytest.mark.parametrize("after", [1, 4, 7])
def test_a_killed_import_keeps_whole_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int
) -> None:
    import reconciler.sandbox

    root = tmp_path / "project"
    (root / ".reconcile").mkdir(parents=True)
    (root / "reconcile.yaml").write_text("version: 1\nproject: funds\n")
    with reconciler.sandbox.serve(root / ".reconcile/sandbox.sqlite") as server:
        fill(Project(root, server), agents=6, skills=2, coordinators=1)
    arguments = ["import", "--all", "--target", "sandbox", "--project-dir", str(root)]
    environment = {**os.environ, "XDG_STATE_HOME": str(tmp_path / "state")}
    killed = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(after), *arguments],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert killed.returncode == -9, killed.stderr
    for folder in (root / "agents").iterdir() if (root / "agents").exists() else ():
        assert (folder / "agent.yaml").exists()
    before = kept(root)
    again = subprocess.run(
        [sys.executable, "-c", SCRIPT, "999", *arguments],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert again.returncode == 0, again.stderr
    assert before.items() <= kept(root).items()
    assert not (root / ".reconcile/import").exists()


@pytest.mark.slow
def test_three_hundred_agents_at_a_distance(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(project, agents=300, skills=60, coordinators=20)
    project.server.set_faults([{"kind": "latency", "seconds": 0.05}])
    with monkeypatch.context() as patch:
        cut_off(patch, 150)
        with pytest.raises(CutOff):
            project.run("import", "--all", code=None)
    before = kept(project.root)
    say_requests(project, "first, cut off after 150 objects", capsys)
    assert downloads(project) == 60
    result = project.run("import", "--all")
    say_requests(project, "second", capsys)
    assert "round trip: 0 differences" in result.output
    assert downloads(project) == 0 and len(project.server.requests()) < 20
    assert before.items() <= kept(project.root).items()
    assert len(list((project.root / "agents").iterdir())) == 300
    project.plan(code=0)


def say_requests(project: Project, what: str, capsys: pytest.CaptureFixture[str]) -> None:
    counts = Counter(one["path"].split("/")[2] for one in project.server.requests())
    said = ", ".join(f"{kind} {count}" for kind, count in sorted(counts.items()))
    with capsys.disabled():
        print(f"\nimport --all, {what}: {sum(counts.values())} requests ({said})")  # noqa: T201


def test_a_full_disk_in_the_middle_keeps_what_is_whole(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(project, agents=4, skills=1, coordinators=1)
    real, count = placing._put, Counter[str]()

    def put(*arguments: Any) -> None:
        count["units"] += 1
        if count["units"] > 2:
            raise OSError(28, "No space left on device")
        real(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(placing, "_put", put)
        failed = project.run("import", "--all", code=3)
    assert "import.not_written" in failed.output
    before, locked = kept(project.root), project.lock().objects
    assert {address.kind for address in locked} == {"agent", "skill"}
    project.run("import", "--all")
    assert before.items() <= kept(project.root).items()
    project.plan(code=0)
