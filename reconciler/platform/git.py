"""What git knows of a project: the commit that is applied, who changed what, what a branch changed.

A project may be a folder of a repository, a worktree, or no repository at all. What git can't tell
is left out and said; it never stops a plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from reconciler.engine.address import Address
from reconciler.engine.history import Change, History
from reconciler.platform.errors import PlatformError

if TYPE_CHECKING:
    import git

_DEEPER: Final = "fetch more of the history (`git fetch --unshallow`, or `fetch-depth: 0`)"
_UNCOMMITTED: Final = Change("", "", "not committed yet")


class GitUnknown(PlatformError):
    """Git can't tell what was asked; the message says why, the hint what it needs."""

    code = "git.unknown"


def head_commit(root: Path) -> str:
    """The hash of the checked out commit, or "" where there is none. Never fails."""
    try:
        return str(_asked(root).rev_parse("--verify", "--quiet", "HEAD^{commit}"))
    except Exception:  # no git, no repository, no commit yet, unsafe ownership
        return ""


def last_changes(root: Path, sources: Mapping[Address, Sequence[str]]) -> History:
    """The last commit of each object's files, found in one walk from HEAD. Never fails."""
    head = head_commit(root)
    if not head:
        return History()
    try:
        command = _asked(root)
        found = dict.fromkeys(_owners(sources, _uncommitted(command)), _UNCOMMITTED)
        shallow = _shallow(command)
        cut = False
        for change, paths in _commits(command):
            for address in _owners(sources, paths):
                if address not in found and change.commit in shallow:
                    cut = True  # every file there is looks as if this commit had made it
                else:
                    found.setdefault(address, change)
            if len(found) == len(sources):
                break
    except Exception as failure:
        return History(head, note=f"git does not tell who changed what: {_reason(failure)}")
    return History(head, found, f"some changes are older than this clone: {_DEEPER}" if cut else "")


def changed_since(root: Path, ref: str) -> frozenset[str]:
    """The project's files that differ from where HEAD and `ref` parted, uncommitted ones included.

    Raises GitUnknown if there is no such commit, or the common history is not there.
    """
    try:
        command = _asked(root)
        command.rev_parse("--is-inside-work-tree")
    except Exception as failure:
        hint = "run this in a repository"
        raise GitUnknown(f"git does not answer: {_reason(failure)}", hint) from None
    try:
        commit = command.rev_parse("--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    except Exception:
        hint = f"fetch it: `git fetch origin {ref}`"
        raise GitUnknown(f"there is no commit {ref} here", hint) from None
    try:
        base = command.merge_base(commit, "HEAD")
    except Exception:
        message = f"where {ref} and HEAD parted is not in this clone"
        raise GitUnknown(message, _DEEPER) from None
    listed = command.diff("--name-only", "--no-renames", "-z", "--relative", base, "--", ".")
    return frozenset(path for path in listed.split("\0") if path) | set(_uncommitted(command))


def _asked(root: Path) -> git.Git:
    """Git, run in the project's folder. Raises OSError if there is none: GitPython would run it
    where this process is."""
    import git

    if not root.is_dir():
        raise NotADirectoryError(str(root))
    return git.Git(str(root))


def _uncommitted(command: Any) -> list[str]:
    """The project's changed and new files."""
    prefix = command.rev_parse("--show-prefix")
    listed = command.status("--porcelain", "-z", "--untracked-files=all", "--no-renames", "--", ".")
    paths = [entry[3:] for entry in listed.split("\0") if len(entry) > 3]
    return [path.removeprefix(prefix) for path in paths if path.startswith(prefix)]


def _shallow(command: Any) -> frozenset[str]:
    """The commits at which a shallow clone ends."""
    if command.rev_parse("--is-shallow-repository") != "true":
        return frozenset()
    file = Path(command.working_dir, command.rev_parse("--git-path", "shallow"))
    return frozenset(file.read_text(encoding="ascii").split())


def _commits(command: Any) -> Iterator[tuple[Change, list[str]]]:
    """Each commit from HEAD back that touched the project, with the paths it touched."""
    log = command.execute(
        ["git", "-c", "core.quotePath=false", "log", "--format=%x01%H%x02%an%x02%s",
         "--name-only", "--no-renames", "--relative", "--", "."],
        as_process=True,
    )  # fmt: skip
    process = log.proc
    try:
        change: Change | None = None
        paths: list[str] = []
        for raw in process.stdout:
            line = raw.decode("utf-8", "replace").rstrip("\n")
            if line.startswith("\x01"):
                if change is not None:
                    yield change, paths
                commit, author, subject = line[1:].split("\x02", 2)
                change, paths = Change(commit, author, subject), []
            elif line:
                paths.append(line)
        if change is not None:
            yield change, paths
    finally:
        process.kill()
        process.communicate()


def _owners(sources: Mapping[Address, Sequence[str]], paths: Sequence[str]) -> list[Address]:
    """The objects that one of the paths belongs to."""
    if not paths:
        return []
    exact = set(paths)
    folders = {f"{parent.as_posix()}/" for path in paths for parent in Path(path).parents}
    known = exact | folders
    return [address for address, files in sources.items() if not known.isdisjoint(files)]


def _reason(failure: Exception) -> str:
    """Git's own words, on one line."""
    said = str(getattr(failure, "stderr", "") or failure).strip()
    return " ".join(said.removeprefix("stderr:").strip(" '\n").split())[:200]
