"""Workspaces, made on first use, each with Anthropic's own skills in it."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from .skills import add_prebuilt
from .store import Records, add_workspace, workspace_id, writing


@dataclass(frozen=True)
class Workspace:
    """What the suffix of a key names, and the id the API knows it by."""

    name: str
    id: str


def ensure_workspace(db: sqlite3.Connection, known: dict[str, Workspace], name: str) -> Workspace:
    """The workspace; `known` remembers what this process has already looked up."""
    if name in known:
        return known[name]
    with writing(db):
        if workspace_id(db, name) is None:
            add_workspace(db, name)
            add_prebuilt(Records(db, name))
        found = workspace_id(db, name)
    known[name] = Workspace(name, str(found))
    return known[name]
