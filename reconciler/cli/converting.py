"""`import --from`: another tool's files, rewritten as native folders. Nothing is sent."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from reconciler.cli import exit_codes
from reconciler.cli.failures import Failure
from reconciler.cli.project import source_lines
from reconciler.cli.settings import Settings
from reconciler.engine.address import Address
from reconciler.engine.diagnostics import error, has_errors
from reconciler.render.import_documents import Import

if TYPE_CHECKING:
    from reconciler.authoring.importing.conversion import Conversion, Dialect
    from reconciler.authoring.importing.draft import Unit
    from reconciler.authoring.importing.home import Home

DIALECTS: Final = ("claude-code", "agenta")
#: What the target still has to say does not make a conversion wrong.
_LATER: Final = "variable.undefined"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for: the dialect, where it is, what models' words mean, and where it goes."""

    dialect: str
    path: Path
    models: Mapping[str, str]
    into: Path
    project: str | None
    force: bool
    dry_run: bool


def run_conversion(settings: Settings, wanted: Wanted, show: Callable[[Import], None]) -> Import:
    """Convert, check and write; `show` gets it just before anything is replaced.

    Raises Failure for what can't be converted or is in the way: then nothing was written.
    """
    from reconciler.authoring.importing.conversion import Asked
    from reconciler.authoring.importing.placing import NotPlaced, in_the_way, place, placed

    home = _home(settings, wanted)
    converted = _dialect(wanted.dialect)(
        Asked(wanted.path, wanted.models, settings.skip_unsupported)
    )
    if has_errors(converted.findings):
        root = wanted.path if wanted.path.is_dir() else wanted.path.parent
        raise Failure(*converted.findings, source=source_lines(root))
    units = _units(home, converted)
    try:
        files = placed(home, units)
        if not wanted.force and (findings := in_the_way(files)):
            raise NotPlaced(*findings)
    except NotPlaced as failure:
        raise Failure(*failure.findings, exit_code=exit_codes.REFUSED) from None
    _check(home, units, settings)
    done = Import(
        project=home.project,
        target=home.settings.name,
        dry_run=wanted.dry_run,
        objects=(),
        files=tuple((one.path, one.change, one.before or b"", one.after) for one in files),
        findings=converted.findings,
    )
    if not wanted.dry_run:
        show(done)
        try:
            for _ in place(home, units, files):
                pass
        except NotPlaced as failure:
            raise Failure(*failure.findings) from failure
    return done


def _dialect(name: str) -> Dialect:
    from reconciler.authoring.importing import agenta, claude_code

    return {"claude-code": claude_code.convert, "agenta": agenta.convert}[name]


def _home(settings: Settings, wanted: Wanted) -> Home:
    """The project that is written into, named like the one around unless said otherwise."""
    from reconciler.authoring import ProjectNotFound
    from reconciler.authoring.importing.home import NoHome, home_alone, home_at, home_in

    try:
        try:
            caller = home_at(settings.start, settings.target)
        except ProjectNotFound:
            return home_alone(wanted.into, wanted.project)
        if wanted.into.resolve() == caller.root:
            return caller
        return home_in(wanted.into, caller, wanted.project)
    except NoHome as failure:
        raise Failure(*failure.findings) from None


def _units(home: Home, converted: Conversion) -> list[Unit]:
    from reconciler.authoring.importing.agent_document import definition_files
    from reconciler.authoring.importing.draft import Unit
    from reconciler.authoring.importing.yaml_text import NotYaml

    units = []
    for agent in converted.agents:
        address = Address("agent", agent.name)
        try:
            files = {**definition_files(agent.imported), **agent.files}
        except NotYaml as failure:
            raise Failure(error("import.left_out", f"{address}: {failure}")) from None
        folder = f"{home.paths.agents}/{agent.name}"
        units.append(Unit(address, {f"{folder}/{name}": data for name, data in files.items()}))
    return units


def _check(home: Home, units: list[Unit], settings: Settings) -> None:
    """Read the project as it would be. Raises Failure for an error in what was converted."""
    from reconciler.authoring import load
    from reconciler.authoring.laid_over import LaidOver
    from reconciler.authoring.secrets import in_files

    over = {path: data for unit in units for path, data in unit.files.items()}
    loaded = load(
        home.root,
        target=home.settings.name,
        variables=settings.variables,
        environ=os.environ,
        files=LaidOver(home.root, {**home.made, **over}),
    )
    wrong = {
        one.span: one
        for one in (*in_files(over), *loaded.findings)
        if one.severity == "error" and one.code != _LATER and one.span and one.span.file in over
    }
    if wrong:
        raise Failure(*wrong.values())
