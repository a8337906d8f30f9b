"""What an exception of the SDK, or of httpx2, means for a read and for a write."""

from __future__ import annotations

from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from typing import Any

from reconciler.platform.errors import (
    AccessRefused,
    Halt,
    Moved,
    NotFound,
    OutcomeUnknown,
    PlatformError,
    ReadFailed,
    WriteFailed,
)
from reconciler.platform.redact import Redactor

_DEFAULT_WAIT = 5.0  # seconds, for a 429 without retry-after
_NO_CREDENTIALS = "set ANTHROPIC_API_KEY, or a profile or workload identity the SDK finds"


class TryLater(WriteFailed):
    """A 429 that passes: nothing happened, and after so many seconds it may be sent again."""

    def __init__(self, message: str, after: float) -> None:
        super().__init__(message, status=429)
        self.after = after


def of_read(error: Exception, redactor: Redactor) -> PlatformError:
    """What a failed GET means. Unknown is not absent: only a 404 is NotFound."""
    status, reason = _describe(error, redactor)
    if status == 404:
        return NotFound(reason, status=404)
    if status == 0 and _no_credentials(error):
        return of_connecting(error, redactor)
    hint = "the key is not accepted, or not for this workspace" if status in (401, 403) else ""
    return ReadFailed(reason, hint, status=status)


def of_write(error: Exception, redactor: Redactor) -> PlatformError:
    """What a failed write means: certainly not carried out, or unknown.

    Spend limits never pass by waiting (error codes `enforced_spend_limit_reached` and
    `contract_spend_limit_reached`, anthropic 2.11 `_exceptions.py`).
    """
    status, reason = _describe(error, redactor)
    code = getattr(error, "error_code", None) or ""
    if code.endswith("_spend_limit_reached"):
        return Halt(f"spend limit reached: {reason}", "raise the limit, then run apply again")
    if status in (401, 402):
        return Halt(reason, "the key is not accepted any more, or billing stops it", status=status)
    if status == 409:
        return Moved(reason, status=status)
    if status == 429:
        return TryLater(reason, retry_after(_headers(error)))
    if status == 0 and (_no_credentials(error) or _never_sent(error)):
        return WriteFailed(f"nothing was sent: {reason}")
    if status == 408 or status >= 500 or (status == 0 and _is_transport(error)):
        return OutcomeUnknown(reason, status=status)
    return WriteFailed(reason, status=status)


def of_connecting(error: Exception, redactor: Redactor) -> AccessRefused:
    """What it means that the SDK's client can't even be made: a profile that can't be read."""
    return AccessRefused(f"no credentials: {_describe(error, redactor)[1]}", _NO_CREDENTIALS)


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds to wait: `retry-after-ms`, then `retry-after` as seconds or as a date."""
    try:
        return max(0.0, float(headers["retry-after-ms"]) / 1000)
    except (KeyError, ValueError):
        pass
    text = headers.get("retry-after", "")
    try:
        return max(0.0, float(text))
    except ValueError:
        return _until(text, headers.get("date", ""))


def _until(text: str, now: str) -> float:
    """Seconds between the answer's own date and the date it names: no clock is needed."""
    try:
        wait = parsedate_to_datetime(text) - parsedate_to_datetime(now)
    except (TypeError, ValueError):
        return _DEFAULT_WAIT
    return max(0.0, wait.total_seconds())


def _describe(error: Exception, redactor: Redactor) -> tuple[int, str]:
    """HTTP status (0 without an answer) and one readable line without secrets."""
    status = getattr(error, "status_code", 0) or 0
    said = getattr(error, "api_message", None) or str(error) or type(error).__name__
    request = getattr(error, "request_id", None)
    words = f"{status}: {said}" if status else _cause(error, said)
    return status, redactor.mask(f"{words} ({request})" if request else words)


def _cause(error: Exception, said: str) -> str:
    cause = error.__cause__
    return f"{said} [{type(cause).__name__}]" if cause else said


def _headers(error: Exception) -> Mapping[str, str]:
    response: Any = getattr(error, "response", None)
    return getattr(response, "headers", None) or {}


def _no_credentials(error: Exception) -> bool:
    """The SDK raises TypeError for a client without any credential, and AnthropicError, not an
    APIError, for a broken profile or identity (anthropic 2.11 `_client.py`, `lib/credentials`)."""
    import anthropic

    if isinstance(error, TypeError):
        return "authentication" in str(error)
    return isinstance(error, anthropic.AnthropicError) and not isinstance(error, anthropic.APIError)


def _is_transport(error: Exception) -> bool:
    import anthropic
    import httpx2

    return isinstance(error, anthropic.APIConnectionError | httpx2.HTTPError)


def _never_sent(error: Exception) -> bool:
    """No connection was made, so nothing can have been carried out."""
    import httpx2

    never = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)
    return isinstance(error, never) or isinstance(error.__cause__, never)
