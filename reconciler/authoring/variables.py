"""`${name}` in URLs and ids: where its value comes from, and how it is put in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from reconciler.authoring.documents import Scope
from reconciler.authoring.yaml_source import KeyPath

_REFERENCE = re.compile(r"\$\{([^{}]*)\}?")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_PREFIX = "RECONCILE_VAR_"


@dataclass(frozen=True, slots=True)
class Variables:
    """Values by name. What is given on the command line wins, then the target, then the
    environment (`RECONCILE_VAR_<NAME>`, upper-cased)."""

    given: Mapping[str, str]
    target: Mapping[str, str]
    environ: Mapping[str, str]

    def get(self, name: str) -> str | None:
        for values in (self.given, self.target):
            if name in values:
                return values[name]
        return self.environ.get(_PREFIX + name.upper())


def fill(text: str, path: KeyPath, variables: Variables, scope: Scope) -> str | None:
    """The text with each `${name}` replaced; None, with a finding each, if one has no value."""
    if "${" not in text:
        return text
    complete = True

    def value(match: re.Match[str]) -> str:
        nonlocal complete
        name = match[1]
        if not _NAME.match(name) or not match[0].endswith("}"):
            scope.error(
                "variable.syntax",
                f"{match[0]} is not a variable",
                path,
                "${name}: letters, digits and _",
            )
        elif (found := variables.get(name)) is not None:
            return found
        else:
            scope.error(
                "variable.undefined",
                f"the variable {name} has no value",
                path,
                f"give it in the target's `variables:`, with --var {name}=…, or as "
                f"{_PREFIX}{name.upper()}",
            )
        complete = False
        return ""

    filled = _REFERENCE.sub(value, text)
    return filled if complete else None
