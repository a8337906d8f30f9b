"""The pages of the codes that commands themselves end with, and all pages together."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Final

from reconciler.engine.codes import Code

#: How schemas/codes.md is made again.
REGENERATE: Final = "python -m reconciler.cli.codes > schemas/codes.md"

CODES: Final[Mapping[str, Code]] = {
    "address.unknown": Code(
        "an address or glob on the command line matches nothing",
        "A command that quietly did nothing would look like one that found nothing to do.",
        "Take one of the addresses that look like it; an address is kind/name.",
        "reconcile plan 'agent/audit-*'",
    ),
    "code.unknown": Code(
        "`explain` was asked for a code that does not exist",
        "Codes are exact words; they are printed at the beginning of each finding.",
        "Take one of the codes that look like it; `reconcile explain` lists all of them.",
        "reconcile explain tools.unmapped",
    ),
    "import.other_store": Code(
        "the folder that --into names can't share the embedded platform that is read",
        "Its folders would speak of ids that its own platform does not have.",
        "Move `.reconcile/sandbox.sqlite` in it away, or make the link that the hint names.",
    ),
    "init.exists": Code(
        "`init` would have to replace a file",
        "A file that exists is never replaced, and what is made is made whole or not at all.",
        "Choose another --name or DIR, or move the file away.",
        "reconcile init --name audit-handover",
    ),
    "init.not_written": Code(
        "`init` could not write a file",
        "What had been written before it was taken away again.",
        "Mind the permissions of the folder and the space on the disk, or name another DIR.",
    ),
    "install.missing": Code(
        "a package that this command needs is not installed",
        "What only some commands need comes with extras, so that checking folders stays light.",
        "Install the extra that the hint names.",
        "pip install 'agent-reconciler[platform]'",
    ),
    "internal.error": Code(
        "the program met something it does not handle: a mistake of its own",
        "Whatever the folders hold, this should have been a finding with a place.",
        "Run again with --debug and report the traceback, without keys.",
    ),
    "lock.no_folder": Code(
        "the folder for locks between processes can't be made",
        "Without it two applies on this machine could run at the same time.",
        "Set XDG_STATE_HOME to a folder that every run on this machine shares.",
    ),
    "lock.unreadable": Code(
        "the lock of the target is not a lock that can be read",
        "The lock says which live object each address is. Without it everything would be created "
        "anew.",
        "Bring the file back from git, or resolve the merge conflict in it.",
    ),
    "outputs.conflict": Code(
        "one worker can't serve all of these agents",
        "A worker has one environment and one list of vaults, in which the first that holds a key "
        "for a URL wins.",
        "Ask for fewer agents, or use --format json, which lists each of them.",
    ),
    "plan.stale": Code(
        "the plan is not the one that was expected",
        "Something changed since it was reviewed: in the folders, in the lock or on the platform.",
        "Plan and review again, and expect the new digest.",
        "reconcile apply --expect sha256:…",
    ),
    "lock.exists": Code(
        "the lock that was to be made anew exists",
        "It knows more than the markers do: which fields the folders own, for one.",
        "Use it; or move it away, if it is damaged past mending.",
    ),
    "lock.secret": Code(
        "the lock holds what looks like a secret",
        "The lock is committed, so whoever reads the repository reads it.",
        "Take it out and replace the key. The lock never needs one.",
    ),
    "lock.unknown": Code(
        "the lock names an address that the folders do not declare",
        "A folder was removed or renamed, and what it made is still live.",
        "Prune it, forget it, or write a move in reconcile.yaml.",
    ),
    "plan.not_written": Code(
        "the file of a plan could not be written",
        "A plan is saved whole or not at all.",
        "Mind the permissions of the folder and the space on the disk, or name another FILE.",
    ),
    "plan.of_another": Code(
        "a saved plan is of another project or target",
        "Its actions were reviewed for that one; here they would mean something else.",
        "Give the --target it was made for, or plan here.",
    ),
    "plan.unreadable": Code(
        "a file is not a plan that this version reads",
        "Only what `plan --out` wrote can be carried out, since nothing else was reviewed.",
        "Plan again with `reconcile plan --out FILE`.",
    ),
    "project.not_found": Code(
        "there is no reconcile.yaml here or in any folder above",
        "A project is the folder that holds reconcile.yaml.",
        "Run the command inside a project, name it with --project-dir, or write reconcile.yaml.",
    ),
    "report.not_written": Code(
        "the report of an apply could not be saved",
        "What was applied is applied, and the lock knows it; only the file is missing.",
        "Mind the permissions of the folder and the space on the disk, or name another FILE.",
    ),
    "report.unreadable": Code(
        "a file is not a report that this version reads",
        "A comment about an apply says what became of it, and nothing else.",
        "Give the file that `reconcile apply --report FILE` saved.",
        "reconcile apply plan.json --report report.json",
    ),
    "sandbox.port": Code(
        "the embedded platform can't listen on the port",
        "Another program has the port, or this user may not open it.",
        "Choose another --port; without one a free port is taken.",
    ),
    "schema.not_written": Code(
        "a schema could not be written into the folder that --write names",
        "Files that were written before it are there, whole.",
        "Mind the permissions of the folder, or name another one.",
        "reconcile schema --write schemas",
    ),
}


def every_code() -> dict[str, Code]:
    """The pages of all rooms, in order of their codes."""
    from reconciler.authoring.codes import CODES as AUTHORING
    from reconciler.engine.codes import CODES as ENGINE
    from reconciler.platform.codes import CODES as PLATFORM

    merged = {**AUTHORING, **ENGINE, **PLATFORM, **CODES}
    return dict(sorted(merged.items()))


def write_markdown() -> None:
    """The pages as Markdown on stdout."""
    from reconciler.render.codes_text import markdown

    sys.stdout.write(markdown(every_code(), REGENERATE))


if __name__ == "__main__":
    write_markdown()
