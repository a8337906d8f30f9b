"""What became of a plan: one outcome per action, as data for the report and the exit code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from reconciler.engine.address import Address
from reconciler.engine.plan import Verb

Result: TypeAlias = Literal["applied", "failed", "skipped"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """One action's end. A failure is an outcome, never an exception across the graph.

    `moved`: the object was found changed since the plan was made (a 409, or other owned values).
    `because`: the address whose failure this one was skipped for; None with `skipped` means that
    the run was interrupted before it was started.
    """

    address: Address
    verb: Verb
    result: Result
    id: str = ""
    version: int | None = None
    message: str = ""
    because: Address | None = None
    moved: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """The end of an apply: outcomes in the order they ended. `next_step`: what to run now."""

    outcomes: tuple[Outcome, ...] = ()
    interrupted: bool = False
    next_step: str = ""

    def count(self, result: Result) -> int:
        return sum(outcome.result == result for outcome in self.outcomes)

    @property
    def ok(self) -> bool:
        return not self.interrupted and all(end.result == "applied" for end in self.outcomes)
