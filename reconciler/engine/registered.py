"""Registrations that are there already: the rows of chosen agents, and who holds their keys."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from reconciler.engine.diagnostics import Diagnostic, note
from reconciler.engine.live import Live, LiveObject
from reconciler.engine.registration_state import ROW_KEY
from reconciler.engine.world import external_ref


@dataclass(frozen=True, slots=True)
class Registered:
    """An agent's row whose key is known to be in a credential: the tenant's slug, the name of the
    agent's server that the key is for, the credential, and the vault it is in."""

    row: LiveObject
    tenant: str
    server: str
    credential: LiveObject
    vault: LiveObject


def registered(agents: Iterable[LiveObject], live: Live) -> dict[str, Registered]:
    """Agent id → its registration, where one credential's metadata names the row and one server
    of the agent has its URL."""
    slugs = {identity: slug for slug, identity in live.origin.tenants.items()}
    vaults = {item.id: item for item in live.objects if item.kind == "vault"}
    named: dict[str, list[LiveObject]] = {}
    for item in live.objects:
        if item.kind == "credential" and _row(item) and item.parent in vaults:
            named.setdefault(_row(item), []).append(item)
    found: dict[str, Registered] = {}
    for agent in agents:
        rows = rows_of(agent, live)
        holders = named.get(rows[0].id, []) if len(rows) == 1 else []
        tenant = slugs.get(str(rows[0].body.get("tenantId"))) if rows else None
        if len(holders) != 1 or tenant is None:
            continue
        servers = [name for name, url in _servers(agent) if url == _url(holders[0])]
        if len(servers) == 1:
            vault = vaults[holders[0].parent]
            found[agent.id] = Registered(rows[0], tenant, servers[0], holders[0], vault)
    return found


def rows_of(agent: LiveObject, live: Live) -> list[LiveObject]:
    """The registry's rows that refer to the agent."""
    wanted = external_ref(agent.id)
    return [
        item
        for item in live.objects
        if item.kind == "registration" and item.body.get("externalRef") == wanted
    ]


def said(
    agent: LiveObject, address: str, live: Live, known: Registered | None, environment: str
) -> Iterator[Diagnostic]:
    """What a person has to do about the agent's registrations: their keys can't be read back, and
    nothing live says where their sessions run. `environment` is the target's."""
    slugs = {identity: slug for slug, identity in live.origin.tenants.items()}
    if known is not None:
        message = (
            f"{address} is registered as {known.row.id} of {known.tenant}; its key stays in "
            f"credential {known.credential.id} of vault {known.vault.id}"
        )
        hint = "nothing has to be done: a key is never read back, and never written here"
        if not environment:
            hint = "write `environment:` under `ntropii:`: nothing live says where its sessions run"
        yield note("import.registration", message, hint, address=address)
        return
    urls = {url for _, url in _servers(agent)}
    vaults = sorted({one.parent for one in _credentials(live) if _url(one) in urls})
    vault = vaults[0] if len(vaults) == 1 else "ID"
    name = address.removeprefix("agent/").replace("/", "-")
    for row in rows_of(agent, live):
        tenant = slugs.get(str(row.body.get("tenantId")), "TENANT")
        holder = next((one for one in _credentials(live) if _row(one) == row.id), None)
        if holder is not None and holder.marker is not None:
            message = (
                f"{address} is registered as {row.id} of {tenant}; {holder.marker.owner} keeps the "
                f"key, in credential {holder.id} of vault {holder.parent}"
            )
            hint = "leave the registration there, or import with --take-over"
            yield note("import.registration", message, hint, address=address)
            continue
        message = f"{address} is registered as {row.id} of {tenant}, and no credential names it"
        which = f" ({', '.join(vaults)} hold keys for its servers)" if len(vaults) > 1 else ""
        hint = (
            f"write `ntropii: {{tenant: {tenant}, mcp_server: NAME}}` in its file, then "
            f"`reconcile adopt registration/{tenant}/{name} {row.id} --vault {vault}`{which}"
        )
        yield note("import.registration", message, hint, address=address)


def credentials_said(agent: LiveObject, address: str, live: Live) -> Iterator[Diagnostic]:
    """Which credentials hold what the agent's servers want: they are not taken along."""
    for name, url in _servers(agent):
        for item in _credentials(live):
            if _url(item) == url:
                title = item.body.get("display_name") or "no name"
                message = (
                    f"the server {name} of {address} is opened with credential {item.id} ({title}) "
                    f"of vault {item.parent}; no secret is taken along"
                )
                hint = (
                    f"its sessions need the vault: NTRO_ANTHROPIC_VAULT_IDS={item.parent} for a "
                    "worker of runbooks, `vault_ids` for others"
                )
                yield note("import.credential", message, hint, address=address)


def _credentials(live: Live) -> list[LiveObject]:
    return [item for item in live.objects if item.kind == "credential"]


def _row(credential: LiveObject) -> str:
    """The row whose key a credential says that it holds; "" if it says none."""
    return str((credential.body.get("metadata") or {}).get(ROW_KEY) or "")


def _servers(agent: LiveObject) -> list[tuple[str, str]]:
    servers: list[Mapping[str, object]] = agent.body.get("mcp_servers") or []
    return [(str(one.get("name")), str(one.get("url"))) for one in servers]


def _url(credential: LiveObject) -> str:
    return str((credential.body.get("auth") or {}).get("mcp_server_url") or "")
