"""What a diagnostic code stands for: one page per code, and the pages of planning.

A code is a promise: it is never given another meaning. Every room that raises codes has a table
like the one here; `reconcile explain` shows their pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final, TypeAlias

from reconciler.engine.diagnostics import Severity

Severities: TypeAlias = tuple[Severity, ...]

ERROR: Final[Severities] = ("error",)
WARNING: Final[Severities] = ("warning",)
NOTE: Final[Severities] = ("note",)
ERROR_OR_WARNING: Final[Severities] = ("error", "warning")


@dataclass(frozen=True, slots=True)
class Code:
    """One page: what is the case in one line, why it matters, what to do about it.

    `severities` are those that the code is reported with, the gravest first.
    """

    summary: str
    why: str
    fix: str
    example: str = ""
    severities: Severities = ERROR

    @property
    def can_be_silenced(self) -> bool:
        """An error is never silenced, so a code that is nothing else can't be."""
        return self.severities != ERROR


def near(code: str, known: Iterable[str]) -> list[str]:
    """Up to three known codes that look like this one, by the whole of it or by its last word."""
    names = sorted(known)
    found = get_close_matches(code, names, n=3, cutoff=0.6)
    words = {name.partition(".")[2]: name for name in names}
    last = code.rpartition(".")[2]
    found += [words[word] for word in get_close_matches(last, words, n=3, cutoff=0.75)]
    return list(dict.fromkeys(found))[:3]


_WAIVER = "If this object is an exception, add a waiver with a reason in a change of its own."

CODES: Final[Mapping[str, Code]] = {
    "adoption.gone": Code(
        "a live object that another tool's lock or a manifest names is not there",
        "It was archived or deleted, or the key belongs to another workspace. A new object would "
        "have another id, which whoever holds the old one does not know.",
        "Give --recreate ADDRESS to make a new one, or take the id out.",
    ),
    "adoption.origin": Code(
        "another tool's lock is of another workspace, organization or address",
        "Its ids mean nothing here, and to go on without them would create everything again.",
        "Use the key that it was written with, or delete the file. Where other objects are meant, "
        "as on the embedded platform, --recreate ADDRESS makes them.",
    ),
    "adoption.taken": Code(
        "a live object is taken over as it is",
        "It equals its folder. Its marker is set together with its next change.",
        "Nothing; once it is in the lock, the id is not needed. A claude-lock.json also says which "
        "files outside the project's folders are definitions: move those before deleting it.",
        severities=NOTE,
    ),
    "identity.ambiguous": Code(
        "several live objects carry the marker of one address",
        "The marker says which live object an address is. With two of them, an update could go to "
        "the wrong one.",
        "`reconcile adopt ADDRESS ID` keeps one and takes the marker off the others, which live "
        "on. If the lock names another, `reconcile forget ADDRESS` lets that one go. A skill's "
        "label can't be taken off: delete the skill that is not wanted.",
        "reconcile adopt agent/audit-handover agent_01ABCDEFGHJKMNPQRSTVWXYZ",
    ),
    "identity.foreign": Code(
        "the lock names an object that another project, target or address has marked as its own",
        "Two projects that both take an object for theirs would undo each other's changes.",
        "`reconcile forget ADDRESS` takes it out of the lock; if the other project gave it up, "
        "remove the metadata key `reconciler` from the object instead.",
    ),
    "identity.archived_namesake": Code(
        "an archived agent has the name of an agent about to be created",
        "Archiving is for ever: an archived agent is never taken over, so a new one is made.",
        "Nothing; whatever still holds the archived agent's id must be given the new one.",
        severities=NOTE,
    ),
    "import.ambiguous": Code(
        "several live agents have the name that was asked for",
        "Names are not unique on the platform, and only you know which one is meant.",
        "Give the id of the one that is meant; the message lists them.",
        "reconcile import agent_01ABCDEFGHJKMNPQRSTVWXYZ",
    ),
    "import.archived": Code(
        "the agent that was asked for is archived",
        "Archiving is for ever: nothing in a folder could ever be applied to it again.",
        "Import a live agent, or write a new one.",
    ),
    "import.credential": Code(
        "a credential opens a server of an imported agent, and is not taken along",
        "Secrets are never read back or written to disk; a session is opened with its vault.",
        "Give the vault to what opens sessions of the agent.",
        severities=NOTE,
    ),
    "import.foreign": Code(
        "another project or target manages the object",
        "Two projects that manage one object undo each other's changes.",
        "Import something else, or give --take-over and have the other project forget it.",
        "reconcile import handover --take-over",
    ),
    "import.registration": Code(
        "an imported agent is registered in the registry",
        "The key of a registration is shown once, and can't be read back: a credential has it, or "
        "nobody.",
        "If the note names a command, run it once you know which vault holds the key.",
        "reconcile adopt registration/byng/handover UUID --vault vlt_01ABC",
        severities=NOTE,
    ),
    "import.unknown": Code(
        "no live agent has the name or id that was asked for",
        "Importing nothing would look like an import that had nothing to do.",
        "Take one of the names that look like it, or --all.",
    ),
    "live.not_read": Code(
        "a plan was made without asking the platform",
        "`plan --offline` compares the folders with the lock. Edits outside since the last apply "
        "don't show.",
        "Plan without --offline where keys may be used.",
        severities=NOTE,
    ),
    "live.unread": Code(
        "something of the live world could not be read",
        "What can't be read may exist. A plan that took it for absent would create it twice.",
        "Plan again; if it stays, check what the key may read (`reconcile doctor`).",
        severities=ERROR_OR_WARNING,
    ),
    "live.unknown_field": Code(
        "the platform answers fields that this version does not know",
        "What is not known is not compared, or every object would drift when the platform grows a "
        "field; so an edit of such a field outside goes unseen.",
        "Look at the release notes; a newer version may know the field.",
        severities=WARNING,
    ),
    "origin.nothing_found": Code(
        "none of the objects in the lock exists for this key",
        "That is almost always the key of another workspace. Creating everything anew there would "
        "double it.",
        "Use the key and the workspace that the lock was written with.",
    ),
    "registration.environment_unknown": Code(
        "a registration names an environment that is neither declared nor live",
        "A worker has to be told in which environment the agent's sessions run.",
        "Declare the environment in the project, or give the name or id of a live one.",
    ),
    "registration.tenant_unknown": Code(
        "the registry has no tenant of this slug, or the key may not see it",
        "An agent is registered in one tenant; without it there is nowhere to put the row.",
        "Use a slug that `ntro tenant list` shows, and a registry key of that tenant.",
    ),
    "registration.vault_ambiguous": Code(
        "several live vaults have the name that a registration gives",
        "The registry's key must go into one vault, and a name does not say which.",
        "Name the vault by its id (`vault: vlt_…`).",
    ),
    "registration.vault_holds_key": Code(
        "the vault already holds a credential for the server's URL",
        "A vault has one credential per URL; a second would take the place of somebody's key.",
        "Name another vault, or leave `vault` out so that the registration gets its own.",
    ),
    "registration.vault_unknown": Code(
        "a registration names the id of a vault that does not exist",
        "The registry's key is handed out once and must have somewhere to go before that.",
        "Correct the id, or leave `vault` out so that the registration gets its own.",
    ),
    "adopt.refused": Code(
        "a live object can't be taken over under this address",
        "Taking over the wrong object would change or archive something that is somebody else's.",
        "Do what the hint says; the id must be that of a live, unarchived object that no other "
        "address, project or target holds.",
        "reconcile adopt agent/audit-handover agent_01…",
    ),
    "moved.both_known": Code(
        "`moved:` names two addresses that the lock both knows",
        "One live object can't become another; moving would lose one of the two.",
        "Take the move out, or remove from the lock the address that is not meant.",
    ),
    "moved.suggested": Code(
        "a new agent says just what an orphan said",
        "A renamed folder looks like a new agent and an orphan; with a move it keeps its id.",
        "If it was renamed, write the move that the hint gives in reconcile.yaml.",
        "moved: [{from: agent/old, to: agent/new}]",
        severities=NOTE,
    ),
    "plan.done_already": Code(
        "a reviewed action is not needed any more",
        "Its object is as the reviewed plan was to make it, so there is nothing left to do.",
        "Nothing; it is said so that no reviewed action goes missing unseen.",
        severities=NOTE,
    ),
    "skill.protected": Code(
        "a skill that the folders no longer hold is kept",
        "Deleting a skill deletes all its versions, also those that others may have come to pin.",
        "Give --prune-skills; a skill that a live agent uses stays even then.",
        severities=NOTE,
    ),
    "vault.protected": Code(
        "a vault that the folders no longer need is kept",
        "Archiving a vault purges every key in it, and a key can't be read back from anywhere.",
        "Name its registration with --rotate-key to archive it along, or use the Console.",
        severities=NOTE,
    ),
    "policy.ask": Code(
        "a tool that has to ask would run without asking",
        "The project says which tools a person decides about.",
        f"Write :ask behind the tool. {_WAIVER}",
        "policy: {ask: [bash, write, 'bank/*']}",
        ERROR_OR_WARNING,
    ),
    "policy.max_changes": Code(
        "a plan changes more objects than the project allows at once",
        "A small mistake in something shared reaches every agent.",
        "Make smaller changes, or raise the limit in a change of its own.",
        "policy: {max_changes: 20}",
        ERROR_OR_WARNING,
    ),
    "policy.mcp_hosts": Code(
        "an agent would be connected to a host that is not allowed",
        "An MCP server sees what the agent tells it, and tells the agent what to do.",
        f"Use a server on a host of the list. {_WAIVER}",
        "policy: {mcp_hosts: [mcp.ntropii.com]}",
        ERROR_OR_WARNING,
    ),
    "policy.metadata": Code(
        "an object lacks a key that its metadata must have",
        "An object without an owner is nobody's when something is wrong with it.",
        f"Add the key under `metadata:`. {_WAIVER}",
        "policy: {metadata: [owner]}",
        ERROR_OR_WARNING,
    ),
    "policy.models": Code(
        "an agent would use a model that is not allowed",
        "Models differ in what they cost and in what was tested with them.",
        f"Choose a model of the list. {_WAIVER}",
        "policy: {models: ['claude-sonnet-*']}",
        ERROR_OR_WARNING,
    ),
    "policy.raises": Code(
        "a change would let an agent do more than it can now",
        "The project wants every raise of privileges to be an exception that somebody gave a "
        "reason for.",
        _WAIVER,
        "policy: {raises: none}",
        ERROR_OR_WARNING,
    ),
    "policy.waived": Code(
        "a rule is broken where a waiver allows it",
        "The waiver's reason stands beside it.",
        "Nothing, as long as the reason holds.",
        "waivers: [{rule: ask, at: agent/reader, reason: Reads public pages only.}]",
        NOTE,
    ),
}
