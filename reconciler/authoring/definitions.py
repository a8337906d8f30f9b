"""Every definition of a project, in this project's own layout and in that of others."""

from __future__ import annotations

from reconciler.authoring.agentlift_files import discover_agentlift
from reconciler.authoring.ant_files import discover_ant
from reconciler.authoring.discovery import Discovered, discover
from reconciler.authoring.files import Files
from reconciler.authoring.project_form import PathsForm
from reconciler.engine.diagnostics import Diagnostic


def definitions_of(files: Files, paths: PathsForm, findings: list[Diagnostic]) -> Discovered:
    """What the project's files define; what can't be a definition is a finding."""
    found = discover(files, paths, findings)
    discover_agentlift(files, found, findings)
    discover_ant(files, paths, found, findings)
    return found
