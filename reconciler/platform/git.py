"""The commit that is being applied."""

from __future__ import annotations

from pathlib import Path


def head_commit(root: Path) -> str:
    """The hash of the checked out commit, or "" where there is none. Never fails."""
    try:
        import git

        with git.Repo(root, search_parent_directories=True) as repository:
            return repository.head.commit.hexsha
    except Exception:  # no git, no repository, no commit yet, unsafe ownership
        return ""
