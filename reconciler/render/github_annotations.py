"""Findings as GitHub's workflow commands, which it shows beside the lines of a pull request.

GitHub shows ten annotations of a severity for each step (documentation of workflow commands, usage
limits); what is beyond that is for the job's summary.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from reconciler.engine.diagnostics import Diagnostic, Severity, sorted_findings
from reconciler.render.printable import printable, redacted

LIMIT: Final = 10
_COMMANDS: Final[dict[Severity, str]] = {"error": "error", "warning": "warning", "note": "notice"}
#: What ends a command, or one of its properties (actions/toolkit, `command.ts`).
_MESSAGE = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_PROPERTY = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A", ":": "%3A", ",": "%2C"})


def workflow_commands(findings: Iterable[Diagnostic]) -> tuple[list[str], list[Diagnostic]]:
    """One command for each finding that GitHub shows, most severe first; and the other findings."""
    ordered = sorted_findings(findings)
    commands: list[str] = []
    rest: list[Diagnostic] = []
    for severity in _COMMANDS:
        found = [finding for finding in ordered if finding.severity == severity]
        commands += [_command(finding) for finding in found[:LIMIT]]
        rest += found[LIMIT:]
    return commands, rest


def _command(finding: Diagnostic) -> str:
    """`::error file=…,line=…,col=…,title=…::message`; whatever a finding says stays text."""
    place = finding.span
    properties = {"file": place.file, "line": place.line, "col": place.column} if place else {}
    told = ",".join(
        f"{key}={_shown(str(value)).translate(_PROPERTY)}"
        for key, value in {**properties, "title": finding.code}.items()
    )
    lines = f"{finding.message}\n{finding.hint}".strip().splitlines()
    message = "\n".join(_shown(line) for line in lines).translate(_MESSAGE)
    return f"::{_COMMANDS[finding.severity]} {told}::{message}"


def _shown(text: str) -> str:
    return printable(redacted(text))
