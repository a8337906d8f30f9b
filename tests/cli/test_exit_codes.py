from __future__ import annotations

from typing import Any

import pytest

from reconciler.cli import exit_codes
from reconciler.engine.address import Address
from reconciler.engine.diagnostics import error
from reconciler.engine.outcome import Outcome, Report
from reconciler.engine.plan import Action, Held, Plan

ACTION = Action(Address("agent", "x"), "update", "changed", {})
HELD = Held(ACTION, "drift", "edited outside")


def end(result: Any, **more: Any) -> Outcome:
    return Outcome(ACTION.address, "update", result, **more)


@pytest.mark.parametrize(
    ("content", "detailed", "code"),
    [
        ({}, True, 0),
        ({"actions": (ACTION,)}, False, 0),
        ({"actions": (ACTION,)}, True, 2),
        ({"actions": (ACTION,), "held": (HELD,)}, True, 5),
        ({"held": (HELD,)}, False, 5),
        ({"held": (HELD,), "findings": (error("a.b", "c"),)}, True, 1),
        ({"actions": (ACTION,), "complete": False}, True, 1),
    ],
)
def test_plan(content: dict[str, Any], detailed: bool, code: int) -> None:
    assert exit_codes.of_plan(Plan("p", "t", **content), detailed=detailed) == code


@pytest.mark.parametrize(
    ("outcomes", "interrupted", "held", "code"),
    [
        ([], False, False, 0),
        ([end("applied")], False, False, 0),
        ([end("applied")], False, True, 5),
        ([end("failed")], False, True, 1),
        ([end("applied"), end("failed")], False, True, 3),
        ([end("applied"), end("failed", moved=True)], False, True, 4),
        ([end("applied"), end("skipped")], True, True, 130),
    ],
)
def test_report(outcomes: list[Outcome], interrupted: bool, held: bool, code: int) -> None:
    plan = Plan("p", "t", held=(HELD,) if held else ())
    assert exit_codes.of_report(Report(tuple(outcomes), interrupted), plan) == code
