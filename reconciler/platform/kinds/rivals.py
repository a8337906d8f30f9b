"""Two runs that create one object at the same moment: one of them gives way.

The platform takes two objects with one marker, and runs on two machines share no lock. So each run
looks once more after it created something. A run that sees no other may stay, and whoever creates
later sees it. Where both see both, the one that came second by the platform's clock takes its own
away; nobody uses it yet. The clock alone decides nothing: two moments may be equal, or the other
run may have looked before ours was there. So the first waits for the other to go, and gives way
itself to one that stays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from reconciler.engine.live import MARKER_KEY, Marker, label_marker
from reconciler.engine.values import Body
from reconciler.platform import wire
from reconciler.platform.errors import Moved, ReadFailed, WriteFailed
from reconciler.platform.kinds.step import Step

#: How far back a rival may have begun: much longer than a plan takes to be carried out.
_BACK = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, order=True)
class Made:
    """An object in the order of creation: the platform's time as it gives it, then the id."""

    at: str
    id: str


def beginning(made: Body) -> str:
    """The moment from which on rivals of an object are looked for."""
    moment = datetime.fromisoformat(str(made["created_at"]).replace("Z", "+00:00"))
    return (moment - _BACK).strftime("%Y-%m-%dT%H:%M:%SZ")


def first_of(step: Step, mine: Made, look: Callable[[], Iterable[Made]]) -> str:
    """The id of the object to give way to, "" if `mine` may stay. `look` gives all there are.

    Raises ReadFailed if nothing could be read.
    """
    rival: Made | None = None
    for wait in (0.0, *step.clients.limits.lookups):
        if wait:
            step.clients.clock.sleep(wait)
        try:
            rival = min((one for one in look() if one.id != mine.id), default=None)
        except ReadFailed:
            if rival is None:
                raise
            continue
        if rival is None:
            return ""
        if rival < mine:
            break
    return rival.id if rival else ""


def give_way(
    step: Step, made: Body, look: Callable[[], Iterable[Body]], take_away: wire.Send
) -> None:
    """Take away what was just made, and raise Moved, if another live object has its marker and
    stays; see `first_of`.

    What can't be read now shows in the next plan, which refuses two objects of one marker.
    """
    owner = _owner(made)
    if not owner:
        return
    try:
        rival = first_of(
            step,
            _made(made),
            lambda: [_made(body) for body in look() if _owner(body) == owner and _is_live(body)],
        )
    except ReadFailed:
        return
    if not rival:
        return
    message = f"another run made {rival} at the same moment"
    try:
        step.write(take_away)
    except WriteFailed as failure:
        raise Moved(f"{message}; {made['id']} has to go: {failure.message}") from None
    raise Moved(f"{message}, so {made['id']} was taken away again")


def _made(body: Body) -> Made:
    return Made(str(body.get("created_at")), str(body["id"]))


def _is_live(body: Body) -> bool:
    return not body.get("archived_at")


def _owner(body: Body) -> str:
    """Whose it is: the marker without its version, or the label of a skill, which is its marker."""
    label = label_marker(str(body.get("display_name") or ""))
    if label is not None:
        return label.owner
    marker = Marker.parse(str((body.get("metadata") or {}).get(MARKER_KEY) or ""))
    return marker.owner if marker else ""
