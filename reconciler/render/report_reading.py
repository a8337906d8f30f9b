"""A report's JSON document back into the report, to show it where it was not made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.engine.address import Address
from reconciler.engine.outcome import Outcome, Report
from reconciler.engine.saved_plan import SavedPlanError


def report_of(document: Mapping[str, Any]) -> Report:
    """The report of a document that `report_document` made; an empty one of the findings that an
    apply ends with if it does nothing. Raises SavedPlanError for any other."""
    try:
        if document["format_version"] == 1 and document["kind"] == "diagnostics":
            return Report()
        if document["format_version"] != 1 or document["kind"] != "report":
            raise ValueError("it is of another kind")
        return Report(
            outcomes=tuple(_outcome(one) for one in document["outcomes"]),
            interrupted=document["interrupted"],
            next_step=document["next_step"],
        )
    except (KeyError, TypeError, ValueError, AttributeError) as failure:
        raise SavedPlanError(f"the report is damaged: {failure}") from None


def _outcome(raw: Mapping[str, Any]) -> Outcome:
    because = raw["because"]
    return Outcome(
        address=Address.parse(raw["address"]),
        verb=raw["verb"],
        result=raw["result"],
        id=raw["id"],
        version=raw["version"],
        message=raw["message"],
        because=Address.parse(because) if because else None,
        moved=raw["moved"],
    )
