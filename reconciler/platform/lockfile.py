"""The lock on disk: read once, written whole after every object; and who may write it."""

from __future__ import annotations

import contextlib
import errno
import getpass
import hashlib
import json
import os
import socket
import stat
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from reconciler.engine.address import Address
from reconciler.engine.live import Origin
from reconciler.engine.lock import Lock, LockEntry, LockError, dump_lock, load_lock
from reconciler.platform.errors import Halt, LockHeld

_FOUND_AGAIN = "mend that and apply again: what was made is found again by its marker"


def read_lock(path: Path, project: str, target: str) -> Lock:
    """The lock at this path; an empty one if there is no file.

    Raises engine LockError for anything that is not a lock of this project and target: an
    unreadable lock is never taken for an empty one.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Lock(project, target)
    except UnicodeDecodeError:
        raise LockError("not UTF-8 text") from None
    except OSError as failure:
        raise LockError(f"can't be read: {failure.strerror}") from None
    lock = load_lock(text)
    if (lock.project, lock.target) != (project, target):
        raise LockError(f"the lock is of {lock.project}/{lock.target}, not of {project}/{target}")
    return lock


class LockStore:
    """The current lock, shared by threads; every change is on disk when the call returns.

    Changes made while another one is being written go to disk together. Whoever makes one is the
    only one to write this lock, so what a killed process left half written is taken away.
    """

    def __init__(self, path: Path, lock: Lock) -> None:
        self._path = path.resolve()
        for left in self._path.parent.glob(f".{self._path.name}.*.tmp"):
            left.unlink(missing_ok=True)
        self._lock = lock
        self._made = self._saved = 0
        self._mutex = threading.Lock()
        self._disk = threading.Lock()

    @property
    def lock(self) -> Lock:
        return self._lock

    def update(self, address: Address, entry: LockEntry) -> None:
        """Keep an entry. Raises Halt if the file can't be written."""
        with self._mutex:
            if self._lock.entry(address) == entry:
                return
            self._lock = self._lock.with_entry(address, entry)
            change = self._count()
        self._save(change)

    def remove(self, address: Address) -> None:
        with self._mutex:
            if self._lock.entry(address) is None:
                return
            self._lock = self._lock.without(address)
            change = self._count()
        self._save(change)

    def set_origin(self, origin: Origin) -> None:
        """Keep where the objects live. Tenants add up; what is unknown now stays as it was."""
        with self._mutex:
            merged = _merged(self._lock.origin, origin)
            if self._lock.origin == merged:
                return
            self._lock = replace(self._lock, origin=merged)
            change = self._count()
        self._save(change)

    def replace_with(self, lock: Lock, origin: Origin) -> None:
        """Keep a whole other lock, of the same project and target, at this origin."""
        with self._mutex:
            self._lock = replace(lock, origin=_merged(lock.origin, origin))
            change = self._count()
        self._save(change)

    def _count(self) -> int:
        self._made += 1
        return self._made

    def _save(self, change: int) -> None:
        with self._disk:
            if self._saved >= change:
                return
            with self._mutex:
                lock, made = self._lock, self._made
            try:
                write_atomically(self._path, dump_lock(lock))
            except OSError as failure:
                raise Halt(f"the lock can't be written: {failure.strerror}", _FOUND_AGAIN) from None
            self._saved = made


def _merged(before: Origin | None, now: Origin) -> Origin:
    if before is None:
        return now
    return Origin(
        now.base_url or before.base_url,
        now.organization or before.organization,
        now.workspace or before.workspace,
        now.registry or before.registry,
        {**before.tenants, **now.tenants},
    )


def write_atomically(path: Path, text: str) -> None:
    """Replace a file so that a crash leaves the old one or the new one, whole.

    A temporary file in the same folder, fsync, rename, fsync of the folder. Permissions of an
    existing file are kept; a new one gets those of any new file.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    temporary.unlink(missing_ok=True)
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            with contextlib.suppress(FileNotFoundError):
                os.fchmod(file.fileno(), stat.S_IMODE(path.stat().st_mode))
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    except OSError as failure:
        if failure.errno not in (errno.EINVAL, errno.ENOTSUP):  # file systems without it
            raise
    finally:
        os.close(handle)


@contextlib.contextmanager
def hold(origin: str, project: str, target: str, directory: Path) -> Iterator[None]:
    """Be the only process that applies to this origin, project and target on this machine.

    `directory` holds the lock files and must be the same for every checkout. The lock is the
    operating system's: it ends with the process. Raises LockHeld naming what is known.
    """
    import filelock

    key = hashlib.sha256("\0".join((origin, project, target)).encode()).hexdigest()[:32]
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    holder = directory / f"{key}.json"
    guard = filelock.FileLock(directory / f"{key}.lock", timeout=0)
    try:
        guard.acquire()
    except filelock.Timeout:
        raise LockHeld(f"another run applies to {project}/{target}{_known(holder)}") from None
    try:
        _note(holder)
        yield
    finally:
        holder.unlink(missing_ok=True)
        guard.release()


def _note(holder: Path) -> None:
    """Leave a word for whoever finds the lock held; failing to is no reason to stop."""
    about = {"pid": os.getpid(), "host": socket.gethostname(), "user": _user()}
    about["since"] = datetime.now(UTC).isoformat(timespec="seconds")
    with contextlib.suppress(OSError):
        holder.write_text(json.dumps(about), encoding="utf-8")


def _known(holder: Path) -> str:
    try:
        about = json.loads(holder.read_text(encoding="utf-8"))
        return ": process {pid} of {user} on {host}, since {since}".format(**about)
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "unknown"
