"""What was put on GitHub, as a JSON document."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias, TypedDict

from reconciler.render.json_parts import FORMAT_VERSION

What: TypeAlias = Literal["comment", "issue"]
Result: TypeAlias = Literal["created", "updated", "unchanged", "outdated", "closed"]


class PostedDocument(TypedDict):
    """A comment or an issue: `reconcile comment --format json`."""

    format_version: Annotated[Literal[1], "The version of the document's form"]
    kind: Annotated[Literal["posted"], "What this document is"]
    what: Annotated[What, "What it is on GitHub"]
    result: Annotated[Result, "What became of it; outdated: a newer commit's is there"]
    url: Annotated[str, "Where it is; empty if it is nowhere"]


def posted_document(what: What, result: Result, url: str) -> PostedDocument:
    """The document of what was posted."""
    return {
        "format_version": FORMAT_VERSION,
        "kind": "posted",
        "what": what,
        "result": result,
        "url": url,
    }
