"""One action on its way: what an adapter is given, and what all adapters need."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reconciler.engine.address import Address
from reconciler.engine.desired import Resource
from reconciler.engine.history import History
from reconciler.engine.live import MARKER_KEY
from reconciler.engine.plan import Action
from reconciler.engine.values import Body, Secret
from reconciler.platform import wire
from reconciler.platform.errors import (
    Moved,
    NotFound,
    OutcomeUnknown,
    PlatformError,
    ReadFailed,
    WriteFailed,
)
from reconciler.platform.resolve import Written

if TYPE_CHECKING:
    from reconciler.platform.clients import Clients


@dataclass(frozen=True, slots=True)
class Step:
    """One action with its references resolved.

    `save` writes the lock entry as it stands so far. `keys` receives the one-time key of a
    registration; `stores_key` says whether an action of this run will store it. `parent` is the
    vault in which the credential that is changed lies now, "" if unknown.
    """

    action: Action
    payload: Mapping[str, Any]
    resource: Resource | None
    clients: Clients
    patience: wire.Patience
    save: Callable[[Written], None]
    tenants: Mapping[str, str]
    keys: dict[Address, Secret]
    stores_key: bool = False
    parent: str = ""
    history: History = field(default_factory=History)

    @property
    def id(self) -> str:
        """The id of the object that is changed. Raises WriteFailed if the plan names none."""
        if self.action.expected is None or not self.action.expected.id:
            raise WriteFailed(f"the plan names no id to {self.action.verb}")
        return self.action.expected.id

    @property
    def marker(self) -> str:
        """The marker that this write makes, "" if it makes none."""
        metadata = self.payload.get("metadata") or {}
        return str(metadata.get(MARKER_KEY) or "")

    def write(self, send: wire.Send) -> Any:
        """One write of this action's kind. Raises as `wire.write`."""
        kind = self.action.address.kind
        return wire.write(self.clients, send, kind=kind, patience=self.patience)

    def read(self, send: wire.Send) -> Any:
        return wire.read(self.clients, send)

    def create(self, send: wire.Send, bodies: Callable[[Clients], Iterable[Body]]) -> Any:
        """Create once; if the answer is lost, look for the marker among the live objects.

        Raises OutcomeUnknown if it does not show up.
        """
        try:
            return self.write(send)
        except OutcomeUnknown as lost:
            return self.look_up(lost, lambda: find_marked(bodies(self.clients), self.marker))

    def look_up(self, lost: OutcomeUnknown, find: Callable[[], Any]) -> Any:
        """What `find` finds, asked again a few times. Raises OutcomeUnknown if it finds nothing."""
        for wait in (0.0, *self.clients.limits.lookups):
            if wait:
                self.clients.clock.sleep(wait)
            try:
                found = find()
            except ReadFailed:
                continue
            if found is not None:
                return found
        raise OutcomeUnknown(f"outcome unknown: {lost.message}", status=lost.status) from None

    def settle(
        self, send: wire.Send, again: Callable[[], Body], came_about: Callable[[Body], bool]
    ) -> Any:
        """Change an object once; if the answer is lost, read it again and see.

        Raises OutcomeUnknown if the change can't be seen: it is not sent a second time.
        """
        try:
            return self.write(send)
        except OutcomeUnknown as lost:

            def find() -> Body | None:
                body = again()
                return body if came_about(body) else None

            return self.look_up(lost, find)

    def archive(self, send: wire.Send, again: Callable[[], Body]) -> Written:
        """Archive an object; one that is gone already is fine."""
        try:
            self.settle(send, again, lambda body: bool(body.get("archived_at")))
        except WriteFailed as failure:
            if failure.status != 404:
                raise
        return Written(id=self.id)


def find_marked(bodies: Iterable[Body], marker: str) -> Body | None:
    """The first object that carries exactly this marker."""
    for body in bodies:
        if marker and (body.get("metadata") or {}).get(MARKER_KEY) == marker:
            return body
    return None


def still_as_planned(step: Step, again: Callable[[], Body]) -> Body | None:
    """Re-read an object without versions just before it is written, and compare its state.

    None if it is gone. Raises Moved if it is not what the plan saw. This narrows the race; it
    can't close it, since the API takes no precondition for these kinds.
    """
    try:
        body = again()
    except NotFound:
        return None
    except PlatformError as failure:
        raise WriteFailed(f"could not be read just before the write: {failure.message}") from None
    expected = step.action.expected
    if expected and expected.values:
        from reconciler.engine.kinds import state_digest

        if state_digest(step.action.address.kind, body) != expected.values:
            raise Moved("changed since the plan was made")
    return body


def reflects(body: Any, payload: Any) -> bool:
    """Whether a live value shows what was sent: cleared keys absent or empty, the rest equal."""
    if isinstance(payload, Mapping):
        live = body if isinstance(body, Mapping) else {}
        return all(reflects(live.get(key), value) for key, value in payload.items())
    if payload in (None, "", []):
        return body in (None, "", [], {})
    if isinstance(payload, list):
        return isinstance(body, list) and sorted(map(repr, body)) == sorted(map(repr, payload))
    return bool(body == payload)
