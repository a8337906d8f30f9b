"""Calls to GitHub's REST API: which may be repeated, how long to wait, and what a refusal means."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeVar

from reconciler.engine.values import Secret
from reconciler.platform.errors import AccessRefused, PlatformError, ReadFailed, WriteFailed

if TYPE_CHECKING:
    from github import Github
    from github.Repository import Repository

Result = TypeVar("Result")

TRIES: Final = 4
_LONGEST_WAIT: Final = 60.0  # seconds


@dataclass(frozen=True, slots=True)
class GitHubAccess:
    """Where a repository is, and the token for it."""

    api_url: str
    repository: str
    token: Secret


def client(access: GitHubAccess) -> Github:
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


def repository_of(access: GitHubAccess) -> Repository:
    """The repository; nothing is sent yet."""
    return client(access).get_repo(access.repository)


class Lost(Exception):
    """Nobody knows whether the write was carried out, or GitHub asks to wait."""

    def __init__(self, retry_after: float | None) -> None:
        super().__init__()
        self.retry_after = retry_after


def once(call: Callable[[], Result]) -> Result:
    """A write that is not repeated blindly. Raises Lost where it may have happened."""
    from github import GithubException
    from requests.exceptions import RequestException

    try:
        return call()
    except RequestException:
        raise Lost(None) from None
    except GithubException as failure:
        if failure.status >= 500 or _is_limit(failure):
            raise Lost(_retry_after(failure)) from None
        raise _refusal(failure) from None


def again(call: Callable[[], Result], pace: float) -> Result:
    """What may be repeated: until it succeeds, is refused, or was tried often enough."""
    from github import GithubException
    from requests.exceptions import RequestException

    last = "no answer"
    for attempt in range(TRIES):
        try:
            return call()
        except RequestException as failure:
            last, wanted = type(failure).__name__, None
        except GithubException as failure:
            if failure.status < 500 and not _is_limit(failure):
                raise _refusal(failure) from None
            last, wanted = f"status {failure.status}", _retry_after(failure)
        if attempt + 1 < TRIES:
            wait(attempt, wanted, pace)
    raise ReadFailed(f"GitHub did not answer in {TRIES} tries: {last}", code="github.failed")


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


def wait(attempt: int, wanted: float | None, pace: float) -> None:
    """As long as GitHub wants, else longer with each attempt, times `pace`. Raises ReadFailed if
    that is too long to wait for."""
    seconds = 2.0**attempt if wanted is None else max(wanted, 0.0)
    if seconds > _LONGEST_WAIT:
        message = f"GitHub asks to wait {seconds:.0f} seconds"
        raise ReadFailed(message, "run the command again then", code="github.failed")
    time.sleep(seconds * pace)


def _refusal(failure: Any) -> PlatformError:
    data = failure.data if isinstance(failure.data, Mapping) else {}
    said = str(data.get("message") or f"status {failure.status}")
    if failure.status in (401, 403):
        hint = (
            "the workflow needs `permissions: pull-requests: write` for comments, `issues: write` "
            "for issues, `actions: read` for plans of earlier runs"
        )
        return AccessRefused(f"GitHub refused: {said}", hint, code="github.forbidden")
    if failure.status == 404:
        hint = "check the number and the repository, and that the token may see it"
        return ReadFailed(f"GitHub knows nothing there: {said}", hint, code="github.not_found")
    return WriteFailed(f"GitHub refused: {said}", code="github.failed")
