"""Pages about the cookbooks' dialect: how its documents are read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.engine.codes import NOTE, Code

CODES: Final[Mapping[str, Code]] = {
    "converted.kept": Code(
        "an entry is kept that the cookbooks' deploy script leaves out",
        "That script reads one `from_plugin`, skills with `path`, members with `manifest`, and "
        "either `file` or `text` of a prompt. Here all that is written counts, so the agent may "
        "get more than the script gave it.",
        "Nothing has to be done if it is meant, else take the entry out.",
        severities=NOTE,
    ),
    "converted.output_schema": Code(
        "a cookbook's `output_schema` is not sent",
        "The API has no such field, so the platform holds no answer to it. In the cookbooks a "
        "program of their own does.",
        "Leave it for that program, or take it out.",
        severities=NOTE,
    ),
    "converted.variable": Code(
        "a variable in a cookbook's text stays as it is",
        "The cookbooks' deploy script fills variables in anywhere in the file. Here they are for "
        "URLs and ids; `${…}` in a prompt is text, as it is in shell code.",
        "Write the value itself, or nothing if the text is meant.",
        severities=NOTE,
    ),
}
