"""Reading the project's files: each once per run, and none that a definition must not reach."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from posixpath import normpath

from reconciler.engine.diagnostics import Diagnostic, Span, error

MAX_TEXT = 5 * 1024 * 1024
_SHORTER = "move long texts into files of their own, or into a skill"
_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0)


class Refused(Exception):
    """A path that is not read, and why: `code`, the message, and what to do about it."""

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.hint = hint

    def at(self, span: Span, address: str = "") -> Diagnostic:
        return error(self.code, str(self), self.hint, span=span, address=address)


@dataclass(frozen=True, slots=True)
class Entry:
    """One name in a folder."""

    name: str
    path: str
    is_folder: bool
    is_file: bool
    is_symlink: bool


def inside(folder: str, written: str) -> str:
    """The project path that `written` means when it stands in a file of `folder`.

    Raises Refused (`path.outside`, `path.forbidden`) without looking at the disk.
    """
    shown = written if len(written) <= 80 else written[:79] + "…"
    if not written or "\x00" in written:
        raise Refused("path.missing", "an empty path", "name a file")
    if written.startswith(("/", "~")) or "\\" in written or written[1:2] == ":":
        raise Refused(
            "path.outside",
            f"{shown} is not a path relative to this file",
            "write it with / and relative to the file it stands in",
        )
    path = normpath(f"{folder}/{written}" if folder else written)
    if path == ".." or path.startswith("../"):
        raise Refused(
            "path.outside", f"{shown} leaves the project", "copy the file into the project"
        )
    for part in PurePosixPath(path).parts:
        if part in (".git", ".reconcile") or part.startswith(".env"):
            message = f"{shown} passes through {part}, which is never read"
            raise Refused("path.forbidden", message, "copy what is needed to another place")
    return "" if path == "." else path


def _unreadable(path: str, problem: OSError | ValueError) -> Refused:
    why = getattr(problem, "strerror", None) or problem
    hint = "check its permissions, and run this again"
    return Refused("path.unreadable", f"{path or 'the project'} can't be read: {why}", hint)


class Files:
    """The files of one project during one run: bytes and folders are read once and kept."""

    def __init__(self, root: Path) -> None:
        self._base = str(root)
        self._bytes: dict[str, bytes] = {}
        self._folders: dict[str, dict[str, Entry]] = {}
        self._plain: set[str] = {""}

    @property
    def root(self) -> Path:
        return Path(self._base)

    def absolute(self, path: str) -> str:
        return f"{self._base}/{path}" if path else self._base

    def read(self, path: str, *, limit: int = MAX_TEXT, keep: bool = True) -> bytes:
        """The bytes of a regular file. Raises Refused if it is missing, unreadable, a symlink,
        reached through one, or larger than `limit`. Large ones are better not kept."""
        if path in self._bytes:
            return self._bytes[path]
        mode, size = self._status(path)
        if not stat.S_ISREG(mode):
            raise Refused("path.not_a_file", f"{path} is not a file", "name a file")
        if size > limit:
            message = f"{path} has {size:,} bytes; the limit is {limit:,}"
            raise Refused("path.too_large", message, _SHORTER)
        try:
            with os.fdopen(os.open(self.absolute(path), _READ), "rb") as file:
                data = file.read(limit + 1)
        except OSError as problem:
            raise _unreadable(path, problem) from problem
        if len(data) > limit:  # it grew since
            raise Refused("path.too_large", f"{path} is larger than {limit:,} bytes", _SHORTER)
        if keep:
            self._bytes[path] = data
        return data

    @property
    def kept(self) -> Mapping[str, bytes]:
        """The files read so far and kept, by path."""
        return self._bytes

    def was_read(self, path: str) -> bool:
        """Whether the file's text was asked for in this run."""
        return path in self._bytes

    def entries(self, path: str) -> tuple[Entry, ...]:
        """A folder's names in order; empty if there is no such folder. Raises Refused if it is
        a symlink, is reached through one, or can't be read."""
        return tuple(self._folder(path).values())

    def entry(self, path: str) -> Entry | None:
        """What is there by this name, whatever it is. Raises as `entries` of its folder."""
        folder, _, name = path.rpartition("/")
        return self._folder(folder).get(name)

    def is_file(self, path: str) -> bool:
        """Whether a regular file (no symlink) is there."""
        entry = self.entry(path)
        return entry is not None and entry.is_file

    def is_folder(self, path: str) -> bool:
        """Whether a folder (no symlink) is there."""
        if not path:
            return True
        entry = self.entry(path)
        return entry is not None and entry.is_folder

    def _folder(self, path: str) -> dict[str, Entry]:
        """A folder's entries by name, in order."""
        if path not in self._folders:
            self._folders[path] = {entry.name: entry for entry in self._scan(path)}
        return self._folders[path]

    def _scan(self, path: str) -> tuple[Entry, ...]:
        listed = not path or self.entry(path) is not None
        try:
            mode, _ = self._status(path)
        except Refused as refused:
            if refused.code != "path.missing":
                raise
            if listed:  # taking it for empty would take what it defines for removed
                hint = "run this again"
                message = f"{path or 'the project'} disappeared while it was read"
                raise Refused("path.unreadable", message, hint) from None
            return ()
        if not stat.S_ISDIR(mode):
            return ()
        prefix = f"{path}/" if path else ""
        try:
            with os.scandir(self.absolute(path)) as found:
                entries = [
                    Entry(
                        item.name,
                        prefix + item.name,
                        item.is_dir(follow_symlinks=False),
                        item.is_file(follow_symlinks=False),
                        item.is_symlink(),
                    )
                    for item in found
                ]
        except OSError as problem:
            raise _unreadable(path, problem) from problem
        return tuple(sorted(entries, key=lambda entry: entry.name))

    def _status(self, path: str) -> tuple[int, int]:
        """Mode and size of a path none of whose parts below the root is a symlink."""
        folder = path.rpartition("/")[0]
        if folder not in self._plain:
            mode, _ = self._status(folder)
            if not stat.S_ISDIR(mode):
                raise Refused("path.missing", f"{folder} is not a folder", "name a folder")
            self._plain.add(folder)
        try:
            status = os.lstat(self.absolute(path))
        except (FileNotFoundError, NotADirectoryError):
            hint = "mind the spelling, and the folder that the path starts from"
            raise Refused("path.missing", f"{path} does not exist", hint) from None
        except (OSError, ValueError) as problem:
            raise _unreadable(path, problem) from problem
        if stat.S_ISLNK(status.st_mode):
            raise Refused(
                "path.symlink",
                f"{path} is a symbolic link, which is never followed",
                "put the file itself there",
            )
        return status.st_mode, status.st_size
