"""What an import did, as a JSON document."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Literal, TypeAlias, TypedDict

from reconciler.engine.diagnostics import Diagnostic, sorted_findings
from reconciler.render.documents import Finding
from reconciler.render.json_parts import FORMAT_VERSION, findings_of
from reconciler.render.printable import redacted
from reconciler.render.typed_schema import Matches

Change: TypeAlias = Literal["written", "replaced", "unchanged"]
_Address: TypeAlias = Annotated[str, Matches(r"^[a-z]+/.+$")]


class ImportedFile(TypedDict):
    """A file of an import."""

    path: Annotated[str, "Relative to the project"]
    change: Annotated[Change, "What became of it; in a dry run, what would"]


class ImportedObject(TypedDict):
    """A live object that is an address from now on."""

    address: Annotated[_Address, "The object"]
    id: Annotated[str, "Its live id"]
    version: Annotated[int | None, "An agent's live version"]


class Difference(TypedDict):
    """What keeps an object from being written, or what a plan finds afterwards."""

    address: Annotated[_Address, "The object"]
    message: Annotated[str, "What differs"]


class ImportDocument(TypedDict):
    """What an import read and wrote: `reconcile import --format json`."""

    format_version: Annotated[Literal[1], "The version of the document's form"]
    kind: Annotated[Literal["import"], "What this document is"]
    project: Annotated[str, "The project's name"]
    target: Annotated[str, "The target's name"]
    dry_run: Annotated[bool, "Whether nothing was written"]
    objects: Annotated[list[ImportedObject], "What was read, in the order of writing"]
    files: Annotated[list[ImportedFile], "The files, by path"]
    differences: Annotated[list[Difference], "None: a plan has nothing to do for these objects"]
    findings: Annotated[list[Finding], "What has to be known, or done by hand"]


@dataclass(frozen=True, slots=True)
class Import:
    """What an import read and wrote, to be shown.

    `objects`: address, live id, version. `files`: path, change, the bytes that were there, the
    bytes that are.
    """

    project: str
    target: str
    dry_run: bool
    objects: tuple[tuple[str, str, int | None], ...]
    files: tuple[tuple[str, Change, bytes, bytes], ...]
    differences: tuple[tuple[str, str], ...] = ()
    findings: tuple[Diagnostic, ...] = ()


def import_document(done: Import) -> ImportDocument:
    """The document of what was done."""
    return {
        "format_version": FORMAT_VERSION,
        "kind": "import",
        "project": done.project,
        "target": done.target,
        "dry_run": done.dry_run,
        "objects": [
            {"address": address, "id": identity, "version": version}
            for address, identity, version in done.objects
        ],
        "files": [{"path": path, "change": change} for path, change, _, _ in done.files],
        "differences": _differences(done.differences),
        "findings": findings_of(sorted_findings(done.findings)),
    }


def _differences(found: Iterable[tuple[str, str]]) -> list[Difference]:
    return [{"address": address, "message": redacted(message)} for address, message in found]
