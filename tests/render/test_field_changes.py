from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.engine.address import Address
from reconciler.engine.values import ABSENT, Ref, SecretRef, canonical
from reconciler.render.field_changes import differences
from reconciler.render.values_text import pair_text, value_text

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=12,
)


def found(before: Any, after: Any, path: str = "tools") -> list[tuple[str, Any, Any]]:
    return [(one.path, one.before, one.after) for one in differences(path, before, after)]


def test_the_smallest_place_is_named() -> None:
    before = {"agent_toolset_20260401": {"configs": {"bash": {"policy": "always_ask"}}}}
    after = {"agent_toolset_20260401": {"configs": {"bash": {"policy": "always_allow"}}}}
    path = "tools.agent_toolset_20260401.configs.bash.policy"
    assert found(before, after) == [(path, "always_ask", "always_allow")]


def test_a_short_new_value_is_one_difference_and_a_long_one_is_taken_apart() -> None:
    assert found({}, {"bash": {"enabled": True}}) == [("tools.bash", ABSENT, {"enabled": True})]
    long = {f"key_{at}": "v" * 30 for at in range(5)}
    assert len(found(ABSENT, long)) == 5
    assert len(found(long, ABSENT)) == 5


def test_lists_say_what_came_and_went() -> None:
    assert found(["a", "b", "d"], ["a", "c", "d", "e"], "hosts") == [
        ("hosts[1]", "b", "c"),
        ("hosts[3]", ABSENT, "e"),
    ]
    assert found(["a", "b"], ["b"], "hosts") == [("hosts[0]", "a", ABSENT)]


def test_true_is_not_one() -> None:
    assert found(True, 1) == [("tools", True, 1)]


@given(JSON, JSON)
def test_there_are_differences_exactly_where_values_differ(before: Any, after: Any) -> None:
    assert bool(found(before, after)) == (canonical(before) != canonical(after))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (ABSENT, "(none)"),
        (None, "null"),
        (True, "true"),
        ("true", '"true"'),
        ("", '""'),
        ("12", '"12"'),
        ("always_ask", "always_ask"),
        ("two words", '"two words"'),
        (Ref(Address("skill", "x"), "id"), "skill/x (id known after apply)"),
        (SecretRef("TOKEN"), "secret TOKEN"),
        ({"a": [1, "b"], "c d": {}}, '{a: [1, b], "c d": {}}'),
        ("x" * 130, "x" * 120 + "… (10 more)"),
    ],
)
def test_values_in_a_few_words(value: Any, text: str) -> None:
    assert value_text(value) == text


@given(st.text("ab", min_size=200, max_size=400), st.integers(0, 199))
def test_cut_values_show_their_first_difference(text: str, at: int) -> None:
    other = text[:at] + ("b" if text[at] == "a" else "a") + text[at + 1 :]
    left, right = pair_text(text, other)
    assert left != right
    assert max(len(left), len(right)) < 150
