"""What is live before an import, and what it leaves."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import anthropic

from tests.e2e.conftest import Project, sdk

MODEL = "claude-sonnet-4-6"
SKILL = "---\nname: {name}\ndescription: {text}\n---\n{text}\n"


def client(project: Project) -> anthropic.Anthropic:
    server = project.server
    return sdk(server)


def make(project: Project, name: str, **body: Any) -> Any:
    return client(project).beta.agents.create(**{"name": name, "model": MODEL, **body})


def upload(
    project: Project, name: str, text: str = "Cites.", label: str = "", **files: bytes
) -> Any:
    parts = [(f"{name}/SKILL.md", SKILL.format(name=name, text=text).encode(), "text/markdown")]
    parts += [(f"{name}/{path}", data, "text/plain") for path, data in files.items()]
    return client(project).beta.skills.create(display_name=label or name, files=parts)


def upload_version(project: Project, identity: str, name: str, text: str) -> str:
    data = SKILL.format(name=name, text=text).encode()
    parts = [(f"{name}/SKILL.md", data, "text/markdown")]
    return client(project).beta.skills.versions.create(identity, files=parts).id  # type: ignore[arg-type]


def tree(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".reconcile/" not in path.as_posix()
    }


def empty(sample: Project) -> None:
    """Nothing is left of the sample but its folders."""
    shutil.rmtree(sample.root / "agents")
    for folder in ("skills", "environments"):
        (sample.root / "agents" / folder).mkdir(parents=True)


def imported(project: Project, *args: str, code: int = 0) -> str:
    result = project.run("import", *args, code=code)
    assert project.writes() == []
    return result.output
