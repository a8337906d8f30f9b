"""A drifted object's edit of its folder: which changes it makes, and why it can't be made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from reconciler.authoring.files import Files, Refused
from reconciler.authoring.importing import drift_findings
from reconciler.authoring.importing.drift_places import NotTaken, Site, changes_of
from reconciler.authoring.importing.pages import NotEdited
from reconciler.authoring.importing.places import Change, Whole, changed_files
from reconciler.authoring.importing.prompt_edits import prompt_changes
from reconciler.authoring.importing.taking_drift import Taking, new_value, whole_fields
from reconciler.authoring.prompt import Part
from reconciler.authoring.run import Defined
from reconciler.engine.diagnostics import Diagnostic, Span


@dataclass(frozen=True, slots=True)
class Proposal:
    """The changes that take an object's drift into its folder."""

    taking: Taking
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Folder:
    """An object's definition, the texts of its prompt, and who else is made of a file."""

    defined: Defined
    parts: Sequence[Part] = ()
    others: Callable[[str], tuple[str, ...]] = field(default=lambda _: ())


def proposals(taking: Taking, folder: Folder, files: Files) -> list[Proposal | Diagnostic]:
    """The edits that may do, the smallest first; a finding where one can't be made."""
    found: list[Proposal | Diagnostic] = []
    for value in (new_value, whole_fields):
        try:
            changes = _changes(taking, folder, value, files)
            changed_files(files, changes)
            proposal = Proposal(taking, tuple(changes))
            found += [proposal] if proposal not in found else []
        except NotTaken as refused:
            found.append(refused.finding(str(taking.address)))
        except NotEdited as refused:
            span = Span(folder.defined.document.file)
            found.append(drift_findings.not_edited(taking.address, str(refused), span))
        except Refused as refused:
            found.append(refused.at(Span(folder.defined.document.file), str(taking.address)))
    return found


def _changes(
    taking: Taking, folder: Folder, value: Callable[[Taking], dict[str, Any]], files: Files
) -> list[Change]:
    defined = folder.defined
    site = Site(defined.document, folder.others)
    changes: list[Change] = [Whole(path, data) for path, data in taking.brought.files.items()]
    changes += changes_of(site, value(taking))
    if "system" in taking.tops:
        own = defined.definition.folder if defined.definition.alone else ""
        live = taking.fields["system"]
        text = live if isinstance(live, str) else None
        changes += prompt_changes(site, folder.parts, text, files, own)
    return changes
