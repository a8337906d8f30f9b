"""Findings for people: a stable code, a place, what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

Severity: TypeAlias = Literal["error", "warning", "note"]
_RANK: dict[str, int] = {"error": 0, "warning": 1, "note": 2}


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A place in a file: path relative to the project (POSIX), line and column from 1."""

    file: str
    line: int = 1
    column: int = 1

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding. `code` is dotted and a promise; `hint` says what to do about it."""

    code: str
    severity: Severity
    message: str
    hint: str = ""
    span: Span | None = None
    address: str = ""

    @property
    def sort_key(self) -> tuple[str, int, int, int, str, str]:
        place = self.span or Span("", 0, 0)
        rank = _RANK[self.severity]
        return (place.file, place.line, place.column, rank, self.code, self.message)


@dataclass(frozen=True, slots=True)
class Silenced:
    """A finding that somebody decided to live with, why, and where that is written."""

    finding: Diagnostic
    reason: str
    span: Span


def error(
    code: str, message: str, hint: str = "", *, span: Span | None = None, address: str = ""
) -> Diagnostic:
    return Diagnostic(code, "error", message, hint, span, address)


def warning(
    code: str, message: str, hint: str = "", *, span: Span | None = None, address: str = ""
) -> Diagnostic:
    return Diagnostic(code, "warning", message, hint, span, address)


def note(
    code: str, message: str, hint: str = "", *, span: Span | None = None, address: str = ""
) -> Diagnostic:
    return Diagnostic(code, "note", message, hint, span, address)


def has_errors(findings: Iterable[Diagnostic]) -> bool:
    return any(finding.severity == "error" for finding in findings)


def strict(findings: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The findings with warnings taken for errors; notes stay."""
    return tuple(
        replace(finding, severity="error") if finding.severity == "warning" else finding
        for finding in findings
    )


def sorted_findings(findings: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Each finding once, by place, then severity, then code."""
    return tuple(sorted(dict.fromkeys(findings), key=lambda finding: finding.sort_key))
