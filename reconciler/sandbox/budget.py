"""Spend ceilings of sessions and deployments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .errors import ApiError
from .model_catalogue import BY_NAME
from .shapes import obj, one_of, text

# Minor units, a whole number without leading zeros (SDK); a ceiling of nothing makes no sense.
BUDGET = obj(
    {
        "type": one_of("limit"),
        "max_list_cost": obj({"amount": text(1, 18, r"[1-9][0-9]*"), "currency": one_of("USD")}),
    }
)


def check_budget(budget: Mapping[str, Any] | None, agents: Iterable[Mapping[str, Any]]) -> None:
    """Every model must have a public list price, which the known ones have (SDK)."""
    if budget is None:
        return
    for agent in agents:
        if agent["model"]["id"] not in BY_NAME:
            raise reason(
                f'budget: the model "{agent["model"]["id"]}" has no public list price',
                "model_not_budgetable",
            )


def reason(message: str, word: str) -> ApiError:
    """A 400 with the reason the SDK names."""
    return ApiError(400, message, extra={"details": {"reason": word}})
