"""Environments: no versions, no optimistic lock."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from reconciler.engine.values import Body
from reconciler.platform import wire
from reconciler.platform.kinds import rivals
from reconciler.platform.kinds.step import Step, reflects, still_as_planned
from reconciler.platform.resolve import Written

if TYPE_CHECKING:
    from reconciler.platform.clients import Clients

PAGE = 100  # undocumented; the limit of the other lists


def bodies(clients: Clients) -> Iterator[Body]:
    return wire.pages(
        clients,
        lambda sdk, page: sdk.beta.environments.with_raw_response.list(limit=PAGE, **page),
    )


def body(clients: Clients, id: str) -> Body:
    found: Body = wire.read(
        clients, lambda sdk: sdk.beta.environments.with_raw_response.retrieve(id)
    )
    return found


def create(step: Step) -> Written:
    made = step.create(
        lambda sdk: sdk.beta.environments.with_raw_response.create(**step.payload), bodies
    )
    rivals.give_way(
        step,
        made,
        lambda: bodies(step.clients),
        lambda sdk: sdk.beta.environments.with_raw_response.archive(made["id"]),
    )
    return Written(id=made["id"])


def update(step: Step) -> Written:
    def again() -> Body:
        return body(step.clients, step.id)

    still_as_planned(step, again)
    step.settle(
        lambda sdk: sdk.beta.environments.with_raw_response.update(step.id, **step.payload),
        again,
        lambda found: reflects(found, step.payload),
    )
    return Written(id=step.id)


def archive(step: Step) -> Written:
    def again() -> Body:
        return body(step.clients, step.id)

    still_as_planned(step, again)
    return step.archive(lambda sdk: sdk.beta.environments.with_raw_response.archive(step.id), again)


WRITES = {"create": create, "update": update, "archive": archive}
