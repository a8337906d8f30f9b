"""A project's files with others laid over them: what it would be, before anything is written."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from pathlib import Path
from posixpath import dirname

from reconciler.authoring.files import MAX_TEXT, Entry, Files, Refused

_FILE, _FOLDER = stat.S_IFREG | 0o644, stat.S_IFDIR | 0o755


class LaidOver(Files):
    """The files below `root`, which need not exist, as if `over` (path → bytes) were among them.

    A file laid over hides what is there by its name, and with None there is nothing by its name; a
    folder has the names of both.
    """

    def __init__(self, root: Path, over: Mapping[str, bytes | None]) -> None:
        super().__init__(root)
        self._over = {path: data for path, data in over.items() if data is not None}
        self._hidden = frozenset(path for path, data in over.items() if data is None)
        self._names: dict[str, dict[str, Entry]] = {}
        for path in self._over:
            self._enter(path, is_file=True)

    def read(self, path: str, *, limit: int = MAX_TEXT, keep: bool = True) -> bytes:
        data = self._over.get(path)
        if data is None:
            return super().read(path, limit=limit, keep=keep)
        self._status(path)
        if len(data) > limit:
            hint = "move long texts into files of their own, or into a skill"
            message = f"{path} has {len(data):,} bytes; the limit is {limit:,}"
            raise Refused("path.too_large", message, hint)
        if keep:
            self._bytes[path] = data
        return data

    def _enter(self, path: str, *, is_file: bool) -> None:
        """Note the name in its folder, and the folder in its own."""
        folder, name = dirname(path), path.rpartition("/")[2]
        names = self._names.setdefault(folder, {})
        known = name in names
        names[name] = Entry(name, path, not is_file, is_file, False)
        if folder and not known:
            self._enter(folder, is_file=False)

    def _scan(self, path: str) -> tuple[Entry, ...]:
        over = self._names.get(path)
        if over is None:
            return tuple(one for one in super()._scan(path) if one.path not in self._hidden)
        on_disk = super()._scan(path) if Path(self.absolute(path)).is_dir() else ()
        there = {entry.name: entry for entry in on_disk if entry.path not in self._hidden}
        links = {name: entry for name, entry in there.items() if entry.is_symlink}
        return tuple(sorted((there | over | links).values(), key=lambda entry: entry.name))

    def _status(self, path: str) -> tuple[int, int]:
        """A link on the disk stays a refusal, whatever is laid over it."""
        if path in self._hidden:
            raise Refused("path.missing", f"{path} does not exist", "name a file that is there")
        laid = path in self._over or path in self._names
        try:
            found = super()._status(path)
        except Refused as refused:
            if not laid or refused.code != "path.missing":
                raise
            found = (_FOLDER, 0)
        if path in self._over:
            return _FILE, len(self._over[path])
        return (_FOLDER, 0) if path in self._names else found
