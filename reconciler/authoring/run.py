"""What one load shares: the files, the target's settings, and the list of findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from reconciler.authoring.discovery import Definition
from reconciler.authoring.documents import Document, Scope
from reconciler.authoring.files import Files, Refused, inside
from reconciler.authoring.project import Settings
from reconciler.authoring.project_form import PathsForm
from reconciler.authoring.variables import Variables
from reconciler.authoring.yaml_source import KeyPath, decode
from reconciler.engine.address import Address
from reconciler.engine.diagnostics import Diagnostic


@dataclass(frozen=True, slots=True)
class Run:
    files: Files
    project: str
    settings: Settings
    paths: PathsForm
    variables: Variables
    environ: Mapping[str, str]
    findings: list[Diagnostic] = field(default_factory=list)
    skip_unsupported: bool = False


@dataclass(frozen=True, slots=True)
class Defined:
    """A definition with its address and its document for this target."""

    address: Address
    definition: Definition
    document: Document

    def scope(self, run: Run) -> Scope:
        return Scope(self.document, str(self.address), run.findings)

    def made_of(self, more: Iterable[str] = ()) -> tuple[str, ...]:
        """The project's files that the object is made of, `more` among them, in order; a folder of
        its own, with a `/` at the end, stands for what is in it."""
        found = {*self.document.files(), *more}
        if self.definition.alone and self.definition.folder:
            found.add(f"{self.definition.folder}/")
        return tuple(sorted(found))


def lf(text: str) -> str:
    """The text with LF line ends, as texts are sent; a final newline is kept."""
    return text.replace("\r\n", "\n")


def read_text(run: Run, path: str) -> str:
    """A UTF-8 text file of the project with LF line ends. Raises Refused."""
    text, finding = decode(path, run.files.read(path))
    if finding is not None:
        raise Refused(finding.code, f"{path} is not UTF-8 text", finding.hint)
    return lf(text)


def read_beside(
    run: Run, folder: str, written: str, place: KeyPath, scope: Scope
) -> tuple[str, str] | None:
    """Path and text of the file that `written` names from `folder`; None, with a finding."""
    try:
        path = inside(folder, written)
        return path, read_text(run, path)
    except Refused as refused:
        scope.error(refused.code, str(refused), place, refused.hint)
        return None
