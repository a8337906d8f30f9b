"""Short ways to make the data that the renderers are given."""

from __future__ import annotations

from typing import Any

from reconciler.engine.address import Address
from reconciler.engine.plan import Action, FieldChange, Held, Plan, Status, Verb
from reconciler.engine.values import ABSENT


def at(text: str) -> Address:
    return Address.parse(text)


def field(
    path: str,
    live: Any = ABSENT,
    desired: Any = ABSENT,
    *,
    base: Any = ABSENT,
    status: Status = "change",
) -> FieldChange:
    return FieldChange(path, status, base, desired, live)


def action(address: str, verb: Verb, reason: str, *fields: FieldChange, **more: Any) -> Action:
    payload = more.pop("payload", {})
    return Action(at(address), verb, reason, payload, fields, **more)


def held(inner: Action, reason: Any, message: str) -> Held:
    return Held(inner, reason, message)


def plan(*actions: Action, **more: Any) -> Plan:
    return Plan("fund-agents", "test", actions, **more)
