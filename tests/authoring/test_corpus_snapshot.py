"""What validating says of real definitions changes only on purpose."""

from __future__ import annotations

import pytest

from tests.authoring.corpus_snapshot import SNAPSHOT, snapshot
from tests.authoring.mutations import CORPUS

REGENERATE = "python -m tests.authoring.corpus_snapshot > tests/data/corpus-findings.txt"


@pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside the project")
def test_nothing_changed() -> None:
    """If the difference is meant, review it line by line and run `REGENERATE`."""
    assert snapshot().splitlines() == SNAPSHOT.read_text("utf-8").splitlines(), REGENERATE


def test_the_table_is_sorted_and_names_each_file_once() -> None:
    lines = SNAPSHOT.read_text("utf-8").splitlines()
    assert lines == sorted(lines)
    words = [line.split(": ")[1] for line in lines]
    assert set(words) <= {"valid", "converted", "warned", "refused"}
    assert len({line.split(": ")[0] for line in lines}) == len(lines) > 100
