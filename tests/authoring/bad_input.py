"""Cases of bad input: the files, and the one finding they lead to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reconciler.engine.diagnostics import Severity
from tests.authoring.support import write

MARK = "§"


@dataclass(frozen=True)
class Case:
    """What is written beside a valid reconcile.yaml; § stands where the finding points.

    `at` is the place if no § can be written there, `says` a word of the message or the hint,
    `hides` what must not be printed anywhere, `links` symbolic links to make.
    """

    what: str
    code: str
    files: Mapping[str, str | bytes]
    at: str = ""
    severity: Severity = "error"
    says: str = ""
    hides: str = ""
    links: Mapping[str, str] = field(default_factory=dict)

    @property
    def place(self) -> str:
        if self.at:
            return self.at
        [(file, text)] = [
            (file, text)
            for file, text in self.files.items()
            if isinstance(text, str) and MARK in text
        ]
        before = text.partition(MARK)[0]
        return f"{file}:{before.count(chr(10)) + 1}:{len(before) - before.rfind(chr(10))}"

    def write(self, root: Path) -> None:
        write(
            root,
            {
                file: text.replace(MARK, "") if isinstance(text, str) else text
                for file, text in self.files.items()
            },
        )
        for name, goal in self.links.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.symlink_to(goal)


def agent(
    what: str,
    code: str,
    text: str,
    files: Mapping[str, str | bytes] | None = None,
    *,
    at: str = "",
    says: str = "",
    hides: str = "",
    severity: Severity = "error",
    links: Mapping[str, str] | None = None,
) -> Case:
    """The agent `a`, whose first line is `model: m`."""
    written = {"agents/a/agent.yaml": f"model: m\n{text}", **(files or {})}
    return Case(what, code, written, at, severity, says, hides, links or {})


def tools(what: str, code: str, text: str, *, says: str = "") -> Case:
    """The agent `a` with one built-in toolset that holds `text`."""
    toolset = f"tools:\n  - {{type: agent_toolset_20260401, {text}}}\n"
    return agent(what, code, toolset, says=says)


def project(what: str, code: str, text: str, *, says: str = "") -> Case:
    """A reconcile.yaml that goes on with `text`, beside the agent `a`."""
    files = {
        "reconcile.yaml": f"version: 1\nproject: demo\n{text}",
        "agents/a/agent.yaml": "model: m\n",
    }
    return Case(what, code, files, says=says)


def environment(what: str, code: str, text: str, *, says: str = "") -> Case:
    return Case(what, code, {"environments/e.yaml": text}, says=says)


def skill(
    what: str,
    code: str,
    text: str,
    *,
    folder: str = "x",
    at: str = "",
    says: str = "",
) -> Case:
    """The project's skill `x`, its SKILL.md as given."""
    return Case(what, code, {f"skills/{folder}/SKILL.md": text}, at, says=says)
