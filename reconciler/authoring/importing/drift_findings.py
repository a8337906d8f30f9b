"""Why a drifted object is not taken into its folder."""

from __future__ import annotations

from collections.abc import Iterable

from reconciler.engine.address import Address
from reconciler.engine.diagnostics import Diagnostic, Span, error, note
from reconciler.engine.plan import Action, FieldChange

_BY_HAND = "edit the folder by hand, or give `apply --overwrite-drift {}` to undo the edit"


def conflict(address: Address, fields: Iterable[FieldChange], span: Span | None) -> Diagnostic:
    """The folder was changed, too."""
    paths = ", ".join(change.path for change in fields)
    return error(
        "import.drift_conflict",
        f"{address}: {paths} changed in the folder and live, each another way",
        "--force puts the live value into the folder; by hand, keep what is right of both",
        span=span,
        address=str(address),
    )


def gone(address: Address, why: str) -> Diagnostic:
    """The object can't be looked at, or is no more."""
    hint = "delete the folder, or have it made again"
    return error("import.drift_gone", f"{address}: {why}", hint, address=str(address))


def other_kind(address: Address) -> Diagnostic:
    """No file holds what was edited."""
    message = f"{address} was edited, and its fields stand in no file of the project"
    hint = f"`apply --overwrite-drift {address}` undoes the edit"
    return error("import.drift_kind", message, hint, address=str(address))


def differs(address: Address, why: str, span: Span | None) -> Diagnostic:
    """The edited folder would not mean what is live, or would mean something else, too."""
    message = f"{address}: its folder can't say what is live: {why}"
    hint = _BY_HAND.format(address)
    return error("import.drift_differs", message, hint, span=span, address=str(address))


def not_edited(address: Address, why: str, span: Span | None) -> Diagnostic:
    """The text can't be edited line by line."""
    message = f"{address}: the edit can't be put into its file: {why}"
    hint = _BY_HAND.format(address)
    return error("import.drift_place", message, hint, span=span, address=str(address))


def follows(action: Action) -> Diagnostic:
    """What an apply does on account of what was taken."""
    because = ", ".join(map(str, action.because))
    why = f"{action.reason}, because of {because}" if because else action.reason
    return note(
        "import.drift_follows",
        f"the next apply changes {action.address}: {why}",
        "nothing has to be done; the plan shows it",
        span=action.span,
        address=str(action.address),
    )
