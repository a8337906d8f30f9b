"""The whole store as one JSON document, and back. Secrets are not in it: nothing asks for them."""

from __future__ import annotations

import base64
import binascii
import json
import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from .shapes import as_object, list_of, obj, refused, under

FORMAT_VERSION = 1
# What says which store this is, and what is never shown.
LEFT_OUT = frozenset({"meta", "secrets", "sqlite_sequence"})
# Columns whose text is JSON, and the one that only says in which order rows came.
DOCUMENT, ORDER = "body", "seq"


def dumped(db: sqlite3.Connection) -> dict[str, Any]:
    """`{format_version, tables: {name: [{column: value}]}}`, rows in the order they came in."""
    found = {name: _rows(db, name, columns) for name, columns in _tables(db).items()}
    return {"format_version": FORMAT_VERSION, "tables": found}


def emptied(db: sqlite3.Connection) -> None:
    """Every workspace gone, with all that is in it."""
    for name in (*_tables(db), "secrets"):
        db.execute(f"DELETE FROM {name}")


def filled(db: sqlite3.Connection, document: Any) -> None:
    """Add the rows of a dump; what is there already stays as it is."""
    tables = _tables(db)
    shape = obj({"format_version": _is_known}, {"tables": obj(optional={
        name: list_of(as_object) for name in tables
    })})  # fmt: skip
    given = shape(document, "").get("tables", {})
    for name, rows in given.items():
        for number, row in enumerate(rows):
            _add(db, name, tables[name], row, f"tables.{name}[{number}]")


def _is_known(value: Any, path: str) -> Any:
    if value != FORMAT_VERSION or isinstance(value, bool):
        raise refused(path, f"must be {FORMAT_VERSION}")
    return value


def _tables(db: sqlite3.Connection) -> dict[str, list[str]]:
    """The tables that are dumped, with their columns."""
    names = [
        str(row[0])
        for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
    ]
    return {
        name: [str(row[1]) for row in db.execute(f"PRAGMA table_info({name})")]
        for name in names
        if name not in LEFT_OUT
    }


def _rows(db: sqlite3.Connection, name: str, columns: Iterable[str]) -> list[dict[str, Any]]:
    order = f" ORDER BY {ORDER}" if ORDER in columns else ""
    wanted = [column for column in columns if column != ORDER]
    found = db.execute(f"SELECT {', '.join(wanted)} FROM {name}{order}")
    return [dict(zip(wanted, map(_shown, wanted, row), strict=True)) for row in found]


def _shown(column: str, value: Any) -> Any:
    if isinstance(value, bytes):
        return {"base64": base64.b64encode(value).decode()}
    return json.loads(value) if column == DOCUMENT else value


def _add(
    db: sqlite3.Connection, name: str, columns: list[str], row: Mapping[str, Any], path: str
) -> None:
    wanted = [column for column in columns if column != ORDER]
    if set(row) != set(wanted):
        raise refused(path, "must have exactly " + ", ".join(wanted))
    values = [_stored(column, row[column], under(path, column)) for column in wanted]
    marks = ", ".join("?" * len(wanted))
    try:
        db.execute(f"INSERT OR IGNORE INTO {name} ({', '.join(wanted)}) VALUES ({marks})", values)
    except (sqlite3.Error, OverflowError) as error:
        raise refused(path, str(error)) from None


def _stored(column: str, value: Any, path: str) -> Any:
    if column == DOCUMENT:
        return json.dumps(as_object(value, path))
    if isinstance(value, dict):
        try:
            return base64.b64decode(value["base64"], validate=True)
        except (KeyError, TypeError, binascii.Error):
            raise refused(path, 'must be {"base64": …}') from None
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise refused(path, "must be text, a whole number or base64")
    return value
