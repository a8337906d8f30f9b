"""Small plans by hand, and a clock that does not wait."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reconciler.engine.address import Address
from reconciler.engine.desired import Desired, Resource, SkillContent, SkillFile, Target
from reconciler.engine.diagnostics import Span
from reconciler.engine.live import Live
from reconciler.engine.lock import Lock, LockEntry
from reconciler.engine.outcome import Outcome, Report
from reconciler.engine.plan import Action, Expected, Plan
from reconciler.engine.values import Ref, content_digest
from reconciler.platform.access import Access, embedded
from reconciler.platform.clients import Clients, connect
from reconciler.platform.executor import Event, execute
from reconciler.platform.limits import UNLIMITED, Clock, Limits
from reconciler.platform.lockfile import LockStore, read_lock
from reconciler.platform.snapshot import read_live
from reconciler.sandbox import Server

PROJECT, TARGET = "funds", "test"
MCP = "https://mcp.ntropii.com/mcp"
ROW, VAULT, CREDENTIAL = (f"{kind}/byng/a" for kind in ("registration", "vault", "credential"))


def at(text: str) -> Address:
    return Address.parse(text)


def mark(address: str, version: int | None = None) -> str:
    return f"{PROJECT}/{TARGET}/{address}" + ("" if version is None else f"@{version}")


class FakeClock:
    """Time that passes only by sleeping; `slept` is what was slept, in order."""

    def __init__(self) -> None:
        self.time = 0.0
        self.slept: list[float] = []
        self._mutex = threading.Lock()

    def sleep(self, seconds: float) -> None:
        with self._mutex:
            self.slept.append(seconds)
            self.time += seconds

    def clock(self) -> Clock:
        return Clock(now=lambda: self.time, sleep=self.sleep)


def create(address: str, payload: dict[str, Any] | None = None, **more: Any) -> Action:
    return Action(at(address), "create", "new", payload or {}, **_needing(more))


def update(address: str, id: str, payload: dict[str, Any], **more: Any) -> Action:
    expected = Expected(id, more.pop("version", None), more.pop("values", ""))
    more = _needing(more)
    return Action(at(address), "update", "changed", payload, expected=expected, **more)


def remove(address: str, verb: Any, id: str, **more: Any) -> Action:
    payload = more.pop("payload", {})
    expected = Expected(id, more.pop("version", None), more.pop("values", ""))
    return Action(at(address), verb, "removed", payload, expected=expected, **_needing(more))


def _needing(more: dict[str, Any]) -> dict[str, Any]:
    return {**more, "needs": tuple(at(one) for one in more.pop("needs", ()))}


def agent(name: str, *, needs: tuple[str, ...] = (), **body: Any) -> Action:
    address = f"agent/{name}"
    payload = {
        "name": name,
        "model": {"id": "claude-sonnet-5"},
        **body,
        "metadata": {**body.get("metadata", {}), "reconciler": mark(address, 1)},
    }
    return create(address, payload, needs=needs, lock=LockEntry(fields={"name": "sha256:x"}))


def named(address: str, **body: Any) -> Action:
    """An environment or a vault, marked."""
    return create(address, {**body, "metadata": {"reconciler": mark(address)}})


def registration(*, needs: tuple[str, ...] = (), **more: Any) -> Action:
    """The row of agent/a."""
    reference = Ref(at("agent/a"), "external_ref")
    row = {"tenant": "byng", "kind": "claude_managed", "name": "a", "externalRef": reference}
    lock = LockEntry(fields={"externalRef": reference, "name": "a"})
    return create(ROW, {"row": row, "delete": [], **more}, needs=needs, lock=lock)


def credential(
    *, url: str = MCP, needs: tuple[str, ...] = (ROW, VAULT), vault: Any = None, **more: Any
) -> Action:
    """The credential that stores the key of agent/a's row."""
    payload = {
        "vault_id": vault or Ref(at(VAULT), "id"),
        "auth": {
            "type": "static_bearer",
            "mcp_server_url": url,
            "token": Ref(at(ROW), "api_key"),
        },
        "metadata": {"registration": Ref(at(ROW), "id"), "reconciler": mark(CREDENTIAL)},
    }
    lock = LockEntry(fields={"mcp_server_url": url})
    return create(CREDENTIAL, payload, needs=needs, lock=lock, **more)


def skill_resource(slug: str, folder: Path, *texts: str) -> Resource:
    """A skill with one content per text, its files on disk."""
    contents = []
    for number, text in enumerate(texts):
        path = folder / f"{slug}-{number}.md"
        path.write_text(f"---\nname: {slug}\ndescription: Does it.\n---\n{text}\n")
        files = (
            SkillFile("SKILL.md", path.stat().st_size, str(path)),
            SkillFile("notes/more.txt", path.stat().st_size, str(path)),
        )
        data = {file.path: Path(file.source).read_bytes() for file in files}
        contents.append(SkillContent(content_digest(data), files, Span("x")))
    return Resource(at(f"skill/{slug}"), {}, Span("x"), contents=tuple(contents))


def upload(resource: Resource, *numbers: int, id: str = "") -> Action:
    """Create the skill with these contents, or add them to the skill with that id."""
    slug = resource.address.name
    payload = {
        "display_name": f"{slug} ({PROJECT}/{TARGET})",
        "slug": slug,
        "upload": [resource.contents[number].digest for number in numbers],
    }
    return update(f"skill/{slug}", id, payload) if id else create(f"skill/{slug}", payload)


@dataclass
class World:
    """One workspace of the embedded platform, one lock on disk, open clients."""

    server: Server
    access: Access
    clients: Clients
    folder: Path
    time: FakeClock
    resources: tuple[Resource, ...] = (Resource(at(ROW), {}, Span("x")),)
    tenants: tuple[str, ...] = ("byng",)
    events: list[Event] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)

    @property
    def path(self) -> Path:
        return self.folder / "reconcile.test.lock"

    @property
    def lock(self) -> Lock:
        return read_lock(self.path, PROJECT, TARGET)

    def desired(self) -> Desired:
        return Desired(PROJECT, Target(TARGET, tenants=self.tenants), self.resources)

    def live(self) -> Live:
        return read_live(self.clients, self.desired(), self.lock, lambda _: None)

    def apply(
        self,
        *actions: Action,
        parallelism: int = 1,
        on_event: Callable[[Event], None] | None = None,
        **more: Any,
    ) -> Report:
        """Carry out hand-made actions against the world as it is now."""
        plan = Plan(PROJECT, TARGET, actions, records=more.pop("records", {}))
        return execute(
            plan,
            self.desired(),
            self.clients,
            LockStore(self.path, self.lock),
            parallelism=parallelism,
            stop=self.stop,
            on_event=on_event or self.events.append,
            live=self.live(),
            **more,
        )

    def paths(self, method: str = "") -> list[str]:
        """What was requested since the log was cleared, as `METHOD /path`."""
        return [
            f"{one['method']} {one['path']}"
            for one in self.server.requests()
            if method in ("", one["method"])
        ]

    def rows(self) -> list[Any]:
        registry = self.clients.registry
        assert registry is not None
        return registry.rows(registry.tenants()[0]["id"])


def open_world(server: Server, workspace: str, folder: Path, limits: Limits = UNLIMITED) -> World:
    access = embedded(
        server.url,
        server.registry_url,
        server.origin,
        f"{server.api_key}@{workspace}",
        f"{server.registry_key}@{workspace}",
    )
    server.ensure_tenants(["byng"], workspace)
    time = FakeClock()
    return World(server, access, connect(access, limits=limits, clock=time.clock()), folder, time)


def only(report: Report) -> Outcome:
    assert len(report.outcomes) == 1, report
    return report.outcomes[0]


def results(report: Report) -> dict[str, str]:
    return {str(end.address): end.result for end in report.outcomes}
