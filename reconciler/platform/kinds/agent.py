"""Agents: the only kind with an optimistic lock (`version`, 409 when stale)."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Any

from reconciler.engine.live import MARKER_KEY
from reconciler.engine.values import Body
from reconciler.platform import wire
from reconciler.platform.errors import Moved, ReadFailed, WriteFailed
from reconciler.platform.kinds import rivals
from reconciler.platform.kinds.step import Step
from reconciler.platform.resolve import Written

if TYPE_CHECKING:
    from reconciler.platform.clients import Clients

_STAMPS = {"version", "updated_at"}  # new with every edit
PAGE = 100  # the most the API gives (documentation; default 20)


def bodies(clients: Clients) -> Iterator[Body]:
    """Every live agent, whole: the list returns the full object."""
    return wire.pages(
        clients,
        lambda sdk, page: sdk.beta.agents.with_raw_response.list(limit=PAGE, **page),
    )


def archived(clients: Clients, names: Collection[str]) -> Iterator[Body]:
    """Archived agents with one of these names."""
    for found in wire.pages(
        clients,
        lambda sdk, page: sdk.beta.agents.with_raw_response.list(
            limit=PAGE, include_archived=True, **page
        ),
    ):
        if found.get("archived_at") and found.get("name") in names:
            yield found


def body(clients: Clients, id: str, version: int | None = None) -> Body:
    """One agent, at one of its versions if given; archived ones too."""
    at: dict[str, Any] = {} if version is None else {"version": version}
    found: Body = wire.read(
        clients, lambda sdk: sdk.beta.agents.with_raw_response.retrieve(id, **at)
    )
    return found


def versions_since(clients: Clients, id: str, version: int) -> list[Body]:
    """An agent's versions from the newest back to the given one, which is the last if it is there
    (the list is newest first: recorded)."""
    found: list[Body] = []
    for body in wire.pages(
        clients,
        lambda sdk, page: sdk.beta.agents.versions.with_raw_response.list(id, limit=PAGE, **page),
    ):
        if body["version"] < version:
            break
        found.append(body)
    return found


def create(step: Step) -> Written:
    made = step.create(lambda sdk: sdk.beta.agents.with_raw_response.create(**step.payload), bodies)
    since = rivals.beginning(made)
    rivals.give_way(
        step,
        made,
        lambda: _created_since(step.clients, since),
        lambda sdk: sdk.beta.agents.with_raw_response.archive(made["id"]),
    )
    return _written(made)


def _created_since(clients: Clients, moment: str) -> Iterator[Body]:
    return wire.pages(
        clients,
        lambda sdk, page: sdk.beta.agents.with_raw_response.list(
            limit=PAGE, created_at_gte=moment, **page
        ),
    )


def update(step: Step) -> Written:
    """Update at the version read at plan time. After a lost answer or a 409 the marker and what
    was sent tell whether the version that is live now is ours: another run may have written the
    same marker with its own folders."""
    expected = step.action.expected
    at: dict[str, Any] = {} if not expected or expected.version is None else {
        "version": expected.version
    }  # fmt: skip

    def came_about(found: Body) -> bool:
        marker = (found.get("metadata") or {}).get(MARKER_KEY)
        return bool(step.marker) and marker == step.marker and _shows(found, step.payload)

    try:
        made = step.settle(
            lambda sdk: sdk.beta.agents.with_raw_response.update(step.id, **at, **step.payload),
            lambda: body(step.clients, step.id),
            came_about,
        )
    except Moved as moved:
        made = _again(step, moved)
        if not came_about(made):
            raise Moved(_since(step, made, at.get("version")), status=409) from None
    return _written(made)


def archive(step: Step) -> Written:
    """Archive, which is for ever, only if the agent is still at the version the plan saw."""
    expected = step.action.expected
    if expected and expected.version is not None:
        try:
            found = body(step.clients, step.id)
        except ReadFailed as failure:
            if failure.status == 404:
                return Written(id=step.id)
            raise WriteFailed(f"not archived: could not be read again: {failure}") from None
        if found.get("version") != expected.version:
            raise Moved(_since(step, found, expected.version))
    return step.archive(
        lambda sdk: sdk.beta.agents.with_raw_response.archive(step.id),
        lambda: body(step.clients, step.id),
    )


def _again(step: Step, moved: Moved) -> Body:
    try:
        return body(step.clients, step.id)
    except ReadFailed:
        raise moved from None


def _shows(found: Body, payload: Body) -> bool:
    """Whether a live agent holds what was sent, compared as plans compare."""
    from reconciler.engine.kinds import KINDS

    normalise = KINDS["agent"].normalise
    live = normalise(found, str)
    sent = normalise({**payload, "id": found["id"]}, str)
    return all(live.get(path) == value for path, value in sent.items())


def _since(step: Step, found: Body, planned: int | None) -> str:
    edited = ", ".join(_edited(step, found, planned))
    text = f"changed since the plan was made: version {found.get('version')}, planned {planned}"
    return f"{text}; edited: {edited}" if edited else text


def _edited(step: Step, found: Body, planned: int | None) -> list[str]:
    """The fields in which an agent differs from the version that was planned with, if it can be
    read."""
    if planned is None:
        return []
    try:
        before = body(step.clients, step.id, planned)
    except ReadFailed:
        return []
    return sorted(key for key in found.keys() - _STAMPS if found[key] != before.get(key))


def _written(made: Body) -> Written:
    return Written(id=str(made["id"]), version=int(made["version"]))


WRITES = {"create": create, "update": update, "archive": archive}
