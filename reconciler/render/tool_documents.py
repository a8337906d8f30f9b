"""The JSON documents of the commands around plans: doctor, explain, schema, init, sandbox."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias, TypedDict

from reconciler.engine.diagnostics import Severity
from reconciler.render.typed_schema import Matches

_Address: TypeAlias = Annotated[str, Matches(r"^[a-z]+/.+$")]
_Code: TypeAlias = Annotated[str, Matches(r"^[a-z_]+(\.[a-z0-9_]+)+$")]
_Version: TypeAlias = Annotated[Literal[1], "The version of the document's form"]


class Check(TypedDict):
    """One thing that was looked at."""

    name: Annotated[str, "What was looked at"]
    ok: Annotated[bool, "Whether it is as it should be"]
    detail: Annotated[str, "What was found"]


class DoctorDocument(TypedDict):
    """Keys, hosts, access and folders: `reconcile doctor --format json`."""

    format_version: _Version
    kind: Annotated[Literal["doctor"], "What this document is"]
    ok: Annotated[bool, "Whether every check is"]
    checks: Annotated[list[Check], "The checks, in the order they were made"]


class CodePage(TypedDict):
    """What a diagnostic code means."""

    code: Annotated[_Code, "The stable code"]
    severities: Annotated[list[Severity], "How bad it can be"]
    summary: Annotated[str, "What it is, in one line"]
    why: Annotated[str, "Why it matters"]
    fix: Annotated[str, "What to do about it"]
    example: Annotated[str, "What it looks like; may be empty"]


class CodesDocument(TypedDict):
    """Diagnostic codes: `reconcile explain --format json`."""

    format_version: _Version
    kind: Annotated[Literal["codes"], "What this document is"]
    codes: Annotated[list[CodePage], "The codes asked for, else all"]


class SchemaEntry(TypedDict):
    """One schema."""

    name: Annotated[str, "Its name, for `reconcile schema NAME`"]
    id: Annotated[str, "Its `$id`"]
    title: Annotated[str, "What it is the schema of"]
    description: Annotated[str, "The same in a sentence"]


class SchemasDocument(TypedDict):
    """The published schemas: `reconcile schema --format json`."""

    format_version: _Version
    kind: Annotated[Literal["schemas"], "What this document is"]
    schemas: Annotated[list[SchemaEntry], "The schemas, by name"]


class MadeFile(TypedDict):
    """One file of a new project or agent."""

    path: Annotated[str, "The file, relative to the project"]
    change: Annotated[Literal["written", "extended"], "A new file, or lines added to one"]


class InitDocument(TypedDict):
    """What was made: `reconcile init --format json`."""

    format_version: _Version
    kind: Annotated[Literal["init"], "What this document is"]
    project: Annotated[str, "The project's name"]
    address: Annotated[_Address, "The agent that was made"]
    files: Annotated[list[MadeFile], "The files, by path"]
    next_step: Annotated[str, "What to run now"]


class SandboxDocument(TypedDict):
    """The embedded platform's address and keys: `reconcile sandbox --format json`."""

    format_version: _Version
    kind: Annotated[Literal["sandbox"], "What this document is"]
    environment: Annotated[dict[str, str], "Environment variables for clients"]
