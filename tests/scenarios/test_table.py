"""Every scenario has a test that exists and is run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.scenarios.table import SCENARIOS

ROOT = Path(__file__).parents[2]
OWNED = {*range(1, 51)}
NEVER_RUN = {"skip", "skipif", "xfail", "importorskip"}
Function = ast.FunctionDef | ast.AsyncFunctionDef


@cache
def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(encoding="utf-8"))


def _functions(file: Path) -> dict[str, Function]:
    return {one.name: one for one in _tree(file).body if isinstance(one, Function)}


def _attributes(*nodes: ast.AST) -> set[str]:
    return {one.attr for node in nodes for one in ast.walk(node) if isinstance(one, ast.Attribute)}


def _fixtures(file: Path, test: Function) -> Iterator[Function]:
    """The fixtures a test asks for, and those they ask for, in its module and the conftests."""
    known: dict[str, Function] = {}
    for folder in reversed(file.parents):
        if (folder / "conftest.py").is_file():
            known |= _functions(folder / "conftest.py")
    known |= _functions(file)
    asked, seen = [test], {test.name}
    while asked:
        function = asked.pop()
        names = {one.arg for one in function.args.args} & (known.keys() - seen)
        seen |= names
        asked += [known[name] for name in names]
        yield from (known[name] for name in names)


def _module_marks(file: Path) -> set[str]:
    marks = [
        one
        for one in _tree(file).body
        if isinstance(one, ast.Assign) and ast.unparse(one.targets[0]) == "pytestmark"
    ]
    return _attributes(*marks)


def _marks(name: str) -> set[str]:
    """The attributes that a test's marks, its body and its fixtures mention."""
    path, _, function = name.partition("::")
    file = ROOT / path
    assert file.is_file() and file.name.startswith("test_"), f"{path} is no test module"
    test = _functions(file).get(function)
    assert test and function.startswith("test_"), f"{name} is no test"
    return _module_marks(file) | _attributes(test, *_fixtures(file, test))


def test_the_numbers_are_those_the_project_owns() -> None:
    assert set(SCENARIOS) == OWNED


@pytest.mark.parametrize("number", sorted(OWNED))
def test_a_scenario_has_a_test_that_is_run(number: int) -> None:
    scenario = SCENARIOS[number]
    assert scenario.tests, f"{number} has no test: {scenario.outcome}"
    marks = {name: _marks(name) for name in scenario.tests}
    assert not {name for name, said in marks.items() if said & NEVER_RUN}
    assert {name for name, said in marks.items() if "slow" not in said}, "only slow tests"


def test_what_is_no_test_is_noticed() -> None:
    here = f"{Path(__file__).relative_to(ROOT)}"
    for name in (f"{here}::test_nobody_wrote", f"{here}::_marks", "tests/test_absent.py::test_it"):
        with pytest.raises(AssertionError, match="is no test"):
            _marks(name)
    through_a_fixture = "tests/e2e/test_corpus.py::test_sales_factory"
    assert "skip" in _marks(through_a_fixture)
