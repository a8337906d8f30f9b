"""Rules that a plan must keep, checked over the objects it touches.

A rule names what is allowed; what breaks it is a finding at the object's own line. A waiver lets
one rule be broken at some addresses, with a reason, and is told as a note.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Final, TypeAlias

from reconciler.engine.address import matches
from reconciler.engine.agent_fields import normalise_agent
from reconciler.engine.desired import Desired, Resource
from reconciler.engine.diagnostics import Diagnostic, Severity, Span, note
from reconciler.engine.plan import Action, Plan
from reconciler.engine.privileges import host, permissions

_UNASKED: Final = ("always_allow", "auto")


@dataclass(frozen=True, slots=True)
class Rule:
    """What one rule allows: globs, keys or a number, and how bad it is to break it."""

    values: tuple[str, ...]
    severity: Severity
    span: Span


@dataclass(frozen=True, slots=True)
class Waiver:
    """Where a rule may be broken (globs over addresses), and why."""

    rule: str
    at: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules by name (`RULES`), and the waivers."""

    rules: Mapping[str, Rule] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()


def check_policy(policy: Policy, plan: Plan, desired: Desired) -> tuple[Diagnostic, ...]:
    """A finding for each rule that an object of the plan breaks, with the rule's code.

    Objects that the plan would not write are not looked at, so that a new rule stops no change
    elsewhere. What is held back counts: it is written as soon as that is lifted.
    """
    actions = [*plan.actions, *(one.action for one in plan.held)]
    declared = desired.by_address()
    found: list[Diagnostic] = []
    for name, rule in sorted(policy.rules.items()):
        if name == "max_changes":
            found += _max_changes(rule, plan)
            continue
        for action in actions:
            resource = declared.get(action.address)
            if resource is None or action.verb in ("archive", "delete"):
                continue
            for message, path in RULES[name](rule, action, resource):
                found.append(_broken(policy, name, rule, resource, message, path))
    return tuple(dict.fromkeys(found))


def _broken(
    policy: Policy, name: str, rule: Rule, resource: Resource, message: str, path: str
) -> Diagnostic:
    place, address = resource.place(path), str(resource.address)
    for waiver in policy.waivers:
        if waiver.rule == name and matches(resource.address, waiver.at):
            told = f"the rule `{name}` is waived: {message}"
            return note("policy.waived", told, waiver.reason, span=place, address=address)
    hint = f"the rule `{name}` stands in {rule.span}; a waiver there can except this object"
    return Diagnostic(CODES[name], rule.severity, message, hint, place, address)


#: What a rule finds wrong with an object: the message, and the field that it is about.
_Found: TypeAlias = Iterator[tuple[str, str]]


def _ask(rule: Rule, action: Action, resource: Resource) -> _Found:
    found = permissions(_fields(resource).get("tools") or {})
    for tool, policy in found.items():
        if policy in _UNASKED and (
            _allowed(tool, rule.values) or _reaches_others(tool, rule.values, found)
        ):
            yield f"{tool} must ask before it runs", "tools"


def _reaches_others(tool: str, globs: Iterable[str], named: Iterable[str]) -> bool:
    """Whether `SERVER/*`, the tools of a server that have no entry, holds one that a glob means."""
    if not tool.endswith("/*"):
        return False
    server, entries = tool[:-1].lower(), {one.lower() for one in named}
    return any(
        fnmatchcase(server, glob[:end]) and f"{server}{glob[end:]}" not in entries
        for glob in map(str.lower, globs)
        for end in range(len(glob) + 1)
    )


def _models(rule: Rule, action: Action, resource: Resource) -> _Found:
    fields = _fields(resource)
    config = fields.get("multiagent") or {}
    advisor = config.get("advisor") or (config.get("agents") or {}).get("advisor")
    if isinstance(advisor, Mapping):
        advisor = advisor.get("model")
    for model, path in ((fields.get("model.id"), "model"), (advisor, "multiagent")):
        if isinstance(model, str) and not _allowed(model, rule.values):
            yield f"the model {model} is not allowed", path


def _mcp_hosts(rule: Rule, action: Action, resource: Resource) -> _Found:
    for name, url in (_fields(resource).get("mcp_servers") or {}).items():
        if not _allowed(host(url), rule.values):
            yield f"the MCP server {name} is at {host(url)}, which is not allowed", "mcp_servers"


def _metadata(rule: Rule, action: Action, resource: Resource) -> _Found:
    if resource.address.kind not in ("agent", "environment"):
        return
    pairs = resource.body.get("metadata") or {}
    for key in rule.values:
        if not pairs.get(key):
            yield f"metadata must have the key {key}", "metadata"


def _raises(rule: Rule, action: Action, resource: Resource) -> _Found:
    for raised in action.raises if action.verb != "create" else ():
        yield f"the agent would be able to do more: {raised}", raised.path


def _max_changes(rule: Rule, plan: Plan) -> Iterator[Diagnostic]:
    limit, changes = int(rule.values[0]), len(plan.actions)
    if changes > limit:
        message = f"the plan changes {changes} objects; {limit} is the limit"
        hint = "make smaller changes, or raise the limit in a change of its own"
        yield Diagnostic(CODES["max_changes"], rule.severity, message, hint, rule.span)


RULES: Final[Mapping[str, Callable[[Rule, Action, Resource], _Found]]] = {
    "ask": _ask,
    "models": _models,
    "mcp_hosts": _mcp_hosts,
    "metadata": _metadata,
    "raises": _raises,
}
#: Every rule there is, and the code of breaking it.
CODES: Final[Mapping[str, str]] = {
    "ask": "policy.ask",
    "models": "policy.models",
    "mcp_hosts": "policy.mcp_hosts",
    "metadata": "policy.metadata",
    "raises": "policy.raises",
    "max_changes": "policy.max_changes",
}


def _fields(resource: Resource) -> Mapping[str, Any]:
    if resource.address.kind != "agent":
        return {}
    return normalise_agent(resource.body, str)


def _allowed(text: str, globs: Iterable[str]) -> bool:
    return any(fnmatchcase(text.lower(), glob.lower()) for glob in globs)
