"""Live edits taken into folders, as a JSON document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias, TypedDict

from reconciler.engine.diagnostics import Diagnostic, sorted_findings
from reconciler.render.documents import Finding
from reconciler.render.json_parts import FORMAT_VERSION, findings_of
from reconciler.render.typed_schema import Matches

RewrittenAs: TypeAlias = Literal["changed", "written", "removed"]
_Address: TypeAlias = Annotated[str, Matches(r"^[a-z]+/.+$")]


class TakenObject(TypedDict):
    """A live object whose edits its folder holds now."""

    address: Annotated[_Address, "The object"]
    id: Annotated[str, "Its live id"]
    version: Annotated[int | None, "An agent's live version"]
    fields: Annotated[list[str], "The fields that were edited outside"]


class RewrittenFile(TypedDict):
    """A file that a live edit was taken into."""

    path: Annotated[str, "Relative to the project"]
    change: Annotated[RewrittenAs, "What became of it; in a dry run, what would"]


class DriftImportDocument(TypedDict):
    """Live edits taken into folders: `reconcile import --drift --format json`."""

    format_version: Annotated[Literal[1], "The version of the document's form"]
    kind: Annotated[Literal["drift_import"], "What this document is"]
    project: Annotated[str, "The project's name"]
    target: Annotated[str, "The target's name"]
    dry_run: Annotated[bool, "Whether nothing was written"]
    objects: Annotated[list[TakenObject], "What was taken, by address"]
    files: Annotated[list[RewrittenFile], "The files, by path"]
    held: Annotated[list[Finding], "What was not taken, and why; any makes the exit code 5"]
    findings: Annotated[list[Finding], "What has to be known"]


@dataclass(frozen=True, slots=True)
class DriftImport:
    """What was taken, to be shown. `objects`: address, live id, version, field paths. `files`:
    path, the bytes that were there, the bytes that are; None for no file."""

    project: str
    target: str
    dry_run: bool
    objects: tuple[tuple[str, str, int | None, tuple[str, ...]], ...] = ()
    files: tuple[tuple[str, bytes | None, bytes | None], ...] = ()
    held: tuple[Diagnostic, ...] = ()
    findings: tuple[Diagnostic, ...] = ()


def change_of(before: bytes | None, after: bytes | None) -> RewrittenAs:
    """What became of a file."""
    if after is None:
        return "removed"
    return "written" if before is None else "changed"


def drift_import_document(done: DriftImport) -> DriftImportDocument:
    """The document of what was done."""
    return {
        "format_version": FORMAT_VERSION,
        "kind": "drift_import",
        "project": done.project,
        "target": done.target,
        "dry_run": done.dry_run,
        "objects": [
            {"address": address, "id": identity, "version": version, "fields": list(fields)}
            for address, identity, version, fields in done.objects
        ],
        "files": [
            {"path": path, "change": change_of(before, after)} for path, before, after in done.files
        ],
        "held": findings_of(sorted_findings(done.held)),
        "findings": findings_of(sorted_findings(done.findings)),
    }
