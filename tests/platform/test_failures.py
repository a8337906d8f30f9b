from __future__ import annotations

from collections.abc import Callable
from typing import Any

import anthropic
import httpx2
import pytest

from reconciler.engine.values import Secret
from reconciler.platform import failures
from reconciler.platform.errors import (
    AccessRefused,
    Halt,
    Moved,
    NotFound,
    OutcomeUnknown,
    ReadFailed,
    WriteFailed,
)
from reconciler.platform.redact import Redactor

Answer = Callable[[httpx2.Request], httpx2.Response]


def raised(answer: Answer, **key: Any) -> Exception:
    """What the SDK raises for this answer."""
    http = httpx2.Client(transport=httpx2.MockTransport(answer), follow_redirects=False)
    client = anthropic.Anthropic(
        base_url="https://x", http_client=http, max_retries=0, **(key or {"api_key": "sk-1"})
    )
    with pytest.raises(Exception) as info, client:
        client.beta.agents.with_raw_response.create(name="a", model="m")
    return info.value


def status(code: int, *, error_code: str = "", message: str = "said so", **headers: str) -> Answer:
    error: dict[str, Any] = {"type": "some_error", "message": message}
    if error_code:
        error["details"] = {"error_code": error_code}
    body = {"type": "error", "error": error}
    return lambda _: httpx2.Response(code, json=body, headers={"request-id": "req_1", **headers})


def breaks(error: Exception) -> Answer:
    def answer(_: httpx2.Request) -> httpx2.Response:
        raise error

    return answer


@pytest.fixture
def redactor() -> Redactor:
    made = Redactor()
    made.learn(Secret("hunter2"))
    return made


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (status(400), WriteFailed),
        (status(403), WriteFailed),
        (status(404), WriteFailed),
        (status(413), WriteFailed),
        (status(307, location="https://evil"), WriteFailed),
        (status(401), Halt),
        (status(402), Halt),
        (status(429, error_code="enforced_spend_limit_reached"), Halt),
        (status(429, error_code="contract_spend_limit_reached"), Halt),
        (status(429), failures.TryLater),
        (status(429, error_code="ramp_limit_exceeded"), failures.TryLater),
        (status(409), Moved),
        (status(408), OutcomeUnknown),
        (status(500), OutcomeUnknown),
        (status(529), OutcomeUnknown),
        (breaks(httpx2.ReadTimeout("slow")), OutcomeUnknown),
        (breaks(httpx2.RemoteProtocolError("cut")), OutcomeUnknown),
        (breaks(httpx2.WriteError("cut")), OutcomeUnknown),
        (breaks(httpx2.ConnectError("refused")), WriteFailed),
        (breaks(httpx2.ConnectTimeout("slow")), WriteFailed),
    ],
)
def test_what_a_failed_write_means(
    redactor: Redactor, answer: Answer, kind: type[WriteFailed]
) -> None:
    assert type(failures.of_write(raised(answer), redactor)) is kind


def test_a_message_is_one_readable_line_without_secrets(redactor: Redactor) -> None:
    failure = failures.of_write(raised(status(400, message="no hunter2 here")), redactor)
    assert failure.message == "400: no *** here (req_1)"
    broken = failures.of_write(raised(breaks(httpx2.ConnectError("x"))), redactor)
    assert broken.message == "nothing was sent: Connection error. [ConnectError]"


@pytest.mark.parametrize(
    ("code", "kind"), [(404, NotFound), (401, ReadFailed), (403, ReadFailed), (500, ReadFailed)]
)
def test_what_a_failed_read_means(redactor: Redactor, code: int, kind: type[ReadFailed]) -> None:
    failure = failures.of_read(raised(status(code)), redactor)
    assert type(failure) is kind
    assert isinstance(failure, ReadFailed)
    assert failure.status == code


def test_no_credentials_is_a_clear_error(
    redactor: Redactor, monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    for name in ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "ANTHROPIC_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    error = raised(status(200), api_key=None)
    failure = failures.of_read(error, redactor)
    assert isinstance(failure, AccessRefused)
    assert "ANTHROPIC_API_KEY" in failure.hint
    assert type(failures.of_write(error, redactor)) is WriteFailed


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after-ms": "1500", "retry-after": "9"}, 1.5),
        ({"retry-after": "-1"}, 0),
        ({}, 5),
        ({"retry-after": "soon"}, 5),
        (
            {
                "retry-after": "Sat, 21 Nov 2026 00:00:30 GMT",
                "date": "Sat, 21 Nov 2026 00:00:10 GMT",
            },
            20,
        ),
    ],
)
def test_how_long_to_wait(headers: dict[str, str], seconds: float) -> None:
    assert failures.retry_after(headers) == seconds
