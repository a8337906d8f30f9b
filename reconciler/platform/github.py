"""GitHub: one comment per pull request and target, and one issue per drifting target.

A comment is found by the line it begins with and by who wrote it, so that nobody can plant one.
Reads and edits are tried again when GitHub is busy. A comment whose answer was lost is looked for
before it is posted once more.

Repository, token and address are those of GitHub's own variables (GitHub documentation, default
environment variables).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal, TypeAlias
from urllib.parse import urlsplit

from reconciler.engine.hosts import is_loopback
from reconciler.engine.values import Secret
from reconciler.platform.errors import AccessRefused, ReadFailed, WriteFailed
from reconciler.platform.github_calls import (
    TRIES,
    GitHubAccess,
    Lost,
    again,
    client,
    once,
    repository_of,
    wait,
)

if TYPE_CHECKING:
    from github.Issue import Issue
    from github.IssueComment import IssueComment
    from github.PullRequest import PullRequest
    from github.Repository import Repository

Posted: TypeAlias = Literal["created", "updated", "unchanged", "outdated", "closed"]

#: Who a workflow's own token writes as.
_WORKFLOW_AUTHOR: Final = "github-actions[bot]"
_BOT: Final = "[bot]"
_API: Final = "https://api.github.com"


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
    for attempt in range(TRIES):
        found = _find(pull, comment.mark, author, pace)
        if found is not None:
            return _edited(found, comment, str(pull.head.sha), pace)
        try:
            made = once(lambda: pull.create_issue_comment(comment.body))
        except Lost as lost:
            wait(attempt, lost.retry_after, pace)
            continue
        return "created", str(made.html_url)
    raise WriteFailed(f"GitHub did not take the comment in {TRIES} tries", code="github.failed")


def change_comment(
    access: GitHubAccess, number: int, mark: str, change: Callable[[str], str], pace: float = 1.0
) -> tuple[Posted, str]:
    """Change what the comment says, if there is one. Raises as `post_comment`."""
    pull = _pull(access, number, pace)
    found = _find(pull, mark, _author(access, pace), pace)
    if found is None:
        return "unchanged", ""
    comment = Comment(mark, change((found.body or "").replace("\r\n", "\n")))
    return _edited(found, comment, str(pull.head.sha), pace)


def keep_issue(
    access: GitHubAccess, mark: str, title: str, body: str | None, pace: float = 1.0
) -> tuple[Posted, str]:
    """One open issue that begins with `mark`: opened or brought up to date with `body`, closed
    without one. Raises as `post_comment`."""
    repository = repository_of(access)
    author = _author(access, pace)
    for attempt in range(TRIES):
        found = again(lambda: _issue(repository, mark, author), pace)
        if found is not None:
            return _kept(found, title, body, pace)
        if body is None:
            return "unchanged", ""
        try:
            made = once(lambda: repository.create_issue(title=title, body=body))
        except Lost as lost:
            wait(attempt, lost.retry_after, pace)
            continue
        return "created", str(made.html_url)
    raise WriteFailed(f"GitHub did not take the issue in {TRIES} tries", code="github.failed")


def _edited(found: IssueComment, comment: Comment, head: str, pace: float) -> tuple[Posted, str]:
    if comment.commit and comment.commit != head and head in (found.body or "").partition("\n")[0]:
        return "outdated", str(found.html_url)
    if _text(found.body) == _text(comment.body):
        return "unchanged", str(found.html_url)
    again(lambda: found.edit(comment.body), pace)
    return "updated", str(found.html_url)


def _kept(found: Issue, title: str, body: str | None, pace: float) -> tuple[Posted, str]:
    if body is None:
        again(lambda: found.edit(state="closed"), pace)
        return "closed", str(found.html_url)
    if found.title == title and _text(found.body) == _text(body):
        return "unchanged", str(found.html_url)
    again(lambda: found.edit(title=title, body=body), pace)
    return "updated", str(found.html_url)


def _text(body: str | None) -> str:
    """As GitHub keeps a text: it may send CRLF, and drops blanks at the end."""
    return (body or "").replace("\r\n", "\n").rstrip()


def _find(pull: PullRequest, mark: str, author: str, pace: float) -> IssueComment | None:
    def search() -> IssueComment | None:
        ours = (one for one in pull.get_issue_comments() if _is_ours(one, mark, author))
        return next(ours, None)

    return again(search, pace)


def _issue(repository: Repository, mark: str, author: str) -> Issue | None:
    listed: Iterator[Issue] = iter(repository.get_issues(state="open"))
    ours = (one for one in listed if _is_ours(one, mark, author))
    return next((one for one in ours if one.pull_request is None), None)


def _is_ours(one: IssueComment | Issue, mark: str, author: str) -> bool:
    if not (one.body or "").startswith(mark):
        return False
    return getattr(one.user, "login", None) == author  # nobody's, if the account is deleted


def _pull(access: GitHubAccess, number: int, pace: float) -> PullRequest:
    def read() -> PullRequest:
        pull = repository_of(access).get_pull(number)
        pull.complete()
        return pull

    return again(read, pace)


def _author(access: GitHubAccess, pace: float) -> str:
    """Whose token this is. An app's may not ask for its user (`GET /user` is 403), and is told by
    the GraphQL API; where there is none, it is taken for the workflow's own."""
    try:
        return str(again(lambda: client(access).get_user().login, pace))
    except AccessRefused:
        pass
    try:
        _, said = again(lambda: client(access).requester.graphql_query("{viewer{login}}", {}), pace)
        return str(said["data"]["viewer"]["login"]).removesuffix(_BOT) + _BOT
    except ReadFailed as failure:
        if failure.code != "github.not_found":
            raise
    except (AccessRefused, WriteFailed, KeyError, TypeError):
        pass
    return _WORKFLOW_AUTHOR
