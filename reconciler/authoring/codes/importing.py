"""Pages about importing: what live objects can't be folders, and what is in their way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.engine.codes import NOTE, Code

CODES: Final[Mapping[str, Code]] = {
    "import.exists": Code(
        "a file that an import would write is there, and is another",
        "What people wrote is never replaced unseen.",
        "Look at the difference with --dry-run --force, then take --force, or write elsewhere with "
        "--into.",
        "reconcile import --all --into imported",
    ),
    "import.in_the_way": Code(
        "a name that an import needs is taken, by a file or by one that differs in case only",
        "On disks that do not tell upper from lower case, the two are one file.",
        "Rename what is there, or write elsewhere with --into.",
    ),
    "import.left_out": Code(
        "an object is not written, since its folder would not mean what is live",
        "A folder that differs from what it was made from would change it with the next apply. "
        "What else was asked for is written.",
        "Change the object on the platform, or write its folder by hand and adopt it.",
    ),
    "import.not_written": Code(
        "an import could not write a file",
        "Each object is written whole or not at all; those that are whole stay.",
        "Make room or permissions for it, and import again: it goes on from there.",
    ),
    "import.other_form": Code(
        "an object is defined in another form already",
        "Two files would define one address.",
        "Move the other file away, or write elsewhere with --into.",
    ),
    "import.other_project": Code(
        "the folder that --into names is a project of another name",
        "Its name is part of every marker.",
        "Give its name with --project, or another folder.",
    ),
    "import.skill_kept": Code(
        "a skill stays an id instead of becoming a folder",
        "Its archive can't be a folder that would be uploaded as the same bytes, another live "
        "skill has its name, or another project owns it.",
        "Nothing has to be done: the agent goes on using it.",
        severities=NOTE,
    ),
}
