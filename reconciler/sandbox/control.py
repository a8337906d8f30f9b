"""What tests and benchmarks reach under `/_sandbox/`: log, faults, clock, and the whole store."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import record_controls
from .clock import Clock
from .dump import dumped, emptied, filled
from .errors import not_found
from .faults import Faults
from .log import RequestLog
from .store import Records, reading, writing

if TYPE_CHECKING:
    from .serving import World

PREFIX = "/_sandbox/"


@dataclass
class Control:
    """One server's log, faults and clock; its thread and its owner's share them."""

    log: RequestLog = field(default_factory=RequestLog)
    faults: Faults = field(default_factory=Faults)
    clock: Clock = field(default_factory=Clock)


def answer(world: World, workspace: str, method: str, path: str, body: Any) -> Any:
    """The answer to a request under the prefix, made with the key of a workspace."""
    if record_controls.concerns(path):
        with writing(world.db):
            records = Records(world.db, workspace)
            return record_controls.answer(records, method, path, body, world.control.clock.tick())
    if path == f"{PREFIX}dump":
        return _dump(world, method, body)
    return _knob(world.control, method, path, body)


def _knob(control: Control, method: str, path: str, body: Any) -> Any:
    match (method, path.removeprefix(PREFIX)):
        case ("GET", "requests"):
            return control.log.entries()
        case ("DELETE", "requests"):
            control.log.clear()
        case ("GET", "faults"):
            return control.faults.shown()
        case ("PUT", "faults"):
            control.faults.set(body)
        case ("DELETE", "faults"):
            control.faults.set([])
        case ("GET", "clock"):
            return control.clock.shown()
        case ("PUT", "clock"):
            control.clock.set(body if body is not None else {})
        case ("DELETE", "clock"):
            control.clock.set(None)
        case _:
            raise not_found(f"{method} {path} is not a control of this server")
    return {"ok": True}


def _dump(world: World, method: str, body: Any) -> Any:
    """The store: read, added to, replaced, emptied."""
    if method == "GET":
        with reading(world.db):
            return dumped(world.db)
    if method not in ("POST", "PUT", "DELETE"):
        raise not_found(f"{method} {PREFIX}dump is not a control of this server")
    with writing(world.db):
        if method != "POST":
            emptied(world.db)
        if method != "DELETE":
            filled(world.db, body)
    world.workspaces.clear()
    return {"ok": True}
