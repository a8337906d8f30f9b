"""`explain`: what a diagnostic code means. Needs no project and nothing that is heavy."""

from __future__ import annotations

import click

from reconciler.cli import exit_codes
from reconciler.cli.failures import Failure
from reconciler.cli.options import common
from reconciler.cli.settings import Settings
from reconciler.cli.terminal import write_json, write_lines
from reconciler.engine.diagnostics import error
from reconciler.render.codes_text import list_lines, page_lines
from reconciler.render.json_documents import codes_document


@click.command()
@click.argument("code", required=False)
@common()
def explain(settings: Settings, code: str | None) -> int:
    """Say what a diagnostic CODE means and what to do about it; without CODE, list all."""
    from reconciler.cli.codes import every_code
    from reconciler.engine.codes import near

    pages = every_code()
    if code is not None and code not in pages:
        found = near(code, pages)
        hint = f"near: {', '.join(found)}" if found else "`reconcile explain` lists all codes"
        raise Failure(error("code.unknown", f"there is no code {code}", hint))
    if settings.format == "json":
        write_json(codes_document(pages if code is None else {code: pages[code]}))
    elif code is None:
        write_lines(list_lines(pages))
    else:
        write_lines(page_lines(code, pages[code]))
    return exit_codes.OK
