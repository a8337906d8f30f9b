"""`schema`: the JSON Schemas of definition files, of the lock and of what commands print."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli import exit_codes
from reconciler.cli.failures import Failure
from reconciler.cli.options import common
from reconciler.cli.settings import Settings
from reconciler.cli.terminal import write_json, write_lines
from reconciler.engine.diagnostics import error
from reconciler.render.json_documents import schemas_document
from reconciler.render.lines import Piece, line


@click.command()
@click.argument("name", required=False)
@click.option(
    "--write",
    "folder",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help="Write NAME.schema.json, or all of them, into DIR; files that are there are replaced.",
)
@common()
def schema(settings: Settings, name: str | None, folder: Path | None) -> int:  # fmt: skip
    """Print the JSON Schema called NAME; without NAME, list all. Needs no project."""
    from reconciler.cli.schemas import names, published
    from reconciler.engine.codes import near

    known = names()
    if name is not None and name not in known:
        found = near(name, known)
        hint = f"did you mean {found[0]}?" if found else f"there are {', '.join(known)}"
        raise click.UsageError(f"there is no schema {name}: {hint}")
    chosen = {one: published(one) for one in (known if name is None else (name,))}
    if folder is not None:
        _write(folder, chosen)
    elif name is not None:
        write_json(chosen[name])
    elif settings.format == "json":
        write_json(schemas_document(chosen))
    else:
        wide = max(map(len, known))
        write_lines(
            line(Piece(f"{one:{wide}}  ", "strong"), made["description"])
            for one, made in chosen.items()
        )
    return exit_codes.OK


def _write(folder: Path, chosen: dict[str, dict[str, object]]) -> None:
    from reconciler.cli.schemas import as_text, file_name

    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, made in chosen.items():
            (folder / file_name(name)).write_text(as_text(made), encoding="utf-8", newline="\n")
    except OSError as failure:
        message = f"{folder} can't be written: {failure.strerror}"
        raise Failure(error("schema.not_written", message, "name another --write")) from failure
