"""Findings as text: code, severity, place and message; the source line and the hint below."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from reconciler.engine.diagnostics import Diagnostic, Severity, Span, sorted_findings
from reconciler.render.lines import Line, Piece, Style, counted, line
from reconciler.render.printable import printable, redacted

#: Gives the source line of a place, or None; reading files is the caller's business.
SourceLine = Callable[[Span], str | None]

_SEVERITIES: tuple[Severity, ...] = ("error", "warning", "note")
_STYLES: dict[Severity, Style] = {"error": "error", "warning": "warning", "note": "note"}
#: Findings about a secret in a file. Its line is not shown: what a secret looks like, only its
#: author knows.
_ABOUT_SECRETS = frozenset(
    {
        "mcp.headers_unsupported",
        "mcp.stdio_unsupported",
        "mcp.url_credentials",
        "secret.in_file",
    }
)
_BEFORE_CARET = 60
_AFTER_CARET = 60


def diagnostics_lines(
    findings: Iterable[Diagnostic], source: SourceLine | None = None, silenced: int = 0
) -> list[Line]:
    """All findings sorted by place, and the totals; of silenced ones only their number."""
    ordered = sorted_findings(findings)
    secret = {_row(finding) for finding in ordered if finding.code in _ABOUT_SECRETS}
    lines = [
        one
        for finding in ordered
        for one in diagnostic_lines(finding, None if _row(finding) in secret else source)
    ]
    return [*lines, totals_line(ordered, silenced)]


def diagnostic_lines(finding: Diagnostic, source: SourceLine | None = None) -> Iterator[Line]:
    """One finding."""
    where = str(finding.span) if finding.span else finding.address
    style = _STYLES[finding.severity]
    head = f"{finding.code} {finding.severity} "
    message, *rest = finding.message.split("\n")
    yield line(Piece(head, style), Piece(f"{where} " if where else "", "strong"), message)
    for more in rest:
        yield line(more, indent=2)
    text = source(finding.span) if source and finding.span else None
    if text is not None and finding.span:
        yield from _snippet(text, finding.span.column)
    for hint in finding.hint.split("\n") if finding.hint else []:
        yield line(Piece(f"hint: {hint}", "dim"), indent=2)


def _row(finding: Diagnostic) -> tuple[str, int] | None:
    return (finding.span.file, finding.span.line) if finding.span else None


def totals_line(findings: Iterable[Diagnostic], silenced: int = 0) -> Line:
    """`2 errors, 1 warning, 2 silenced.` or `No findings.`."""
    severities = [finding.severity for finding in findings]
    counts = [counted(severities.count(one), one) for one in _SEVERITIES if one in severities]
    counts += [f"{silenced} silenced"] if silenced else []
    return line(Piece(f"{', '.join(counts)}." if counts else "No findings.", "strong"))


def _snippet(text: str, column: int) -> Iterator[Line]:
    """The line around the column, and a caret below it; long lines are cut on both sides."""
    text = text.rstrip("\r\n").replace("\t", " ")
    at = min(max(column - 1, 0), len(text))
    start, end = max(0, at - _BEFORE_CARET), min(len(text), at + _AFTER_CARET)
    before = ("…" if start else "") + printable(redacted(text[start:at]))
    after = printable(redacted(text[at:end])) + ("…" if end < len(text) else "")
    yield line(f"| {before}{after}", indent=4)
    yield line("| " + " " * len(before), Piece("^", "error"), indent=4)
