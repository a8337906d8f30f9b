"""The JSON documents for programs: their keys, their types and what they mean.

`json_documents` is held to these types, and the published schemas are made from them.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired, TypeAlias, TypedDict

from reconciler.engine.diagnostics import Severity
from reconciler.engine.lock_document import LockOrigin
from reconciler.engine.outcome import Result
from reconciler.engine.plan import HeldReason, Status, Verb
from reconciler.engine.skill_diff import What
from reconciler.render.typed_schema import Matches

_Address: TypeAlias = Annotated[str, Matches(r"^[a-z]+/.+$")]
_Digest: TypeAlias = Annotated[str, Matches(r"^sha256:[0-9a-f]{64}$")]
_Count: TypeAlias = Annotated[int, "How many there are"]
_Code: TypeAlias = Annotated[str, Matches(r"^[a-z_]+(\.[a-z0-9_]+)+$")]
_Version: TypeAlias = Annotated[Literal[1], "The version of the document's form"]


class Place(TypedDict):
    """A place in a file of the project; all null if there is none."""

    file: Annotated[str | None, "The file, relative to the project"]
    line: Annotated[int | None, "The line, from 1"]
    column: Annotated[int | None, "The column, from 1"]


class Finding(Place):
    """Something found while reading or planning."""

    code: Annotated[_Code, "The stable code of what it is"]
    severity: Annotated[Severity, "How bad it is; an error stops an apply"]
    message: Annotated[str, "What is wrong"]
    hint: Annotated[str, "What to do about it; may be empty"]
    address: Annotated[str, "The object concerned; may be empty"]


class SilencedFinding(Finding):
    """A warning or note that the folders decided to live with."""

    reason: Annotated[str, "Why, in the author's words"]
    silenced_at: Annotated[Place, "Where that is written"]


class DocumentOrigin(LockOrigin):
    """Which world was read."""


class Field(Place):
    """One field of one object from three sides; a side without a value is left out."""

    path: Annotated[str, "The field: `system`, `tools`, `metadata.owner`"]
    status: Annotated[Status, "What became of it since the last apply"]
    base: NotRequired[Annotated[Any, "The value last applied"]]
    desired: NotRequired[Annotated[Any, "The value in the folders"]]
    live: NotRequired[Annotated[Any, "The value on the platform"]]


class Released(Field):
    """A field that the folders no longer declare, left as it is."""

    address: Annotated[_Address, "The object"]


class ExpectedState(TypedDict):
    """What must still hold just before the write."""

    id: Annotated[str, "The live object's id"]
    version: Annotated[int | None, "Its version, for kinds that have one"]
    values: Annotated[str, "The digest of its owned values, for kinds without versions"]


class RaiseDocument(TypedDict):
    """One thing that an object may do more."""

    path: Annotated[str, "The field that lets it"]
    what: Annotated[str, "The tool, server, skill or member"]
    before: Annotated[str, "What it might do before"]
    after: Annotated[str, "What it may do then"]


class OptionsDocument(TypedDict):
    """What the plan was told; `apply FILE` plans again with the same."""

    only: Annotated[list[str], "Globs of the addresses that were planned; none is all"]
    overwrite_drift: Annotated[list[str], "Globs of the addresses whose edits are replaced"]
    rotate_key: Annotated[list[_Address], "Registrations that are made anew"]
    recreate: Annotated[list[_Address], "Objects that are made again"]
    prune: Annotated[bool, "Whether what the folders no longer declare is removed"]
    prune_skills: Annotated[bool, "Whether skills are among it"]
    max_removals: Annotated[int, "How many objects of a kind may go beyond the limits"]


class FileDocument(TypedDict):
    """One file of a skill that is not as it was."""

    path: Annotated[str, "Where it will be, or was if it is removed"]
    what: Annotated[What, "What becomes of it; renamed: the same bytes under another path"]
    content: Annotated[_Digest, "The skill's content that it belongs to"]
    old: Annotated[str, "Where a renamed file was; else empty"]
    size_before: Annotated[int | None, "Its bytes before; null if it was not there"]
    size_after: Annotated[int | None, "Its bytes after; null if it goes"]
    before: NotRequired[Annotated[str, "Its text before, if it is a text that is not too long"]]
    after: NotRequired[Annotated[str, "Its text after, likewise"]]


class ChangeDocument(TypedDict):
    """The last commit of an object's files; outside every digest."""

    commit: Annotated[str, "Its hash; empty if the files are not committed as they are"]
    author: Annotated[str, "Who wrote it"]
    subject: Annotated[str, "The first line of its message"]


class ActionDocument(Place):
    """One object's write."""

    address: Annotated[_Address, "The object"]
    verb: Annotated[Verb, "What is done to it"]
    reason: Annotated[str, "Why, in a word: new, changed, re-pinned, removed, …"]
    because: Annotated[list[_Address], "The objects that brought it about"]
    needs: Annotated[list[_Address], "The objects that have to be written before"]
    fields: Annotated[list[Field], "The fields that are written"]
    payload: Annotated[
        dict[str, Any],
        'The request\'s body; {"$ref": ADDRESS, "attr": …} is known at the apply only',
    ]
    expected: Annotated[ExpectedState | None, "What must still hold; null for a new object"]
    files: Annotated[list[FileDocument], "A skill's files next to those before; else empty"]
    notes: Annotated[list[str], "Consequences that a reviewer has to know"]
    raises: Annotated[list[RaiseDocument], "What the object may do more than it may now"]
    digest: Annotated[_Digest, "The action's digest"]
    changed_by: Annotated[
        ChangeDocument | None, "Who changed its files last; null if git does not tell"
    ]
    touched: Annotated[
        bool | None,
        "Whether the branch reaches it (--changed-since); null if not asked or not known",
    ]


class HeldDocument(TypedDict):
    """An object that would be written and is held back."""

    address: Annotated[_Address, "The object"]
    reason: Annotated[HeldReason, "Why it is held back"]
    message: Annotated[str, "The reason in words"]
    raises: Annotated[list[RaiseDocument], "What the edit outside lets the object do more"]
    since: Annotated[str, "The live version and when it was made; may be empty"]
    action: Annotated[ActionDocument, "What would have been done"]


class OrphanDocument(TypedDict):
    """An object of this project that the folders no longer declare; left alone."""

    address: Annotated[_Address, "The object"]
    id: Annotated[str, "Its id"]
    message: Annotated[str, "What there is to say about it; may be empty"]


class PlanTotals(TypedDict):
    """Counts per verb, and of what is not written."""

    create: _Count
    update: _Count
    replace: _Count
    archive: _Count
    delete: _Count
    held: _Count
    orphaned: _Count
    unchanged: _Count


class PlanDocument(TypedDict):
    """What an apply would do: `reconcile plan --format json`."""

    format_version: _Version
    kind: Annotated[Literal["plan"], "What this document is"]
    project: Annotated[str, "The project's name"]
    target: Annotated[str, "The target's name"]
    origin: Annotated[DocumentOrigin | None, "Which world was read; null if it isn't known"]
    complete: Annotated[bool, "False if something could not be read; then nothing is applied"]
    applicable: Annotated[bool, "Whether an apply may carry it out"]
    digest: Annotated[_Digest, "The plan's digest, for `apply --expect`"]
    options: OptionsDocument
    totals: PlanTotals
    actions: Annotated[list[ActionDocument], "The writes, in an order that respects `needs`"]
    held: Annotated[list[HeldDocument], "What is held back"]
    orphans: Annotated[list[OrphanDocument], "What the folders no longer declare"]
    released: Annotated[list[Released], "Fields the folders no longer declare"]
    records: Annotated[list[_Address], "Objects of which only the lock takes note"]
    forgotten: Annotated[list[_Address], "Addresses that leave the lock"]
    unchanged: Annotated[list[_Address], "Objects with nothing to do"]
    findings: Annotated[list[Finding], "What was found in the folders and while planning"]
    silenced: Annotated[list[SilencedFinding], "What the folders silenced, by place"]


class DriftedDocument(TypedDict):
    """One object that is not as it was last applied."""

    address: Annotated[_Address, "The object"]
    id: Annotated[str, "Its id; may be empty"]
    fields: Annotated[list[Field], "The fields that were edited outside"]
    raises: Annotated[list[RaiseDocument], "What the edit lets the object do more"]
    since: Annotated[str, "The live version and when it was made; may be empty"]
    message: Annotated[str, "For an object that is gone: what happened to it"]


class DriftDocument(TypedDict):
    """What was edited outside since the last apply: `reconcile drift --format json`."""

    format_version: _Version
    kind: Annotated[Literal["drift"], "What this document is"]
    project: Annotated[str, "The project's name"]
    target: Annotated[str, "The target's name"]
    origin: Annotated[DocumentOrigin | None, "Which world was read; null if it isn't known"]
    complete: Annotated[bool, "False if something could not be read"]
    drifted: Annotated[list[DriftedDocument], "The objects that drifted"]
    findings: Annotated[list[Finding], "What was found while reading"]


class LockChangeDocument(TypedDict):
    """What `adopt`, `forget` and `lock` did to the lock."""

    format_version: _Version
    kind: Annotated[Literal["lock_change"], "What this document is"]
    addresses: Annotated[list[_Address], "The addresses concerned"]
    messages: Annotated[list[str], "What was done, in words"]


class FindingTotals(TypedDict):
    """Counts per severity."""

    errors: _Count
    warnings: _Count
    notes: _Count


class DiagnosticsDocument(TypedDict):
    """Findings: `reconcile validate --format json`, and whatever ends a command early."""

    format_version: _Version
    kind: Annotated[Literal["diagnostics"], "What this document is"]
    totals: FindingTotals
    diagnostics: Annotated[list[Finding], "The findings, by place"]
    silenced: Annotated[list[SilencedFinding], "What the folders silenced, by place"]


class OutcomeDocument(TypedDict):
    """One action's end."""

    address: Annotated[_Address, "The object"]
    verb: Annotated[Verb, "What was to be done to it"]
    result: Annotated[Result, "What became of it"]
    id: Annotated[str, "The live object's id; may be empty"]
    version: Annotated[int | None, "Its version after the write, for kinds that have one"]
    message: Annotated[str, "Why it failed; may be empty"]
    because: Annotated[_Address | None, "The object whose failure this one was skipped for"]
    moved: Annotated[bool, "Whether the object had changed since the plan was made"]


class ReportTotals(TypedDict):
    """Counts per result."""

    applied: _Count
    failed: _Count
    skipped: _Count


class ReportDocument(TypedDict):
    """What became of a plan: `reconcile apply --format json`, and `destroy`."""

    format_version: _Version
    kind: Annotated[Literal["report"], "What this document is"]
    project: Annotated[str, "The project's name"]
    target: Annotated[str, "The target's name"]
    digest: Annotated[_Digest, "The digest of the plan that was carried out"]
    ok: Annotated[bool, "Whether everything was applied"]
    interrupted: Annotated[bool, "Whether the run was stopped early"]
    totals: ReportTotals
    outcomes: Annotated[list[OutcomeDocument], "The actions, in the order they ended"]
    held: Annotated[list[HeldDocument], "What was held back"]
    findings: Annotated[list[Finding], "What was found in the folders and while planning"]
    next_step: Annotated[str, "What to run now; may be empty"]


class AgentDocument(TypedDict):
    """One agent as applied; what is about the registry is empty if it is not registered."""

    address: Annotated[_Address, "The agent"]
    agent_id: Annotated[str, "Its id"]
    agent_version: Annotated[int | None, "Its version"]
    registration_id: Annotated[str, "The registry's UUID, which runbooks call it by"]
    tenant: Annotated[str, "The tenant it is registered in"]
    environment_id: Annotated[str, "The environment of its sessions"]
    vault_id: Annotated[str, "The vault that holds the registry's key"]
    mcp_server_url: Annotated[str, "The MCP server that key is for"]


class OutputsDocument(TypedDict):
    """The ids that runbooks and workers need: `reconcile outputs --format json`."""

    format_version: _Version
    kind: Annotated[Literal["outputs"], "What this document is"]
    agents: Annotated[list[AgentDocument], "The applied agents, by address"]
