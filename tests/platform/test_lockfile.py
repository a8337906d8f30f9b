from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from reconciler.engine.live import Origin
from reconciler.engine.lock import Lock, LockEntry, LockError, dump_lock
from reconciler.platform.errors import Halt, LockHeld
from reconciler.platform.lockfile import LockStore, hold, read_lock
from tests.platform.builders import at

HOLD = """
import sys
from pathlib import Path
from reconciler.platform.lockfile import hold
with hold("https://x", "funds", "test", Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_missing_file_is_an_empty_lock(tmp_path: Path) -> None:
    assert read_lock(tmp_path / "no.lock", "funds", "test") == Lock("funds", "test")


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe", b"<<<<<<< HEAD\n", dump_lock(Lock("funds", "prod")).encode()],
)
def test_a_bad_lock_is_never_taken_for_an_empty_one(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.lock"
    path.write_bytes(content)
    with pytest.raises(LockError):
        read_lock(path, "funds", "test")
    assert path.read_bytes() == content


def test_a_folder_in_its_place_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(LockError, match="can't be read"):
        read_lock(tmp_path, "funds", "test")


def test_every_change_is_on_disk(tmp_path: Path) -> None:
    path = tmp_path / "sub" / "x.lock"
    store = LockStore(path, Lock("funds", "test"))
    store.update(at("agent/a"), LockEntry(id="agent_1", version=1))
    assert read_lock(path, "funds", "test") == store.lock
    store.set_origin(Origin("https://x", "org", tenants={"byng": "1"}))
    store.set_origin(Origin("https://x", "org", "ws", tenants={"acme": "2"}))
    store.remove(at("agent/a"))
    lock = read_lock(path, "funds", "test")
    assert lock.objects == {}
    assert lock.origin == Origin("https://x", "org", "ws", "", {"acme": "2", "byng": "1"})
    assert [one.name for one in path.parent.iterdir()] == ["x.lock"]


def test_what_changes_nothing_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"
    entry = LockEntry(id="agent_1")
    store = LockStore(path, Lock("funds", "test", objects={at("agent/a"): entry}))
    store.update(at("agent/a"), entry)
    store.remove(at("agent/b"))
    assert not path.exists()


def test_threads_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"
    store = LockStore(path, Lock("funds", "test"))

    def write(thread: int) -> None:
        for number in range(10):
            address = at(f"agent/a{thread}-{number}")
            store.update(address, LockEntry(id="x"))
            assert address in read_lock(path, "funds", "test").objects

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(read_lock(path, "funds", "test").objects) == 40


def test_permissions_are_kept_and_links_followed(tmp_path: Path) -> None:
    real, link = tmp_path / "real.lock", tmp_path / "link.lock"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    LockStore(link, Lock("funds", "test")).update(at("agent/a"), LockEntry(id="x"))
    assert link.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    assert at("agent/a") in read_lock(real, "funds", "test").objects


def test_a_new_lock_has_the_permissions_of_any_new_file(tmp_path: Path) -> None:
    LockStore(tmp_path / "x.lock", Lock("funds", "test")).update(at("agent/a"), LockEntry(id="x"))
    (tmp_path / "plain").touch()
    assert (tmp_path / "x.lock").stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_failing_write_leaves_the_old_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "x.lock"
    store = LockStore(path, Lock("funds", "test"))
    store.update(at("agent/a"), LockEntry(id="1"))
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Halt, match="No space left"):
        store.update(at("agent/b"), LockEntry(id="2"))
    monkeypatch.undo()
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir()] == ["x.lock"]
    store.update(at("agent/c"), LockEntry(id="3"))
    assert len(read_lock(path, "funds", "test").objects) == 3


def test_one_run_per_origin_project_and_target(tmp_path: Path) -> None:
    with hold("https://x", "funds", "test", tmp_path):
        with hold("https://y", "funds", "test", tmp_path), hold("https://x", "f", "p", tmp_path):
            pass
        with (
            pytest.raises(LockHeld, match=f"process {os.getpid()} of "),
            hold("https://x", "funds", "test", tmp_path),
        ):
            pass
    with hold("https://x", "funds", "test", tmp_path):
        pass


def test_the_hold_ends_with_its_process(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with (
            pytest.raises(LockHeld, match=f"process {other.pid} of "),
            hold("https://x", "funds", "test", tmp_path),
        ):
            pass
        other.kill()
        other.wait()
        with hold("https://x", "funds", "test", tmp_path):
            pass
