"""Small worlds for the engine's tests: what is wanted, last applied and live, by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from reconciler.engine.address import Address
from reconciler.engine.desired import (
    Desired,
    Lifecycle,
    RegistrationDetails,
    Resource,
    SkillContent,
    SkillFile,
    Target,
)
from reconciler.engine.diagnostics import Span
from reconciler.engine.live import Live, LiveObject, Marker, Origin
from reconciler.engine.lock import Lock, LockEntry
from reconciler.engine.plan import Plan, PlanOptions
from reconciler.engine.planner import make_plan
from reconciler.engine.values import Ref

PROJECT, TARGET = "fund-agents", "test"
ORIGIN = Origin("https://platform.test", "org", "wrkspc", "https://registry.test", {"byng": "t1"})
URL = "https://mcp.ntropii.com/mcp"


def at(text: str) -> Address:
    return Address.parse(text)


def agent(name: str, lifecycle: Lifecycle | None = None, **body: Any) -> Resource:
    """An agent resource; `name` and a model are filled in."""
    full = {"name": name, "model": {"id": "claude-sonnet-5"}, **body}
    span = Span(f"agents/{name}/agent.yaml")
    return Resource(at(f"agent/{name}"), full, span, lifecycle=lifecycle or Lifecycle())


def environment(name: str, **body: Any) -> Resource:
    span = Span(f"environments/{name}.yaml")
    return Resource(at(f"environment/{name}"), {"name": name, **body}, span)


def skill(slug: str, *digests: str) -> Resource:
    span = Span(f"skills/{slug}/SKILL.md")
    files = (SkillFile("SKILL.md", 10, "unused"),)
    contents = tuple(SkillContent(digest, files, span) for digest in digests)
    return Resource(at(f"skill/{slug}"), {}, span, contents=contents)


def skill_ref(slug: str, digest: str) -> dict[str, Any]:
    address = at(f"skill/{slug}")
    version = Ref(address, "version", digest)
    return {"type": "custom", "skill_id": Ref(address, "id"), "version": version}


def member(name: str) -> dict[str, Any]:
    address = at(f"agent/{name}")
    return {"type": "agent", "id": Ref(address, "id"), "version": Ref(address, "version")}


def registered(
    name: str, *, url: str = URL, versions: bool = False, environment: Address | str = ""
) -> tuple[Resource, ...]:
    """The vault, registration and credential of `agent/<name>`."""
    own = f"byng/{name}"
    row, vault, credential = (at(f"{k}/{own}") for k in ("registration", "vault", "credential"))
    span = Span(f"agents/{name}/agent.yaml", 9, 1)
    details = RegistrationDetails(
        agent=at(f"agent/{name}"),
        tenant="byng",
        mcp_server="ntropii",
        mcp_server_url=url,
        environment=environment,
        vault=vault,
        credential=credential,
        versions=versions,
    )
    body = {
        "tenant": "byng",
        "kind": "claude_managed",
        "name": name,
        "externalRef": Ref(details.agent, "external_ref"),
    }
    auth = {"type": "static_bearer", "mcp_server_url": url, "token": Ref(row, "api_key")}
    return (
        Resource(vault, {"display_name": own}, span),
        Resource(row, body, span, registration=details),
        Resource(
            credential,
            {
                "vault_id": Ref(vault, "id"),
                "display_name": own,
                "auth": auth,
                "metadata": {"registration": Ref(row, "id")},
            },
            span,
        ),
    )


def desired(*resources: Resource) -> Desired:
    ordered = tuple(sorted(resources, key=lambda one: one.address))
    return Desired(PROJECT, Target(TARGET, tenants=("byng",)), ordered)


def marker(address: str, version: int | None = None) -> Marker:
    return Marker(PROJECT, TARGET, at(address), version)


def live_agent(name: str, version: int = 1, marked: int | None = 1, **body: Any) -> LiveObject:
    """A live agent as the platform answers it, every default filled."""
    identity = f"agent_{name}"
    mark = marker(f"agent/{name}", marked) if marked else None
    full: dict[str, Any] = {
        "id": identity,
        "type": "agent",
        "version": version,
        "name": name,
        "description": None,
        "system": None,
        "model": {"id": "claude-sonnet-5", "effort": {"type": "high"}, "speed": "standard"},
        "tools": [],
        "mcp_servers": [],
        "skills": [],
        "multiagent": None,
        "execution_identity": {"type": "service_account"},
        "metadata": {"reconciler": str(mark)} if mark else {},
        "archived_at": None,
    }
    return LiveObject("agent", identity, full | body, version, marker=mark)


def live_skill(slug: str, contents: Mapping[str, str]) -> LiveObject:
    mark = marker(f"skill/{slug}")
    return LiveObject("skill", f"skill_{slug}", {}, marker=mark, contents=contents)


def live_other(kind: str, identity: str, address: str = "", **body: Any) -> LiveObject:
    mark = marker(address) if address else None
    return LiveObject(kind, identity, {"id": identity, **body}, marker=mark)


def row(identity: str, name: str, **body: Any) -> LiveObject:
    full = {
        "id": identity,
        "tenantId": "t1",
        "kind": "claude_managed",
        "name": name,
        "externalRef": f"anthropic://agents/agent_{name}",
    }
    return LiveObject("registration", identity, full | body)


def stored_key(identity: str, row_id: str, name: str, url: str = URL) -> LiveObject:
    """The live credential that holds the row's key."""
    body = {
        "id": identity,
        "auth": {"type": "static_bearer", "mcp_server_url": url},
        "metadata": {"registration": row_id},
    }
    mark = marker(f"credential/byng/{name}")
    return LiveObject("credential", identity, body, marker=mark, parent=f"vlt_{name}")


def live(*objects: LiveObject, **more: Any) -> Live:
    return Live(ORIGIN, objects, **more)


def lock(entries: Mapping[str, LockEntry] | None = None) -> Lock:
    objects = {at(address): entry for address, entry in (entries or {}).items()}
    return Lock(PROJECT, TARGET, ORIGIN, objects)


def plan(
    wanted: Desired, now: Live, last: Lock | None = None, options: PlanOptions | None = None
) -> Plan:
    return make_plan(wanted, last or lock(), now, options)


def after(wanted: Desired, now: Live, last: Lock | None = None) -> Lock:
    """The lock that an apply leaves which found nothing to write."""
    made = plan(wanted, now, last)
    assert not made.actions and not made.held, [str(one.address) for one in made.actions]
    result = last or lock()
    for address, entry in made.records.items():
        result = result.with_entry(address, entry)
    return result
