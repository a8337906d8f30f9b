"""Pages about `silence:` itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.engine.codes import WARNING, Code

_ENTRY = (
    "silence:\n"
    "  - code: tools.untrusted_input\n"
    "    at: tools\n"
    "    reason: Runs in an environment without secrets, and its output is reviewed."
)

CODES: Final[Mapping[str, Code]] = {
    "silence.code": Code(
        "`silence` names a code that no finding of the folders has",
        "It would silence nothing, while the author believes that it does.",
        "Copy the code from the finding.",
        _ENTRY,
    ),
    "silence.of_error": Code(
        "`silence` names a code that is an error",
        "An error means that the folders can't be applied as they are, whatever the reason.",
        "Correct what the finding is about; `reconcile explain CODE` says how.",
    ),
    "silence.place": Code(
        "`at` of a `silence` entry begins with no field of the file",
        "A finding is silenced at one place only, so that the same finding elsewhere is seen.",
        "Write the path of a field of this file; other files are silenced in reconcile.yaml.",
        _ENTRY,
    ),
    "silence.reason": Code(
        "a `silence` entry has no reason",
        "Whoever reads it later has to be able to judge whether it still holds.",
        "Say in a sentence why the finding is right as it is.",
        _ENTRY,
    ),
    "silence.unused": Code(
        "a `silence` entry silences nothing",
        "What it was written for is gone or lies elsewhere, and it would hide a later finding.",
        "Take the entry out, or correct `at`.",
        severities=WARNING,
    ),
}
