"""`ntropii:` of an agent into a registration, a vault and a credential.

The registry hands out a key once; it goes into a `static_bearer` credential for the agent's
Ntropii MCP server. So the server must be one that may receive it, and one vault can hold one key
per URL.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from reconciler.authoring.agent import Agent
from reconciler.authoring.agent_form import Registration
from reconciler.authoring.documents import Scope
from reconciler.authoring.forms import nearest
from reconciler.authoring.mcp import Server
from reconciler.authoring.run import Run
from reconciler.authoring.urls import normalised
from reconciler.authoring.variables import fill
from reconciler.authoring.yaml_source import KeyPath
from reconciler.engine.address import Address
from reconciler.engine.desired import Lifecycle, RegistrationDetails, Resource
from reconciler.engine.diagnostics import Span
from reconciler.engine.hosts import ALLOWED_HOSTS, allowed_hosts, may_hold_registry_key
from reconciler.engine.values import Ref

_SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}\Z")
_VAULT_ID = re.compile(r"vlt_[A-Za-z0-9]+\Z")
_KIND = "claude_managed"


@dataclass(frozen=True, slots=True)
class Registered:
    """What one registration adds: the row, the credential, and a vault unless it exists."""

    resource: Resource
    credential: Resource
    vault: Resource | None
    scope: Scope
    place: KeyPath

    @property
    def tenant(self) -> str:
        assert self.resource.registration is not None
        return self.resource.registration.tenant


def register(agents: Iterable[Agent], environments: list[Resource], run: Run) -> list[Registered]:
    """The registrations of all agents that have `ntropii:`, checked against each other."""
    found: list[Registered] = []
    for agent in agents:
        if agent.ntropii is not None:
            registered = _register(agent, agent.ntropii, environments, run)
            if registered is not None:
                found.append(registered)
    _apart(found)
    return found


def registration_resources(registered: list[Registered]) -> list[Resource]:
    """All their resources; a vault that several share comes once."""
    resources: dict[Address, Resource] = {}
    for item in registered:
        for resource in (item.resource, item.credential, item.vault):
            if resource is not None:
                resources.setdefault(resource.address, resource)
    return list(resources.values())


def _register(
    agent: Agent, form: Registration, environments: list[Resource], run: Run
) -> Registered | None:
    scope = agent.defined.scope(run)
    place: KeyPath = ("ntropii",)
    tenant = _value(form, "tenant", run.settings.ntropii.tenant, run, scope)
    server = _server(agent, form, scope)
    if form.tenant is None and run.settings.ntropii.tenant is None:
        hint = f"write `tenant:` here, or `ntropii: {{tenant: …}}` in target {run.settings.name}"
        scope.error("registration.tenant_missing", "no tenant to register in", place, hint)
    if tenant is not None and not _SLUG.match(tenant):
        hint = "letters, digits, `.`, `_` and `-`: such as fund-ops"
        scope.error("registration.tenant", "`tenant` must be a slug", (*place, "tenant"), hint)
        tenant = None
    vault = _value(form, "vault", "", run, scope)
    environment = _environment(form, environments, run, scope)
    if tenant is None or server is None or vault is None or environment is None:
        return None
    if not server.usable:
        return None
    allowed = allowed_hosts(run.environ.get(ALLOWED_HOSTS, ""))
    if not may_hold_registry_key(server.url, allowed):
        scope.error(
            "registration.mcp_host",
            "the registry's one-time key would go to a server outside *.ntropii.com",
            (*server.place, "url"),
            f"use https on *.ntropii.com, or have the operator list the host in {ALLOWED_HOSTS}",
        )
    return _resources(agent, form, tenant, server, vault, environment, run, scope)


def _resources(
    agent: Agent,
    form: Registration,
    tenant: str,
    server: Server,
    vault: str,
    environment: Address | str,
    run: Run,
    scope: Scope,
) -> Registered | None:
    place: KeyPath = ("ntropii",)
    slug = agent.resource.address.name.replace("/", "-")
    name = f"{tenant}/{slug}"
    existing = vault if _VAULT_ID.match(vault) else ""
    if vault and not _SLUG.match(vault):
        hint = "a name such as fund-ops, or the id of a vault: vlt_…"
        scope.error("registration.vault", "`vault` is no name and no id", (*place, "vault"), hint)
        return None
    registration = Address("registration", name)
    credential = Address("credential", name)
    vault_address = Address("vault", vault or name)
    details = RegistrationDetails(
        agent=agent.resource.address,
        tenant=tenant,
        mcp_server=server.name,
        mcp_server_url=server.url,
        environment=environment,
        vault=vault_address,
        credential=credential,
        existing_vault=existing,
        versions=form.versions,
    )
    span = scope.document.key_span(place)
    description = agent.resource.body.get("description")
    row = {
        "tenant": tenant,
        "kind": _KIND,
        "name": form.name or slug,
        "externalRef": Ref(agent.resource.address, "external_ref"),
    } | ({"description": description} if description else {})
    secret = {
        "vault_id": existing or Ref(vault_address, "id"),
        "display_name": f"{server.name} for {slug}"[:255],
        "auth": {
            "type": "static_bearer",
            "mcp_server_url": server.url,
            "token": Ref(registration, "api_key"),
        },
        "metadata": {"registration": Ref(registration, "id")},
    }
    # What protects an agent protects what a runbook reaches it by.
    keep = Lifecycle(protect=agent.resource.lifecycle.protect)
    files = agent.resource.files
    return Registered(
        Resource(registration, row, span, lifecycle=keep, registration=details, files=files),
        Resource(credential, secret, span, lifecycle=keep, files=files),
        None if existing else replace(_vault(vault_address, span, keep, run), files=files),
        scope,
        place,
    )


def _vault(address: Address, span: Span, keep: Lifecycle, run: Run) -> Resource:
    """A vault of its own is labelled with its owner; one that is named has just that name, since
    it may exist already."""
    label = f" ({run.project}/{run.settings.name})" if "/" in address.name else ""
    body = {"display_name": address.name[: 255 - len(label)] + label}
    return Resource(address, body, span, lifecycle=keep)


def _value(form: Registration, key: str, default: str | None, run: Run, scope: Scope) -> str | None:
    """A setting of the agent, else of the target, its variables filled in."""
    written: str | None = getattr(form, key)
    place: KeyPath = ("ntropii", key) if written is not None else ("ntropii",)
    value = written if written is not None else default
    return None if value is None else fill(value, place, run.variables, scope)


def _server(agent: Agent, form: Registration, scope: Scope) -> Server | None:
    """The MCP server that gets the key: the named one, else the only one."""
    servers = {server.name: server for server in agent.servers}
    listed = ", ".join(servers)
    if form.mcp_server is not None:
        if form.mcp_server in servers:
            return servers[form.mcp_server]
        place = ("ntropii", "mcp_server")
        hint = nearest(form.mcp_server, list(servers)) or f"servers: {listed or 'none'}"
        message = f"there is no MCP server {form.mcp_server}"
        scope.error("registration.mcp_server", message, place, hint)
        return None
    if len(servers) == 1:
        return next(iter(servers.values()))
    hint = f"write `mcp_server:`, one of {listed}" if servers else "add Ntropii's to `mcp_servers`"
    message = "several MCP servers" if servers else "no MCP server"
    message += ", so none to give the registry's key to"
    scope.error("registration.mcp_server", message, ("ntropii",), hint)
    return None


def _environment(
    form: Registration, environments: list[Resource], run: Run, scope: Scope
) -> Address | str | None:
    """A declared environment's address, else the name or id of a live one, else ""."""
    wanted = _value(form, "environment", run.settings.ntropii.environment or "", run, scope)
    if wanted is None:
        return None
    if wanted == "":
        hint = "write `environment:`; until then `outputs` can't say where its sessions run"
        message = "no environment is named for the runbook's sessions"
        scope.warning("registration.environment_missing", message, ("ntropii",), hint)
        return ""
    word = wanted.removeprefix("environment/")
    for resource in environments:
        if resource.address.name == word:
            return resource.address
    titled = [item.address for item in environments if item.body["name"] == word]
    if len(titled) > 1:
        listed = " and ".join(map(str, titled))
        place = ("ntropii", "environment") if form.environment is not None else ("ntropii",)
        message = f"{word} means {listed}"
        scope.error("registration.environment_ambiguous", message, place, "write the address")
        return None
    return titled[0] if titled else wanted


def _apart(found: list[Registered]) -> None:
    """No two registrations may share an address, or one vault and URL."""
    rows: dict[Address, Registered] = {}
    keys: dict[tuple[Address, str], Registered] = {}
    for item in found:
        details = item.resource.registration
        assert details is not None
        address = item.resource.address
        if address in rows:
            other = rows[address].scope.address
            message = f"{address} is what {other} registers as, too"
            item.scope.key_error(
                "registration.duplicate", message, item.place, "rename one of the agents"
            )
            continue
        rows[address] = item
        key = (details.vault, normalised(details.mcp_server_url))
        if key in keys:
            other = keys[key].scope.address
            item.scope.key_error(
                "registration.vault_conflict",
                f"{details.vault} would hold two keys for one URL; {other} has the first",
                item.place,
                "leave `vault:` out, so that each gets a vault of its own",
            )
        keys.setdefault(key, item)
