"""The clients of one world: the SDK for reading and for writing, the registry, the budgets."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from types import TracebackType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from reconciler.engine.hosts import is_loopback
from reconciler.platform import failures
from reconciler.platform.access import Access
from reconciler.platform.limits import UNLIMITED, Clock, Limits, TokenBucket
from reconciler.platform.redact import Redactor
from reconciler.platform.registry import Registry

if TYPE_CHECKING:
    import httpx2
    from anthropic import Anthropic

_CONNECT_TIMEOUT = 10.0
_ORGANIZATION = "anthropic-organization-id"
_WORKSPACE = "anthropic-workspace-id"


@dataclass
class Clients:
    """Open clients; a context manager that closes them. Shared by threads.

    `reader` retries as the SDK does, `writer` never. `identity` is what the answers said about
    organization and workspace.
    """

    access: Access
    limits: Limits
    clock: Clock
    redactor: Redactor
    http: httpx2.Client
    reader: Anthropic
    writer: Anthropic
    registry: Registry | None
    reads: TokenBucket
    writes: TokenBucket
    environment_writes: TokenBucket
    environment_gate: threading.Semaphore
    identity: dict[str, str] = field(default_factory=dict)

    def write_buckets(self, kind: str) -> tuple[TokenBucket, ...]:
        """The budgets that a write of this kind is taken from."""
        return (self.environment_writes, self.writes) if kind == "environment" else (self.writes,)

    def gates(self, kind: str) -> tuple[AbstractContextManager[object], ...]:
        """What limits how many writes of this kind run at once."""
        return (self.environment_gate,) if kind == "environment" else ()

    def notice(self, headers: Mapping[str, str]) -> None:
        """Keep which organization and workspace answered (headers of every answer)."""
        for name in (_ORGANIZATION, _WORKSPACE):
            if headers.get(name):
                self.identity[name] = headers[name]

    @property
    def organization(self) -> str:
        return self.identity.get(_ORGANIZATION, "")

    @property
    def workspace(self) -> str:
        return self.identity.get(_WORKSPACE, "")

    def close(self) -> None:
        self.reader.close()
        self.http.close()
        if self.registry:
            self.registry.close()
        self.redactor.remove()

    def __enter__(self) -> Clients:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def connect(access: Access, *, limits: Limits | None = None, clock: Clock | None = None) -> Clients:
    """Open the clients of a world; nothing is sent yet. Imports the SDK.

    Redirects are not followed, since a body may hold a key; a proxy of the environment is used
    except towards loopback; OpenTelemetry spans are off. Without `limits`, those the API documents,
    and none for the embedded platform. Raises AccessRefused for a profile that can't be read.
    """
    limits = limits or (UNLIMITED if access.is_embedded else Limits())
    clock, redactor = clock or Clock(), Redactor()
    redactor.learn(access.api_key)
    redactor.learn(access.registry.api_key if access.registry else None)
    http = _http_client(access.base_url, limits)
    reader = _sdk(access, http, redactor)
    redactor.install()
    return Clients(
        access=access,
        limits=limits,
        clock=clock,
        redactor=redactor,
        http=http,
        reader=reader,
        writer=reader.with_options(max_retries=0),
        registry=_registry(access, limits, clock, redactor),
        reads=TokenBucket(limits.reads_per_minute, limits.read_burst, clock),
        writes=TokenBucket(limits.writes_per_minute, limits.write_burst, clock),
        environment_writes=TokenBucket(
            limits.environment_writes_per_minute, limits.environment_burst, clock
        ),
        environment_gate=threading.Semaphore(limits.environment_concurrency),
    )


def _sdk(access: Access, http: httpx2.Client, redactor: Redactor) -> Anthropic:
    import anthropic

    try:
        return anthropic.Anthropic(
            api_key=access.api_key.reveal() if access.api_key else None,
            base_url=access.base_url,
            http_client=http,
            open_telemetry=False,
        )
    except anthropic.AnthropicError as error:
        http.close()
        raise failures.of_connecting(error, redactor) from None


def _registry(access: Access, limits: Limits, clock: Clock, redactor: Redactor) -> Registry | None:
    if access.registry is None:
        return None
    http = _http_client(access.registry.host, limits)
    return Registry(http, access.registry.host, access.registry.api_key, clock, redactor)


def _http_client(url: str, limits: Limits) -> httpx2.Client:
    import httpx2

    parts = urlsplit(url)
    # In clear text (loopback alone) no authority is needed, and to load them all takes a while;
    # without them https would be refused.
    plain = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if parts.scheme == "http" else True
    return httpx2.Client(
        timeout=httpx2.Timeout(limits.timeout, connect=_CONNECT_TIMEOUT),
        follow_redirects=False,
        trust_env=not is_loopback(parts.hostname or ""),
        verify=plain,
    )
