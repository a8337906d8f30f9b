"""Definitions written as Markdown: the frontmatter is the body, the prose below it the prompt."""

from __future__ import annotations

import re
from dataclasses import replace

from reconciler.authoring.yaml_source import Source, decode, parse_text
from reconciler.engine.diagnostics import Diagnostic, Span, error

_FENCE = re.compile(r"^---[ \t]*$", re.MULTILINE)
AGENT = "---\\nmodel: …\\n---\\nThe prompt."
ENVIRONMENT = "---\\nconfig: {type: cloud}\\n---\\nThe description."
_CONTENT = re.compile(r"^[ \t]*[^\s#]", re.MULTILINE)


def parse_markdown(
    file: str, data: bytes, *, bare: bool = False, example: str = AGENT
) -> tuple[Source | None, list[Diagnostic]]:
    """Read a Markdown definition. The prose is kept to the byte, but for LF line ends.

    Only the first two fences count: a `---` in the prose is part of it. A file without
    frontmatter is an error, with `example` as its hint, unless `bare` says that it may be a prompt
    alone.
    """
    text, finding = decode(file, data)
    if finding is not None:
        return None, [finding]
    text = text.replace("\r\n", "\n")
    opening = _FENCE.match(text)
    if opening is None:
        if bare:
            return Source(file, {}, prose=text), []
        message = f"{file.rpartition('/')[2]} must begin with frontmatter between two lines ---"
        return None, [error("agent.no_frontmatter", message, example, span=Span(file))]
    begin = opening.end() + 1
    closing = _FENCE.search(text, begin)
    if closing is None:
        message = "the frontmatter has no end"
        hint = "write a line --- below its last key"
        return None, [error("agent.no_frontmatter", message, hint, span=Span(file))]
    source, problems = _frontmatter(file, text[begin : closing.start()])
    if source is None:
        return None, problems
    line = text.count("\n", 0, closing.end()) + 2
    return replace(source, prose=text[closing.end() + 1 :], prose_line=line), problems


def _frontmatter(file: str, text: str) -> tuple[Source | None, list[Diagnostic]]:
    """The keys; none are no mistake here, since the prompt is there."""
    if _CONTENT.search(text) is None:
        return Source(file, {}, first_line=2), []
    return parse_text(file, text, first_line=2)
