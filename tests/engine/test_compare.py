from __future__ import annotations

import itertools

import pytest

from reconciler.engine.compare import Base, classify, compare, make_goal, same
from reconciler.engine.values import ABSENT, digest

A, B, C = "a", "b", "c"
_SIDES = (ABSENT, A, B, C)


def _expected(base: object, desired: object, live: object) -> str:
    """The truth table in words, written apart from the code."""
    if desired is live:
        return "same" if base is ABSENT or base is live else "converged"
    if base is ABSENT:
        return "change"
    if base is live:
        return "change"
    return "drift" if base is desired else "conflict"


@pytest.mark.parametrize("base", _SIDES)
@pytest.mark.parametrize("desired", _SIDES)
@pytest.mark.parametrize("live", _SIDES)
@pytest.mark.parametrize("digests", [False, True], ids=["values", "digests"])
def test_every_combination(base: object, desired: object, live: object, digests: bool) -> None:
    if base is ABSENT:
        known = Base()
    elif digests:
        known = Base(digests={"x": digest(base)})
    else:
        known = Base({"x": base})
    assert classify(known, "x", desired, live) == _expected(base, desired, live)


@pytest.mark.parametrize(
    ("left", "right", "equal"),
    [
        (1, True, False),
        (1, 1.0, False),
        (None, ABSENT, False),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, True),
    ],
)
def test_same_is_equality_as_json(left: object, right: object, equal: bool) -> None:
    assert same(left, right) is equal


def _goal(declared: dict[str, object], before: dict[str, object], ignored: str = "") -> object:
    return make_goal(
        declared,
        before,
        always={"tools": {}},
        cleared={"system": None},
        unclearable=frozenset({"effort"}),
        ignored=lambda path: path == ignored,
    )


def test_a_dropped_field_is_cleared_once_and_forgotten() -> None:
    goal = _goal({"name": A}, {"name": "", "system": "", "metadata.k": "", "effort": ""})
    assert goal.owned == {"name": A, "tools": {}, "system": None, "metadata.k": ABSENT}
    assert goal.dropped == {"system", "metadata.k"}
    assert goal.released == {"effort"}
    changes = compare(
        Base({"name": A, "system": B, "metadata.k": C, "effort": "high"}),
        goal,
        {"name": A, "tools": {}, "system": B, "metadata.k": C, "effort": "high"},
    )
    assert [(one.path, one.status) for one in changes] == [
        ("metadata.k", "cleared"),
        ("system", "cleared"),
        ("effort", "released"),
    ]


def test_a_dropped_field_that_was_edited_is_a_conflict() -> None:
    goal = _goal({}, {"system": ""})
    (change,) = compare(Base({"system": A, "tools": {}}), goal, {"system": B, "tools": {}})
    assert change.status == "conflict"


def test_an_ignored_field_is_neither_compared_nor_owned() -> None:
    goal = _goal({"metadata.team": A}, {}, ignored="metadata.team")
    assert not list(compare(Base(), goal, {"metadata.team": B, "tools": {}}))


def test_unowned_fields_never_appear() -> None:
    for base, live in itertools.product(_SIDES, repeat=2):
        known = Base() if base is ABSENT else Base({"other": base})
        now = {"name": A, "tools": {}} | ({} if live is ABSENT else {"other": live})
        assert not list(compare(known, _goal({"name": A}, {}), now))
