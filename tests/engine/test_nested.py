from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.engine.address import Address
from reconciler.engine.nested import nested_differences
from reconciler.engine.values import ABSENT, Ref, canonical

REF = Ref(Address("skill", "x"), "id")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ({"a": {"b": 1}}, {"a": {"b": True}}, [("t.a.b", 1, True)]),
        ({"a": 1}, {"a": 1.0}, [("t.a", 1, 1.0)]),
        ({"a": 3}, {"a": REF}, [("t.a", 3, REF)]),
        ({"a": REF}, {"a": REF}, []),
        (ABSENT, {"a": 1, "b": {"c": 2}}, [("t.a", ABSENT, 1), ("t.b", ABSENT, {"c": 2})]),
        ({"a": 1}, ABSENT, [("t.a", 1, ABSENT)]),
        ({"a": {}}, {"a": []}, [("t.a", {}, [])]),
        (["a", "b"], ["b"], [("t[0]", "a", ABSENT)]),
        ([[False, False]], [[False, 0]], [("t[0][1]", False, 0)]),
        (None, {"a": 1}, [("t", None, {"a": 1})]),
        ("x", "y", [("t", "x", "y")]),
    ],
)
def test_the_places_that_differ(before: Any, after: Any, found: list[Any]) -> None:
    differences = nested_differences("t", before, after)
    assert [(one.path, one.before, one.after) for one in differences] == found


@given(JSON, JSON)
def test_values_differ_somewhere_exactly_if_they_differ(before: Any, after: Any) -> None:
    assert bool(nested_differences("t", before, after)) == (canonical(before) != canonical(after))
