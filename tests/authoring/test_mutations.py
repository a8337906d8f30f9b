"""However a definition is damaged: a place for every error, and never a permission nobody wrote."""

from __future__ import annotations

import re
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st

from reconciler.authoring import Loaded, load
from reconciler.engine.diagnostics import Diagnostic, has_errors
from tests.authoring.effective import effective
from tests.authoring.mutations import BASES, MUTATIONS, Base, corpus
from tests.authoring.naive_reader import Doubt, granted
from tests.authoring.support import placed

ALL = [*BASES, *corpus()]
_numbers = st.integers(0, 2**16)
_cases = st.tuples(
    st.sampled_from([*BASES, *ALL]),
    _numbers,
    st.lists(st.tuples(st.sampled_from(MUTATIONS), _numbers, _numbers), min_size=1, max_size=3),
)
#: No load of these files takes a thousandth of it; what takes longer hangs.
_HANGS = 60


class Folder:
    """One folder, in memory where there is such a place, for one project after the other."""

    def __init__(self) -> None:
        memory = Path("/dev/shm")
        self.root = Path(tempfile.mkdtemp(dir=memory if memory.is_dir() else None)).resolve()
        self._base: Base | None = None
        self._changed: str | None = None

    def write(self, base: Base, path: str, data: bytes) -> None:
        """The base's files with one of them as given."""
        if base is not self._base:
            shutil.rmtree(self.root)
            for name, text in base.files.items():
                (self.root / name).parent.mkdir(parents=True, exist_ok=True)
                (self.root / name).write_bytes(text.encode())
            self._base = base
        elif self._changed not in (None, path):
            (self.root / str(self._changed)).write_bytes(base.files[str(self._changed)].encode())
        (self.root / path).write_bytes(data)
        self._changed = path


@pytest.fixture(scope="module")
def folder() -> Iterator[Folder]:
    made = Folder()
    yield made
    shutil.rmtree(made.root)


@contextmanager
def no_hang() -> Iterator[None]:
    def late(*_: Any) -> None:
        raise AssertionError(f"no answer after {_HANGS} seconds")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(_HANGS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def damaged(case: tuple[Base, int, list[Any]]) -> tuple[Base, str, str]:
    base, at, mutations = case
    path = base.mutable[at % len(base.mutable)]
    text = base.files[path]
    for mutate, first, second in mutations:
        text = mutate(text, first, second)
    note(f"{base.name}, {path}:\n{text!r}")
    return base, path, text


def check(folder: Folder, base: Base, path: str, text: str) -> Loaded:
    data = text.encode("utf-8", "surrogatepass")
    folder.write(base, path, data)
    with no_hang():
        result = load(folder.root, target=None, variables={}, environ={})
    assert (result.desired is None) == has_errors(result.findings)
    rows = {name: _rows(one) for name, one in base.files.items()} | {path: _rows(text)}
    for finding in result.findings:
        _is_placed(finding, rows)
    if result.desired is None:
        return result
    try:
        read = granted({**base.files, path: data}, base.addresses)
    except Doubt as doubt:
        raise AssertionError(f"it loads, although {doubt}") from doubt
    assert effective(result.desired) == read
    return result


def _rows(text: str) -> int:
    """How many lines there are; a line that is begun is one."""
    return len(re.split("\r\n|[\n\r]", text))


def _is_placed(finding: Diagnostic, rows: dict[str, int]) -> None:
    place = placed(finding)
    assert place.line <= rows.get(place.file, 1), finding


@pytest.mark.parametrize("base", ALL, ids=lambda base: base.name)
def test_undamaged(folder: Folder, base: Base) -> None:
    path = base.mutable[0]
    result = check(folder, base, path, base.files[path])
    if base in BASES:
        assert result.desired is not None, result.findings


_anyhow = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}


@settings(max_examples=300, derandomize=True, **_anyhow)  # type: ignore[arg-type]
@given(case=_cases)
def test_damaged(folder: Folder, case: Any) -> None:
    check(folder, *damaged(case))


@pytest.mark.slow
@settings(max_examples=20_000, **_anyhow)  # type: ignore[arg-type]
@given(case=_cases)
def test_damaged_at_length(folder: Folder, case: Any) -> None:
    check(folder, *damaged(case))
