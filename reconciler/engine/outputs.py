"""What runbooks and their workers need to know of registered agents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from reconciler.engine.address import Address, matches
from reconciler.engine.desired import Desired, RegistrationDetails
from reconciler.engine.lock import Lock

#: At most this many vaults per session (SDK, session parameters).
MAX_VAULTS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentOutput:
    """One agent as applied; registry fields are "" for an agent that is not registered."""

    address: str
    agent_id: str
    agent_version: int | None
    registration_id: str = ""
    tenant: str = ""
    environment_id: str = ""
    vault_id: str = ""
    mcp_server_url: str = ""


@dataclass(frozen=True, slots=True)
class WorkerEnv:
    """One worker: one environment and one ordered list of vaults for all its sessions."""

    environment_id: str
    vault_ids: tuple[str, ...]


class OutputsConflict(ValueError):
    """These agents can't be served by one worker."""


def collect(desired: Desired, lock: Lock, only: Iterable[str] = ()) -> tuple[AgentOutput, ...]:
    """One row per applied agent, or per registration of it, sorted by address.

    `only` are globs over agent and registration addresses; none means all.
    """
    globs = tuple(only)
    rows = []
    details = [one.registration for one in desired.resources if one.registration]
    registered = {detail.agent: detail for detail in details}
    for resource in desired.resources:
        address, entry = resource.address, lock.entry(resource.address)
        if address.kind != "agent" or entry is None or not entry.id:
            continue
        detail = registered.get(address)
        row = Address("registration", detail.credential.name) if detail else address
        if globs and not (matches(address, globs) or matches(row, globs)):
            continue
        base = AgentOutput(address=str(address), agent_id=entry.id, agent_version=entry.version)
        rows.append(_registered(base, row, detail, lock) if detail else base)
    return tuple(rows)


def _registered(
    base: AgentOutput, row: Address, detail: RegistrationDetails, lock: Lock
) -> AgentOutput:
    entry = lock.entry(row)
    if entry is None or not entry.id:
        return base
    return AgentOutput(
        address=base.address,
        agent_id=base.agent_id,
        agent_version=base.agent_version,
        registration_id=entry.id,
        tenant=detail.tenant,
        environment_id=_environment(entry.fields.get("environment"), detail, lock),
        vault_id=str(entry.fields.get("vault") or ""),
        mcp_server_url=detail.mcp_server_url,
    )


def _environment(recorded: object, detail: RegistrationDetails, lock: Lock) -> str:
    """The declared environment's id now, else the one recorded with the registration."""
    if not isinstance(detail.environment, str):
        entry = lock.entry(detail.environment)
        if entry and entry.id:
            return entry.id
    return str(recorded or "")


def worker_env(outputs: Iterable[AgentOutput]) -> WorkerEnv:
    """One worker for these agents. Raises OutputsConflict if they need two environments, two
    credentials for one URL (the first vault that matches wins), or more than 50 vaults."""
    registered = [output for output in outputs if output.registration_id]
    if not registered:
        raise OutputsConflict("none of these agents is registered: apply first, or name others")
    environments = {output.environment_id for output in registered}
    if len(environments) > 1:
        raise OutputsConflict(_clash("environments", "environment_id", registered))
    missing = [output.address for output in registered if not output.environment_id]
    if missing:
        raise OutputsConflict(f"no environment is named for {', '.join(missing)}")
    for url in sorted({output.mcp_server_url for output in registered}):
        users = [output for output in registered if output.mcp_server_url == url]
        if len({output.vault_id for output in users}) > 1:
            raise OutputsConflict(_clash(f"keys for {url}", "vault_id", users))
    vaults = tuple(dict.fromkeys(output.vault_id for output in registered))
    if len(vaults) > MAX_VAULTS:
        raise OutputsConflict(f"{len(vaults)} vaults; a session takes {MAX_VAULTS}")
    return WorkerEnv(registered[0].environment_id, vaults)


def _clash(what: str, attribute: str, outputs: Iterable[AgentOutput]) -> str:
    needs = ", ".join(f"{one.address} {getattr(one, attribute) or '(none)'}" for one in outputs)
    return f"one worker can't have two {what}: {needs}; name the agents of one worker"
