"""Two runs that create one object at the same moment: the one that came second gives way.

The platform takes two objects with one marker, and runs on two machines share no lock. So each run
looks once more after it created something. Both see the same order, by the platform's clock and
then by id, so that one stays; what was just made, and nobody uses yet, is archived again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from reconciler.engine.live import MARKER_KEY, Marker, label_marker
from reconciler.engine.values import Body
from reconciler.platform import wire
from reconciler.platform.errors import Moved, ReadFailed, WriteFailed
from reconciler.platform.kinds.step import Step

#: How far back a rival may have begun: much longer than a plan takes to be carried out.
_BACK = timedelta(minutes=30)


def beginning(made: Body) -> str:
    """The moment from which on rivals of an object are looked for."""
    moment = datetime.fromisoformat(str(made["created_at"]).replace("Z", "+00:00"))
    return (moment - _BACK).strftime("%Y-%m-%dT%H:%M:%SZ")


def give_way(
    step: Step, made: Body, look: Callable[[], Iterable[Body]], take_away: wire.Send
) -> None:
    """Take away what was just made, and raise Moved, if an older live object has its marker.

    What can't be read now shows in the next plan, which refuses two objects of one marker.
    """
    try:
        rival = _older(made, look())
    except ReadFailed:
        return
    if rival is None:
        return
    message = f"another run made {rival['id']} at the same moment"
    try:
        step.write(take_away)
    except WriteFailed as failure:
        raise Moved(f"{message}; {made['id']} has to go: {failure.message}") from None
    raise Moved(f"{message}, so {made['id']} was taken away again")


def _older(made: Body, found: Iterable[Body]) -> Body | None:
    """The oldest live object of the same owner, if it is not the one that was made."""
    owner = _owner(made)
    same = [body for body in found if owner and _owner(body) == owner and not _is_archived(body)]
    first = min([*same, made], key=lambda body: (str(body.get("created_at")), str(body["id"])))
    return first if first["id"] != made["id"] else None


def _is_archived(body: Body) -> bool:
    return bool(body.get("archived_at"))


def _owner(body: Body) -> str:
    """Whose it is: the marker without its version, or the label of a skill, which is its marker."""
    label = label_marker(str(body.get("display_name") or ""))
    if label is not None:
        return label.owner
    marker = Marker.parse(str((body.get("metadata") or {}).get(MARKER_KEY) or ""))
    return marker.owner if marker else ""
