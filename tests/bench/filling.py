"""The embedded platform as it fills: what an operation takes at the end, next to the beginning."""

from __future__ import annotations

import http.client
import json
import statistics
import time
from collections import defaultdict
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from tests.bench.project import prose

UPDATES = 3
PAGE = 20
#: The median of the last tenth may be so many times that of the first.
MAX_RATIO = 2.0


class Client:
    """One connection, and how long each kind of request took, in order."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._http = http.client.HTTPConnection(urlsplit(environment["ANTHROPIC_BASE_URL"]).netloc)
        self._headers = {
            "x-api-key": environment["ANTHROPIC_API_KEY"],
            "anthropic-version": "2026-10-21",
            "anthropic-beta": "managed-agents-2026-04-01",
        }
        self.seconds: dict[str, list[float]] = defaultdict(list)

    def ask(self, what: str, method: str, path: str, body: Any = None) -> Any:
        sent = None if body is None else json.dumps(body)
        start = time.perf_counter()
        self._http.request(method, path, sent, self._headers)
        answer = self._http.getresponse()
        received = answer.read()
        self.seconds[what].append(time.perf_counter() - start)
        if answer.status != 200:
            raise RuntimeError(f"{method} {path}: {answer.status} {received[:200]!r}")
        return json.loads(received)

    def close(self) -> None:
        self._http.close()


def fill(environment: Mapping[str, str], agents: int) -> tuple[list[str], list[str]]:
    """Make so many agents with versions, reading all the while: lines to print, limits broken."""
    client = Client(environment)
    start = time.perf_counter()
    try:
        for number in range(agents):
            _one_agent(client, number)
    finally:
        client.close()
    total = time.perf_counter() - start
    title = f"platform: {agents} agents with {UPDATES + 1} versions each in {total:.1f} s"
    ratios = {what: _ratio(taken) for what, taken in client.seconds.items()}
    lines = [
        f"    {what:<14} {1000 * statistics.median(taken):6.2f} ms   last to first tenth {ratios[what]:.2f}"
        for what, taken in sorted(client.seconds.items())
    ]
    broken = [
        f"{what} takes {ratio:.1f} times as long on a full platform (limit {MAX_RATIO})"
        for what, ratio in ratios.items()
        if ratio > MAX_RATIO
    ]
    return [title, *lines], broken


def _one_agent(client: Client, number: int) -> None:
    body = {"name": f"agent {number}", "model": "claude-sonnet-4-6", "system": prose(2000, number)}
    made = client.ask("create", "POST", "/v1/agents", body)
    path = f"/v1/agents/{made['id']}"
    for version in range(1, UPDATES + 1):
        change = {"version": version, "description": f"change {version}"}
        client.ask("update", "POST", path, change)
    client.ask("retrieve", "GET", path)
    client.ask("list versions", "GET", f"{path}/versions")
    if number > 2 * PAGE:  # so that every page is full
        page = client.ask("list", "GET", f"/v1/agents?limit={PAGE}")
        client.ask("list, page 2", "GET", f"/v1/agents?limit={PAGE}&page={page['next_page']}")


def _ratio(taken: list[float]) -> float:
    tenth = max(1, len(taken) // 10)
    return statistics.median(taken[-tenth:]) / statistics.median(taken[:tenth])
