"""What a definition's author wrote, made fit to be repeated in a finding.

Findings end up on terminals, in CI logs and in comments; names and values in them come from
files that anybody may have proposed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from reconciler.engine.diagnostics import Diagnostic, Silenced, Span, sorted_findings

_LONGEST = 400


def tidied(findings: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """The findings sorted, each once, on one line each, without control characters."""
    return sorted_findings(_tidy(finding) for finding in _each_once(list(findings)))


def tidy_silenced(silenced: Iterable[Silenced]) -> tuple[Silenced, ...]:
    """The same for findings that were silenced, and for their reasons."""
    return tuple(
        replace(item, finding=_tidy(item.finding), reason=_plain(item.reason)) for item in silenced
    )


def _each_once(findings: list[Diagnostic]) -> Iterator[Diagnostic]:
    """One finding for one message at one place; a link that a definition names is refused where
    it is named, and not again where it lies."""
    named = {
        item.message
        for item in findings
        if item.code == "path.symlink" and item.span and not _is_about(item, item.span.file)
    }
    seen = set()
    for item in findings:
        key = (item.code, item.message, item.span)
        again = item.code == "path.symlink" and item.message in named
        if key in seen or (again and item.span and _is_about(item, item.span.file)):
            continue
        seen.add(key)
        yield item


def _is_about(finding: Diagnostic, path: str) -> bool:
    return finding.message.startswith(f"{path} is ")


def _tidy(finding: Diagnostic) -> Diagnostic:
    message, hint, address = _plain(finding.message), _plain(finding.hint), _plain(finding.address)
    span = finding.span
    if span is not None and not span.file.isprintable():
        span = Span(_plain(span.file), span.line, span.column)
    if (message, hint, address, span) == (
        finding.message,
        finding.hint,
        finding.address,
        finding.span,
    ):
        return finding
    return replace(finding, message=message, hint=hint, address=address, span=span)


def _plain(text: str) -> str:
    """Printable and not too long: other characters as their escapes, the rest cut off."""
    if len(text) > _LONGEST:
        text = text[: _LONGEST - 1] + "…"
    if text.isprintable():
        return text
    return "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text
    )
