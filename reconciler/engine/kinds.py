"""The table of kinds: a kind is a row of data here and one small adapter in `platform/`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from reconciler.engine.agent_fields import (
    ALWAYS_OWNED,
    CLEARED,
    RELEASED,
    Names,
    normalise_agent,
    update_agent,
)
from reconciler.engine.environment_fields import CLEARED as ENVIRONMENT_CLEARED
from reconciler.engine.environment_fields import normalise_environment, update_environment
from reconciler.engine.values import Body, Value, digest

Normalise = Callable[[Body, Names], dict[str, Value]]
UpdateBody = Callable[[Body, Body, Mapping[str, Value], Iterable[str]], dict[str, Value]]


def _no_update(*_: object) -> dict[str, Value]:
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """How objects of a kind are compared and written.

    `rank` orders kinds in listings. `always` are fields owned even where undeclared, with the
    API's default. `cleared` is what a dropped field is set back to; `released` are fields that
    can't be cleared. `fixed` are fields that can't change on a live object. `versioned` kinds carry
    an optimistic lock. `protected` kinds are not archived unless told so by name.
    """

    name: str
    rank: int
    normalise: Normalise = lambda body, _: dict(body)
    update_body: UpdateBody = _no_update
    always: Mapping[str, Value] = field(default_factory=dict)
    cleared: Mapping[str, Value] = field(default_factory=dict)
    released: frozenset[str] = frozenset()
    fixed: frozenset[str] = frozenset()
    versioned: bool = False
    protected: bool = False


def _normalise_vault(body: Body, _: Names) -> dict[str, Value]:
    return {"display_name": body.get("display_name")}


def _update_vault(
    _: Body, __: Body, owned: Mapping[str, Value], changed: Iterable[str]
) -> dict[str, Value]:
    return {path: owned[path] for path in changed}


KINDS: Mapping[str, Kind] = {
    kind.name: kind
    for kind in (
        Kind(name="skill", rank=0),
        Kind(
            name="environment",
            rank=1,
            normalise=lambda body, _: normalise_environment(body),
            update_body=update_environment,
            cleared=ENVIRONMENT_CLEARED,
            released=frozenset({"config.type"}),
            fixed=frozenset({"config.type"}),
        ),
        Kind(
            name="vault",
            rank=2,
            normalise=_normalise_vault,
            update_body=_update_vault,
            protected=True,
        ),
        Kind(
            name="agent",
            rank=3,
            normalise=normalise_agent,
            update_body=update_agent,
            always=ALWAYS_OWNED,
            cleared=CLEARED,
            released=RELEASED,
            versioned=True,
        ),
        Kind(name="registration", rank=4),
        Kind(name="credential", rank=5),
    )
}


def state_digest(kind: str, body: Body) -> str:
    """A digest of a live object's comparable state, to tell just before a write whether the object
    is still what the plan saw. The marker and what the server computes are left out."""
    return digest(KINDS[kind].normalise(body, str))
