"""A small client of the Ntropii registry (Workspace API).

The official client is not used: it drops the one-time `apiKey` from the answer to a registration,
and repeats a POST after a timeout, which would register twice and lose the first key.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from reconciler.engine.values import Body, Secret
from reconciler.platform import failures
from reconciler.platform.errors import (
    Halt,
    OutcomeUnknown,
    PlatformError,
    ReadFailed,
    WriteFailed,
)
from reconciler.platform.limits import Clock
from reconciler.platform.redact import Redactor

if TYPE_CHECKING:
    import httpx2

_AGENTS = "/workspace/registry/agents"
_TENANTS = "/workspace/tenants"
_RETRIED = {408, 429, 500, 502, 503, 504}
_READ_WAITS = (0.5, 1.0, 2.0)  # seconds before each further try of a GET without retry-after


class RegistryAnswer(Exception):
    """An answer that is not a 2xx, in NestJS's form `{statusCode, message, error}`."""

    def __init__(self, response: httpx2.Response) -> None:
        self.response = response
        self.status_code = response.status_code
        super().__init__(_message(response))


class Registry:
    """One registry and one key. Safe to share between threads."""

    def __init__(
        self, http: httpx2.Client, host: str, api_key: Secret, clock: Clock, redactor: Redactor
    ) -> None:
        self._http, self._host, self._key = http, host.rstrip("/"), api_key
        self._clock, self._redactor = clock, redactor

    def tenants(self) -> list[Body]:
        """Every tenant `{id, slug, name, status, …}` that the key may see."""
        return _items(self._get(_TENANTS))

    def rows(self, tenant_id: str) -> list[Body]:
        """Every registered agent of a tenant."""
        return _items(self._get(f"{_AGENTS}?tenantId={quote(tenant_id, safe='')}"))

    def row(self, row_id: str) -> Body:
        """One row. Raises NotFound."""
        answer: Body = self._get(f"{_AGENTS}/{quote(row_id, safe='')}")
        return answer

    def create(self, row: Mapping[str, Any]) -> tuple[Body, Secret | None]:
        """Register an agent: the row, and its one-time key, which is in no other answer.

        Sent once: raises OutcomeUnknown if the answer was lost.
        """
        answer = dict(self._write("POST", _AGENTS, row))
        key = answer.pop("apiKey", None)
        secret = Secret(key) if isinstance(key, str) and key else None
        self._redactor.learn(secret)
        return answer, secret

    def delete(self, row_id: str) -> None:
        """Delete a row; one that is gone already is fine. Raises Moved while a workflow uses it."""
        try:
            self._write("DELETE", f"{_AGENTS}/{quote(row_id, safe='')}")
        except WriteFailed as failure:
            if failure.status != 404:
                raise

    def record_version(self, row_id: str, changelog: str) -> Body:
        """Add a version to a row."""
        path = f"{_AGENTS}/{quote(row_id, safe='')}/versions"
        answer: Body = self._write("POST", path, {"changelog": changelog})
        return answer

    def close(self) -> None:
        self._http.close()

    def _get(self, path: str) -> Any:
        """A GET, tried again after a passing failure. Raises NotFound, else ReadFailed."""
        for wait in (*_READ_WAITS, None):
            try:
                return self._send("GET", path)
            except PlatformError:
                raise
            except Exception as error:
                if wait is None or not _passes(error):
                    raise failures.of_read(error, self._redactor) from None
                self._clock.sleep(_wait(error, wait))
        raise AssertionError("unreachable")

    def _write(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        try:
            return self._send(method, path, body)
        except PlatformError:
            raise
        except Exception as error:
            failure = failures.of_write(error, self._redactor)
            if isinstance(failure, Halt):  # stops what is written here, not what is written there
                failure = WriteFailed(failure.message, failure.hint, status=failure.status)
            raise failure from None

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        headers = {"authorization": f"Bearer {self._key.reveal()}", "accept": "application/json"}
        response = self._http.request(method, self._host + path, headers=headers, json=body)
        if not response.is_success:
            raise RegistryAnswer(response)
        if not response.content:
            return {}
        try:
            return response.json()
        except ValueError:
            lost = ReadFailed if method == "GET" else OutcomeUnknown
            raise lost("the registry's answer can't be read") from None


def _message(response: httpx2.Response) -> str:
    try:
        body = response.json()
    except ValueError:
        return response.reason_phrase or "no message"
    said = body.get("message") if isinstance(body, dict) else None
    if isinstance(said, list):
        said = "; ".join(str(line) for line in said)
    return f"registry: {said or response.reason_phrase}"


def _items(answer: Any) -> list[Body]:
    """The rows of a list, bare or wrapped. Anything else is unknown, never an empty list."""
    if isinstance(answer, dict):
        answer = answer.get("data", answer.get("items"))
    if not isinstance(answer, list):
        raise ReadFailed("the registry answered something that is not a list")
    return answer


def _passes(error: Exception) -> bool:
    import httpx2

    if isinstance(error, RegistryAnswer):
        return error.status_code in _RETRIED
    return isinstance(error, httpx2.TransportError)


def _wait(error: Exception, default: float) -> float:
    headers = getattr(getattr(error, "response", None), "headers", {})
    known = any(name in headers for name in ("retry-after", "retry-after-ms"))
    return failures.retry_after(headers) if known else default
