"""`init`: a new project, or one more agent in the project that is there."""

from __future__ import annotations

import re
import sys
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli import exit_codes
from reconciler.cli.failures import Failure
from reconciler.cli.options import common
from reconciler.cli.settings import Settings
from reconciler.cli.terminal import is_terminal, write_json, write_lines
from reconciler.engine.address import Address
from reconciler.render.json_documents import init_document
from reconciler.render.lines import Piece, line
from reconciler.render.tool_documents import MadeFile

if TYPE_CHECKING:
    from reconciler.authoring.scaffold import Scaffold
    from reconciler.authoring.templates import Wanted

_TEMPLATES = ("assistant", "coordinator", "registered")
_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}\Z")
_NEXT = "reconcile apply --target sandbox"


def _slug(context: click.Context, parameter: click.Parameter, value: str | None) -> str | None:
    try:
        return None if value is None else _as_slug(value)
    except click.BadParameter as wrong:
        raise click.BadParameter(wrong.message, context, parameter) from None


def _as_slug(value: str) -> str:
    if not _SLUG.match(value):
        raise click.BadParameter("1-63 of a-z, 0-9 and -, beginning with a letter or digit")
    return value


@dataclass(frozen=True, slots=True)
class _Answers:
    """What the flags said; None is still to be asked for."""

    name: str | None
    project: str | None
    template: str | None
    model: str | None
    tenant: str | None
    environment: str


@click.command()
@click.argument("folder", metavar="[DIR]", required=False, type=click.Path(path_type=Path))
@click.option("--name", metavar="NAME", callback=_slug, help="The agent's name: its folder's.")
@click.option("--project", metavar="NAME", callback=_slug, help="The name of a new project.")
@click.option("--template", type=click.Choice(_TEMPLATES), help="What kind of agent.")
@click.option("--model", metavar="ID", help="The agent's model.")
@click.option("--tenant", metavar="SLUG", help="Ntropii's tenant, for a registered agent.")
@click.option(
    "--environment",
    metavar="NAME",
    callback=_slug,
    default="runbooks",
    show_default=True,
    help="The environment of a registered agent; made if it isn't there.",
)
@common()
def init(settings: Settings, folder: Path | None, **flags: Any) -> int:  # fmt: skip
    """Make a new project in DIR, or one more agent in the project that DIR belongs to.

    Asks on a terminal for what no flag says. An existing file is never replaced. With --target,
    that target is declared beside `sandbox`.
    """
    from reconciler.authoring.scaffold import NotMade, make, scaffold
    from reconciler.cli.schemas import as_text, published

    if settings.variables:
        raise click.UsageError("--var has no meaning here: write it under the target later")
    answers = _Answers(**flags)
    root, new = _where((folder or settings.start).absolute(), answers.project)
    try:
        wanted = _wanted(root, new, answers, settings.target)
        names = ("project", "agent", "environment")
        schemas = {name: as_text(published(name)) for name in names}
        planned = scaffold(root, wanted, new=new, schemas=schemas)
        make(root, planned)
    except NotMade as failure:
        raise Failure(*failure.findings) from None
    _show(settings, root, wanted, planned)
    return exit_codes.OK


def _where(folder: Path, project: str | None) -> tuple[Path, bool]:
    """The project's folder, and whether it is still to be made.

    A new project may be made below another one, if it is given a name.
    """
    from reconciler.authoring import ProjectNotFound
    from reconciler.authoring.project import PROJECT_FILE, find_root

    if (folder / PROJECT_FILE).is_file():
        return folder, False
    if project is not None:
        return folder, True
    try:
        return find_root(folder), False
    except ProjectNotFound:
        return folder, True


def _wanted(root: Path, new: bool, given: _Answers, target: str | None) -> Wanted:
    from reconciler.authoring.project_form import PathsForm
    from reconciler.authoring.scaffold import existing_project
    from reconciler.authoring.templates import Wanted

    paths = PathsForm()
    if not new:
        there = existing_project(root)
        if given.project not in (None, there.name):
            raise click.UsageError(f"{root} is the project {there.name}, not {given.project}")
        if target is not None:
            raise click.UsageError("--target is for a new project: add it to reconcile.yaml")
        given, paths = replace(given, project=there.name), there.paths
    said = _asked(given, _suggested(root)) if is_terminal(sys.stdin) else _unasked(given)
    declared = "" if target in (None, "sandbox") else _as_slug(str(target))
    return Wanted(**asdict(said), target=declared, paths=paths)


def _unasked(given: _Answers) -> _Answers:
    """The answers with defaults for what needs none. Raises UsageError naming the flags missing."""
    from reconciler.authoring.templates import MODEL

    template = given.template or "assistant"
    missing = [
        flag
        for flag, value in (
            ("--project", given.project),
            ("--name", given.name),
            ("--tenant", given.tenant if template == "registered" else "unused"),
        )
        if not value
    ]
    if missing:
        raise click.UsageError(f"there is no terminal to ask on: give {', '.join(missing)}")
    return replace(given, template=template, model=given.model or MODEL, tenant=given.tenant or "")


def _asked(given: _Answers, suggested: str | None) -> _Answers:
    """The answers with those of a person, who may take the defaults."""
    from reconciler.authoring.templates import MODEL, TEMPLATES

    project = given.project or _ask("The project's name", suggested, _as_slug)
    name = given.name or _ask("The agent's name", None, _as_slug)
    if given.template is None:
        for word, kind in TEMPLATES.items():
            click.echo(f"  {word:12} {kind.about}", err=True)
    template = given.template or _ask("What kind of agent", "assistant", click.Choice(_TEMPLATES))
    model = given.model or _ask("The model", MODEL)
    tenant = given.tenant or (_ask("Ntropii's tenant") if template == "registered" else "")
    return _Answers(name, project, template, model, tenant, given.environment)


def _ask(question: str, default: str | None = None, kind: Any = None) -> str:
    return str(click.prompt(question, default=default, type=kind, err=True))


def _suggested(root: Path) -> str | None:
    """The folder's name as a project's, if it can be one."""
    slug = re.sub(r"[^a-z0-9]+", "-", root.name.lower()).strip("-")[:63]
    return slug if _SLUG.match(slug) else None


def _show(settings: Settings, root: Path, wanted: Wanted, planned: Scaffold) -> None:
    files = [MadeFile(path=path, change="written") for path in planned.written]
    files += [MadeFile(path=path, change="extended") for path in planned.extended]
    files.sort(key=lambda file: file["path"])
    address = Address("agent", wanted.name)
    if settings.format == "json":
        write_json(init_document(wanted.project, address, files, _NEXT))
        return
    write_lines([line(Piece(str(address), "strong"), f" of {wanted.project}, in {root}")])
    write_lines(line(f"{file['path']} {file['change']}", indent=2) for file in files)
    write_lines([line(f"Next: {_NEXT} (the embedded platform, which needs no account)")])
