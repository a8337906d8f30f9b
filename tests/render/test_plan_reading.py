"""Encoding and decoding a plan is the identity."""

from __future__ import annotations

import json
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.engine.address import KINDS, Address
from reconciler.engine.diagnostics import Diagnostic, Span, sorted_findings
from reconciler.engine.lock import LockEntry
from reconciler.engine.plan import (
    Action,
    Expected,
    FieldChange,
    Held,
    HeldReason,
    Orphan,
    Plan,
    Status,
    Verb,
)
from reconciler.engine.privileges import Raise
from reconciler.engine.saved_plan import SavedPlanError
from reconciler.engine.skill_diff import FileDiff, What
from reconciler.engine.values import ABSENT, Ref, SecretRef
from reconciler.render.plan_documents import plan_document
from reconciler.render.plan_reading import plan_of

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="=:/"), max_size=12)
ADDRESS = st.builds(Address, st.sampled_from(KINDS), st.sampled_from(["a", "b/c", "d-e"]))
SPAN = st.none() | st.builds(Span, TEXT, st.integers(1, 99), st.integers(1, 99))
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | TEXT
    | st.builds(Ref, ADDRESS, st.sampled_from(["id", "version"]), st.sampled_from(["", "x"]))
    | st.builds(SecretRef, TEXT)
    | st.just({"$ref": "#/definitions/money"}),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TEXT, inner, max_size=2),
    max_leaves=4,
)  # fmt: skip
SIDE = st.just(ABSENT) | VALUE


def tuples(of: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(of, max_size=2).map(tuple)


FIELD = st.builds(FieldChange, TEXT, st.sampled_from(get_args(Status)), SIDE, SIDE, SIDE, SPAN)
RAISE = st.builds(Raise, TEXT, TEXT, TEXT, TEXT)
FILE = st.builds(
    FileDiff, TEXT, st.sampled_from(get_args(What)), TEXT, TEXT,
    st.none() | st.integers(0, 9), st.none() | st.integers(0, 9), st.none() | TEXT, st.none() | TEXT,
)  # fmt: skip
ACTION = st.builds(
    Action,
    address=ADDRESS,
    verb=st.sampled_from(get_args(Verb)),
    reason=TEXT,
    payload=st.dictionaries(TEXT, VALUE, max_size=3),
    fields=tuples(FIELD),
    because=tuples(ADDRESS),
    needs=tuples(ADDRESS),
    expected=st.none() | st.builds(Expected, TEXT, st.none() | st.integers(1, 9), TEXT),
    notes=tuples(TEXT),
    raises=tuples(RAISE),
    files=tuples(FILE),
    span=SPAN,
    lock=st.just(LockEntry()),
)
HELD = st.builds(Held, ACTION, st.sampled_from(get_args(HeldReason)), TEXT, tuples(RAISE), TEXT)
FINDING = st.builds(
    Diagnostic, TEXT, st.sampled_from(["error", "warning", "note"]), TEXT, TEXT, SPAN, TEXT
)
PLAN = st.builds(
    Plan,
    project=TEXT,
    target=TEXT,
    actions=tuples(ACTION),
    held=tuples(HELD),
    records=st.dictionaries(ADDRESS, st.just(LockEntry()), max_size=2),
    released=tuples(st.tuples(ADDRESS, FIELD)),
    orphans=tuples(st.builds(Orphan, ADDRESS, TEXT, TEXT)),
    forgotten=tuples(ADDRESS).map(lambda found: tuple(sorted(found))),
    unchanged=tuples(ADDRESS),
    findings=st.lists(FINDING, max_size=2).map(sorted_findings),
    complete=st.booleans(),
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(plan=PLAN)
def test_encoding_and_decoding_is_the_identity(plan: Plan) -> None:
    document = plan_document(plan)
    read = plan_of(json.loads(json.dumps(document)))
    assert read == plan
    assert read.digest == plan.digest
    assert plan_document(read) == document


@pytest.mark.parametrize("broken", ["actions", "held", "findings", "records"])
def test_a_damaged_document_is_refused(broken: str) -> None:
    action = Action(Address("agent", "a"), "create", "new", {})
    document: dict[str, Any] = json.loads(json.dumps(plan_document(Plan("p", "t", (action,)))))
    del document[broken]
    with pytest.raises(SavedPlanError):
        plan_of(document)
    with pytest.raises(SavedPlanError):
        plan_of({**document, broken: [{"address": "nothing"}]})
