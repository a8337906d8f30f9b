"""What git knows of a project: the commit that is applied, who changed what, what a branch changed.

A project may be a folder of a repository, a worktree, or no repository at all. What git can't tell
is left out and said; it never stops a plan. Git is only read here: it takes no lock, fetches
nothing, and asks nobody.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from reconciler.engine.address import Address
from reconciler.engine.history import Change, History, Owners
from reconciler.platform.errors import PlatformError

if TYPE_CHECKING:
    import git

_DEEPER: Final = "fetch more of the history (`git fetch --unshallow`, or `fetch-depth: 0`)"
_UNCOMMITTED: Final = Change("", "", "not committed yet")
_QUIET: Final = {
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_TERMINAL_PROMPT": "0",
}
_HEADER, _BETWEEN = b"\x01", "\x02"  # which no name and no subject holds
_CHUNK: Final = 1 << 16


class GitUnknown(PlatformError):
    """Git can't tell what was asked; the message says why, the hint what it needs."""

    code = "git.unknown"


def last_changes(root: Path, sources: Mapping[Address, Sequence[str]]) -> History:
    """The last commit of each object's files (folders end with `/`), found in one walk from HEAD
    that ends with the last of them. Never fails."""
    head = ""
    try:
        command = repository(root)
        head = _head(command)
        return _walked(command, head, sources)
    except Exception as failure:
        return History(head, note=f"git does not tell who changed what: {said(failure)}")


def _walked(command: git.Git, head: str, sources: Mapping[Address, Sequence[str]]) -> History:
    owners = Owners(sources)
    found = {one: _UNCOMMITTED for path in _uncommitted(command) for one in owners.of(path)}
    shallow, cut = _shallow(command), False
    for change, paths in _commits(command) if len(found) < len(sources) else ():
        if change.commit in shallow:
            cut = True  # every file there is looks as if this commit had made it
            continue
        for address in (one for path in paths for one in owners.of(path)):
            found.setdefault(address, change)
        if len(found) == len(sources):
            break
    cut = cut and len(found) < len(sources)
    return History(head, found, f"some changes are older than this clone: {_DEEPER}" if cut else "")


def changed_since(root: Path, ref: str) -> frozenset[str]:
    """The project's files that differ from where HEAD and `ref` parted, uncommitted ones included.

    Paths are the project's, whatever folder of the repository it is. Raises GitUnknown if there is
    no such commit, or the common history is not there.
    """
    try:
        command = repository(root)
        _head(command)
    except Exception as failure:
        message = f"git does not tell what changed since {ref}: {said(failure)}"
        raise GitUnknown(message, "run this in a checkout of the repository") from None
    try:
        commit = command.rev_parse("--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    except Exception:
        message = f"there is no commit {ref} here"
        raise GitUnknown(message, f"fetch it: `git fetch origin {ref}`") from None
    try:
        base = command.merge_base(commit, "HEAD")
    except Exception:
        message = f"where {ref} and HEAD parted is not in this clone"
        raise GitUnknown(message, _DEEPER) from None
    try:
        listed = command.diff("--name-only", "--no-renames", "-z", "--relative", base, "--", ".")
        return frozenset(path for path in listed.split("\0") if path) | set(_uncommitted(command))
    except Exception as failure:
        message = f"git does not tell what changed since {ref}: {said(failure)}"
        raise GitUnknown(message, _DEEPER) from None


def repository(root: Path) -> git.Git:
    """Git, run in a folder of a repository; it asks nobody. Raises PlatformError, with git's own
    words, if there is no git, no repository, or one that git does not trust."""
    try:
        import git
    except ImportError:
        hint = "install git, or name it in GIT_PYTHON_GIT_EXECUTABLE"
        raise GitUnknown("git can't be run", hint) from None
    if not root.is_dir():  # GitPython would run it where this process is
        raise GitUnknown(f"{root} is no folder", "run this in a repository")
    command = git.Git(str(root))
    command.update_environment(**_QUIET)
    try:
        command.rev_parse("--git-dir")
    except git.GitCommandError as failure:
        raise GitUnknown(said(failure), "run this in a repository") from None
    return command


def said(failure: Exception) -> str:
    """What went wrong in git's own words, on one line, without the command."""
    text = str(getattr(failure, "stderr", "") or failure).strip()
    text = " ".join(text.removeprefix("stderr:").strip(" '\n").split())
    return without_credentials(text)[:300]


def without_credentials(text: str) -> str:
    """The text without what stands before the `@` of an address, where a token may be."""
    words = []
    for word in text.split(" "):
        before, slashes, rest = word.partition("://")
        authority, slash, path = rest.partition("/")
        host = authority.rpartition("@")[2]
        words.append(f"{before}{slashes}{host}{slash}{path}")
    return " ".join(words)


def _head(command: git.Git) -> str:
    """The hash of the checked out commit. Raises GitUnknown if there is none yet."""
    try:
        return str(command.rev_parse("--verify", "--quiet", "HEAD^{commit}"))
    except Exception:
        raise GitUnknown("the repository has no commit yet", "commit the project first") from None


def _uncommitted(command: git.Git) -> list[str]:
    """The project's changed and new files."""
    prefix = command.rev_parse("--show-prefix")
    listed = command.status("--porcelain", "-z", "--untracked-files=all", "--no-renames", "--", ".")
    paths = [entry[3:] for entry in listed.split("\0") if len(entry) > 3]
    return [path.removeprefix(prefix) for path in paths if path.startswith(prefix)]


def _shallow(command: git.Git) -> frozenset[str]:
    """The commits at which a shallow clone ends."""
    if command.rev_parse("--is-shallow-repository") != "true":
        return frozenset()
    file = Path(str(command.working_dir), command.rev_parse("--git-path", "shallow"))
    return frozenset(file.read_text(encoding="ascii").split())


def _commits(command: git.Git) -> Iterator[tuple[Change, list[str]]]:
    """Each commit from HEAD back that touched the project, with the paths it touched."""
    log = command.execute(
        ["git", "log", "-z", "--encoding=UTF-8", "--no-show-signature", "--no-color",
         "--format=%x01%H%x02%an%x02%s", "--name-only", "--no-renames", "--relative", "--", "."],
        as_process=True,
    )  # fmt: skip
    process = log.proc  # which ends when `log` does
    assert process is not None and process.stdout is not None
    try:
        change: Change | None = None
        paths: list[str] = []
        for record in _records(process.stdout):
            if record.startswith(_HEADER):
                if change is not None:
                    yield change, paths
                commit, author, subject = record[1:].decode("utf-8", "replace").split(_BETWEEN, 2)
                change, paths = Change(commit, author, subject), []
            elif record:
                # Git puts a line's end between the header and the first path.
                paths.append(os.fsdecode(record if paths else record.removeprefix(b"\n")))
        if change is not None:
            yield change, paths
        if process.wait() != 0:
            words = process.stderr.read().decode("utf-8", "replace") if process.stderr else ""
            raise GitUnknown(" ".join(words.split()) or "git log failed", _DEEPER)
    finally:
        process.kill()
        process.communicate()


def _records(stream: IO[bytes]) -> Iterator[bytes]:
    """What a stream holds between zero bytes."""
    rest = b""
    while chunk := stream.read(_CHUNK):
        *whole, rest = (rest + chunk).split(b"\0")
        yield from whole
    yield rest
