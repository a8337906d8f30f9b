"""`import`: live agents into folders. The platform is never written to."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from reconciler.cli import exit_codes
from reconciler.cli.converting import DIALECTS, Wanted, run_conversion
from reconciler.cli.options import common, leaving_out
from reconciler.cli.settings import Settings
from reconciler.cli.terminal import is_terminal, progress, write_json, write_lines
from reconciler.engine.diagnostics import sorted_findings
from reconciler.render.diagnostics_text import diagnostics_lines
from reconciler.render.drift_import_documents import DriftImport, drift_import_document
from reconciler.render.drift_import_text import differences, drift_import_lines
from reconciler.render.import_documents import Import, import_document
from reconciler.render.import_text import import_lines, replacements


def _models(
    context: click.Context, parameter: click.Parameter, pairs: tuple[str, ...]
) -> dict[str, str]:
    found = {}
    for pair in pairs:
        word, equals, name = pair.partition("=")
        if not word or not equals or not name:
            raise click.BadParameter(f"{pair!r} is not WORD=ID", context, parameter)
        found[word] = name
    return found


def _existing(word: str) -> Path:
    path = Path(word)
    if not path.exists():
        raise click.UsageError(f"there is no file or folder {word}")
    return path


@click.command("import")
@click.argument("words", metavar="[NAME|ID|PATH|ADDRESS]...", nargs=-1)
@click.option(
    "--drift",
    is_flag=True,
    help="Take what was edited outside into the folders it was applied from, at these addresses.",
)
@click.option("--all", "everything", is_flag=True, help="Every live agent and environment.")
@click.option(
    "--into",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write into DIR, a project of its own with its own lock; made if it isn't one.",
)
@click.option("--project", metavar="NAME", help="The name of DIR's project, if it is another.")
@click.option(
    "--from",
    "dialect",
    type=click.Choice(DIALECTS),
    help="Convert another tool's files at PATH, into the project in DIR. Nothing is asked.",
)
@click.option(
    "--model",
    "models",
    metavar="WORD=ID",
    multiple=True,
    callback=_models,
    help="The model that a word of that tool stands for: sonnet=claude-…",
)
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
@click.option("--force", is_flag=True, help="Replace files that differ, after showing how.")
@click.option(
    "--take-over", is_flag=True, help="Take what another project or target has marked as its own."
)
@leaving_out
@common()
def import_(
    settings: Settings,
    words: tuple[str, ...],
    drift: bool,
    everything: bool,
    into: Path | None,
    project: str | None,
    dialect: str | None,
    models: dict[str, str],
    dry_run: bool,
    force: bool,
    take_over: bool,
) -> int:
    """Write live agents as folders, and remember in the lock which they are.

    A coordinator brings its roster. What is written is read again and planned: what would not
    mean just what is live is not written. Nothing is sent to the platform, and no secret is read.

    With --from, another tool's files at PATH become folders of the project in DIR.

    With --drift, live edits of objects that the folders define are taken into them, line by line.
    """
    from reconciler.cli.import_reading import Wish
    from reconciler.cli.importing import run_import

    if drift:
        if everything or take_over or models or dialect or project or into:
            raise click.UsageError("with --drift, give addresses, --force and --dry-run only")
        return _import_drift(settings, words, force=force, dry_run=dry_run)
    if dialect is not None:
        if len(words) != 1 or into is None or everything or take_over:
            raise click.UsageError("give --from DIALECT PATH --into DIR")
        path = _existing(words[0])
        wanted = Wanted(dialect, path, models, into, project, force, dry_run)
        _tell(settings, run_conversion(settings, wanted, _show_replacements))
        return exit_codes.OK
    if models or settings.skip_unsupported:
        raise click.UsageError("--model and --skip-unsupported go with --from")
    if everything == bool(words):
        raise click.UsageError("give names or ids of agents, or --all")
    if project is not None and into is None:
        raise click.UsageError("--project is the name of a project that --into makes")
    wish = Wish(words, everything, into, project, force, take_over, dry_run)
    say = progress(settings.verbose or is_terminal(sys.stderr))
    done, code = run_import(settings, wish, say, _show_replacements)
    _tell(settings, done)
    return code


def _import_drift(settings: Settings, only: tuple[str, ...], *, force: bool, dry_run: bool) -> int:
    from reconciler.cli.import_drift import DriftWish, run_import_drift

    def show(done: DriftImport) -> None:
        if force:  # what was written in the folders is replaced
            write_lines(differences(done), to_stderr=True)

    say = progress(settings.verbose or is_terminal(sys.stderr))
    done, code = run_import_drift(settings, DriftWish(only, force, dry_run), say, show)
    if dry_run:
        write_lines(differences(done), to_stderr=settings.format == "json")
    if settings.format == "json":
        write_json(drift_import_document(done))
        return code
    if done.held or done.findings:
        said = sorted_findings((*done.held, *done.findings))
        write_lines(diagnostics_lines(said, None), to_stderr=True)
    write_lines(drift_import_lines(done))
    return code


def _show_replacements(done: Import) -> None:
    write_lines(replacements(done), to_stderr=True)


def _tell(settings: Settings, done: Import) -> None:
    if done.dry_run:
        _show_replacements(done)
    if settings.format == "json":
        write_json(import_document(done))
        return
    if done.findings:
        write_lines(diagnostics_lines(done.findings, None), to_stderr=True)
    write_lines(import_lines(done))
