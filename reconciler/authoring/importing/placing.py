"""Writing a draft: each object whole or not at all, nothing replaced unless that was said.

What is new is written below `.reconcile/import` first, made durable, and then renamed into its
place, folder by folder. What is there already, to the byte, is not touched.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from reconciler.authoring.files import Files, Refused
from reconciler.authoring.importing.draft import Unit
from reconciler.authoring.importing.home import Home
from reconciler.engine.diagnostics import Diagnostic, Span, error

STAGE = ".reconcile/import"
_LIMIT = 64 * 2**20  # bytes; no file of an import is larger
Change: TypeAlias = Literal["written", "replaced", "unchanged"]


@dataclass(frozen=True, slots=True)
class Placed:
    """What becomes of one file: `before` is what is there now, None if nothing is."""

    path: str
    change: Change
    before: bytes | None
    after: bytes


class NotPlaced(Exception):
    """Something is in the way; the findings say what. `refused`: nothing was written."""

    def __init__(self, *findings: Diagnostic) -> None:
        super().__init__("; ".join(finding.message for finding in findings))
        self.findings = findings


def placed(home: Home, units: Iterable[Unit]) -> tuple[Placed, ...]:
    """What would become of every file, by path. Raises NotPlaced if a file can't be there at all:
    a link, a folder of its name, or another form of the same object."""
    files, found, findings = Files(home.root), [], list(_other_forms(home, units))
    for path, data in sorted({**home.made, **_all(units)}.items()):
        try:
            before = _there(files, path)
        except Refused as refused:
            findings.append(refused.at(Span(path)))
            continue
        change: Change = "written" if before is None else "replaced"
        found.append(Placed(path, "unchanged" if before == data else change, before, data))
    findings += _one_on_some_disks(files, [one.path for one in found if one.change == "written"])
    if findings:
        raise NotPlaced(*findings)
    return tuple(found)


def in_the_way(files: Iterable[Placed]) -> tuple[Diagnostic, ...]:
    """A finding for each file that would be replaced."""
    hint = "--force replaces it, after showing the difference; --into DIR writes elsewhere"
    return tuple(
        error("import.exists", f"{one.path} is there already, and is another", hint,
              span=Span(one.path))
        for one in files
        if one.change == "replaced"
    )  # fmt: skip


def place(home: Home, units: Iterable[Unit], files: Iterable[Placed]) -> Iterator[Unit]:
    """Write the units in their order, each yielded when it is on the disk. Raises NotPlaced if the
    disk refuses; what was yielded stays."""
    wanted = {one.path for one in files if one.change != "unchanged"}
    stage = home.root / STAGE
    if stage.parent.is_symlink():
        message = f"{stage.parent.name} is a symbolic link, which is never followed"
        raise NotPlaced(error("path.symlink", message, "move it away"))
    try:
        home.root.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(stage, ignore_errors=True)
        stage.mkdir(parents=True)
        ignore = stage.parent / ".gitignore"
        if not ignore.exists():
            ignore.write_text("*\n", encoding="utf-8")
        if home.made:
            _put(home.root, stage, {p: data for p, data in home.made.items() if p in wanted})
        for unit in units:
            _put(home.root, stage, {p: data for p, data in unit.files.items() if p in wanted})
            yield unit
    except OSError as failure:
        message = f"{failure.filename or home.root} can't be written: {failure.strerror}"
        hint = "make room for it, and import again: what is whole stays as it is"
        raise NotPlaced(error("import.not_written", message, hint)) from failure
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _put(root: Path, stage: Path, files: Mapping[str, bytes]) -> None:
    """Files of one unit: staged, synced, and renamed by the highest folder that is not there."""
    tops: dict[str, None] = {}
    for path, data in files.items():
        top = path
        for parent in Path(path).parents:
            if parent != Path() and not (root / parent).exists():
                top = parent.as_posix()
        tops[top] = None
        file = stage / path
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("wb") as opened:
            opened.write(data)
            opened.flush()
            os.fsync(opened.fileno())
    folders = {folder for path in files for folder in Path(path).parents}
    for folder in folders:
        _sync(stage / folder)
    # An agent whose other files are not there yet would be another one: its definition is last.
    for top in sorted(tops, key=lambda path: path.endswith("agent.yaml")):
        os.replace(stage / top, root / top)  # noqa: PTH105 - a file replaces a file
        _sync((root / top).parent)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _all(units: Iterable[Unit]) -> dict[str, bytes]:
    return {path: data for unit in units for path, data in unit.files.items()}


def _there(files: Files, path: str) -> bytes | None:
    """The bytes of a file; None if nothing is there. Raises Refused for anything else."""
    if not files.root.exists():
        return None
    for parent in reversed(Path(path).parents):
        folder = parent.as_posix()
        entry = files.entry(folder) if parent != Path() else None
        if entry is not None and not entry.is_folder:
            message = f"{folder} is no folder, and {path} would be below it"
            raise Refused("import.in_the_way", message, "move it away, or give --into DIR")
    if files.entry(path) is None:
        return None
    return files.read(path, limit=_LIMIT, keep=False)


def _other_forms(home: Home, units: Iterable[Unit]) -> Iterator[Diagnostic]:
    for unit in units:
        file = home.declared.get(unit.address)
        if file is not None and file not in unit.files:
            message = f"{unit.address} is defined by {file} already"
            hint = "move it away first: an import writes another form; --into DIR writes elsewhere"
            span, text = Span(file), str(unit.address)
            yield error("import.other_form", message, hint, span=span, address=text)


def _one_on_some_disks(files: Files, paths: Iterable[str]) -> Iterator[Diagnostic]:
    """New names that differ from one that is there in case only."""
    parts = {part for path in paths for part in (Path(path), *Path(path).parents[:-1])}
    folded: dict[Path, dict[str, str]] = {}
    for part in sorted(parts) if files.root.exists() else ():
        if part.parent not in folded:
            folded[part.parent] = _folded(files, part.parent)
        other = folded[part.parent].get(part.name.casefold(), part.name)
        if other != part.name:
            message = f"{part.as_posix()} and {other} beside it are one on some disks"
            hint = "rename the one that is there, or give --into DIR"
            yield error("import.in_the_way", message, hint, span=Span(part.as_posix()))


def _folded(files: Files, folder: Path) -> dict[str, str]:
    try:
        entries = files.entries("" if folder == Path() else folder.as_posix())
    except Refused:
        return {}
    return {entry.name.casefold(): entry.name for entry in entries}
