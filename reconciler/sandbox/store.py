"""SQLite behind the platform: every object is one row holding the answer it gives."""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .ids import new_id, token

SCHEMA = """
CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS workspaces (
  name TEXT PRIMARY KEY, id TEXT NOT NULL UNIQUE
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS objects (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  workspace TEXT NOT NULL,
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  parent TEXT NOT NULL,
  label TEXT NOT NULL,
  created_at TEXT NOT NULL,
  archived INTEGER NOT NULL,
  body TEXT NOT NULL,
  UNIQUE (workspace, kind, id)
);
CREATE INDEX IF NOT EXISTS objects_all ON objects (workspace, kind, parent, seq);
CREATE INDEX IF NOT EXISTS objects_live ON objects (workspace, kind, parent, seq)
  WHERE archived = 0;
CREATE INDEX IF NOT EXISTS objects_label ON objects (workspace, kind, label, seq);
CREATE TABLE IF NOT EXISTS contents (
  workspace TEXT NOT NULL, id TEXT NOT NULL, data BLOB NOT NULL, PRIMARY KEY (workspace, id)
);
CREATE TABLE IF NOT EXISTS secrets (
  workspace TEXT NOT NULL, owner TEXT NOT NULL, name TEXT NOT NULL, digest TEXT NOT NULL,
  PRIMARY KEY (workspace, owner, name)
) WITHOUT ROWID;
"""


def connect(path: Path) -> sqlite3.Connection:
    """A connection to the store, made and laid out on first use."""
    path.parent.mkdir(parents=True, exist_ok=True)
    # Used by one thread at a time, though not always by the one that made it.
    db = sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
    try:
        _use_wal(db)
        db.execute("PRAGMA synchronous = NORMAL")
        with writing(db):
            for statement in SCHEMA.split(";"):
                db.execute(statement)
            for name, value in (
                ("origin", uuid.uuid4().hex),
                ("organization", str(uuid.uuid4())),
                ("salt", token(32)),
            ):
                db.execute("INSERT OR IGNORE INTO meta VALUES (?, ?)", (name, value))
    except BaseException:
        db.close()
        raise
    return db


def _use_wal(db: sqlite3.Connection) -> None:
    # Two processes that open a new store at once: the switch to WAL does not wait for its lock.
    for _ in range(200):
        try:
            db.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError:
            time.sleep(0.02)
    db.execute("PRAGMA journal_mode = WAL")


@contextlib.contextmanager
def writing(db: sqlite3.Connection) -> Iterator[None]:
    """A transaction that holds the write lock from its start."""
    with _transaction(db, "BEGIN IMMEDIATE"):
        yield


@contextlib.contextmanager
def reading(db: sqlite3.Connection) -> Iterator[None]:
    """A transaction in which every read sees the same state."""
    with _transaction(db, "BEGIN"):
        yield


@contextlib.contextmanager
def _transaction(db: sqlite3.Connection, begin: str) -> Iterator[None]:
    db.execute(begin)
    try:
        yield
    except BaseException:
        db.execute("ROLLBACK")
        raise
    db.execute("COMMIT")


def meta(db: sqlite3.Connection, name: str) -> str:
    """A fact of the store itself: origin, organization, salt."""
    row = db.execute("SELECT value FROM meta WHERE name = ?", (name,)).fetchone()
    return str(row[0])


def workspace_id(db: sqlite3.Connection, name: str) -> str | None:
    """The `wrkspc_…` id of a workspace, if it has been used."""
    row = db.execute("SELECT id FROM workspaces WHERE name = ?", (name,)).fetchone()
    return str(row[0]) if row else None


def add_workspace(db: sqlite3.Connection, name: str) -> None:
    """Remember a workspace under a new id."""
    db.execute("INSERT INTO workspaces VALUES (?, ?)", (name, new_id("wrkspc")))


@dataclass(frozen=True)
class Records:
    """One workspace's objects, inside the transaction that is open."""

    db: sqlite3.Connection
    workspace: str

    def insert(
        self, kind: str, body: dict[str, Any], *, parent: str = "", label: str = "", id: str = ""
    ) -> None:
        """A new object; `label` is what its list can filter by."""
        self.db.execute(
            "INSERT INTO objects (workspace, kind, id, parent, label, created_at, archived, body)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self.workspace,
                kind,
                id or body["id"],
                parent,
                label,
                body.get("created_at") or body.get("createdAt"),
                _archived(body),
                json.dumps(body),
            ),
        )

    def replace(self, kind: str, body: dict[str, Any]) -> None:
        """The object's new state."""
        self.db.execute(
            "UPDATE objects SET archived = ?, body = ? WHERE workspace = ? AND kind = ? AND id = ?",
            (_archived(body), json.dumps(body), self.workspace, kind, body["id"]),
        )

    def relabel(self, kind: str, id: str, label: str) -> None:
        """Another label, in the same place of every list."""
        self.db.execute(
            "UPDATE objects SET label = ? WHERE workspace = ? AND kind = ? AND id = ?",
            (label, self.workspace, kind, id),
        )

    @contextlib.contextmanager
    def attempt(self) -> Iterator[Callable[[], object]]:
        """Gives the way to take back what was written within it."""
        self.db.execute("SAVEPOINT attempt")
        try:
            yield lambda: self.db.execute("ROLLBACK TO attempt")
        finally:
            self.db.execute("RELEASE attempt")

    def get(self, kind: str, id: str) -> dict[str, Any] | None:
        """The object, or None: gone, never made, or in another workspace."""
        row = self.db.execute(
            "SELECT body FROM objects WHERE workspace = ? AND kind = ? AND id = ?",
            (self.workspace, kind, id),
        ).fetchone()
        return None if row is None else json.loads(row[0])

    def delete(self, kind: str, id: str) -> None:
        self.db.execute(
            "DELETE FROM objects WHERE workspace = ? AND kind = ? AND id = ?",
            (self.workspace, kind, id),
        )

    def children(
        self, kind: str, *, parent: str = "", label: str | None = None, live: bool = False
    ) -> list[dict[str, Any]]:
        """All of them, newest first."""
        return [body for _, body in self.page(kind, parent=parent, label=label, live=live)]

    def page(
        self,
        kind: str,
        *,
        parent: str = "",
        label: str | None = None,
        live: bool = False,
        before: int | None = None,
        since: str | None = None,
        until: str | None = None,
        limit: int = -1,
    ) -> list[tuple[int, dict[str, Any]]]:
        """Objects with their sequence numbers, newest first."""
        # Labels are for objects without a parent; each of the two has its own index.
        by, wanted = ("parent = ?", parent) if label is None else ("label = ?", label)
        terms = ["workspace = ?", "kind = ?", by]
        values: list[Any] = [self.workspace, kind, wanted]
        for term, value in (
            ("seq < ?", before),
            ("created_at >= ?", since),
            ("created_at <= ?", until),
        ):
            if value is not None:
                terms.append(term)
                values.append(value)
        if live:
            terms.append("archived = 0")
        rows = self.db.execute(
            f"SELECT seq, body FROM objects WHERE {' AND '.join(terms)} ORDER BY seq DESC LIMIT ?",
            (*values, limit),
        )
        return [(int(seq), json.loads(body)) for seq, body in rows]

    def put_content(self, id: str, data: bytes) -> None:
        """Bytes beside an object."""
        self.db.execute("INSERT INTO contents VALUES (?, ?, ?)", (self.workspace, id, data))

    def content(self, id: str) -> bytes | None:
        row = self.db.execute(
            "SELECT data FROM contents WHERE workspace = ? AND id = ?", (self.workspace, id)
        ).fetchone()
        return None if row is None else bytes(row[0])

    def drop_content(self, id: str) -> None:
        self.db.execute("DELETE FROM contents WHERE workspace = ? AND id = ?", (self.workspace, id))

    def keep_secret(self, owner: str, name: str, value: str) -> None:
        """A secret's salted digest; the secret itself is never written."""
        digest = hashlib.sha256((meta(self.db, "salt") + value).encode()).hexdigest()
        self.db.execute(
            "INSERT OR REPLACE INTO secrets VALUES (?, ?, ?, ?)",
            (self.workspace, owner, name, digest),
        )

    def drop_secrets(self, owner: str) -> None:
        self.db.execute(
            "DELETE FROM secrets WHERE workspace = ? AND owner = ?", (self.workspace, owner)
        )


def _archived(body: dict[str, Any]) -> int:
    return int(body.get("archived_at") is not None)
