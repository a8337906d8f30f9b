"""Registrations: rows of the Ntropii registry, each with a key that is shown once."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from reconciler.engine.lock import Intent
from reconciler.engine.values import Body
from reconciler.platform.errors import Moved, OutcomeUnknown, PlatformError, ReadFailed, WriteFailed
from reconciler.platform.kinds import rivals
from reconciler.platform.kinds.step import Step
from reconciler.platform.registry import Registry
from reconciler.platform.resolve import Written


def create(step: Step) -> Written:
    """Register afresh: the intent into the lock, old rows away, then the row.

    No other row may hold the reference then. The intent says so, so that after a crash a row that
    it does not name is known to be ours and never handed out. It stays until the key is stored.
    Raises Moved if another run was faster.
    """
    if not step.stores_key:
        raise WriteFailed("not registered: nothing in this plan would store the one-time key")
    registry = _registry(step)
    row = _row(step)
    doomed = [str(id) for id in step.payload.get("delete") or ()]
    if step.action.expected and step.action.expected.id not in doomed:
        doomed.append(step.action.expected.id)
    intent = _intent(registry, row, doomed)
    step.save(Written(intent=intent))
    for id in doomed:
        _delete(step, registry, id)
    try:
        made, key = step.patience.insist(lambda: registry.create(row))
    except OutcomeUnknown as lost:
        raise OutcomeUnknown(f"registration outcome unknown: {lost.message}") from None
    if key is None:
        raise OutcomeUnknown("registered, but the answer held no key")
    _give_way(step, registry, row, made, doomed)
    step.keys[step.action.address] = key
    written = Written(id=str(made["id"]), intent=intent)
    step.save(written)
    if "record" not in step.payload:
        return written
    return replace(written, recorded=_record_first(step, registry, written.id))


def _give_way(
    step: Step, registry: Registry, row: dict[str, Any], made: dict[str, Any], doomed: list[str]
) -> None:
    """Delete the row that was just made, whose key nobody has, and raise Moved, if another run
    registered the agent at the same moment; see `rivals`."""
    mine = _made(made)
    try:
        rival = rivals.first_of(step, mine, lambda: map(_made, _others(registry, row, doomed)))
    except ReadFailed:
        return
    if not rival:
        return
    step.save(Written(intent=Intent(row["externalRef"], (rival,))))
    _delete(step, registry, mine.id)
    raise Moved(f"another run registered the agent as {rival} at the same moment")


def _made(row: Mapping[str, Any]) -> rivals.Made:
    return rivals.Made(str(row.get("createdAt")), str(row["id"]))


def _others(registry: Registry, row: Mapping[str, Any], doomed: Collection[str]) -> list[Body]:
    """The tenant's rows that hold this external reference and are to stay. Raises ReadFailed."""
    return [
        one
        for one in registry.rows(row["tenantId"])
        if one.get("externalRef") == row["externalRef"] and str(one["id"]) not in doomed
    ]


def update(step: Step) -> Written:
    """Record an applied agent version, unless the row's changelogs show that it is recorded."""
    registry = _registry(step)
    try:
        known = _is_recorded(registry, step.id, _beginning(step))
    except ReadFailed as failure:
        raise WriteFailed(f"not recorded: {failure.message}", failure.hint) from None
    version = _version(step) if known else _record(step, registry, step.id)
    return Written(id=step.id, recorded=version)


def delete(step: Step) -> Written:
    _delete(step, _registry(step), step.id)
    return Written(id=step.id)


def _version(step: Step) -> int:
    return int(step.payload["record"]["version"])


def _beginning(step: Step) -> str:
    """How the version's changelog begins, by which it is found again: its number and a blank."""
    return f"agent version {_version(step)} "


def _record(step: Step, registry: Registry, id: str) -> int:
    """Record the version, once: a lost answer is found again by its changelog."""
    beginning = _beginning(step)
    text = f"{beginning}({step.history.said(step.action.address)})"
    try:
        step.patience.insist(lambda: registry.record_version(id, text))
    except OutcomeUnknown as lost:
        step.look_up(lost, lambda: _is_recorded(registry, id, beginning) or None)
    return _version(step)


def _record_first(step: Step, registry: Registry, id: str) -> int:
    """Record the version of a row just made, which has none yet. Raises WriteFailed, which the row
    and its key outlive: the row is in the lock, and the executor stores the key all the same."""
    try:
        return _record(step, registry, id)
    except PlatformError as failure:
        message = f"registered as {id}, but the agent's version is not recorded: {failure.message}"
        raise WriteFailed(message, failure.hint) from None


def _registry(step: Step) -> Registry:
    if step.clients.registry is None:
        raise WriteFailed("no access to the registry", "set NTRO_HOST and NTRO_API_KEY")
    return step.clients.registry


def _row(step: Step) -> dict[str, Any]:
    row = dict(step.payload["row"])
    slug = str(row.pop("tenant"))
    if slug not in step.tenants:
        raise WriteFailed(f"the registry knows no tenant {slug}")
    return {"tenantId": step.tenants[slug], **row}


def _intent(registry: Registry, row: dict[str, Any], doomed: list[str]) -> Intent:
    """What is begun. Raises Moved if a row is there that the plan did not know of: it has a key of
    its own, and a second row would be a duplicate."""
    try:
        others = _others(registry, row, doomed)
    except ReadFailed as failure:
        raise WriteFailed(f"not registered: {failure.message}", failure.hint) from None
    if others:
        raise Moved(f"another run registered the agent as {others[0]['id']} since the plan")
    return Intent(row["externalRef"])


def _delete(step: Step, registry: Registry, id: str) -> None:
    try:
        step.patience.insist(lambda: registry.delete(id))
    except Moved as refused:
        raise WriteFailed(f"row {id} is still in use: {refused.message}", status=409) from None
    except OutcomeUnknown as lost:
        step.look_up(lost, lambda: True if _gone(registry, id) else None)


def _gone(registry: Registry, id: str) -> bool:
    try:
        registry.row(id)
    except ReadFailed as failure:
        if failure.status == 404:
            return True
        raise
    return False


def _is_recorded(registry: Registry, id: str, beginning: str) -> bool:
    versions = registry.row(id).get("versions") or ()
    return any(str(one.get("changelog") or "").startswith(beginning) for one in versions)


WRITES = {"create": create, "update": update, "replace": create, "delete": delete}
