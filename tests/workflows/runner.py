"""A runner for the workflows: each job in a folder of its own, with the steps' own scripts.

What GitHub's own actions do is done here: checking out, keeping an artifact and taking it. All else
is what the workflow and the action say. A job sees nothing of the environment of the tests.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import git
import yaml

from tests.platform.github_stub import GitHub
from tests.workflows.expressions import filled, value

TOKEN = "ghs_0123456789abcdefghij"


@dataclass(frozen=True)
class Event:
    """What started a workflow; `sha` is the commit that is checked out."""

    name: str
    sha: str
    ref: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[str, str] = field(default_factory=dict)
    fork: bool = False
    attempt: int = 1

    @property
    def head(self) -> str:
        """The commit a run is listed under."""
        pull = self.payload.get("pull_request")
        return str(pull["head"]["sha"]) if pull else self.sha


@dataclass
class Job:
    """A run's only job: how it ended, and what it showed."""

    code: int
    log: str
    summary: str


@dataclass
class Runner:
    """Runs workflows of `origin`, a bare repository, against a stub of GitHub."""

    origin: Path
    github: GitHub
    folder: Path
    variables: Mapping[str, str]
    secrets: Mapping[str, str]
    runs: int = 0

    def run(self, workflow: str, event: Event, code: int = 0) -> Job:
        """The workflow as the event's commit has it. The job must end with `code`."""
        self.runs += 1
        room = self.folder / f"run-{self.runs}"
        (room / "temp" / "reconcile").mkdir(parents=True)
        (room / "temp" / "reconcile" / "venv").symlink_to(sys.prefix)
        running = _Running(self, event, room)
        text = git.Git(str(self.origin)).show(f"{event.sha}:.github/workflows/{workflow}.yml")
        (job,) = yaml.safe_load(text)["jobs"].values()
        self.github.permissions = dict(job["permissions"])
        ended = running.steps(job["steps"], {"inputs": event.inputs}, {}, room / "work")
        summary = room / "summary.md"
        shown = summary.read_text() if summary.exists() else ""
        found = Job(ended, "".join(running.log), shown)
        assert found.code == code, f"{found.code}\n{found.log}"
        return found


@dataclass
class _Running:
    runner: Runner
    event: Event
    room: Path
    log: list[str] = field(default_factory=list)

    def steps(
        self,
        steps: list[dict[str, Any]],
        contexts: Mapping[str, Any],
        environ: Mapping[str, str],
        action: Path,
    ) -> int:
        """Steps one after the other until one fails; its exit code."""
        outputs: dict[str, Any] = {}
        for step in steps:
            known = {**self._contexts(), **contexts, "steps": outputs}
            if "if" in step and not value(step["if"], known):
                continue
            own = {**environ, **_filled(step.get("env"), known)}
            written = self.room / "outputs"
            written.write_text("")
            if "run" in step:
                assert step.get("shell", "bash") == "bash"
                code = self._script(filled(step["run"], known), own, action, written)
            else:
                code = self._use(step["uses"], _filled(step.get("with"), known), own)
            if code:
                return code
            outputs[step.get("id", "")] = {"outputs": dict(_pairs(written.read_text()))}
        return 0

    def _use(self, uses: str, given: Mapping[str, str], environ: Mapping[str, str]) -> int:
        name = uses.partition("@")[0]
        if name.startswith("./"):
            return self._composite(self._work / name, given, environ)
        own = {
            "actions/checkout": self._checkout,
            "actions/upload-artifact": self._upload,
            "actions/download-artifact": self._download,
        }
        own[name](given)
        return 0

    def _composite(self, folder: Path, given: Mapping[str, str], environ: Mapping[str, str]) -> int:
        action = yaml.safe_load((folder / "action.yml").read_text())
        assert given.keys() <= action["inputs"].keys()
        inputs = {
            name: given.get(name) or filled(str(one.get("default", "")), self._contexts())
            for name, one in action["inputs"].items()
        }
        missing = [
            name
            for name, one in action["inputs"].items()
            if one.get("required") and not inputs[name]
        ]
        assert not missing
        return self.steps(action["runs"]["steps"], {"inputs": inputs}, environ, folder)

    def _script(self, script: str, environ: Mapping[str, str], action: Path, outputs: Path) -> int:
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
            cwd=self._work,
            env={**self._environ(action, outputs), **environ},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.log.append(done.stdout)
        return done.returncode

    def _environ(self, action: Path, outputs: Path) -> dict[str, str]:
        event = self.room / "event.json"
        event.write_text(json.dumps(self.event.payload))
        return {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": str(self.room),
            "XDG_STATE_HOME": str(self.runner.folder / "state"),
            "LANG": "C.UTF-8",
            "RUNNER_TEMP": str(self._temp),
            "GITHUB_ACTION_PATH": str(action),
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTOR": "somebody",
            "GITHUB_API_URL": self.runner.github.url,
            "GITHUB_EVENT_NAME": self.event.name,
            "GITHUB_EVENT_PATH": str(event),
            "GITHUB_OUTPUT": str(outputs),
            "GITHUB_REF_NAME": self.event.ref,
            "GITHUB_REPOSITORY": "o/r",
            "GITHUB_RUN_ATTEMPT": str(self.event.attempt),
            "GITHUB_RUN_ID": str(self.runner.runs),
            "GITHUB_SERVER_URL": "http://localhost",  # so that git is given no login
            "GITHUB_SHA": self.event.sha,
            "GITHUB_STEP_SUMMARY": str(self.room / "summary.md"),
        }

    def _contexts(self) -> dict[str, Any]:
        return {
            "github": {
                "event": self.event.payload,
                "event_name": self.event.name,
                "repository": "o/r",
                "token": TOKEN,
            },
            "runner": {"temp": str(self._temp)},
            "vars": self.runner.variables,
            "secrets": {} if self.event.fork else self.runner.secrets,
        }

    def _checkout(self, given: Mapping[str, str]) -> None:
        """As the action does: a pull request's merge detached, a branch as a branch."""
        assert given["persist-credentials"] == "false"
        origin = self.runner.origin.as_uri()
        git.Git(str(self.room)).init("--quiet", str(self._work))
        work = git.Git(str(self._work))
        work.remote("add", "origin", origin)
        depth = int(given["fetch-depth"])
        everything = ["+refs/heads/*:refs/remotes/origin/*"] * (depth == 0)
        work.fetch("--quiet", f"--depth={depth or 1_000}", "origin", self.event.sha, *everything)
        if self.event.name == "pull_request":
            work.checkout("--quiet", "--detach", self.event.sha)
            return
        work.update_ref(f"refs/remotes/origin/{self.event.ref}", self.event.sha)
        work.checkout("--quiet", "--force", "-B", self.event.ref, f"origin/{self.event.ref}")

    def _upload(self, given: Mapping[str, str]) -> None:
        kept = self._artifact(self.runner.runs, given["name"])
        shutil.copytree(given["path"], kept, ignore=shutil.ignore_patterns(".*"))
        self.runner.github.keep(
            given["name"], self.event.head, self.runner.runs, fork=self.event.fork
        )

    def _download(self, given: Mapping[str, str]) -> None:
        shutil.copytree(self._artifact(int(given["run-id"]), given["name"]), given["path"])

    def _artifact(self, run: int, name: str) -> Path:
        return self.runner.folder / "artifacts" / str(run) / name

    @property
    def _work(self) -> Path:
        return self.room / "work"

    @property
    def _temp(self) -> Path:
        return self.room / "temp"


def _filled(given: Mapping[str, Any] | None, known: Mapping[str, Any]) -> dict[str, str]:
    texts = {
        name: str(one).lower() if isinstance(one, bool) else str(one)
        for name, one in (given or {}).items()
    }
    return {name: filled(text, known) for name, text in texts.items()}


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        name, _, found = line.partition("=")
        yield name, found
