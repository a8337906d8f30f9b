"""`comment`: a saved plan on its pull request, in one comment that is kept up to date."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reconciler.cli import exit_codes
from reconciler.cli.job_summary import add_to_summary
from reconciler.cli.options import common
from reconciler.cli.project import load, load_desired
from reconciler.cli.saved import read_report, read_shown
from reconciler.cli.settings import Settings
from reconciler.cli.terminal import write_json, write_lines
from reconciler.engine.address import Address
from reconciler.engine.diagnostics import note
from reconciler.engine.live import Origin
from reconciler.engine.outcome import Report
from reconciler.engine.plan import Plan
from reconciler.render.diagnostics_text import diagnostics_lines
from reconciler.render.lines import Line, line
from reconciler.render.markdown import (
    Meta,
    comment_body,
    comment_mark,
    report_body,
    stale_comment,
)
from reconciler.render.plan_text import plan_lines
from reconciler.render.posted_documents import Result, posted_document

if TYPE_CHECKING:
    from reconciler.platform.github import Comment
    from reconciler.platform.github_calls import GitHubAccess


@click.command()
@click.option("--pr", "number", type=click.IntRange(1), required=True, help="The pull request.")
@click.option(
    "--plan",
    "file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The plan to show: what `plan --out FILE` saved.",
)
@click.option(
    "--no-plan",
    is_flag=True,
    help="There is no plan of the newest commit: a comment made for an older one says so.",
)
@click.option(
    "--report",
    "report_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Say what became of an apply, in a comment of its own: what `apply --report` saved. "
    "The plan is then of what is left.",
)
@click.option(
    "--head", metavar="SHA", help="The commit that was planned; the event's, if not given."
)
@click.option(
    "--changed-since",
    "since",
    metavar="REF",
    help="Show first what changed in the folders since REF, and all that depends on it.",
)
@common()
def comment(
    settings: Settings,
    number: int,
    file: Path | None,
    no_plan: bool,
    report_file: Path | None,
    head: str | None,
    since: str | None,
) -> int:
    """Show a saved plan on a pull request: one comment for each target, brought up to date.

    With --report, say there what became of the apply, and how to go on with what is left.

    Repository, token and address are GitHub's own: GITHUB_REPOSITORY, GITHUB_TOKEN, GITHUB_API_URL.
    Without permission the whole text goes to the job's summary. With --no-plan, a comment made for
    an older commit says that it is stale.
    """
    from reconciler.platform.errors import AccessRefused
    from reconciler.platform.github import github_access, post_comment

    if no_plan is (file is not None):
        raise click.UsageError("give --plan FILE, or --no-plan if there is none")
    if file is None:
        if (report_file, head, since) != (None, None, None):
            raise click.UsageError(
                "--no-plan is about what is there: give nothing of a plan with it"
            )
        return _say(settings, *_outdated(settings, number))
    report = read_report(report_file) if report_file is not None else None
    shown = _read(file, head if head is not None else event_head(os.environ))
    if since is not None:
        shown = replace(shown, touched=_touched(settings, since, shown.plan))
    try:
        access = github_access(os.environ)
        made = _reported(shown, report) if report is not None else _reviewed(shown, access, number)
        posted: tuple[Result, str] = ("unchanged", "")
        result, url = post_comment(access, number, made) if made.body else posted
    except AccessRefused:
        add_to_summary(shown.lines)
        raise
    return _say(settings, result, url)


def _say(settings: Settings, result: Result, url: str) -> int:
    if settings.format == "json":
        write_json(posted_document("comment", result, url))
    else:
        write_lines([line(f"comment {result}: {url}" if url else "there is nothing to say")])
    return exit_codes.OK


def _outdated(settings: Settings, number: int) -> tuple[Result, str]:
    """Whatever the folders say, even if that can't be planned: a project that does not say its
    name has no comment."""
    from reconciler.platform.github import change_comment, github_access, head_of

    loaded = load(settings)
    if not (loaded.project and loaded.target):
        return "unchanged", ""
    access = github_access(os.environ)
    newest = head_of(access, number)
    mark = comment_mark(Plan(loaded.project, loaded.target))
    return change_comment(access, number, mark, lambda body: stale_comment(body, newest))


def _reviewed(shown: _Shown, access: GitHubAccess, number: int) -> Comment:
    """The plan for its reviewers."""
    from reconciler.platform.github import Comment, head_of

    body = comment_body(shown.plan, shown.meta(head_of(access, number)))
    return Comment(comment_mark(shown.plan), body, shown.head)


def _reported(shown: _Shown, report: Report) -> Comment:
    """What became of the apply; with an empty body if nothing was to be done, and nothing is
    left."""
    from reconciler.platform.github import Comment

    body = report_body(report, shown.plan, shown.meta(shown.head))
    return Comment(comment_mark(shown.plan, "report"), body)


@dataclass(frozen=True, slots=True)
class _Shown:
    """A plan as its file has it, and the commit it was made for."""

    plan: Plan
    origin: Origin | None
    silenced: int
    head: str
    touched: frozenset[Address] | None = None

    def meta(self, newest: str) -> Meta:
        stale = newest if self.head and newest != self.head else ""
        return Meta(self.head, self.origin, self.silenced, stale, self.touched, run_of(os.environ))

    def lines(self) -> list[Line]:
        return plan_lines(self.plan, self.origin, self.silenced)


def _read(file: Path, head: str) -> _Shown:
    """Raises Failure for a file that holds no plan."""
    plan, document = read_shown(file)
    origin = document.get("origin")
    silenced = len(document.get("silenced") or ())
    return _Shown(plan, Origin(**origin) if origin else None, silenced, head)


def _touched(settings: Settings, since: str, plan: Plan) -> frozenset[Address] | None:
    """The objects that the branch reaches; None, said on stderr, if git can't tell: a comment
    without that is worth more than none. Raises Failure."""
    from reconciler.engine.history import touched, undeclared
    from reconciler.platform.git import GitUnknown, changed_since

    loaded, desired = load_desired(settings)
    try:
        return touched(desired, changed_since(loaded.root, since), undeclared(plan))
    except GitUnknown as failure:
        finding = note("git.unknown", failure.message, failure.hint)
        write_lines(diagnostics_lines((finding,)), to_stderr=True)
        return None


def run_of(environ: Mapping[str, str]) -> str:
    """Where the run of this job is (GitHub's default variables); "" elsewhere."""
    names = ("GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "GITHUB_RUN_ID")
    server, repository, run = (environ.get(name, "") for name in names)
    return f"{server}/{repository}/actions/runs/{run}" if server and run else ""


def event_head(environ: Mapping[str, str]) -> str:
    """The newest commit of the pull request that started the workflow; "" if nothing says it."""
    try:
        event = json.loads(Path(environ.get("GITHUB_EVENT_PATH", "")).read_text(encoding="utf-8"))
        return str(event["pull_request"]["head"]["sha"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""
