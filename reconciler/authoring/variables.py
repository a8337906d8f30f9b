"""`${name}` in URLs and ids: where its value comes from, and how it is put in."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from reconciler.authoring.documents import Scope
from reconciler.authoring.yaml_source import KeyPath, dotted
from reconciler.engine.diagnostics import Span
from reconciler.engine.provenance import Provenance

_REFERENCE = re.compile(r"\$\{([^{}]*)\}?")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_PREFIX = "RECONCILE_VAR_"
#: Keys of a definition that hold prose, in which `${…}` is text.
_PROSE = frozenset({("name",), ("system",), ("system", "text"), ("system", "append")})
_PROSE_ANYWHERE = frozenset({"description", "metadata", "input_schema", "reason"})


@dataclass(frozen=True, slots=True)
class Variables:
    """Values by name. What is given on the command line wins, then the target, then the
    environment (`RECONCILE_VAR_<NAME>`, upper-cased).

    `name` is the target's, and `places` are those of its variables. `used` gains every value that
    is put in, `tried` every place where one may stand and was looked for.
    """

    given: Mapping[str, str]
    target: Mapping[str, str]
    environ: Mapping[str, str]
    name: str = ""
    places: Mapping[str, Span] = field(default_factory=dict)
    used: list[Provenance] = field(default_factory=list)
    tried: set[tuple[str, KeyPath]] = field(default_factory=set)

    def get(self, name: str) -> str | None:
        for values in (self.given, self.target):
            if name in values:
                return values[name]
        return self.environ.get(_PREFIX + name.upper())

    def note(self, name: str, address: str, path: KeyPath) -> None:
        """Remember that the variable's value stands at the path now."""
        at = dotted(path)
        if name in self.given:
            found = Provenance(address, at, "flag", name)
        elif name in self.target:
            found = Provenance(address, at, "target", name, self.name, self.places.get(name))
        else:
            found = Provenance(address, at, "environment", name, _PREFIX + name.upper())
        if found not in self.used:
            self.used.append(found)


def fill(text: str, path: KeyPath, variables: Variables, scope: Scope) -> str | None:
    """The text with each `${name}` replaced; None, with a finding each, if one has no value."""
    if "${" not in text:
        return text
    variables.tried.add((scope.address, path))
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
            variables.note(name, scope.address, path)
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


def check_places(scope: Scope, variables: Variables, broken: Collection[str] = ()) -> None:
    """Report each `${…}` that is neither in prose nor where a variable may stand.

    Keys that are `broken` were not looked at, and a value with an error of its own has that one.
    """
    value = scope.document.value
    if not isinstance(value, dict):
        return
    for path, prose in references(value):
        if prose or path[0] in broken or (scope.address, path) in variables.tried:
            continue
        place = scope.document.span(path)
        if any(item.span == place and item.severity == "error" for item in scope.findings):
            continue
        scope.error(
            "variable.not_here",
            f"`{dotted(path)}`: a variable is not replaced here, only in URLs and ids",
            path,
            "write the value itself; what differs per target can be an override",
        )


def references(
    value: Any, path: KeyPath = (), prose: bool = False
) -> Iterator[tuple[KeyPath, bool]]:
    """Where `${` stands in a definition, and whether that is prose."""
    prose = prose or path in _PROSE or (bool(path) and path[-1] in _PROSE_ANYWHERE)
    if isinstance(value, str):
        if "${" in value:
            yield path, prose
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from references(item, (*path, key), prose)
    elif isinstance(value, list):
        for at, item in enumerate(value):
            yield from references(item, (*path, at), prose)
