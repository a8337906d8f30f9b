"""Pages about ids that other tools left in a project."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.engine.codes import NOTE, WARNING, Code

_AGAIN = "To go on without it would create the object a second time."

CODES: Final[Mapping[str, Code]] = {
    "adoption.ambiguous": Code(
        "another tool's lock names a live object by a name that several agents have",
        "To guess would give one agent's id to another, and create the first a second time.",
        "Say which agent it is with `reconcile adopt`, and take the entry out.",
    ),
    "adoption.id": Code(
        "what another tool's lock gives for an id is none",
        _AGAIN,
        "Restore the file from git, or take the entry out.",
    ),
    "adoption.skill": Code(
        "a skill of another tool's lock is not taken over",
        "A skill is known by its content: without a version that a folder holds it is another one.",
        "Nothing: the folder is uploaded as a skill of this project. Delete the old one later.",
        severities=NOTE,
    ),
    "adoption.two_ids": Code(
        "two files name different live objects for one address",
        "Only one of them can be what the folder describes.",
        "Keep the id of the object that is meant.",
    ),
    "adoption.unknown_version": Code(
        "another tool's lock has a version that is not known",
        f"Its ids might mean something else. {_AGAIN}",
        "Take the objects over one by one with `reconcile adopt`, then delete the file.",
    ),
    "adoption.unmatched": Code(
        "an id is named for a file or a target that is not here",
        "Its object is left alone, and nothing here manages it.",
        "Bring the file back, call the target by its name, or take the entry out.",
        severities=WARNING,
    ),
}
