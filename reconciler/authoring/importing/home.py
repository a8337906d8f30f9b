"""The project that an import writes into: the one around, or one that is made."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reconciler.authoring.definitions import definitions_of
from reconciler.authoring.files import Files
from reconciler.authoring.importing.yaml_text import yaml_text
from reconciler.authoring.laid_over import LaidOver
from reconciler.authoring.project import (
    PROJECT_FILE,
    SANDBOX,
    Settings,
    choose_target,
    find_root,
    read_project,
    settings_of,
)
from reconciler.authoring.project_form import PathsForm
from reconciler.engine.address import Address
from reconciler.engine.desired import Expectation, Target
from reconciler.engine.diagnostics import Diagnostic, error, has_errors


class NoHome(Exception):
    """There is no project that could be written into; the findings say why."""

    def __init__(self, *findings: Diagnostic) -> None:
        super().__init__("; ".join(finding.message for finding in findings))
        self.findings = findings


@dataclass(frozen=True, slots=True)
class Home:
    """A project and a target of it. `made` are files it still lacks to be one; `declared` says
    which file defines an address."""

    files: Files
    project: str
    settings: Settings
    paths: PathsForm
    made: Mapping[str, bytes] = field(default_factory=dict)
    declared: Mapping[Address, str] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        return self.files.root

    @property
    def target(self) -> Target:
        expect = self.settings.expect
        found = Expectation(expect.workspace or "", expect.organization or "")
        return Target(self.settings.name, found)

    @property
    def tenants(self) -> tuple[str, ...]:
        tenant = self.settings.ntropii.tenant
        return (tenant,) if tenant else ()


def home_at(start: Path, target: str | None) -> Home:
    """The project around `start`. Only reconcile.yaml has to be free of errors: what an import
    mends need not be. Raises ProjectNotFound, NoHome."""
    return _home(Files(find_root(start)), target)


def home_in(folder: Path, caller: Home, project: str | None) -> Home:
    """A project in the folder itself, with the caller's target; made if it is none yet.

    `project` is its name, else the caller's. Raises NoHome if the folder is a project of another
    name, or of another target's.
    """
    root = folder.resolve()
    name = project or caller.project
    if not (root / PROJECT_FILE).exists():
        made = {PROJECT_FILE: _project_file(name, caller).encode()}
        found = _home(LaidOver(root, made), caller.settings.name)
        return Home(found.files, name, found.settings, found.paths, made, found.declared)
    found = _home(Files(root), caller.settings.name)
    if found.project != name:
        message = f"{folder} is the project {found.project}, not {name}"
        hint = f"give --project {found.project}, or another folder"
        raise NoHome(error("import.other_project", message, hint))
    return found


def home_alone(folder: Path, project: str | None) -> Home:
    """A project in the folder itself, for a caller that is in none; made if it is none yet, under
    the given name or the folder's. Raises NoHome."""
    root = folder.resolve()
    if (root / PROJECT_FILE).exists():
        return _home(Files(root), None)
    name = project or re.sub(r"[^a-z0-9]+", "-", root.name.lower()).strip("-")[:63] or "agents"
    made = {PROJECT_FILE: yaml_text({"version": 1, "project": name}).encode()}
    found = _home(LaidOver(root, made), None)
    return Home(found.files, name, found.settings, found.paths, made, found.declared)


def _home(files: Files, target: str | None) -> Home:
    findings: list[Diagnostic] = []
    project = read_project(files, findings)
    chosen = choose_target(project, target, findings) if project and project.usable else None
    if project is None or chosen is None or has_errors(findings):
        raise NoHome(*findings)
    settings = settings_of(project, chosen, findings)
    discovered = definitions_of(files, project.paths, [])
    declared = {
        Address(kind, one.name): one.file
        for kind, found in (("agent", discovered.agents), ("environment", discovered.environments))
        for one in reversed(found)
        if one.name
    }
    return Home(files, project.name, settings, project.paths, {}, declared)


def _project_file(name: str, caller: Home) -> str:
    """reconcile.yaml with the name and the one target as the caller has it."""
    settings = caller.settings
    target: dict[str, Any] = {
        "expect": settings.expect.model_dump(exclude_none=True),
        "ntropii": settings.ntropii.model_dump(exclude_none=True),
        "variables": dict(settings.variables),
    }
    target = {key: value for key, value in target.items() if value}
    document: dict[str, Any] = {"version": 1, "project": name, "default_target": settings.name}
    if target or settings.name != SANDBOX:
        document["targets"] = {settings.name: target}
    return yaml_text(document)
