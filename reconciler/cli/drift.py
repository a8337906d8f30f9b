"""`drift`: what was edited outside since the last apply. Nothing is written."""

from __future__ import annotations

import os
import sys
from dataclasses import replace

import click

from reconciler.cli import exit_codes
from reconciler.cli.job_summary import fenced, within
from reconciler.cli.options import addresses, common, leaving_out
from reconciler.cli.settings import Settings
from reconciler.cli.terminal import is_terminal, progress, write_json, write_lines
from reconciler.cli.world import Planned, planned, reach
from reconciler.engine.drift import Drifted, find_drift, without_ignores
from reconciler.engine.plan import PlanOptions
from reconciler.render.drift_text import drift_text
from reconciler.render.lines import line, plain
from reconciler.render.plan_documents import drift_document

_MOST = 60_000  # bytes; GitHub takes 65,536 characters
_ADVICE = (
    "Live objects were edited outside since the last apply. `reconcile import --drift` takes the "
    "edits into the folders; `apply --overwrite-drift` replaces them."
)


@click.command()
@addresses
@click.option("--all", "everything", is_flag=True, help="Show ignored fields, too.")
@click.option(
    "--issue",
    is_flag=True,
    help="Keep one issue on GitHub that says what drifted; without drift it is closed.",
)
@leaving_out
@common()
def drift(settings: Settings, only: tuple[str, ...], everything: bool, issue: bool) -> int:
    """Show what was edited outside since the last apply. Exit 2 if anything was.

    Which fields, by which version and when, and what the edits let an agent do more.
    """
    if issue and (only or everything):
        raise click.UsageError("the issue is about the whole target: give nothing beside --issue")
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
        if issue and found.plan.complete:
            _keep_issue(found, drifted)
    if not found.plan.complete:
        return exit_codes.ERROR
    return exit_codes.CHANGES if drifted else exit_codes.OK


def _keep_issue(found: Planned, drifted: tuple[Drifted, ...]) -> None:
    """One open issue as long as there is drift; unknown is not clean, so an incomplete look
    leaves it alone."""
    from reconciler.platform.github import github_access, keep_issue

    plan = found.plan
    mark = f"<!-- agent-reconciler drift {plan.project}/{plan.target} -->"
    title = f"Drift: {plan.project} → {plan.target}"
    text = plain(drift_text(plan, drifted, found.live.origin))
    body = f"{mark}\n{_ADVICE}\n\n{fenced(within(text, _MOST))}" if drifted else None
    result, url = keep_issue(github_access(os.environ), mark, title, body)
    if url:
        write_lines([line(f"issue {result}: {url}")], to_stderr=True)
