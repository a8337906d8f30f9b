"""A definition's value with live edits taken in: each drifted field in the form that the folder has
for it. Nothing is read or written here; where the changes stand, `drift_places` says."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from reconciler.authoring.importing.agent_document import (
    References,
    agent_document,
    environment_document,
)
from reconciler.authoring.importing.drift_skills import Brought
from reconciler.authoring.importing.near_lists import near_roster, near_skills
from reconciler.authoring.importing.near_tools import near_tools
from reconciler.engine.address import Address
from reconciler.engine.agent_fields import ALWAYS_OWNED, Names
from reconciler.engine.values import ABSENT, Body, Value

_NOTHING: tuple[Any, ...] = (None, [], {})
_ROSTER = ("subagents", "multiagent")


@dataclass(frozen=True, slots=True)
class Taking:
    """One drifted object: `value` is its definition's, `desired` the body that it means, with
    references filled in, `live` the live one, `fields` the drifted paths with their live values
    (ABSENT for one that is gone). `own_name`: its name where the definition gives none. `brought`
    are the skills whose content comes with it."""

    address: Address
    value: Mapping[str, Any]
    desired: Body
    live: Body
    fields: Mapping[str, Value]
    names: Names
    references: References
    own_name: str
    brought: Brought = field(default_factory=Brought)

    @property
    def skills(self) -> frozenset[Address]:
        return frozenset(one.address for one in self.brought.versions)

    @property
    def tops(self) -> frozenset[str]:
        return frozenset(path.partition(".")[0] for path in self.fields)


Known: TypeAlias = dict[str, Any]


def new_value(taking: Taking) -> Known:
    """The definition's value, all drifted fields but the prompt taken in."""
    value = dict(taking.value)
    for top in sorted(taking.tops):
        take = _FIELDS[taking.address.kind].get(top)
        if take is not None:
            take(taking, value)
    return value


def whole_fields(taking: Taking) -> Known:
    """The same with every drifted field said anew, as an import says it."""
    value = dict(taking.value)
    if taking.address.kind == "agent":
        imported = agent_document(taking.live, taking.own_name, taking.references)
    else:
        imported = environment_document(taking.live, taking.own_name)
    tops = taking.tops - {"system"}
    keys = set(tops) | ({"tools", "mcp_servers"} if tops & {"tools", "mcp_servers"} else set())
    keys |= set(_ROSTER) if "multiagent" in tops else set()
    for key in sorted(keys):
        if key in imported.document:
            value[key] = imported.document[key]
        else:
            value.pop(key, None)
    return value


def _name(taking: Taking, value: Known) -> None:
    live = taking.fields["name"]
    if "name" in value or live != taking.own_name:
        value["name"] = live


def _text(key: str) -> Callable[[Taking, Known], None]:
    def take(taking: Taking, value: Known) -> None:
        live = taking.fields[key]
        if live is ABSENT or live in (None, ""):
            value.pop(key, None)
        else:
            value[key] = live

    return take


def _model(taking: Taking, value: Known) -> None:
    """Only the settings that drifted; a word stays one as long as the id says it all."""
    written = value.get("model")
    settings: Known = dict(written) if isinstance(written, dict) else {"id": written}
    for path, live in taking.fields.items():
        top, _, key = path.partition(".")
        if top != "model":
            continue
        if live is ABSENT or live is None:
            settings.pop(key, None)
        elif isinstance(settings.get(key), dict):  # effort: {type: high}
            settings[key] = {**settings[key], "type": live}
        else:
            settings[key] = live
    is_word = not isinstance(written, dict) and settings.keys() == {"id"}
    value["model"] = settings["id"] if is_word else settings


def _tools(taking: Taking, value: Known) -> None:
    before = {key: value.get(key) for key in ("tools", "mcp_servers")}
    tools, servers = near_tools(before["tools"], before["mcp_servers"], taking.desired, taking.live)
    for key, new in (("tools", tools), ("mcp_servers", servers)):
        _set(value, key, new)


def _skills(taking: Taking, value: Known) -> None:
    entries = value.get("skills") or []
    desired = {**taking.desired, "skills": taking.desired.get("skills") or []}
    live = {**taking.live, "skills": taking.live.get("skills") or []}
    found = near_skills(entries, desired, live, taking.names, taking.references)
    _set(value, "skills", found)


def _roster(taking: Taking, value: Known) -> None:
    new = near_roster(value, taking.desired, taking.live, taking.names, taking.references)
    for key in _ROSTER:
        _set(value, key, new.get(key))


def _identity(taking: Taking, value: Known) -> None:
    live = taking.fields["execution_identity"]
    if not live or live == ALWAYS_OWNED["execution_identity"]:
        value.pop("execution_identity", None)
    else:
        value["execution_identity"] = {k: v for k, v in live.items() if v is not None}


def _metadata(taking: Taking, value: Known) -> None:
    pairs = dict(value.get("metadata") or {})
    for path, live in taking.fields.items():
        top, _, key = path.partition(".")
        if top == "metadata" and live is ABSENT:
            pairs.pop(key, None)
        elif top == "metadata":
            pairs[key] = live
    _set(value, "metadata", pairs)


def _config(taking: Taking, value: Known) -> None:
    """An environment's network and packages; lists are sets, and keep their order."""
    native = environment_document(taking.live, taking.own_name).document.get("config") or {}
    written = value.get("config") or {}
    if written.get("type") != native.get("type"):
        value["config"] = native
        return
    new = dict(written)
    if "config.networking" in taking.fields:
        _set(new, "networking", _near(written.get("networking"), native.get("networking")))
    packages = dict(written.get("packages") or {})
    for path, live in taking.fields.items():
        if path.startswith("config.packages."):
            manager = path.rpartition(".")[2]
            there = [] if live is ABSENT else live or []
            _set(packages, manager, _same_set(packages.get(manager) or [], there))
    if packages.keys() - {"type"} or "packages" not in written:
        _set(new, "packages", packages)
    else:
        new.pop("packages")
    value["config"] = new


def _near(written: Any, native: Any) -> Any:
    """A network in the order in which it is written; a flag that is off may go without saying."""
    if not isinstance(written, dict) or not isinstance(native, dict):
        return native
    if written.get("type") != native.get("type"):
        return native
    merged: Known = {}
    for key, item in written.items():
        if key in native or not item:
            merged[key] = native.get(key, item)
        elif item is True:
            merged[key] = False
    merged |= {key: item for key, item in native.items() if key not in merged}
    if isinstance(written.get("allowed_hosts"), list) and "allowed_hosts" in native:
        merged["allowed_hosts"] = _same_set(written["allowed_hosts"], native["allowed_hosts"])
    return merged


def _same_set(written: Collection[str], live: Collection[str]) -> list[str]:
    return [one for one in written if one in live] + [one for one in live if one not in written]


def _set(value: Known, key: str, new: Any) -> None:
    """The key with its value; one that says nothing any more goes."""
    if new not in _NOTHING:
        value[key] = new
    elif value.get(key) not in _NOTHING:
        del value[key]


_Take: TypeAlias = Callable[[Taking, Known], None]
_COMMON: Mapping[str, _Take] = {
    "name": _name,
    "description": _text("description"),
    "metadata": _metadata,
}
_FIELDS: Mapping[str, Mapping[str, _Take]] = {
    "agent": {
        **_COMMON,
        "model": _model,
        "tools": _tools,
        "mcp_servers": _tools,
        "skills": _skills,
        "multiagent": _roster,
        "execution_identity": _identity,
    },
    "environment": {**_COMMON, "scope": _text("scope"), "config": _config},
}
