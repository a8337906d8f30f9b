"""The agent whose definition a path names, for rosters that name files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from reconciler.authoring.ant_files import kind_of
from reconciler.authoring.documents import Scope
from reconciler.authoring.files import Refused, inside
from reconciler.authoring.forms import nearest
from reconciler.authoring.run import Run
from reconciler.authoring.yaml_source import KeyPath
from reconciler.engine.address import Address

#: The address of each agent's definition, by its file.
Manifests: TypeAlias = Mapping[str, Address]


def agent_at(
    written: str, folder: str, place: KeyPath, manifests: Manifests, scope: Scope, run: Run
) -> Address | None:
    """The agent that a path in a file of `folder` names; None, with a finding, if there is none."""
    try:
        path = inside(folder, written)
        if path in manifests:
            return manifests[path]
        there = run.files.entry(path)
        kind = kind_of(run.files, run.paths, path)
    except Refused as refused:
        scope.error(refused.code, str(refused), place, refused.hint)
        return None
    if there is None or there.is_folder:
        message = f"there is no agent's file {path}"
        hint = nearest(path, list(manifests)) or "mind the folder it starts in"
    elif kind not in ("", "agent"):
        message = f"{path} is of the kind {kind}, and a roster names agents"
        hint = "name an agent's file"
    else:
        message = f"{path} is not read as an agent, so no roster can name it"
        hint = f"move it to {run.paths.agents}/NAME/subagents/, or mind `paths:` in reconcile.yaml"
    scope.error("subagent.missing", message, place, hint)
    return None
