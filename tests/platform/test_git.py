from __future__ import annotations

from pathlib import Path

import git
import pytest

from reconciler.platform.git import head_commit


def test_the_commit_of_a_repository_or_of_one_above(tmp_path: Path) -> None:
    with git.Repo.init(tmp_path) as repository:
        who = git.Actor("a", "a@example.com")
        commit = repository.index.commit("one", author=who, committer=who)
    (tmp_path / "sub").mkdir()
    assert head_commit(tmp_path) == head_commit(tmp_path / "sub") == commit.hexsha


@pytest.mark.parametrize("start", [False, True])
def test_no_repository_or_no_commit_is_no_hash(tmp_path: Path, start: bool) -> None:
    if start:
        git.Repo.init(tmp_path).close()
    assert head_commit(tmp_path) == ""
    assert head_commit(tmp_path / "missing") == ""
