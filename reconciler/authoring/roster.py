"""`subagents` and `multiagent`: words to addresses, every member explicit, and the checks.

API reference §5: a roster has 1-20 distinct entries, at most one `self` and one advisor, and its
members have no roster of their own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reconciler.authoring.agent_form import AgentForm
from reconciler.authoring.documents import Scope
from reconciler.authoring.forms import nearest
from reconciler.authoring.roster_form import (
    AdvisorMember,
    AdvisorWord,
    AgentMember,
    Coordinator,
    Members,
    Multiagent20261001,
    PinnedMember,
    SelfMember,
)
from reconciler.authoring.run import Defined
from reconciler.authoring.variables import Variables, fill
from reconciler.authoring.yaml_source import KeyPath
from reconciler.engine.address import Address
from reconciler.engine.values import Ref

MAX_MEMBERS = 20
_LIVE_ID = re.compile(r"agent_[A-Za-z0-9_]{6,}\Z")


@dataclass(frozen=True, slots=True)
class Roster:
    """The agents of the project, as words may name them."""

    by_name: Mapping[str, tuple[Address, ...]]
    by_stem: Mapping[str, tuple[Address, ...]]
    by_title: Mapping[str, tuple[Address, ...]]
    members: Mapping[Address, tuple[str, ...]]  # of each agent that has a roster: its words

    def find(self, word: str, asker: Address) -> tuple[Address, ...]:
        """Addresses that a word means: an address (also one below the asker), else a stem, else
        a `name:`."""
        if word.startswith("agent/"):
            word = word.removeprefix("agent/")
            if whole := self.by_name.get(word):
                return whole
        names = (word, f"{asker.name}/{word}")
        exact = tuple(item for name in names for item in self.by_name.get(name, ()))
        return exact or self.by_stem.get(word, ()) or self.by_title.get(word, ())

    def ring(self, member: Address, asker: Address) -> tuple[Address, ...]:
        """The agents from `member` on that lead back to `asker`; () if none does."""
        before: dict[Address, tuple[Address, ...]] = {member: (member,)}
        waiting = [member]
        while waiting:
            agent = waiting.pop()
            for word in self.members.get(agent, ()):
                for next_one in self.find(word, agent):
                    if next_one == asker:
                        return before[agent]
                    if next_one not in before:
                        before[next_one] = (*before[agent], next_one)
                        waiting.append(next_one)
        return ()


def roster_of(agents: Iterable[Defined], unread: Iterable[Address] = ()) -> Roster:
    """Index the project's agents by what a roster may call them; `unread` are those whose files
    can't be read, so that naming one is no second error."""
    by_name: dict[str, tuple[Address, ...]] = {}
    by_stem: dict[str, tuple[Address, ...]] = {}
    by_title: dict[str, tuple[Address, ...]] = {}
    members: dict[Address, tuple[str, ...]] = {}
    values = {agent.address: agent.document.value for agent in agents}
    for address, value in {**dict.fromkeys(unread), **values}.items():
        by_name[address.name] = (address,)
        stem = address.name.rpartition("/")[2]
        by_stem[stem] = (*by_stem.get(stem, ()), address)
        if not isinstance(value, dict):
            continue
        if isinstance(title := value.get("name"), str):
            by_title[title] = (*by_title.get(title, ()), address)
        if value.get("subagents") or value.get("multiagent"):
            members[address] = tuple(_raw_words(value))
    return Roster(by_name, by_stem, by_title, members)


def _raw_words(value: Mapping[str, Any]) -> Iterator[str]:
    """The words of a roster before its form is checked."""
    multiagent = value.get("multiagent")
    lists = [value.get("subagents")]
    if isinstance(multiagent, dict):
        lists.append(multiagent.get("agents"))
        for key in ("subagents", "workflows"):
            inner = multiagent.get(key)
            lists.append(inner.get("predefined_agents") if isinstance(inner, dict) else None)
    for entries in lists:
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict):
                entry = entry.get("agent") or entry.get("id") or entry.get("name")
            if isinstance(entry, str):
                yield entry


@dataclass(frozen=True, slots=True)
class Asker:
    """The agent whose roster is compiled, and what its words are looked up in."""

    address: Address
    roster: Roster
    variables: Variables
    scope: Scope


def compile_roster(
    form: AgentForm, address: Address, roster: Roster, variables: Variables, scope: Scope
) -> dict[str, Any] | None:
    """The API's `multiagent`, or None if the agent has no roster."""
    asker = Asker(address, roster, variables, scope)
    if form.subagents and form.multiagent is not None:
        hint = "keep one of them"
        message = "`subagents` and `multiagent` are two ways to say the same"
        scope.key_error("subagent.two_rosters", message, ("subagents",), hint)
    if form.multiagent is None:
        if not form.subagents:
            return None
        members = _members(form.subagents, ("subagents",), asker)
        return {"type": "coordinator", "agents": members}
    if isinstance(form.multiagent, Coordinator):
        place = ("multiagent", "agents")
        if not form.multiagent.agents:
            hint = "take `multiagent` out, or name an agent"
            scope.error("subagent.empty", "a coordinator needs at least one agent", place, hint)
        members = _members(form.multiagent.agents, place, asker)
        return {"type": "coordinator", "agents": members}
    return _multiagent_20261001(form.multiagent, asker)


def _multiagent_20261001(form: Multiagent20261001, asker: Asker) -> dict[str, Any]:
    """Every member with the API's defaults written out: an update would merge what is left out."""
    advisor: dict[str, Any] = {"type": "disabled"}
    if form.advisor is not None and form.advisor.type == "enabled":
        place = ("multiagent", "advisor", "model")
        model = fill(form.advisor.model or "", place, asker.variables, asker.scope)
        advisor = {"type": "enabled", "model": model}
    return {
        "type": form.type,
        "subagents": _switchable(form.subagents, ("multiagent", "subagents"), asker),
        "workflows": _switchable(form.workflows, ("multiagent", "workflows"), asker),
        "advisor": advisor,
    }


def _switchable(form: Members | None, place: KeyPath, asker: Asker) -> dict[str, Any]:
    if form is not None and form.type == "disabled":
        return {"type": "disabled"}
    inline = form.inline_agents.type if form and form.inline_agents else "enabled"
    listed = (form.predefined_agents if form else None) or []
    at = (*place, "predefined_agents")
    for index, entry in enumerate(listed):
        if isinstance(entry, AdvisorMember | AdvisorWord):
            hint = "write `advisor: {type: enabled, model: …}` under `multiagent`"
            asker.scope.error("subagent.advisor", "no advisor in this list", (*at, index), hint)
    members = _members(listed, at, asker)
    if inline == "disabled" and not listed:
        message = "inline agents are disabled, so at least one predefined agent is needed"
        asker.scope.error("subagent.empty", message, place, "name one, or use {type: disabled}")
    return {
        "type": "enabled",
        "inline_agents": {"type": inline},
        "predefined_agents": members,
    }


def _members(entries: Iterable[Any], place: KeyPath, asker: Asker) -> list[dict[str, Any]]:
    bodies: list[dict[str, Any]] = []
    seen: dict[Any, bool] = {}
    for index, entry in enumerate(entries):
        at = (*place, index)
        body = _member(entry, at, asker)
        if body is None:
            continue
        key = body.get("id", body["type"])
        if key in seen:
            _twice(body, at, asker.scope)
        seen[key] = True
        bodies.append(body)
    if len(bodies) > MAX_MEMBERS:
        message = f"{len(bodies)} agents; {MAX_MEMBERS} is the limit"
        asker.scope.error("subagent.too_many", message, place, "split the work between two agents")
    return bodies


def _twice(body: dict[str, Any], at: KeyPath, scope: Scope) -> None:
    if body["type"] == "self":
        scope.error("subagent.self_twice", "`self` is here twice", at, "keep one of them")
    elif body["type"] == "advisor":
        scope.error("subagent.advisor", "a roster has one advisor at most", at, "keep one of them")
    else:
        member = body["id"]
        shown = member.address.name if isinstance(member, Ref) else member
        scope.error("subagent.duplicate", f"{shown} is here twice", at, "keep one of them")


def _member(entry: Any, at: KeyPath, asker: Asker) -> dict[str, Any] | None:
    if isinstance(entry, SelfMember) or entry == "self":
        return {"type": "self"}
    if isinstance(entry, AdvisorWord | AdvisorMember):
        key = "advisor" if isinstance(entry, AdvisorWord) else "model"
        model = fill(getattr(entry, key), (*at, key), asker.variables, asker.scope)
        return None if model is None else {"type": "advisor", "model": model}
    if isinstance(entry, PinnedMember):
        return _agent(entry.agent, entry.version, (*at, "agent"), asker)
    if isinstance(entry, AgentMember):
        key = "id" if entry.id is not None else "name"
        return _agent(entry.id or entry.name or "", entry.version, (*at, key), asker)
    return _agent(entry, None, at, asker)


def _agent(word: str, version: int | None, at: KeyPath, asker: Asker) -> dict[str, Any] | None:
    filled = fill(word, at, asker.variables, asker.scope)
    if filled is None:
        return None
    found = asker.roster.find(filled, asker.address)
    if not found and _LIVE_ID.match(filled):
        pin = {} if version is None else {"version": version}
        return {"type": "agent", "id": filled} | pin
    if not found:
        hint = nearest(filled, list(asker.roster.by_name)) or _known(asker.roster)
        asker.scope.error("subagent.missing", f"there is no agent {filled}", at, hint)
        return None
    if len(found) > 1:
        listed = " and ".join(map(str, found))
        hint = "write the address"
        asker.scope.error("subagent.ambiguous", f"{filled} means {listed}", at, hint)
        return None
    member = found[0]
    if member == asker.address:
        hint = "write `self` if it may call itself"
        asker.scope.error("subagent.cycle", f"{filled} is this agent itself", at, hint)
        return None
    if ring := asker.roster.ring(member, asker.address):
        if asker.address < min(ring):  # one finding for the whole ring
            way = " → ".join(map(str, (asker.address, *ring, asker.address)))
            hint = "take one of them out"
            asker.scope.error("subagent.cycle", f"the rosters lead back: {way}", at, hint)
        return None
    if member in asker.roster.members:
        message = f"{filled} has subagents of its own; the platform allows one level"
        asker.scope.error("subagent.depth", message, at, "name the agents below it here instead")
    return {
        "type": "agent",
        "id": Ref(member, "id"),
        "version": Ref(member, "version") if version is None else version,
    }


def _known(roster: Roster) -> str:
    words = list(roster.by_name)
    listed = ", ".join(words[:10]) + (" …" if len(words) > 10 else "")
    return f"agents: {listed}" if words else ""
