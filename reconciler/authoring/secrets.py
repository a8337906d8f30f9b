"""Secrets in files. The value is never repeated, neither in the message nor from the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.engine.diagnostics import Diagnostic, Span, error
from reconciler.engine.secret_shapes import may_hold_secret, sightings

CODE = "secret.in_file"
_HINT = (
    "revoke it, since it is in git, and take it out: keys belong in vault credentials, or in the "
    "operator's environment"
)


def in_files(files: Mapping[str, bytes], address: str = "") -> Iterator[Diagnostic]:
    """Whatever looks like a secret in these files, each once per place."""
    for file, data in sorted(files.items()):
        if not may_hold_secret(data):
            continue
        text = data.decode("utf-8-sig", errors="replace")
        for seen in sightings(text):
            message = f"this looks like {seen.what}; it would be sent to whoever reads the object"
            yield error(CODE, message, _HINT, span=span_at(file, text, seen.start), address=address)


def span_at(file: str, text: str, at: int) -> Span:
    """The place of a character of the text."""
    before = text[:at]
    return Span(file, before.count("\n") + 1, at - (before.rfind("\n") + 1) + 1)
