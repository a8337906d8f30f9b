from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from reconciler.engine.values import Secret
from reconciler.platform import failures
from reconciler.platform.errors import Moved, NotFound, OutcomeUnknown, ReadFailed, WriteFailed
from reconciler.platform.redact import Redactor
from reconciler.platform.registry import Registry
from tests.platform.builders import FakeClock

Handler = Callable[[httpx2.Request], httpx2.Response]


def made(handler: Handler) -> tuple[Registry, FakeClock, Redactor]:
    http = httpx2.Client(transport=httpx2.MockTransport(handler))
    time, redactor = FakeClock(), Redactor()
    redactor.learn(Secret("ntro_k"))
    return Registry(http, "https://r/v1/", Secret("ntro_k"), time.clock(), redactor), time, redactor


def answering(*answers: Any) -> Handler:
    """Each answer once, the last one for ever: a body, a status with a body, or an exception."""
    queue = list(answers)

    def handle(_: httpx2.Request) -> httpx2.Response:
        answer = queue.pop(0) if len(queue) > 1 else queue[0]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, tuple):
            status, body, *headers = answer
            return httpx2.Response(status, json=body, headers=headers[0] if headers else {})
        return httpx2.Response(200, json=answer)

    return handle


def nest(status: int, message: Any = "no") -> tuple[int, Any]:
    return status, {"statusCode": status, "message": message, "error": "Some Error"}


def test_requests_are_the_documented_ones() -> None:
    seen: list[tuple[str, str, str]] = []

    def handle(request: httpx2.Request) -> httpx2.Response:
        seen.append((request.method, str(request.url), request.headers["authorization"]))
        if request.method == "DELETE":
            return httpx2.Response(204)
        listed = request.url.path.endswith(("/agents", "/tenants")) and request.method == "GET"
        return httpx2.Response(200, json=[] if listed else {"id": "u1"})

    registry, _, _ = made(handle)
    registry.tenants()
    registry.rows("t 1&x")
    registry.row("u/1")
    registry.create({"name": "a"})
    registry.record_version("u1", "agent version 1 (no commit)")
    registry.delete("u1")
    registry.close()
    base = "https://r/v1/workspace"
    assert [(method, url) for method, url, _ in seen] == [
        ("GET", f"{base}/tenants"),
        ("GET", f"{base}/registry/agents?tenantId=t%201%26x"),
        ("GET", f"{base}/registry/agents/u%2F1"),
        ("POST", f"{base}/registry/agents"),
        ("POST", f"{base}/registry/agents/u1/versions"),
        ("DELETE", f"{base}/registry/agents/u1"),
    ]
    assert {key for _, _, key in seen} == {"Bearer ntro_k"}


def test_the_key_comes_out_wrapped_and_is_masked_from_then_on() -> None:
    registry, _, redactor = made(answering({"id": "u1", "apiKey": "ntro_once"}))
    row, key = registry.create({})
    assert row == {"id": "u1"}
    assert key is not None
    assert key.reveal() == "ntro_once"
    assert redactor.mask("x ntro_once") == "x ***"


@pytest.mark.parametrize("answer", [{"id": "u1"}, {"id": "u1", "apiKey": ""}])
def test_an_answer_without_a_key(answer: Any) -> None:
    assert made(answering(answer))[0].create({})[1] is None


@pytest.mark.parametrize(
    "answer", [[{"id": "1"}], {"data": [{"id": "1"}]}, {"items": [{"id": "1"}]}]
)
def test_lists_bare_and_wrapped(answer: Any) -> None:
    assert made(answering(answer))[0].tenants() == [{"id": "1"}]


def test_something_else_is_not_an_empty_list() -> None:
    with pytest.raises(ReadFailed, match="not a list"):
        made(answering({"message": "hello"}))[0].tenants()


def test_reads_are_tried_again_and_honour_retry_after() -> None:
    answers: tuple[Any, ...] = (
        nest(503),
        (429, {}, {"retry-after": "9"}),
        httpx2.ReadError("cut"),
        [],
    )
    registry, time, _ = made(answering(*answers))
    assert registry.tenants() == []
    assert time.slept == [0.5, 9, 2.0]


@pytest.mark.parametrize(
    ("answer", "kind", "message"),
    [
        (nest(404, "Agent x not found"), NotFound, "404: registry: Agent x not found"),
        (nest(403), ReadFailed, "403: registry: no"),
        (nest(500, ["one", "two"]), ReadFailed, "500: registry: one; two"),
        ((502, "<html>"), ReadFailed, "502: registry: Bad Gateway"),
        (httpx2.ConnectError("bad ntro_k"), ReadFailed, "bad ***"),
    ],
)
def test_reads_that_fail(answer: Any, kind: type[ReadFailed], message: str) -> None:
    with pytest.raises(kind) as failed:
        made(answering(answer))[0].row("x")
    assert type(failed.value) is kind
    assert failed.value.message == message


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (nest(422, "no such kind"), WriteFailed),
        (nest(409), Moved),
        (nest(401), WriteFailed),
        (nest(429), failures.TryLater),
        (nest(500), OutcomeUnknown),
        (httpx2.ReadTimeout("slow"), OutcomeUnknown),
        (httpx2.ConnectError("refused"), WriteFailed),
    ],
)
def test_writes_are_sent_once(answer: Any, kind: type[WriteFailed]) -> None:
    sent = 0

    def handle(request: httpx2.Request) -> httpx2.Response:
        nonlocal sent
        sent += 1
        return answering(answer)(request)

    with pytest.raises(WriteFailed) as failed:
        made(handle)[0].create({})
    assert type(failed.value) is kind
    assert sent == 1


def test_an_unreadable_answer_to_a_write_is_lost() -> None:
    registry, _, _ = made(lambda _: httpx2.Response(201, text="not json"))
    with pytest.raises(OutcomeUnknown):
        registry.create({})


def test_deleting_what_is_gone_is_fine() -> None:
    made(answering(nest(404)))[0].delete("u1")
    with pytest.raises(Moved):
        made(answering(nest(409)))[0].delete("u1")
