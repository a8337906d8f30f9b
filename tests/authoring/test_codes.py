"""The tables of this room hold exactly the codes that it can report."""

from __future__ import annotations

from pathlib import Path

from reconciler.authoring import CODES


def test_every_code_is_met_by_a_test() -> None:
    tests = "\n".join(path.read_text() for path in Path(__file__).parent.rglob("*.py"))
    assert [code for code in CODES if code not in tests] == []
