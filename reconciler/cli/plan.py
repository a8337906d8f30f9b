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
from reconciler.cli.saved import write_document
from reconciler.cli.settings import Settings
from reconciler.cli.terminal import is_terminal, progress, write_json, write_lines, write_text
from reconciler.cli.world import Place, Planned, load_judged, planned, reach, read_lock_of
from reconciler.engine.diagnostics import has_errors, note, strict
from reconciler.engine.history import History, sources, touched, undeclared
from reconciler.engine.live import Origin
from reconciler.engine.plan import Plan, PlanOptions
from reconciler.engine.policy import check_policy
from reconciler.render.markdown import Meta, comment_body
from reconciler.render.plan_documents import plan_document
from reconciler.render.plan_text import plan_lines, reached_lines

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
@click.option(
    "--changed-since",
    "since",
    metavar="REF",
    help="Say which objects the branch reaches: what it changed since REF, and all that depends "
    "on it.",
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
    since: str | None,
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
        return _offline(settings, since, detailed=detailed_exitcode)
    say = progress(settings.verbose or is_terminal(sys.stderr))
    with reach(settings) as place, planned(place, options, say) as found:
        seen = settings.format == "json" or since is not None
        history = (
            history_of(place.loaded, since, found.plan) if seen or out is not None else History()
        )
        show_plan(settings, place, found, history if seen else History())
        if out is not None:
            shown = with_findings(found.plan, place)
            document = plan_document(shown, found.live.origin, found.options, (), history)
            write_document(out, document, "plan.not_written")
    return exit_codes.of_plan(found.plan, detailed=detailed_exitcode)


def _offline(settings: Settings, since: str | None, *, detailed: bool) -> int:
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
    asked = settings.format == "json" or since is not None
    history = history_of(loaded, since, found) if asked else History()
    _show(settings, loaded, shown, lock.origin, PlanOptions(), history)
    if has_errors(found.findings):
        return exit_codes.of_unapplicable(replace(found, complete=True))
    return exit_codes.CHANGES if detailed and found.actions else exit_codes.OK


def show_plan(
    settings: Settings,
    place: Place,
    found: Planned,
    history: History,
    *,
    to_stderr: bool = False,
) -> None:
    """The plan with the findings of the folders, in the format asked for."""
    shown, origin = with_findings(found.plan, place), found.live.origin
    _show(settings, place.loaded, shown, origin, found.options, history, to_stderr=to_stderr)


def _show(
    settings: Settings,
    loaded: Loaded,
    shown: Plan,
    origin: Origin | None,
    options: PlanOptions,
    history: History,
    *,
    to_stderr: bool = False,
) -> None:
    if history.note:
        shown = replace(shown, findings=(*shown.findings, note("git.unknown", history.note)))
    if settings.format == "json" and not to_stderr:
        write_json(plan_document(shown, origin, options, loaded.silenced, history))
        return
    silenced = len(loaded.silenced)
    if settings.format == "markdown":
        meta = Meta("", origin, silenced, touched=history.touched)
        write_text(comment_body(shown, meta))
        add_to_summary(lambda: plan_lines(shown, origin, silenced))
    else:
        write_lines(plan_lines(shown, origin, silenced), to_stderr=to_stderr)
        if history.touched is not None:
            write_lines(reached_lines(shown, history.touched), to_stderr=to_stderr)


def history_of(loaded: Loaded, since: str | None = None, plan: Plan | None = None) -> History:
    """Who changed what last, and what of the plan the branch reaches since a commit, as far as git
    tells."""
    from reconciler.platform.git import GitUnknown, changed_since, last_changes

    desired = loaded.desired
    if desired is None:
        return History()
    history = last_changes(loaded.root, sources(desired))
    if since is None:
        return history
    try:
        gone = undeclared(plan) if plan is not None else ()
        reached = touched(desired, changed_since(loaded.root, since), gone)
        return replace(history, touched=reached)
    except GitUnknown as failure:
        more = f"{failure.message}: {failure.hint}"
        return replace(history, note="; ".join(one for one in (history.note, more) if one))


def with_findings(plan: Plan, place: Place) -> Plan:
    """The plan for a reader, who is to see the warnings of the folders too."""
    return replace(plan, findings=(*place.loaded.findings, *plan.findings))
