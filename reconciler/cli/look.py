"""`validate` and `show`: what the folders say. Nothing is sent, nothing is started."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli import exit_codes
from reconciler.cli.annotate import in_repository, write_annotations, write_sarif
from reconciler.cli.failures import Failure
from reconciler.cli.options import common, leaving_out, strictly
from reconciler.cli.project import EMBEDDED, load, load_desired, source_lines, unknown_address
from reconciler.cli.settings import Settings
from reconciler.cli.terminal import write_json, write_lines
from reconciler.engine.desired import Desired, Resource
from reconciler.engine.diagnostics import (
    Diagnostic,
    Silenced,
    has_errors,
    sorted_findings,
    strict,
)
from reconciler.engine.provenance import Provenance
from reconciler.engine.values import encode
from reconciler.render.diagnostics_text import diagnostics_lines
from reconciler.render.json_documents import diagnostics_document
from reconciler.render.lines import line
from reconciler.render.provenance_text import provenance_lines

if TYPE_CHECKING:
    from reconciler.authoring import Loaded


@click.command()
@click.argument(
    "paths", metavar="[PATH]...", nargs=-1, type=click.Path(exists=True, path_type=Path)
)
@strictly
@leaving_out
@common("github", "sarif")
def validate(settings: Settings, paths: tuple[Path, ...]) -> int:
    """Check the folders; all targets unless one is named. Offline.

    With PATHs, the projects that hold them are checked and only findings below them are shown.
    `github` are annotations of a pull request, `sarif` is for code scanning; their places are
    relative to the repository.
    """
    starts = dict.fromkeys(_folder(path) for path in paths) or [settings.start]
    findings: list[Diagnostic] = []
    silenced: list[Silenced] = []
    for start in starts:
        loaded = load(settings, start=start)
        targets = _every_target(settings, start, loaded)
        found = _below(_of_all(targets), loaded.root, paths)
        quiet = list(_silenced_below(targets, loaded.root, paths))
        if settings.format in ("github", "sarif"):
            found = [in_repository(one, loaded.root) for one in found]
            quiet = [replace(one, finding=in_repository(one.finding, loaded.root)) for one in quiet]
        findings += found
        silenced += quiet
    shown = sorted_findings(strict(findings) if settings.strict else findings)
    if settings.format == "json":
        write_json(diagnostics_document(shown, silenced))
    elif settings.format == "github":
        write_annotations(shown)
    elif settings.format == "sarif":
        write_sarif(shown, silenced)
    else:
        write_lines(diagnostics_lines(shown, source_lines(loaded.root), len(silenced)))
    return exit_codes.ERROR if has_errors(shown) else exit_codes.OK


@click.command()
@click.argument("address")
@leaving_out
@common()
def show(settings: Settings, address: str) -> int:
    """Print the exact body that would create ADDRESS. Nothing is sent.

    References stand for what only the platform knows. Where values of variables and overrides come
    from is said on stderr.
    """
    from reconciler.engine.planner import create_body

    loaded, desired = load_desired(settings)
    by_address = {str(resource.address): resource for resource in desired.resources}
    resource = by_address.get(address)
    if resource is None:
        raise Failure(unknown_address(address, (one.address for one in desired.resources)))
    body = encode(create_body(resource, desired.project, desired.target.name))
    said = provenance_lines(_provenance(loaded, desired, resource), address)
    if settings.format == "json":
        write_lines(said, to_stderr=True)
        write_json(body)
        return exit_codes.OK
    write_lines([line(f"{address} from {resource.span}"), *said], to_stderr=True)
    write_lines(line(text) for text in json.dumps(body, indent=2, ensure_ascii=False).split("\n"))
    return exit_codes.OK


def _provenance(loaded: Loaded, desired: Desired, resource: Resource) -> list[Provenance]:
    """Where values of this resource come from; what a registration makes has its agent's."""
    agents = {
        str(one.registration.agent)
        for one in desired.resources
        if one.registration
        and resource.address in (one.address, one.registration.credential, one.registration.vault)
    }
    return [
        item
        for item in loaded.provenance
        if item.address == str(resource.address)
        or (item.address in agents and item.path.startswith(("ntropii", "mcp_servers")))
    ]


def _folder(path: Path) -> Path:
    return path if path.is_dir() else path.parent


def _every_target(settings: Settings, start: Path, loaded: Loaded) -> list[Loaded]:
    """What the folders say for the named target, or for all of them.

    `sandbox` exists without being declared: beside other targets it is checked only if it is the
    default one, since nobody said what its variables are.
    """
    if settings.target is not None:
        return [loaded]
    others = [target for target in loaded.targets if target not in (loaded.target, EMBEDDED)]
    return [loaded, *(load(settings, target=target, start=start) for target in others)]


def _of_all(targets: list[Loaded]) -> list[Diagnostic]:
    """The findings of all targets; that none of several is chosen is no mistake here. An entry
    of `silence` is unused if it is in every target that could be read."""
    if len(targets) == 1:
        return list(targets[0].findings)
    findings = [one for loaded in targets for one in loaded.findings]
    read = [loaded for loaded in targets if loaded.target]
    return [
        one
        for one in findings
        if one.code != "target.required"
        and (one.code != "silence.unused" or all(one in loaded.findings for loaded in read))
    ]


def _silenced_below(
    targets: list[Loaded], root: Path, paths: tuple[Path, ...]
) -> Iterator[Silenced]:
    """What any of the targets silenced, each once, of findings below the paths."""
    for item in dict.fromkeys(one for loaded in targets for one in loaded.silenced):
        if _below([item.finding], root, paths):
            yield item


def _below(findings: Iterable[Diagnostic], root: Path, paths: tuple[Path, ...]) -> list[Diagnostic]:
    """The findings whose file is one of the paths or below one; those without a place stay."""
    if not paths:
        return list(findings)
    wanted = [path.resolve() for path in paths]
    return [
        finding
        for finding in findings
        if finding.span is None
        or any((root / finding.span.file).resolve().is_relative_to(path) for path in wanted)
    ]
