"""Files of a project replaced by others: each whole or not at all, none through a link."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Mapping
from pathlib import Path

from reconciler.authoring.files import Files, Refused
from reconciler.authoring.importing.placing import NotPlaced
from reconciler.engine.diagnostics import Span, error


def rewrite(
    root: Path, before: Mapping[str, bytes | None], after: Mapping[str, bytes | None]
) -> None:
    """Write the files that are `after`, delete those that are None there.

    All are written beside their places first, and then renamed. Raises NotPlaced, with nothing
    changed, for one that is no longer as it was `before`, is a link, or can't be written.
    """
    _check(root, before)
    staged: dict[str, Path] = {}
    done: list[str] = []
    try:
        for path, data in after.items():
            if data is not None:
                staged[path] = _staged(root / path, data)
        for path in after:
            done.append(path)
            if path in staged:
                staged[path].replace(root / path)
            else:
                (root / path).unlink()
    except OSError as failure:
        _put_back(root, {path: before.get(path) for path in done})
        message = f"{failure.filename or root} can't be written: {failure.strerror}"
        hint = "make room for it, and run this again"
        raise NotPlaced(error("import.not_written", message, hint)) from failure
    finally:
        for file in staged.values():
            file.unlink(missing_ok=True)


def _put_back(root: Path, before: Mapping[str, bytes | None]) -> None:
    for path, data in before.items():
        with contextlib.suppress(OSError):
            if data is None:
                (root / path).unlink(missing_ok=True)
            else:
                _staged(root / path, data).replace(root / path)


def _check(root: Path, before: Mapping[str, bytes | None]) -> None:
    files = Files(root)
    for path, data in before.items():
        try:
            there = files.read(path, keep=False) if files.entry(path) is not None else None
        except Refused as refused:
            raise NotPlaced(refused.at(Span(path))) from None
        if there != data:
            message = f"{path} was changed while this ran"
            found = error("import.not_written", message, "run this again", span=Span(path))
            raise NotPlaced(found)


def _staged(place: Path, data: bytes) -> Path:
    """The data in a file beside the place, with the permissions of what is there."""
    place.parent.mkdir(parents=True, exist_ok=True)
    file = place.with_name(f".{place.name}.{os.getpid()}.tmp")
    file.unlink(missing_ok=True)
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    with os.fdopen(handle, "wb") as opened:
        with contextlib.suppress(FileNotFoundError):
            os.fchmod(opened.fileno(), stat.S_IMODE(place.stat().st_mode))
        opened.write(data)
        opened.flush()
        os.fsync(opened.fileno())
    return file
