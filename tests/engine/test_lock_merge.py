from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.engine.address import Address
from reconciler.engine.lock import Lock, LockEntry
from reconciler.engine.lock_merge import LockConflict, merge_locks
from tests.engine.builders import ORIGIN


def lock(**ids: str) -> Lock:
    objects = {Address("agent", name): LockEntry(id=identity) for name, identity in ids.items()}
    return Lock("funds", "prod", ORIGIN, objects)


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "merged"),
    [
        (lock(a="1"), lock(a="2"), lock(a="1"), lock(a="2")),
        (lock(a="1"), lock(a="1"), lock(a="3"), lock(a="3")),
        (lock(a="1"), lock(a="2"), lock(a="2"), lock(a="2")),
        (lock(a="1", b="1"), lock(a="2", b="1"), lock(a="1", b="3"), lock(a="2", b="3")),
        (lock(a="1", b="1"), lock(b="1"), lock(a="1"), lock()),  # one removed by each
        (lock(), lock(a="1"), lock(b="1"), lock(a="1", b="1")),  # side by side in the file
        (None, lock(a="1"), lock(b="1"), lock(a="1", b="1")),
        (lock(a="1"), lock(a="1", b="1"), None, lock(b="1")),
    ],
)
def test_what_both_did(base: Lock | None, ours: Lock, theirs: Lock | None, merged: Lock) -> None:
    if theirs is None:
        merged = replace(merged, origin=None)
    assert merge_locks(base, ours, theirs) == merged


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "names"),
    [
        (lock(a="1", b="1"), lock(a="2", b="2"), lock(a="3", b="3"), ("agent/a", "agent/b")),
        (lock(), lock(a="2"), lock(a="3"), ("agent/a",)),
        (lock(a="1"), lock(), lock(a="3"), ("agent/a",)),
        (
            lock(),
            replace(lock(), origin=None),
            replace(lock(), target="test"),
            ("project", "target"),
        ),
        (
            replace(lock(), origin=None),
            lock(),
            replace(lock(), origin=replace(ORIGIN, workspace="other")),
            ("origin",),
        ),
    ],
)
def test_what_both_changed_is_named(
    base: Lock, ours: Lock, theirs: Lock, names: tuple[str, ...]
) -> None:
    with pytest.raises(LockConflict) as conflict:
        merge_locks(base, ours, theirs)
    assert conflict.value.names == names


some = st.dictionaries(st.sampled_from("abc"), st.sampled_from("12"))


@given(some, some, some)
def test_the_sides_are_alike(
    base: dict[str, str], ours: dict[str, str], theirs: dict[str, str]
) -> None:
    def merge(one: dict[str, str], other: dict[str, str]) -> object:
        try:
            return merge_locks(lock(**base), lock(**one), lock(**other))
        except LockConflict as conflict:
            return conflict.names

    assert merge(ours, theirs) == merge(theirs, ours)
    assert merge(base, theirs) == lock(**theirs) and merge(ours, ours) == lock(**ours)
