"""Making a new project, or one more agent in a project: what to write, and writing it whole.

A file that exists is never replaced. `.gitignore` and `.gitattributes` gain lines they don't have.
"""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from reconciler.authoring.files import Files
from reconciler.authoring.loading import load
from reconciler.authoring.project import PROJECT_FILE, Project, read_project
from reconciler.authoring.templates import (
    SCHEMAS,
    TEMPLATES,
    Wanted,
    agent_files,
    project_file,
)
from reconciler.engine.diagnostics import Diagnostic, error, has_errors

#: Lines of git's files: each with the ways to say the same.
_GIT_LINES: Final[Mapping[str, tuple[str, ...]]] = {
    ".gitignore": (".reconcile/", ".reconcile", "/.reconcile/", "/.reconcile"),
    ".gitattributes": ("reconcile.*.lock linguist-generated", "reconcile.*.lock"),
}


@dataclass(frozen=True, slots=True)
class Scaffold:
    """New files by path, and the whole new texts of files that gain lines."""

    written: Mapping[str, str]
    extended: Mapping[str, str]


class NotMade(Exception):
    """Nothing was written; the findings say why."""

    def __init__(self, *findings: Diagnostic) -> None:
        super().__init__("; ".join(finding.message for finding in findings))
        self.findings = findings


def existing_project(root: Path) -> Project:
    """The project in this folder. Raises NotMade if its reconcile.yaml holds an error."""
    findings: list[Diagnostic] = []
    project = read_project(Files(root), findings)
    if project is None or has_errors(findings):
        raise NotMade(*findings)
    return project


def scaffold(root: Path, wanted: Wanted, *, new: bool, schemas: Mapping[str, str]) -> Scaffold:
    """What to write into the folder; `schemas` are texts by name. Raises NotMade if a file is in
    the way, or if the result would hold an error or a warning."""
    files = agent_files(wanted)
    _check(files, wanted)
    needed = TEMPLATES[wanted.template].schemas
    if new:
        files = {PROJECT_FILE: project_file(wanted), **files}
        needed = ("project", *needed)
    else:
        _without_shared(root, wanted, files)
    _free(root, wanted, files)
    for name in needed:
        path = f"{SCHEMAS}/{name}.schema.json"
        if not _is_ours(root / path, schemas[name]):
            files[path] = schemas[name]
    written, extended = _git_files(root)
    return Scaffold({**files, **written}, extended)


def make(root: Path, planned: Scaffold) -> None:
    """Write all of it or, if something fails, none of it. Raises NotMade."""
    made: list[Path] = []
    before = {path: (root / path).read_bytes() for path in planned.extended}
    try:
        _make_folder(root, made)
        for path, text in planned.written.items():
            file = root / path
            _make_folder(file.parent, made)
            with file.open("x", encoding="utf-8", newline="\n") as opened:
                made.append(file)
                opened.write(text)
        for path, text in planned.extended.items():
            (root / path).write_text(text, encoding="utf-8", newline="\n")
    except OSError as failure:
        _undo(root, made, before)
        where = failure.filename or root
        message = f"{where} can't be written: {failure.strerror}; nothing was made"
        raise NotMade(
            error("init.not_written", message, "make room for it, or name another DIR")
        ) from failure


def _check(files: Mapping[str, str], wanted: Wanted) -> None:
    """Read the files as a project of their own, so that what is made is known to be valid."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name).resolve()
        layout = f"paths: {json.dumps(wanted.paths.model_dump())}\n"
        head = f"version: 1\nproject: {json.dumps(wanted.project)}\n"
        for folder in wanted.paths.model_dump().values():
            (root / folder).mkdir(parents=True, exist_ok=True)
        for path, text in {PROJECT_FILE: head + layout, **files}.items():
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8", newline="\n")
        findings = load(root, target=None, variables={}, environ={}).findings
    wrong = [finding for finding in findings if finding.severity != "note"]
    if wrong:
        raise NotMade(*wrong)


def _without_shared(root: Path, wanted: Wanted, files: dict[str, str]) -> None:
    """An environment that is there already is used as it is."""
    folder = wanted.paths.environments
    shared = [f"{folder}/{wanted.environment}{ending}" for ending in (".yaml", ".yml")]
    if any((root / path).is_file() for path in shared):
        files.pop(shared[0], None)


def _free(root: Path, wanted: Wanted, files: Iterable[str]) -> None:
    """Raises NotMade if a file, or another form of the same agent, is in the way."""
    agent = f"{wanted.paths.agents}/{wanted.name}"
    others = [agent, *(f"{agent}.agent.{ending}" for ending in ("yaml", "yml", "md", "json"))]
    taken = [path for path in (*others, *files) if os.path.lexists(root / path)]
    links = {
        str(parent)
        for path in files
        for parent in Path(path).parents
        if (root / parent).is_symlink()
    } - {"."}
    findings = [
        error("init.exists", f"{path} is there already; nothing was made", "choose another --name")
        for path in dict.fromkeys(taken)
        if not any(path.startswith(f"{other}/") for other in taken)
    ]
    findings += [
        error("path.symlink", f"{link} is a symbolic link, which is never followed", "move it away")
        for link in sorted(links)
    ]
    if findings:
        raise NotMade(*findings)


def _is_ours(path: Path, text: str) -> bool:
    """Whether the schema is there, of whatever version. Raises NotMade if another file is."""
    if not os.path.lexists(path):
        return False
    with contextlib.suppress(OSError, ValueError, AttributeError):
        if json.loads(path.read_text(encoding="utf-8")).get("$id") == json.loads(text)["$id"]:
            return True
    message = f"{SCHEMAS}/{path.name} is there already and is another schema; nothing was made"
    raise NotMade(error("init.exists", message, "move it away"))


def _git_files(root: Path) -> tuple[dict[str, str], dict[str, str]]:
    """New files for git, and those that gain a line."""
    written: dict[str, str] = {}
    extended: dict[str, str] = {}
    for name, known in _GIT_LINES.items():
        path = root / name
        if not os.path.lexists(path):
            written[name] = known[0] + "\n"
            continue
        try:
            text = path.read_bytes().decode("utf-8")
        except (OSError, UnicodeDecodeError):
            message = f"{name} can't be read; nothing was made"
            hint = f"add the line `{known[0]}` to a text file of that name"
            raise NotMade(error("init.not_written", message, hint)) from None
        present = {" ".join(line.split()) for line in text.splitlines()}
        if not present & set(known):
            end = "" if not text or text.endswith("\n") else "\n"
            extended[name] = f"{text}{end}{known[0]}\n"
    return written, extended


def _make_folder(folder: Path, made: list[Path]) -> None:
    if folder.is_dir():
        return
    _make_folder(folder.parent, made)
    folder.mkdir()
    made.append(folder)


def _undo(root: Path, made: list[Path], before: Mapping[str, bytes]) -> None:
    for path in reversed(made):
        with contextlib.suppress(OSError):
            if path.is_dir():
                path.rmdir()
            else:
                path.unlink()
    for name, data in before.items():
        with contextlib.suppress(OSError):
            (root / name).write_bytes(data)
