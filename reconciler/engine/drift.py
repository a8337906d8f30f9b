"""What was edited outside since the last apply, taken out of a plan that nobody will apply."""

from __future__ import annotations

from dataclasses import dataclass, replace

from reconciler.engine.address import Address
from reconciler.engine.desired import Desired, Lifecycle
from reconciler.engine.plan import FieldChange, Plan
from reconciler.engine.privileges import Raise

_EDITED = frozenset({"drift", "conflict"})


@dataclass(frozen=True, slots=True)
class Drifted:
    """One object that is not as it was last applied.

    `fields` are those edited outside (status drift, or conflict if the folders changed them, too);
    none, with a message, for an object that is gone or may not be touched. `since` is the live
    version and when it was made; `raises` is what the edit lets an agent do more.
    """

    address: Address
    id: str
    fields: tuple[FieldChange, ...] = ()
    raises: tuple[Raise, ...] = ()
    since: str = ""
    message: str = ""


def find_drift(plan: Plan) -> tuple[Drifted, ...]:
    """Every drifted object of a plan that was made without options, sorted by address."""
    found = []
    for held in plan.held:
        action = held.action
        identity = action.expected.id if action.expected else ""
        fields = tuple(change for change in action.fields if change.status in _EDITED)
        if held.reason in _EDITED:
            one = Drifted(action.address, identity, fields, held.raises, held.since)
            found.append(one)
        elif held.reason == "refused":
            found.append(Drifted(action.address, identity, message=held.message))
    return tuple(sorted(found, key=lambda one: one.address))


def without_ignores(desired: Desired) -> Desired:
    """The same folders with no field ignored: what an apply leaves alone is to be seen, too."""
    resources = tuple(
        replace(one, lifecycle=Lifecycle(protect=one.lifecycle.protect))
        for one in desired.resources
    )
    return replace(desired, resources=resources)
