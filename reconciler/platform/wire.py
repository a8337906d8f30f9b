"""Requests to the Anthropic API: budgets, what a failure means, pages.

Reads are left to the SDK's own retries, which honour `retry-after`. Writes are sent once: the SDK
would repeat a create whose answer was lost, and a 409 (anthropic 2.11 `_base_client.py`,
`_should_retry`, and no idempotency key). Only a 429 is sent again here, because it says for certain
that nothing happened.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from reconciler.platform import failures
from reconciler.platform.errors import OutcomeUnknown, Stopped, Throttled
from reconciler.platform.limits import Clock, TokenBucket

if TYPE_CHECKING:
    from anthropic import Anthropic

    from reconciler.platform.clients import Clients

#: A call on an SDK client that returns the raw answer (`with_raw_response`).
Send = Callable[["Anthropic"], Any]
#: Keyword arguments that ask for one page of a list.
Page = dict[str, Any]
_NAP = 1.0  # seconds; how soon an interrupted run notices while it waits for a rate limit


def read(clients: Clients, send: Send) -> Any:
    """One GET. Returns the answer as JSON.

    Raises NotFound for a 404, else ReadFailed; AccessRefused if there are no credentials.
    """
    return _json(clients, answer(clients, send))


def answer(clients: Clients, send: Send) -> Any:
    """One GET. Returns the SDK's raw answer, for its headers or its bytes. Raises as `read`."""
    clients.reads.take()
    try:
        return send(clients.reader)
    except Exception as error:
        raise failures.of_read(error, clients.redactor) from None


def _json(clients: Clients, raw: Any) -> Any:
    try:
        return raw.json()
    except ValueError as error:
        raise failures.of_read(error, clients.redactor) from None


def pages(clients: Clients, send_page: Callable[[Anthropic, Page], Any]) -> Iterator[Any]:
    """Every object of a list, page by page; `send_page` gets `{}` or `{"page": cursor}`.

    The pages stay plain JSON: building the SDK's models of a thousand agents takes seconds.
    """
    cursor: Page = {}
    while True:
        raw = answer(clients, partial(_swap, send_page, cursor))
        clients.notice(raw.headers)
        page = _json(clients, raw)
        yield from page.get("data") or ()
        if not page.get("next_page"):
            return
        cursor = {"page": page["next_page"]}


def _swap(send_page: Callable[[Anthropic, Page], Any], cursor: Page, sdk: Anthropic) -> Any:
    return send_page(sdk, cursor)


def write(clients: Clients, send: Send, *, kind: str, patience: Patience) -> Any:
    """One write. Returns the answer as JSON.

    Raises Moved (409), Throttled, Halt, Stopped, OutcomeUnknown (no answer, or a 5xx), else
    WriteFailed.
    """

    def attempt() -> Any:
        try:
            raw = send(clients.writer)
        except Exception as error:
            raise failures.of_write(error, clients.redactor) from None
        try:
            return raw.json()
        except ValueError:
            raise OutcomeUnknown("the answer to the write can't be read") from None

    with ExitStack() as stack:
        for gate in clients.gates(kind):
            stack.enter_context(gate)
        return patience.insist(attempt, clients.write_buckets(kind))


@dataclass(frozen=True, slots=True)
class Patience:
    """How writes wait: for their budgets, and for a rate limit to pass.

    `seconds` is the most that one write waits for rate limits; `on_wait` is told about each wait;
    `halted` says whether another write was refused for all, after which none is sent.
    """

    clock: Clock
    seconds: float
    stop: threading.Event
    on_wait: Callable[[str], None]
    halted: Callable[[], bool] = lambda: False

    def insist(self, attempt: Callable[[], Any], buckets: Sequence[TokenBucket] = ()) -> Any:
        """The attempt's result; after a 429, which says that nothing happened, try again."""
        waited = 0.0
        while True:
            for bucket in buckets:
                bucket.take()
            try:
                return attempt()
            except failures.TryLater as failure:
                if waited + failure.after > self.seconds:
                    raise Throttled(f"{failure.message} (waited {waited:.0f} s)") from None
                waited += failure.after
                for bucket in buckets:
                    bucket.rest(failure.after)
                self.on_wait(f"rate limited, waiting {failure.after:.0f} s")
                self._nap(failure.after)

    def _nap(self, seconds: float) -> None:
        while seconds > 0:
            if self.halted():
                raise Stopped("nothing was sent: another write was refused for all")
            if self.stop.is_set():
                raise Stopped("interrupted while waiting for a rate limit; nothing was sent")
            self.clock.sleep(min(_NAP, seconds))
            seconds -= _NAP
