"""Findings where a pull request shows them: beside the lines, in the summary, in code scanning."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import click

from reconciler import __version__
from reconciler.cli.job_summary import add_to_summary
from reconciler.cli.terminal import write_json, write_lines
from reconciler.engine.diagnostics import Diagnostic, Silenced
from reconciler.render.diagnostics_text import diagnostics_lines, totals_line
from reconciler.render.github_annotations import workflow_commands
from reconciler.render.lines import line
from reconciler.render.sarif import sarif_document


def write_annotations(findings: Iterable[Diagnostic]) -> None:
    """Workflow commands on stdout, within GitHub's limits; the rest as text, and everything in
    the job's summary if there is one."""
    listed = list(findings)
    commands, rest = workflow_commands(listed)
    for command in commands:
        click.echo(command)
    if rest:
        write_lines([line(f"{len(rest)} more than GitHub shows beside the lines:")])
        write_lines(diagnostics_lines(rest)[:-1])
    write_lines([totals_line(listed)])
    add_to_summary(lambda: diagnostics_lines(listed))


def write_sarif(findings: Iterable[Diagnostic], silenced: Iterable[Silenced]) -> None:
    """One SARIF log on stdout, with the pages of the codes."""
    from reconciler.cli.codes import every_code

    write_json(sarif_document(findings, silenced, every_code(), __version__))


def in_repository(finding: Diagnostic, root: Path) -> Diagnostic:
    """The finding with its place relative to the repository that the project is in."""
    if finding.span is None:
        return finding
    above = next((one for one in (root, *root.parents) if (one / ".git").exists()), root)
    file = (root / finding.span.file).relative_to(above).as_posix()
    return replace(finding, span=replace(finding.span, file=file))
