"""Committing the lock, and nothing else, after an apply.

The commit is made from a private index, so that what else is staged or changed stays as it is. No
hook runs, here or before the push: they are made for people's changes, and one that fails would
leave what was applied unsaid. If the branch moved on the remote, the lock's change is carried over
once, object by object. What can't be pushed is no loss, since the next plan finds every object by
its marker.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, TypeAlias

from reconciler.engine.lock import Lock, LockError, dump_lock, load_lock
from reconciler.engine.lock_merge import LockConflict, merge_locks
from reconciler.platform.errors import PlatformError
from reconciler.platform.git import GitUnknown, repository, said

if TYPE_CHECKING:
    import git

Committed: TypeAlias = Literal["unchanged", "committed", "pushed"]
_RECOVER: Final = "nothing is lost: the next plan finds the objects by their markers"
#: How git says that the branch is not where it was (in English: GitPython sets LC_ALL).
_MOVED: Final = ("fetch first", "non-fast-forward", "cannot lock ref", "failed to update ref")
#: A push of one branch, whatever the user's settings add to one.
_PUSH: Final = (
    "--porcelain", "--no-verify", "--no-follow-tags", "--no-signed", "--recurse-submodules=no",
)  # fmt: skip


class NotCommitted(PlatformError):
    """The lock is not where it should be; the message says how far it got."""

    code = "git.not_committed"
    hint = f"commit the lock by hand; {_RECOVER}"


@dataclass(frozen=True, slots=True)
class _Place:
    """Git, run at the top of the work tree; the lock's path there; who commits."""

    command: git.Git
    top: Path
    path: str
    environ: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Branch:
    """A branch of a remote."""

    remote: str
    name: str

    def __str__(self) -> str:
        return f"{self.remote}/{self.name}"


def commit_lock(lock: Path, message: str, environ: Mapping[str, str]) -> Committed:
    """Commit the lock on the checked out branch, and push it if the branch has a remote.

    The commits of the branch that are not pushed yet go along. `environ` is the process's: it gives
    a name where git has none (GITHUB_ACTOR). A lock that is not there is nothing to commit. Raises
    NotCommitted.
    """
    try:
        return _commit(_place(lock, environ), message) if lock.exists() else "unchanged"
    except GitUnknown as failure:
        raise NotCommitted(f"the lock is not committed: {failure.message}") from None
    except OSError as failure:
        raise NotCommitted(f"the lock is not committed: {failure}") from None


def _place(lock: Path, environ: Mapping[str, str]) -> _Place:
    command = repository(lock.parent)
    top = Path(_run(command, "rev-parse", "--show-toplevel"))
    path = lock.resolve().relative_to(top.resolve()).as_posix()
    placed = repository(top)
    count = environ.get("GIT_CONFIG_COUNT", "0")
    placed.update_environment(
        GIT_CONFIG_COUNT=str(int(count) + 1 if count.isdecimal() else 1),
        **{f"GIT_CONFIG_KEY_{count}": "core.hooksPath", f"GIT_CONFIG_VALUE_{count}": os.devnull},
    )
    return _Place(placed, top, path, _identity(command, environ))


def _identity(command: git.Git, environ: Mapping[str, str]) -> dict[str, str]:
    """A name for the commit, where neither git's settings nor its environment have one."""
    with suppress(GitUnknown):  # asked so that git doesn't make one up from the machine's name
        _run(command, "-c", "user.useConfigOnly=true", "var", "GIT_COMMITTER_IDENT")
        return {}
    actor = environ.get("GITHUB_ACTOR", "")
    name = actor or "reconcile"
    email = f"{actor}@users.noreply.github.com" if actor else "reconcile@localhost"
    return {
        "GIT_AUTHOR_NAME": name,
        "GIT_AUTHOR_EMAIL": email,
        "GIT_COMMITTER_NAME": name,
        "GIT_COMMITTER_EMAIL": email,
    }


def _commit(place: _Place, message: str) -> Committed:
    try:
        head = _run(place.command, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    except GitUnknown:
        problem = "the lock is not committed: the branch has no commit yet"
        raise NotCommitted(problem, f"commit the project first; {_RECOVER}") from None
    blob = _run(place.command, "hash-object", "-w", "--", place.path)
    if blob == _blob(place, head):
        return "unchanged"
    branch = _branch(place)
    commit = _made(place, head, blob, message)
    _run(place.command, "update-index", "--add", "--", place.path)
    _run(place.command, "update-ref", "-m", "reconcile apply", "HEAD", commit, head)
    if branch is None:
        return "committed"
    if not _pushed(place, commit, branch):
        _carry_over(place, head, commit, message, branch)
    return "pushed"


def _blob(place: _Place, commit: str) -> str:
    """The hash of the lock as a commit has it; "" if it has none."""
    with suppress(GitUnknown):
        path = f"{commit}:{place.path}"
        return _run(place.command, "rev-parse", "--verify", "--quiet", "--end-of-options", path)
    return ""


def _made(place: _Place, parent: str, blob: str, message: str) -> str:
    """A commit on `parent` in which the lock is this blob, and all else as it was."""
    with tempfile.TemporaryDirectory() as folder:
        private = {"GIT_INDEX_FILE": str(Path(folder, "index"))}
        _run(place.command, "read-tree", parent, **private)
        entry = f"100644,{blob},{place.path}"
        _run(place.command, "update-index", "--add", "--cacheinfo", entry, **private)
        tree = _run(place.command, "write-tree", **private)
    return _run(place.command, "commit-tree", tree, "-p", parent, "-m", message, **place.environ)


def _branch(place: _Place) -> _Branch | None:
    """Where to push: the upstream, else `origin` and the branch's own name. None without a remote.

    Raises NotCommitted where a push would be a surprise: from no branch, or to one of another name,
    which a branch that was made from it follows, and which its commits may not be meant for.
    """
    remotes = _run(place.command, "remote").split("\n")
    if remotes == [""]:
        return None
    try:
        branch = _run(place.command, "symbolic-ref", "--quiet", "--short", "HEAD")
    except GitUnknown:
        message = "the lock is not committed: HEAD is at no branch that could be pushed"
        raise NotCommitted(message, f"check the branch out; {_RECOVER}") from None
    remote, merge = (_setting(place, f"branch.{branch}.{key}") for key in ("remote", "merge"))
    if remote and merge and (remote == "." or merge != f"refs/heads/{branch}"):
        followed = merge.removeprefix("refs/heads/")
        message = f"the lock is not committed: {branch} follows {followed}, which is another branch"
        raise NotCommitted(message, f"`git push --set-upstream {remotes[0]} {branch}`; {_RECOVER}")
    if not remote and "origin" not in remotes and len(remotes) > 1:
        message = f"the lock is not committed: {branch} follows none of {', '.join(remotes)}"
        raise NotCommitted(message, f"`git push --set-upstream REMOTE {branch}`; {_RECOVER}")
    return _Branch(remote or ("origin" if "origin" in remotes else remotes[0]), branch)


def _setting(place: _Place, key: str) -> str:
    with suppress(GitUnknown):
        return _run(place.command, "config", "--get", key)
    return ""


def _pushed(place: _Place, commit: str, branch: _Branch) -> bool:
    """Whether the remote took the commit; False if its branch moved. Raises NotCommitted."""
    import git

    what = f"{commit}:refs/heads/{branch.name}"
    try:
        place.command.execute(["git", "push", *_PUSH, "--", branch.remote, what])
    except git.GitCommandError as failure:
        if any(word in f"{failure.stdout}{failure.stderr}" for word in _MOVED):
            return False
        message = f"the lock is committed here, and not pushed to {branch}: {said(failure)}"
        raise NotCommitted(message, f"`git push` when that can be; {_RECOVER}") from None
    return True


def _carry_over(place: _Place, head: str, commit: str, message: str, branch: _Branch) -> None:
    """Put the lock's change on top of what the remote has by now, and push that. The branch here
    follows if it can; else it keeps its own commit, of which a rebase leaves nothing."""
    tip = _fetched(place, branch)
    try:
        before, theirs = _lock_at(place, head), _lock_at(place, tip)
        ours = _lock_at(place, commit)
        assert ours is not None  # it has just been committed
        merged = dump_lock(merge_locks(before, ours, theirs))
    except (LockConflict, LockError) as failure:
        problem = f"the lock is committed here, and {branch} has another: {failure}"
        hint = "drop this commit (`git reset --keep HEAD~1`), `git pull --rebase`, and plan again; "
        raise NotCommitted(problem, hint + _RECOVER) from None
    blob = _stored(place, merged)
    there = blob == _blob(place, tip)  # by the run of another commit, or an earlier one of this
    carried = tip if there else _made(place, tip, blob, message)
    if not there and not _pushed(place, carried, branch):
        problem = f"the lock is committed here, and {branch} moved again"
        raise NotCommitted(problem, f"`git pull --rebase`, then `git push`; {_RECOVER}")
    with suppress(GitUnknown):  # own commits, or changed files that are other there
        _run(place.command, "merge-base", "--is-ancestor", head, tip)
        _run(place.command, "read-tree", "-m", "-u", commit, carried)
        _run(place.command, "update-ref", "-m", "reconcile apply", "HEAD", carried, commit)


def _fetched(place: _Place, branch: _Branch) -> str:
    """The commit that the branch is at on the remote by now."""
    try:
        ref = f"refs/heads/{branch.name}"
        _run(place.command, "fetch", "--quiet", "--no-tags", "--", branch.remote, ref)
        return _run(place.command, "rev-parse", "--verify", "FETCH_HEAD^{commit}")
    except GitUnknown as failure:
        message = f"the lock is committed here, and {branch} can't be fetched: {failure.message}"
        raise NotCommitted(message, f"`git pull --rebase`, then `git push`; {_RECOVER}") from None


def _lock_at(place: _Place, commit: str) -> Lock | None:
    """The lock as a commit has it; None if it has none. Raises LockError."""
    blob = _blob(place, commit)
    if not blob:
        return None
    return load_lock(_run(place.command, "cat-file", "blob", blob))


def _stored(place: _Place, text: str) -> str:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "lock")
        file.write_bytes(text.encode())
        return _run(place.command, "hash-object", "-w", f"--path={place.path}", "--", str(file))


def _run(command: git.Git, *arguments: str, **environ: str) -> str:
    """What git answers. Raises GitUnknown with its words."""
    import git

    try:
        return str(command.execute(["git", *arguments], env=environ or None))
    except git.GitCommandError as failure:
        raise GitUnknown(said(failure)) from None
