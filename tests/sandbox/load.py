"""Clients that all write at once, and remember what they were told, so that it can be checked."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx2

from .conftest import HEADERS

MODEL = "claude-sonnet-5"
Stop = Callable[[], bool]


@dataclass
class Ledger:
    """What the server has acknowledged, and what it must never have said."""

    # Agent id → version → the name that was acknowledged with it.
    agents: dict[str, dict[int, str]] = field(default_factory=lambda: defaultdict(dict))
    archived: set[str] = field(default_factory=set)
    environments: dict[str, str] = field(default_factory=dict)
    vaults: dict[str, str] = field(default_factory=dict)
    uncertain: set[str] = field(default_factory=set)
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    statuses: Counter[int] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    @property
    def acknowledged(self) -> int:
        return sum(map(len, self.agents.values())) + len(self.environments) + len(self.vaults)

    def summary(self) -> str:
        total = sum(self.statuses.values())
        rows = [f"{total} requests, {self.acknowledged} writes, answers {dict(self.statuses)}"]
        for name, taken in sorted(self.seconds.items()):
            taken.sort()
            middle, late = taken[len(taken) // 2], taken[int(len(taken) * 0.99)]
            rows.append(f"  {name:<18}{len(taken):>7}  p50 {middle:.4f} s  p99 {late:.4f} s")
        return "\n".join(rows)


@dataclass
class Worker:
    """One client: picks operations with its own numbers, and knows what each may answer."""

    http: httpx2.AsyncClient
    ledger: Ledger
    chance: random.Random
    name: str
    made: int = 0

    async def run(self, stop: Stop) -> None:
        doing: list[Callable[[], Awaitable[None]]] = [
            self.create, self.update, self.update, self.update, self.stale, self.archive,
            self.read, self.list_page, self.environment, self.vault,
        ]  # fmt: skip
        with suppress(httpx2.TransportError):
            while not stop():
                await self.chance.choice(doing)()

    async def ask(self, what: str, method: str, path: str, *fine: int, **more: Any) -> Any:
        began = time.perf_counter()
        answer = await self.http.request(method, path, **more)
        self.ledger.seconds[what].append(time.perf_counter() - began)
        self.ledger.statuses[answer.status_code] += 1
        if answer.status_code not in fine:
            self.ledger.wrong.append(f"{what}: {answer.status_code} {answer.text[:200]}")
        return answer.json() if answer.status_code == 200 else None

    def word(self) -> str:
        self.made += 1
        return f"{self.name}-{self.made}"

    def any_agent(self) -> str | None:
        known = self.ledger.agents
        # Mostly recent ones, so that clients meet on the same agent.
        return self.chance.choice(list(known)[-20:]) if known else None

    async def create(self) -> None:
        name = self.word()
        made = await self.ask(
            "create", "POST", "/v1/agents", 200, json={"name": name, "model": MODEL}
        )
        if made:
            self.ledger.agents[made["id"]][1] = name

    async def update(self) -> None:
        """With the newest version that anyone was told: 409 if another was quicker."""
        agent = self.any_agent()
        if agent is None:
            return
        await self._update("update", agent, max(self.ledger.agents[agent]), 200, 409, 400)

    async def stale(self) -> None:
        """With a version that is surely not the newest: always 409, or archived."""
        agent = self.any_agent()
        if agent is None or max(self.ledger.agents[agent]) < 2:
            return
        version = self.chance.randrange(1, max(self.ledger.agents[agent]))
        await self._update("stale update", agent, version, 409, 400)

    async def _update(self, what: str, agent: str, version: int, *fine: int) -> None:
        was_archived = agent in self.ledger.archived
        name, path = self.word(), f"/v1/agents/{agent}"
        self.ledger.uncertain.add(name)
        made = await self.ask(what, "POST", path, *fine, json={"name": name, "version": version})
        self.ledger.uncertain.discard(name)
        if not made:
            return
        taken = self.ledger.agents[agent].get(version + 1)
        if made["version"] != version + 1 or taken is not None or was_archived:
            self.ledger.wrong.append(f"{agent} {version}: {name} over {taken}")
        self.ledger.agents[agent][version + 1] = name

    async def archive(self) -> None:
        agent = self.any_agent()
        if agent is None or self.chance.random() > 0.1:
            return
        if await self.ask("archive", "POST", f"/v1/agents/{agent}/archive", 200):
            self.ledger.archived.add(agent)

    async def read(self) -> None:
        agent = self.any_agent()
        if agent is None:
            return
        version = self.chance.choice(list(self.ledger.agents[agent]))
        expected = self.ledger.agents[agent][version]
        path = f"/v1/agents/{agent}?version={version}"
        found = await self.ask("read", "GET", path, 200)
        if found and found["name"] != expected:
            self.ledger.wrong.append(f"{agent} {version}: {found['name']}, not {expected}")

    async def list_page(self) -> None:
        await self.ask("list", "GET", "/v1/agents?limit=20", 200)

    async def environment(self) -> None:
        name = self.word()
        made = await self.ask("environment", "POST", "/v1/environments", 200, json={"name": name})
        if made:
            self.ledger.environments[made["id"]] = name

    async def vault(self) -> None:
        name = self.word()
        body = {"display_name": name}
        made = await self.ask("vault", "POST", "/v1/vaults", 200, json=body)
        if made:
            self.ledger.vaults[made["id"]] = name


async def load(url: str, key: str, ledger: Ledger, stop: Stop, clients: int, seed: str) -> None:
    """So many clients at once, until `stop`, or until the server is gone."""
    headers = {"authorization": f"Bearer {key}", **HEADERS}
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=clients)
    async with httpx2.AsyncClient(
        base_url=url, headers=headers, limits=limits, timeout=60, verify=False
    ) as http:
        workers = [
            Worker(http, ledger, random.Random(f"{seed}/{number}"), f"w{number}-{seed}")
            for number in range(clients)
        ]
        await asyncio.gather(*(worker.run(stop) for worker in workers))


async def check(url: str, key: str, ledger: Ledger) -> None:
    """Everything that was acknowledged is there; versions have no gaps; nothing was made up."""
    headers = {"authorization": f"Bearer {key}", **HEADERS}
    async with httpx2.AsyncClient(base_url=url, headers=headers, timeout=60, verify=False) as http:
        listed = await _all(http, "/v1/agents?include_archived=true")
        assert set(ledger.agents) <= {row["id"] for row in listed}
        for agent in listed:
            await _check_agent(http, agent, ledger)
        for kind, key_of_name, known in (
            ("environments", "name", ledger.environments),
            ("vaults", "display_name", ledger.vaults),
        ):
            found = {row["id"]: row[key_of_name] for row in await _all(http, f"/v1/{kind}")}
            assert known.items() <= found.items(), f"lost: {kind}"


async def _check_agent(http: httpx2.AsyncClient, agent: dict[str, Any], ledger: Ledger) -> None:
    """Whole, even if its creation was cut off before anyone was told of it."""
    id, acknowledged = agent["id"], ledger.agents.get(agent["id"], {})
    rows = await _all(http, f"/v1/agents/{id}/versions")
    names = {row["version"]: row["name"] for row in rows}
    assert sorted(names) == list(range(1, agent["version"] + 1)), f"gaps in {id}"
    assert rows[0] == agent, f"{id} is not its newest version"
    for version, name in acknowledged.items():
        assert names[version] == name, f"lost: {id} {version} {name}"
    for version in set(names) - set(acknowledged) if acknowledged else ():
        assert names[version] in ledger.uncertain, f"made up: {id} {version}"
    assert id not in ledger.archived or agent["archived_at"], f"lost: archive of {id}"


async def _all(http: httpx2.AsyncClient, path: str) -> list[dict[str, Any]]:
    """Every page of a list."""
    rows: list[dict[str, Any]] = []
    page: dict[str, Any] = {"limit": 100}
    while True:
        answer = (await http.get(path, params={**httpx2.URL(path).params, **page})).json()
        rows += answer["data"]
        if not answer["next_page"]:
            return rows
        page["page"] = answer["next_page"]
