from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.engine.address import KINDS, Address
from reconciler.engine.live import Origin
from reconciler.engine.lock import Intent, Lock, LockEntry, LockError, dump_lock, load_lock

_text = st.text(min_size=1, max_size=8)
_entries = st.builds(
    LockEntry,
    id=st.text(max_size=8),
    version=st.none() | st.integers(1, 99),
    fields=st.dictionaries(_text, _text | st.lists(_text) | st.none(), max_size=3),
    versions=st.dictionaries(_text, _text, max_size=3),
    parent=st.text(max_size=4),
    protect=st.booleans(),
    recorded=st.none() | st.integers(1, 99),
    intent=st.none() | st.builds(Intent, _text, st.lists(_text, max_size=2).map(sorted).map(tuple)),
)
_addresses = st.builds(Address, st.sampled_from(KINDS), _text)
_origins = st.none() | st.builds(
    Origin, _text, _text, _text, _text, st.dictionaries(_text, _text, max_size=2)
)


@given(st.builds(Lock, _text, _text, _origins, st.dictionaries(_addresses, _entries, max_size=4)))
def test_reading_what_was_written_gives_it_back(lock: Lock) -> None:
    assert load_lock(dump_lock(lock)) == lock
    assert dump_lock(load_lock(dump_lock(lock))) == dump_lock(lock)


def test_the_diff_of_one_change_is_one_block() -> None:
    lock = Lock("p", "t", None, {
        Address("agent", "a"): LockEntry(id="agent_1", version=1, fields={"name": "x"}),
        Address("agent", "b"): LockEntry(id="agent_2", version=4, fields={"name": "y"}),
    })  # fmt: skip
    changed = lock.with_entry(Address("agent", "b"), LockEntry(id="agent_2", version=5))
    before, after = dump_lock(lock).split('"agent/b"'), dump_lock(changed).split('"agent/b"')
    assert before[0] == after[0]


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("", 1, "not JSON"),
        ('{\n  "version": 1,\n', 3, "not JSON"),
        ('{\n  "version": 2\n}', 2, "lock format 2"),
        ('{\n  "version": 1,\n<<<<<<< HEAD\n', 3, "merge markers"),
        ('{\n  "version": 1,\n  "objects": {\n    "agent/a": {},\n    "agent/a": {}\n  }\n}', 5, "twice"),
        ('{\n  "version": 1,\n  "objects": {\n    "thing/a": {}\n  }\n}', 4, "not an address"),
        ('{\n  "version": 1,\n  "objects": {\n    "agent/a": {\n      "vresion": 2\n    }\n  }\n}', 5, "unknown key"),
        ('{\n  "version": 1,\n  "objects": {\n    "agent/a": {\n      "version": "2"\n    }\n  }\n}', 5, "must be int"),
        ('{\n  "version": 2,\n  "objects": {\n    "agent/a": {\n      "version": 2\n    }\n  }\n}', 2, "lock format 2"),
        ('{\n  "version": 1,\n  "objects": {\n    "agent/a": {"id": ""},\n    "agent/b": {"id": 1},\n    "agent/c": {"id": ""}\n  }\n}', 5, "must be str"),
        ('[]', 1, "must be an object"),
    ],
)  # fmt: skip
def test_a_damaged_lock_is_refused_at_its_line(text: str, line: int, words: str) -> None:
    with pytest.raises(LockError, match=words) as failure:
        load_lock(text)
    assert failure.value.line == line


def test_empty_members_are_not_written() -> None:
    text = dump_lock(Lock("p", "t", None, {Address("skill", "s"): LockEntry(id="skill_1")}))
    assert json.loads(text)["objects"] == {"skill/s": {"id": "skill_1"}}
