"""Where a value of a definition comes from, if its own file does not hold it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from reconciler.engine.diagnostics import Span

#: flag: `--var`. target: a target's `variables:`. environment: `RECONCILE_VAR_…`.
#: override: a target's `overrides:`.
Origin: TypeAlias = Literal["flag", "target", "environment", "override"]


@dataclass(frozen=True, slots=True)
class Provenance:
    """One substituted or overridden value. The value itself is not held.

    `path` is the place in the definition (`mcp_servers[0].url`), `variable` the name in `${…}`,
    "" for an override. `name` is the target's or the environment variable's; `span` the place in
    reconcile.yaml.
    """

    address: str
    path: str
    origin: Origin
    variable: str = ""
    name: str = ""
    span: Span | None = None
