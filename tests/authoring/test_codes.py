"""The table of codes holds exactly what the room can report."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import reconciler.authoring
from reconciler.authoring import CODES

_CODE = re.compile(r"[a-z]+\.[a-z0-9_]+")
_NO_CODE = re.compile(r".*\.(ya?ml|md|json|com|local|internal|db|ini)")


def reported() -> set[str]:
    found: set[str] = set()
    for path in Path(reconciler.authoring.__file__).parent.glob("*.py"):
        if path.name == "codes.py":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                text = node.value
                if _CODE.fullmatch(text) and not _NO_CODE.fullmatch(text):
                    found.add(text)
    return found


def test_every_code_is_listed_and_every_listed_code_is_used() -> None:
    assert set(CODES) == reported()


def test_every_code_has_one_line() -> None:
    for code, meaning in CODES.items():
        assert _CODE.fullmatch(code)
        assert meaning and "\n" not in meaning and not meaning.endswith(".")


def test_every_code_is_met_by_a_test() -> None:
    tests = "\n".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    assert [code for code in CODES if code not in tests] == []
