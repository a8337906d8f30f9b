"""`drift`: what was edited outside since the last apply. Nothing is written."""

from __future__ import annotations

import sys
from dataclasses import replace

import click

from reconciler.cli import exit_codes
from reconciler.cli.options import addresses, common, leaving_out
from reconciler.cli.settings import Settings
from reconciler.cli.terminal import is_terminal, progress, write_json, write_lines
from reconciler.cli.world import planned, reach
from reconciler.engine.drift import find_drift, without_ignores
from reconciler.engine.plan import PlanOptions
from reconciler.render.drift_text import drift_text
from reconciler.render.plan_documents import drift_document


@click.command()
@addresses
@click.option("--all", "everything", is_flag=True, help="Show ignored fields, too.")
@leaving_out
@common()
def drift(settings: Settings, only: tuple[str, ...], everything: bool) -> int:
    """Show what was edited outside since the last apply. Exit 2 if anything was.

    Which fields, by which version and when, and what the edits let an agent do more.
    """
    say = progress(settings.verbose or is_terminal(sys.stderr))
    with reach(settings) as place:
        if everything:
            place = replace(place, desired=without_ignores(place.desired))
        with planned(place, PlanOptions(only=only), say) as found:
            drifted = find_drift(found.plan)
            if settings.format == "json":
                write_json(drift_document(found.plan, drifted, found.live.origin))
            else:
                write_lines(drift_text(found.plan, drifted, found.live.origin))
    if not found.plan.complete:
        return exit_codes.ERROR
    return exit_codes.CHANGES if drifted else exit_codes.OK
