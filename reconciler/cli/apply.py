"""`apply` and `destroy`: plan, show, ask, carry out, report."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli import exit_codes
from reconciler.cli.committing import LockCommit, commit
from reconciler.cli.failures import Failure, as_finding
from reconciler.cli.options import (
    common,
    judged,
    leaving_out,
    max_removals_option,
    overwrite_drift_option,
    planning,
    strictly,
)
from reconciler.cli.plan import history_of, show_plan, with_findings
from reconciler.cli.saved import only_reviewed, read_plan, write_document
from reconciler.cli.settings import Settings
from reconciler.cli.signals import stopping
from reconciler.cli.terminal import Progress, is_terminal, progress, write_json, write_lines
from reconciler.cli.world import Place, Planned, held, planned, reach
from reconciler.engine.diagnostics import error
from reconciler.engine.history import History
from reconciler.engine.outcome import Report
from reconciler.engine.plan import PlanOptions
from reconciler.engine.saved_plan import SavedPlan
from reconciler.engine.values import Secret
from reconciler.render.json_documents import report_document
from reconciler.render.lines import BLANK
from reconciler.render.report_text import report_lines

if TYPE_CHECKING:
    from reconciler.platform.executor import Event

SECRETS = "RECONCILE_SECRET_"


def _writing(function: Callable[..., int]) -> Callable[..., Any]:
    """The options of a command that writes."""
    for option in (
        click.option("--yes", is_flag=True, help="Do not ask."),
        click.option("--expect", metavar="DIGEST", help="Refuse any plan but this one (exit 4)."),
        click.option(
            "--parallelism", metavar="N", type=click.IntRange(1, 64), default=8,
            show_default=True, help="How many writes at once.",
        ),
    ):  # fmt: skip
        function = option(function)
    return function


@dataclass(frozen=True, slots=True)
class _How:
    """How to carry a plan out: without asking, if it has this digest, so much at once, whether
    the lock is committed afterwards, and where the report is saved."""

    yes: bool
    expect: str | None
    parallelism: int
    commit: bool = False
    report: Path | None = None


@click.command()
@planning
@_writing
@click.option(
    "--commit",
    is_flag=True,
    help="Commit the lock afterwards, and nothing else, and push it if the branch has a remote.",
)
@click.option(
    "--report",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Save what became of it, as JSON, for `comment --report FILE`.",
)
@leaving_out
@strictly
@judged
@common()
def apply(
    settings: Settings,
    options: PlanOptions,
    yes: bool,
    expect: str | None,
    parallelism: int,
    commit: bool,
    report: Path | None,
    saved: Path | None = None,
) -> int:
    """Make the target equal to the folders: plan, ask, write, report.

    With the FILE of a saved plan (`plan --out FILE`) exactly its actions are carried out; what is
    new or different since is held back and named (exit 4). Without a terminal to ask on, --yes,
    --expect or a saved plan is needed.
    """
    if saved is None:
        return _carry_out(settings, options, _How(yes, expect, parallelism, commit, report))
    reviewed = read_plan(saved)
    settings = replace(settings, target=settings.target or reviewed.target)
    how = _How(True, expect, parallelism, commit, report)
    return _carry_out(settings, reviewed.options, how, reviewed)


@click.command()
@max_removals_option
@overwrite_drift_option
@_writing
@leaving_out
@common()
def destroy(
    settings: Settings,
    max_removals: int,
    overwrite_drift: tuple[str, ...],
    yes: bool,
    expect: str | None,
    parallelism: int,
) -> int:
    """Remove everything of this project from the target. Archiving is for ever.

    Refused until --max-removals says how many objects of a kind may go.
    """
    options = PlanOptions(destroy=True, max_removals=max_removals, overwrite_drift=overwrite_drift)
    return _carry_out(settings, options, _How(yes, expect, parallelism))


def _carry_out(
    settings: Settings, options: PlanOptions, how: _How, reviewed: SavedPlan | None = None
) -> int:
    asks = not how.yes and how.expect is None
    if asks and not is_terminal(sys.stdin):
        raise click.UsageError("there is no terminal to ask on: give --yes or --expect DIGEST")
    say = progress(settings.verbose or is_terminal(sys.stderr))
    with (
        reach(settings) as place,
        held(place),
        planned(place, options, say) as found,
    ):
        if reviewed is not None:
            found = only_reviewed(found, reviewed, place)
        if settings.format == "text" or asks:
            show_plan(settings, place, found, History(), to_stderr=settings.format == "json")
        _check(found, how.expect, settings, place)
        if asks and found.plan.has_changes and not click.confirm("Apply this?", err=True):
            click.echo("Nothing was applied.", err=True)
            return exit_codes.ERROR
        history = _history(settings, place)
        report = _execute(place, found, history, how.parallelism, say)
    lock = commit(place, found.plan.digest) if how.commit else LockCommit()
    shown = with_findings(found.plan, place)
    shown = replace(shown, findings=(*shown.findings, *lock.findings))
    document = report_document(report, shown, history)
    if settings.format == "json":
        write_json(document)
    elif report.outcomes or report.interrupted:
        write_lines([BLANK, *report_lines(report)])
    lock.say(settings)
    if how.report is not None:
        _save(how.report, document)
    failed = exit_codes.FAILED_AFTER_WRITE if lock.findings else exit_codes.OK
    return exit_codes.of_report(report, found.plan) or failed


def _save(path: Path, document: Mapping[str, Any]) -> None:
    try:
        write_document(path, document, "report.not_written")
    except Failure as failure:
        raise Failure(*failure.findings, exit_code=exit_codes.FAILED_AFTER_WRITE) from failure


def _check(found: Planned, expect: str | None, settings: Settings, place: Place) -> None:
    """Raises Failure for a plan that may not be applied, or is not the expected one."""
    plan = found.plan
    if not plan.applicable:
        shown = with_findings(plan, place).findings if settings.format == "json" else ()
        raise Failure(*shown, exit_code=exit_codes.of_unapplicable(plan))
    if expect is not None and expect.removeprefix("sha256:") != plan.digest.removeprefix("sha256:"):
        message = f"the plan is {plan.digest} now, not {expect}"
        hint = "something changed since it was reviewed: plan, review and expect the new digest"
        raise Failure(error("plan.stale", message, hint), exit_code=exit_codes.STALE)


def _execute(
    place: Place, found: Planned, history: History, parallelism: int, say: Progress
) -> Report:
    from reconciler.platform.executor import execute
    from reconciler.platform.lockfile import LockStore

    try:
        with stopping() as stop:
            return execute(
                found.plan,
                place.desired,
                found.clients,
                LockStore(place.lock_path, found.lock),
                parallelism=parallelism,
                stop=stop,
                on_event=lambda event: say(_event_text(event)),
                history=history,
                live=found.live,
                secrets=_secrets(os.environ),
            )
    except Exception as failure:
        finding = as_finding(failure)
        raise Failure(finding, exit_code=exit_codes.FAILED_AFTER_WRITE) from failure


def _history(settings: Settings, place: Place) -> History:
    """Who changed what, if that is shown, or recorded anywhere with an agent's versions."""
    details = (resource.registration for resource in place.desired.resources)
    recorded = any(one is not None and one.versions for one in details)
    return history_of(place.loaded) if recorded or settings.format == "json" else History()


def _event_text(event: Event) -> str:
    result = event.outcome.result if event.outcome else event.name
    return f"{event.address}: {event.verb} {result}{f', {event.message}' * bool(event.message)}"


def _secrets(environ: Mapping[str, str]) -> dict[str, Secret]:
    """The operator's secrets, by the name a folder asks for them."""
    return {
        name.removeprefix(SECRETS): Secret(value)
        for name, value in environ.items()
        if name.startswith(SECRETS)
    }
