"""Pages about importing: what live objects can't be folders, and what is in their way."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.engine.codes import NOTE, Code

CODES: Final[Mapping[str, Code]] = {
    "import.drift_conflict": Code(
        "a field was edited outside and in the folder, each another way",
        "Which of the two is right only a person knows.",
        "Write into the folder what is right of both and apply it with --overwrite-drift, or take "
        "the live value with --force.",
        "reconcile import --drift agent/audit-handover --force --dry-run",
    ),
    "import.drift_differs": Code(
        "an edited folder would not mean what is live, or would mean something else, too",
        "Every edit is read again and planned before anything is written.",
        "Edit the folder by hand, or undo the live edit with `apply --overwrite-drift`.",
    ),
    "import.drift_follows": Code(
        "the next apply changes another object on account of a live edit that was taken",
        "A coordinator is pinned to the version of its member before the edit.",
        "Nothing has to be done: the plan shows the change, and an apply makes it.",
        severities=NOTE,
    ),
    "import.drift_gone": Code(
        "an object that was to be taken into its folder was archived or deleted outside",
        "There is nothing live that the folder could say.",
        "Delete the folder, or have the object made again: `apply --recreate ADDRESS`.",
    ),
    "import.drift_kind": Code(
        "an object was edited whose fields stand in no file",
        "A vault or a registration follows from the agent that needs it.",
        "Undo the live edit with `apply --overwrite-drift`.",
    ),
    "import.drift_place": Code(
        "a live edit belongs to a place that is not rewritten line by line",
        "It stands at a YAML anchor that is used twice, or in another tool's form.",
        "Edit that place by hand; `reconcile drift` shows the live value.",
    ),
    "import.drift_prompt": Code(
        "nobody can say to which of a prompt's texts a live edit belongs",
        "The prompt is put together from several texts, and the edit reaches over more than one.",
        "Take the edit over by hand; `reconcile drift` shows it.",
    ),
    "import.drift_shared": Code(
        "a live edit belongs into a file that other objects are made of, too",
        "An edit there would change the other objects with the next apply.",
        "Edit the file by hand if that is meant, or give the object a copy of its own.",
    ),
    "import.drift_variable": Code(
        "a live edit belongs to a place whose value comes from a variable",
        "Writing the value there would take the variable out for every target.",
        "Change the variable's value, or write the live value in its place by hand.",
    ),
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
    "import.unsafe_path": Code(
        "a file can't be written under its name on every disk",
        "Names of devices, names that differ in case only, control characters and the like work on "
        "some systems and harm others. Nothing is written.",
        "Rename the file where it comes from.",
    ),
}
