"""Pages about reconcile.yaml, what is defined where, environments and registrations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.engine.codes import ERROR_OR_WARNING, WARNING, Code

CODES: Final[Mapping[str, Code]] = {
    # reconcile.yaml
    "override.address": Code(
        "an override's key is not the address of an agent or environment",
        "Overrides change definitions of those two kinds; anything else would be ignored.",
        "Write agent/NAME or environment/NAME.",
        "overrides: {agent/audit-handover: {model: claude-opus-5}}",
    ),
    "override.unknown": Code(
        "an override's address is not defined",
        "It would change nothing, and the target would get the definition as it is.",
        "Correct the address; it comes from the file's name, not from `name:`.",
    ),
    "project.empty": Code(
        "the project defines nothing",
        "Either nothing was written yet, or `paths:` points to the wrong folders.",
        "Add agents/NAME/agent.yaml, or correct `paths:`.",
        severities=WARNING,
    ),
    "moved.address": Code(
        "a move names what is no address of an agent or environment",
        "Agents and environments can keep their ids under a new name; a skill's slug is fixed.",
        "Write kind/name as the plan prints it, with the same kind on both sides.",
        "moved: [{from: agent/old, to: agent/new}]",
    ),
    "moved.from_declared": Code(
        "a move starts from an address that is still declared",
        "One object can't be both; it would be taken away from the folder that has it.",
        "Take the move out, or rename the folder.",
    ),
    "moved.to_unknown": Code(
        "a move leads to an address that nothing declares",
        "The object would be an orphan under its new name.",
        "Name the folder as it is called now.",
    ),
    "moved.twice": Code(
        "an address is in two moves",
        "It could go to one place only.",
        "Keep the move that says where the folder is now.",
    ),
    "target.required": Code(
        "several targets, and none chosen",
        "What is right for one of them may be wrong for another.",
        "Set `default_target:`, or name one with --target.",
    ),
    "target.unknown": Code(
        "there is no such target",
        "A misspelt target must not become a new one.",
        "Take one of the targets of reconcile.yaml; `sandbox` always exists.",
    ),
    # What is defined where
    "address.duplicate": Code(
        "two files define one address",
        "One live object can't follow two definitions.",
        "Rename or delete one of the files.",
    ),
    "address.name": Code(
        "a file's or folder's name can't be part of an address",
        "Addresses stand in the marker, in the lock and on command lines.",
        "Rename it to 1-63 of a-z, 0-9 and -.",
    ),
    "agent.foreign": Code(
        "the file is another tool's manifest",
        "Its keys mean something else here, or nothing.",
        "Move it elsewhere, or write the agent with `model:`, `system:` and `tools:`.",
    ),
    "agent.misnamed": Code(
        "a file looks like an agent and is not read under its name",
        "The agent in it would quietly not exist.",
        "Rename it to agent.yaml in a folder of its own, or to NAME.agent.yaml.",
        severities=WARNING,
    ),
    "agent.no_definition": Code(
        "a folder looks like an agent's and holds no agent.yaml",
        "A prompt or skills without a definition are not applied.",
        "Write agent.yaml, or move the folder out of `agents/`.",
        severities=WARNING,
    ),
    "form.not_read": Code(
        "a form of definition that is not read yet",
        "It would be ignored otherwise, and the agent in it would quietly not exist.",
        "Write the definition in the form that the hint names.",
    ),
    "kind.not_managed": Code(
        "a definition of a kind that is not managed yet",
        "It would have no effect, while its author expects one.",
        "Move it out of the project, or leave such files out with --skip-unsupported.",
        severities=ERROR_OR_WARNING,
    ),
    # Environments
    "environment.host": Code(
        "an allowed host is not a bare host name",
        "The API takes host names, without scheme, port or path.",
        "Write the name alone, or *.NAME for the hosts below it.",
        "allowed_hosts: [files.example.com, '*.example.org']",
    ),
    "environment.packages_unreachable": Code(
        "packages can't be fetched under limited networking",
        "Sessions would start without them.",
        "Set `allow_package_managers: true` under `networking:`.",
        severities=WARNING,
    ),
    # Registrations
    "registration.ask_never_answered": Code(
        "an agent that runs unattended asks, and nobody is there to answer",
        "The worker counts a session that waits for approval as finished: the work is not done, "
        "and nothing says so. MCP tools ask unless told otherwise. Agents in the roster of a "
        "registered coordinator run in its sessions.",
        "Allow the tool (`permission: allow`, `bash:allow`), or take it away.",
        "mcp_servers: [{name: ntropii, url: …, tools: [ntro_task_get], permission: allow}]",
        severities=WARNING,
    ),
    "registration.duplicate": Code(
        "two agents register under one address",
        "The second would take the place of the first in the registry.",
        "Rename one of the agents.",
    ),
    "registration.environment_ambiguous": Code(
        "an environment's name means two of them",
        "Sessions run in one environment, and the name does not say which.",
        "Write the address: the file's name, not `name:`.",
    ),
    "registration.environment_missing": Code(
        "no environment is named",
        "`outputs` can't say where the sessions of this agent run.",
        "Write `environment:` under `ntropii:`, here or in the target.",
        "ntropii: {tenant: byng, environment: fund-ops}",
        severities=WARNING,
    ),
    "registration.mcp_host": Code(
        "the registry's key would go to a server that may not have it",
        "The key is handed out once. It goes to an MCP server on *.ntropii.com, to loopback, or to "
        "a host that the operator lists, so that a changed URL can't collect it.",
        "Use https on such a host, or have the operator list it in RECONCILE_ALLOWED_HOSTS.",
    ),
    "registration.mcp_server": Code(
        "no MCP server to give the registry's key to",
        "The key is stored for the agent's Ntropii MCP server, and none or several could be meant.",
        "Name one of `mcp_servers` under `ntropii:`.",
        "ntropii: {mcp_server: ntropii}",
    ),
    "registration.tenant": Code(
        "the tenant is not a slug",
        "The slug is part of the registration's address.",
        "Write the tenant's slug, not its title.",
    ),
    "registration.tenant_missing": Code(
        "no tenant to register in",
        "Every registration belongs to one tenant.",
        "Write `tenant:` under `ntropii:`, here or in the target.",
    ),
    "registration.vault": Code(
        "the vault is neither a name nor an id",
        "The key must go into one certain vault.",
        "Write a name, an id (`vlt_…`), or leave it out for a vault of its own.",
    ),
    "registration.vault_conflict": Code(
        "one vault would hold two keys for one URL",
        "A vault has one credential per URL; the second key would take the place of the first.",
        "Leave `vault:` out, so that each registration gets its own.",
    ),
}
