"""The pages of diagnostic codes: one as text, all as one line each, all as Markdown."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping

from reconciler.engine.codes import Code
from reconciler.engine.diagnostics import Severity
from reconciler.render.lines import BLANK, Line, Piece, Style, line

_WIDTH = 88
_STYLES: dict[Severity, Style] = {"error": "error", "warning": "warning", "note": "note"}


def page_lines(code: str, page: Code) -> Iterator[Line]:
    """One page: what, why, what to do, and an example."""
    style = _STYLES[page.severities[0]]
    yield line(Piece(f"{code} ", "strong"), Piece(severities(page), style))
    yield from _paragraph(sentence(page.summary))
    for title, text in (("Why", page.why), ("Fix", page.fix)):
        yield BLANK
        yield line(Piece(title, "strong"), indent=2)
        yield from _paragraph(text)
    if page.example:
        yield BLANK
        yield line(Piece("Example", "strong"), indent=2)
        for text in page.example.split("\n"):
            yield line(text, indent=4)


def list_lines(pages: Mapping[str, Code]) -> Iterator[Line]:
    """Every code with its severities and its summary."""
    wide = max(map(len, pages), default=0)
    for code, page in pages.items():
        style = _STYLES[page.severities[0]]
        yield line(
            Piece(f"{code:{wide}} ", "strong"), Piece(f"{severities(page):16}", style), page.summary
        )


def markdown(pages: Mapping[str, Code], how: str) -> str:
    """All pages as one Markdown document; `how` says how the file is made again."""
    parts = [f"# Diagnostic codes\n\n<!-- Generated: {how} -->\n"]
    parts.append(
        "A code is a promise: it is never given another meaning. `reconcile explain CODE` prints\n"
        "the same page. Warnings and notes can be silenced for one place with `silence:` and a\n"
        "reason; `--strict` takes warnings for errors.\n"
    )
    for code, page in pages.items():
        parts.append(f"## {code}\n\n{severities(page)}: {page.summary}.\n")
        parts.append(f"{page.why}\n\n**Fix:** {page.fix}\n")
        if page.example:
            parts.append(f"```\n{page.example}\n```\n")
    return "\n".join(parts)


def severities(page: Code) -> str:
    """`error or warning`."""
    return " or ".join(page.severities)


def sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + "."


def _paragraph(text: str) -> Iterator[Line]:
    for row in textwrap.wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False):
        yield line(row, indent=4)
