"""Committing the lock, and nothing else, after an apply.

The commit is made from a private index, so that what else is staged or changed stays as it is; no
hook runs. If the branch moved on the remote, the lock's change is carried over once: it merges
object by object. What can't be pushed is no loss, since the next plan finds every object by its
marker.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from reconciler.engine.lock import LockError, load_lock
from reconciler.platform.errors import PlatformError

if TYPE_CHECKING:
    import git

Committed: TypeAlias = Literal["unchanged", "pushed", "committed"]
_RECOVER: Final = (
    "nothing is lost: the next plan finds the objects by their markers; commit the lock by hand, "
    "or run `reconcile lock --rebuild` where it is missing"
)


class NotCommitted(PlatformError):
    """The lock is not where it should be; the message says how far it got."""

    code = "git.not_committed"
    hint = _RECOVER


@dataclass(frozen=True, slots=True)
class _Place:
    """The repository, the lock's path in it, and what is committed there now."""

    command: git.Git
    top: Path
    path: str
    environ: dict[str, str]


def commit_lock(lock: Path, message: str, environ: Mapping[str, str]) -> Committed:
    """Commit the lock on the checked out branch, and push it if the branch has a remote.

    `environ` gives a name where git has none (GITHUB_ACTOR). Raises NotCommitted.
    """
    import git

    try:
        return _commit(_place(lock, environ), message)
    except git.GitCommandError as failure:
        raise NotCommitted(f"the lock is not committed: {_said(failure)}") from None
    except OSError as failure:
        raise NotCommitted(f"the lock is not committed: {failure}") from None


def _place(lock: Path, environ: Mapping[str, str]) -> _Place:
    import git

    command = git.Git(str(lock.parent))
    top = Path(command.rev_parse("--show-toplevel"))
    path = lock.resolve().relative_to(top.resolve()).as_posix()
    placed = git.Git(str(top))
    placed.update_environment(GIT_TERMINAL_PROMPT="0")  # nobody is there to ask
    return _Place(placed, top, path, _identity(command, environ))


def _identity(command: git.Git, environ: Mapping[str, str]) -> dict[str, str]:
    """A name for the commit, where neither git's settings nor its environment have one."""
    import git

    try:  # not what git would make up from the machine's name
        command.execute(["git", "-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT"])
        return {}
    except git.GitCommandError:
        pass
    name = environ.get("GITHUB_ACTOR") or "reconcile"
    email = f"{name}@users.noreply.github.com"
    return {
        "GIT_AUTHOR_NAME": name,
        "GIT_AUTHOR_EMAIL": email,
        "GIT_COMMITTER_NAME": name,
        "GIT_COMMITTER_EMAIL": email,
    }


def _commit(place: _Place, message: str) -> Committed:
    head = place.command.rev_parse("--verify", "HEAD^{commit}")
    text = (place.top / place.path).read_bytes()
    if _held(place, head) == text:
        return "unchanged"
    commit = _made(place, head, text, message)
    target = _target(place)
    if target is None:
        _move_head(place, head, commit)
        return "committed"
    remote, branch = target
    if _pushed(place, commit, remote, branch):
        _move_head(place, head, commit)
        return "pushed"
    carried = _carried(place, head, text, message, remote, branch)
    if _pushed(place, carried, remote, branch):
        return "pushed"
    _move_head(place, head, commit)
    raise NotCommitted(f"the lock is committed here, and {remote} does not take it")


def _held(place: _Place, commit: str) -> bytes | None:
    """The lock as a commit has it; None if it has none."""
    import git

    try:
        shown = place.command.cat_file(
            "blob", f"{commit}:{place.path}", stdout_as_string=False, strip_newline_in_stdout=False
        )
    except git.GitCommandError:
        return None
    return bytes(shown)


def _made(place: _Place, parent: str, text: bytes, message: str) -> str:
    """A commit on `parent` in which the lock is this text, and all else as it was."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "lock")
        file.write_bytes(text)
        blob = place.command.hash_object("-w", "--no-filters", "--", str(file))
        private = {**place.environ, "GIT_INDEX_FILE": str(Path(folder, "index"))}
        place.command.read_tree(parent, env=private)
        place.command.update_index(
            "--add", "--cacheinfo", f"100644,{blob},{place.path}", env=private
        )
        tree = place.command.write_tree(env=private)
        return str(place.command.commit_tree(tree, "-p", parent, "-m", message, env=place.environ))


def _move_head(place: _Place, old: str, new: str) -> None:
    """The branch, and of the index the lock alone."""
    place.command.update_ref("-m", "reconcile apply", "HEAD", new, old)
    place.command.update_index("--add", "--", place.path)


def _target(place: _Place) -> tuple[str, str] | None:
    """Remote and branch to push to: the upstream, else `origin` and the branch's own name. None
    without a remote. Raises NotCommitted on a detached HEAD."""
    import git

    remotes = place.command.remote().split()
    if not remotes:
        return None
    try:
        branch = place.command.symbolic_ref("--quiet", "--short", "HEAD")
    except git.GitCommandError:
        message = "the lock is not committed: HEAD is at no branch that could be pushed"
        raise NotCommitted(message, f"check the branch out; {_RECOVER}") from None
    try:
        remote = place.command.config(f"branch.{branch}.remote")
        merge = place.command.config(f"branch.{branch}.merge")
        return remote, merge.removeprefix("refs/heads/")
    except git.GitCommandError:
        return ("origin" if "origin" in remotes else remotes[0]), branch


def _pushed(place: _Place, commit: str, remote: str, branch: str) -> bool:
    import git

    try:
        place.command.push("--quiet", "--no-verify", "--", remote, f"{commit}:refs/heads/{branch}")
    except git.GitCommandError:
        return False
    return True


def _carried(place: _Place, head: str, text: bytes, message: str, remote: str, branch: str) -> str:
    """The lock's change on top of what the remote has by now. Raises NotCommitted if both changed
    one object."""
    import git

    try:
        place.command.fetch("--quiet", "--", remote, f"refs/heads/{branch}")
        tip = place.command.rev_parse("--verify", "FETCH_HEAD^{commit}")
    except git.GitCommandError as failure:
        _keep(place, head, text, message)
        message = f"the lock is committed here, and {remote} can't be reached: {_said(failure)}"
        raise NotCommitted(message) from None
    merged = _merged(place, _held(place, head) or b"", text, _held(place, tip) or b"")
    if merged is None:
        _keep(place, head, text, message)
        message = f"the lock is committed here; {remote}/{branch} changed the same objects"
        raise NotCommitted(message, f"merge the two by hand, then plan again; {_RECOVER}")
    return _made(place, tip, merged, message)


def _keep(place: _Place, head: str, text: bytes, message: str) -> None:
    _move_head(place, head, _made(place, head, text, message))


def _merged(place: _Place, base: bytes, ours: bytes, theirs: bytes) -> bytes | None:
    """The three-way merge of the lock; None if it has conflicts, or is no lock."""
    import git

    if base == theirs:
        return ours
    with tempfile.TemporaryDirectory() as folder:
        files = {"ours": ours, "base": base, "theirs": theirs}
        for name, data in files.items():
            Path(folder, name).write_bytes(data)
        paths = [os.fspath(Path(folder, name)) for name in files]
        try:
            found = place.command.merge_file(
                "-p", "--quiet", *paths, stdout_as_string=False, strip_newline_in_stdout=False
            )
            load_lock(bytes(found).decode())
        except (git.GitCommandError, LockError, UnicodeDecodeError):
            return None
    return bytes(found)


def _said(failure: git.GitCommandError) -> str:
    """Git's own words, on one line, without the command."""
    text = str(failure.stderr or "").strip().removeprefix("stderr:")
    return " ".join(text.strip(" '\n").split())[:300] or f"git ended with {failure.status}"
