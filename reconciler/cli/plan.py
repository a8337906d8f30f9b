"""`plan`: what an apply would do. Nothing is written."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli import exit_codes
from reconciler.cli.job_summary import add_to_summary
from reconciler.cli.options import common, judged, leaving_out, planning, strictly
from reconciler.cli.project import lock_path
from reconciler.cli.saved import write_plan
from reconciler.cli.settings import Settings
from reconciler.cli.terminal import is_terminal, progress, write_json, write_lines, write_text
from reconciler.cli.world import Place, Planned, load_judged, planned, reach, read_lock_of
from reconciler.engine.diagnostics import has_errors, note, strict
from reconciler.engine.history import History, sources
from reconciler.engine.live import Origin
from reconciler.engine.plan import Plan, PlanOptions
from reconciler.engine.policy import check_policy
from reconciler.render.markdown import Meta, comment_body
from reconciler.render.plan_documents import plan_document
from reconciler.render.plan_text import plan_lines

if TYPE_CHECKING:
    from reconciler.authoring import Loaded


@click.command()
@planning
@click.option(
    "--detailed-exitcode", is_flag=True, help="Exit with 2 if there are changes to apply."
)
@click.option(
    "--out",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Save the plan for `apply FILE`, which then carries out nothing else.",
)
@click.option(
    "--offline",
    is_flag=True,
    help="Ask nobody: compare the folders with the lock, and leave what is live unread.",
)
@leaving_out
@strictly
@judged
@common("markdown")
def plan(
    settings: Settings,
    options: PlanOptions,
    detailed_exitcode: bool,
    out: Path | None,
    offline: bool,
    saved: Path | None = None,
) -> int:  # fmt: skip
    """Show what would be done to make the target equal to the folders. Nothing is written.

    `markdown` is the comment of a pull request; in a GitHub job, the full text goes to the job's
    summary.
    """
    if saved is not None:
        raise click.UsageError(f"{saved} is a file: `apply` carries out saved plans")
    if offline:
        if out is not None or options != PlanOptions():
            raise click.UsageError(
                "--offline shows what the folders change: give nothing beside it"
            )
        return _offline(settings, detailed=detailed_exitcode)
    say = progress(settings.verbose or is_terminal(sys.stderr))
    with reach(settings) as place, planned(place, options, say) as found:
        show_plan(settings, place, found)
        if out is not None:
            shown = with_findings(found.plan, place)
            history = history_of(place.loaded)
            document = plan_document(shown, found.live.origin, found.options, (), history)
            write_plan(out, document)
    return exit_codes.of_plan(found.plan, detailed=detailed_exitcode)


def _offline(settings: Settings, *, detailed: bool) -> int:
    """The folders against the lock; no key is looked for, and nothing is started."""
    from reconciler.engine.offline import offline_plan

    loaded, policy = load_judged(settings)
    desired = loaded.desired
    assert desired is not None  # load_judged fails otherwise
    lock = read_lock_of(desired, lock_path(loaded.root, desired.target.name))
    found = offline_plan(desired, lock)
    broken = check_policy(policy, found, desired)
    findings = (*found.findings, *broken)
    found = replace(found, findings=strict(findings) if settings.strict else findings)
    shown = replace(found, findings=(*loaded.findings, *found.findings))
    _show(settings, loaded, shown, lock.origin, PlanOptions())
    if has_errors(found.findings):
        return exit_codes.of_unapplicable(replace(found, complete=True))
    return exit_codes.CHANGES if detailed and found.actions else exit_codes.OK


def show_plan(settings: Settings, place: Place, found: Planned, *, to_stderr: bool = False) -> None:
    """The plan with the findings of the folders, in the format asked for."""
    shown = with_findings(found.plan, place)
    _show(settings, place.loaded, shown, found.live.origin, found.options, to_stderr=to_stderr)


def _show(
    settings: Settings,
    loaded: Loaded,
    shown: Plan,
    origin: Origin | None,
    options: PlanOptions,
    *,
    to_stderr: bool = False,
) -> None:
    if settings.format == "json" and not to_stderr:
        history = history_of(loaded)
        if history.note:
            shown = replace(shown, findings=(*shown.findings, note("git.unknown", history.note)))
        write_json(plan_document(shown, origin, options, loaded.silenced, history))
        return
    silenced = len(loaded.silenced)
    if settings.format == "markdown":
        write_text(comment_body(shown, Meta("", origin, silenced)))
        add_to_summary(lambda: plan_lines(shown, origin, silenced))
    else:
        write_lines(plan_lines(shown, origin, silenced), to_stderr=to_stderr)


def history_of(loaded: Loaded) -> History:
    """Who changed what last, as far as git tells."""
    from reconciler.platform.git import last_changes

    return last_changes(loaded.root, sources(loaded.desired) if loaded.desired else {})


def with_findings(plan: Plan, place: Place) -> Plan:
    """The plan for a reader, who is to see the warnings of the folders too."""
    return replace(plan, findings=(*place.loaded.findings, *plan.findings))
