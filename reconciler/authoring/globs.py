"""Patterns in a definition: which names of one folder after the other match."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from reconciler.authoring.files import Entry, inside
from reconciler.authoring.run import Run


def is_glob(written: str) -> bool:
    """Whether a path holds a mark of a pattern."""
    return any(mark in written for mark in "*?[")


def matching(written: str, folder: str, run: Run) -> list[Entry]:
    """What a pattern in a file of `folder` matches, in path order; hidden names only if it says so.

    `*` stands for no `/`. Links are among the entries, for whoever reads them to refuse. Raises
    Refused for a path out of the project or a folder that can't be read.
    """
    parts = inside(folder, written).split("/")
    found = sorted(_below("", parts, run), key=lambda entry: entry.path)
    return list(found)


def _below(folder: str, parts: list[str], run: Run) -> Iterator[Entry]:
    pattern, *rest = parts
    for entry in _named(folder, pattern, run):
        if not rest:
            yield entry
        elif entry.is_folder:
            yield from _below(entry.path, rest, run)


def _named(folder: str, pattern: str, run: Run) -> Iterator[Entry]:
    for entry in run.files.entries(folder):
        hidden = entry.name.startswith(".") and not pattern.startswith(".")
        if not hidden and (entry.name == pattern or fnmatchcase(entry.name, pattern)):
            yield entry
