"""Every code of this room is met by some test, or by a sample whose findings were reviewed."""

from __future__ import annotations

from pathlib import Path

from reconciler.authoring import CODES

TESTS = Path(__file__).parents[1]


def test_every_code_is_met_by_a_test() -> None:
    files = [*TESTS.rglob("*.py"), *(TESTS / "data").rglob("*.txt")]
    tests = "\n".join(path.read_text() for path in files)
    assert [code for code in CODES if code not in tests] == []
