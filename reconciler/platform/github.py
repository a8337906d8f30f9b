"""GitHub: one comment per pull request and target, and one issue per drifting target.

A comment is found by the line it begins with and by who wrote it, so that nobody can plant one.
Reads and edits are tried again when GitHub is busy. A comment whose answer was lost is looked for
before it is posted once more.

Repository, token and address are those of GitHub's own variables (GitHub documentation, default
environment variables).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias, TypeVar
from urllib.parse import urlsplit

from reconciler.engine.hosts import is_loopback
from reconciler.engine.values import Secret
from reconciler.platform.errors import AccessRefused, PlatformError, ReadFailed, WriteFailed

if TYPE_CHECKING:
    from github import Github
    from github.Issue import Issue
    from github.IssueComment import IssueComment
    from github.PullRequest import PullRequest
    from github.Repository import Repository

Result = TypeVar("Result")
Posted: TypeAlias = Literal["created", "updated", "unchanged", "outdated", "closed"]

_TRIES: Final = 4
_LONGEST_WAIT: Final = 60.0  # seconds
#: Who a workflow's own token writes as; it may not ask who it is (`GET /user` is 403).
_WORKFLOW_AUTHOR: Final = "github-actions[bot]"
_API: Final = "https://api.github.com"


@dataclass(frozen=True, slots=True)
class GitHubAccess:
    """Where a repository is, and the token for it."""

    api_url: str
    repository: str
    token: Secret


@dataclass(frozen=True, slots=True)
class Comment:
    """What a comment begins with, whatever it says: `mark` finds it again. `commit` is what it
    was made from, "" if nobody knows."""

    mark: str
    body: str
    commit: str = ""


def github_access(environ: Mapping[str, str], repository: str | None = None) -> GitHubAccess:
    """From GITHUB_REPOSITORY, GITHUB_TOKEN (or GH_TOKEN) and GITHUB_API_URL.

    Raises AccessRefused naming what is missing; a token goes over https, or to this machine.
    """
    token = environ.get("GITHUB_TOKEN") or environ.get("GH_TOKEN") or ""
    repository = repository or environ.get("GITHUB_REPOSITORY") or ""
    api_url = environ.get("GITHUB_API_URL") or _API
    for name, value in (("GITHUB_REPOSITORY", repository), ("GITHUB_TOKEN", token)):
        if not value:
            hint = f"a workflow has it; elsewhere set {name}"
            raise AccessRefused(f"{name} is not set", hint, code="github.access")
    if repository.count("/") != 1:
        raise AccessRefused(f"{repository} is not OWNER/NAME", code="github.access")
    parts = urlsplit(api_url)
    if parts.scheme != "https" and not is_loopback(parts.hostname or ""):
        message = f"GITHUB_API_URL is {api_url}, and a token goes over https only"
        raise AccessRefused(message, "set it to the https address", code="github.access")
    return GitHubAccess(api_url.rstrip("/"), repository, Secret(token))


def head_of(access: GitHubAccess, number: int, pace: float = 1.0) -> str:
    """The hash of the pull request's newest commit."""
    pull = _pull(access, number, pace)
    return str(pull.head.sha)


def post_comment(
    access: GitHubAccess, number: int, comment: Comment, pace: float = 1.0
) -> tuple[Posted, str]:
    """Post the comment, or bring the one that is there up to date; how, and its address.

    A comment made from an older commit never replaces one of the newest. `pace` is what a wait of
    one second lasts. Raises AccessRefused without permission, ReadFailed, or WriteFailed.
    """
    pull = _pull(access, number, pace)
    author = _author(access, pace)
    for attempt in range(_TRIES):
        found = _find(pull, comment.mark, author, pace)
        if found is not None:
            return _edited(found, comment, str(pull.head.sha), pace)
        try:
            made = _once(lambda: pull.create_issue_comment(comment.body))
        except _Lost as lost:
            _wait(attempt, lost.retry_after, pace)
            continue
        return "created", str(made.html_url)
    raise WriteFailed(f"GitHub did not take the comment in {_TRIES} tries", code="github.failed")


def keep_issue(
    access: GitHubAccess, mark: str, title: str, body: str | None, pace: float = 1.0
) -> tuple[Posted, str]:
    """One open issue that begins with `mark`: opened or brought up to date with `body`, closed
    without one. Raises as `post_comment`."""
    repository = _repository(access)
    author = _author(access, pace)
    for attempt in range(_TRIES):
        found = _again(lambda: _issue(repository, mark, author), pace)
        if found is not None:
            return _kept(found, title, body, pace)
        if body is None:
            return "unchanged", ""
        try:
            made = _once(lambda: repository.create_issue(title=title, body=body))
        except _Lost as lost:
            _wait(attempt, lost.retry_after, pace)
            continue
        return "created", str(made.html_url)
    raise WriteFailed(f"GitHub did not take the issue in {_TRIES} tries", code="github.failed")


def _edited(found: IssueComment, comment: Comment, head: str, pace: float) -> tuple[Posted, str]:
    if comment.commit and comment.commit != head and head in (found.body or "").partition("\n")[0]:
        return "outdated", str(found.html_url)
    if _text(found.body) == _text(comment.body):
        return "unchanged", str(found.html_url)
    _again(lambda: found.edit(comment.body), pace)
    return "updated", str(found.html_url)


def _kept(found: Issue, title: str, body: str | None, pace: float) -> tuple[Posted, str]:
    if body is None:
        _again(lambda: found.edit(state="closed"), pace)
        return "closed", str(found.html_url)
    if found.title == title and _text(found.body) == _text(body):
        return "unchanged", str(found.html_url)
    _again(lambda: found.edit(title=title, body=body), pace)
    return "updated", str(found.html_url)


def _text(body: str | None) -> str:
    """As GitHub keeps a text: it may send CRLF, and drops blanks at the end."""
    return (body or "").replace("\r\n", "\n").rstrip()


def _find(pull: PullRequest, mark: str, author: str, pace: float) -> IssueComment | None:
    def search() -> IssueComment | None:
        ours = (one for one in pull.get_issue_comments() if _is_ours(one, mark, author))
        return next(ours, None)

    return _again(search, pace)


def _issue(repository: Repository, mark: str, author: str) -> Issue | None:
    listed: Iterator[Issue] = iter(repository.get_issues(state="open"))
    ours = (one for one in listed if _is_ours(one, mark, author))
    return next((one for one in ours if one.pull_request is None), None)


def _is_ours(one: IssueComment | Issue, mark: str, author: str) -> bool:
    return bool((one.body or "").startswith(mark) and one.user.login == author)


def _client(access: GitHubAccess) -> Github:
    """A client that asks nothing by itself, and repeats nothing by itself."""
    from github import Auth, Github

    return Github(
        auth=Auth.Token(access.token.reveal()),
        base_url=access.api_url,
        per_page=100,
        timeout=30,
        retry=None,
        seconds_between_requests=None,
        seconds_between_writes=None,
        lazy=True,
    )


def _repository(access: GitHubAccess) -> Repository:
    return _client(access).get_repo(access.repository)


def _pull(access: GitHubAccess, number: int, pace: float) -> PullRequest:
    def read() -> PullRequest:
        pull = _repository(access).get_pull(number)
        pull.complete()
        return pull

    return _again(read, pace)


def _author(access: GitHubAccess, pace: float) -> str:
    """Whose token this is. An installation's token may not ask, and is the workflow's."""
    try:
        return str(_again(lambda: _client(access).get_user().login, pace))
    except AccessRefused:
        return _WORKFLOW_AUTHOR


class _Lost(Exception):
    """Nobody knows whether the write was carried out, or GitHub asks to wait."""

    def __init__(self, retry_after: float | None) -> None:
        super().__init__()
        self.retry_after = retry_after


def _once(call: Callable[[], Result]) -> Result:
    """A write that is not repeated blindly. Raises _Lost where it may have happened."""
    from github import GithubException
    from requests.exceptions import RequestException

    try:
        return call()
    except RequestException:
        raise _Lost(None) from None
    except GithubException as failure:
        if failure.status >= 500 or _is_limit(failure):
            raise _Lost(_retry_after(failure)) from None
        raise _refusal(failure) from None


def _again(call: Callable[[], Result], pace: float) -> Result:
    """What may be repeated: until it succeeds, is refused, or was tried often enough."""
    from github import GithubException
    from requests.exceptions import RequestException

    last = "no answer"
    for attempt in range(_TRIES):
        try:
            return call()
        except RequestException as failure:
            last, wanted = type(failure).__name__, None
        except GithubException as failure:
            if failure.status < 500 and not _is_limit(failure):
                raise _refusal(failure) from None
            last, wanted = f"status {failure.status}", _retry_after(failure)
        if attempt + 1 < _TRIES:
            _wait(attempt, wanted, pace)
    raise ReadFailed(f"GitHub did not answer in {_TRIES} tries: {last}", code="github.failed")


def _is_limit(failure: Any) -> bool:
    """A limit that passes: 429, or a 403 that says when (GitHub documentation, rate limits)."""
    headers = failure.headers or {}
    spent = headers.get("x-ratelimit-remaining") == "0"
    return bool(failure.status == 429 or (failure.status == 403 and (
        "retry-after" in headers or spent)))  # fmt: skip


def _retry_after(failure: Any) -> float | None:
    headers = failure.headers or {}
    try:
        if "retry-after" in headers:
            return float(headers["retry-after"])
        if headers.get("x-ratelimit-remaining") == "0":
            return float(headers["x-ratelimit-reset"]) - time.time()
    except (KeyError, ValueError):
        pass
    return None


def _wait(attempt: int, wanted: float | None, pace: float) -> None:
    seconds = 2.0**attempt if wanted is None else max(wanted, 0.0)
    if seconds > _LONGEST_WAIT:
        message = f"GitHub asks to wait {seconds:.0f} seconds"
        raise ReadFailed(message, "run the command again then", code="github.failed")
    time.sleep(seconds * pace)


def _refusal(failure: Any) -> PlatformError:
    data = failure.data if isinstance(failure.data, Mapping) else {}
    said = str(data.get("message") or f"status {failure.status}")
    if failure.status in (401, 403):
        hint = "the workflow needs `permissions: pull-requests: write`"
        return AccessRefused(f"GitHub refused: {said}", hint, code="github.forbidden")
    if failure.status == 404:
        hint = "check the number and the repository, and that the token may see it"
        return ReadFailed(f"GitHub knows nothing there: {said}", hint, code="github.not_found")
    return WriteFailed(f"GitHub refused: {said}", code="github.failed")
