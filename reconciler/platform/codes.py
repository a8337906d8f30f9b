"""The pages of the codes that the outside world ends with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.engine.codes import Code

CODES: Final[Mapping[str, Code]] = {
    "access.refused": Code(
        "a key is missing or not accepted, or would go to a host that may not have it",
        "Keys are sent to the official hosts, to loopback and to hosts the operator lists, so that "
        "a changed address can't collect them.",
        "Set ANTHROPIC_API_KEY and NTRO_API_KEY for this workspace and tenant; list your own host "
        "in RECONCILE_ALLOWED_HOSTS.",
    ),
    "git.not_committed": Code(
        "what was applied is not in the repository's lock",
        "The apply itself is done, and every object carries its marker. A lock that is older than "
        "the objects is no danger: the next plan finds them by their markers.",
        "Merge the lock and commit it by hand; where it is missing, `reconcile lock --rebuild`.",
        "reconcile apply --yes --commit",
    ),
    "git.unknown": Code(
        "git can't tell what was asked",
        "Who changed what, and what a branch touched, is read from the repository's history.",
        "Run in a checkout that has the history: in a workflow `fetch-depth: 0`.",
        severities=("error", "note"),
    ),
    "github.access": Code(
        "the repository or the token for GitHub is not known",
        "They come from GitHub's own variables, which every workflow has, and never from a file.",
        "In a workflow, hand `GITHUB_TOKEN: ${{ github.token }}` to the step; elsewhere set it.",
    ),
    "github.failed": Code(
        "GitHub could not be asked, or did not take what was sent",
        "A comment that may have been posted is looked for before it is posted again, and after a "
        "few tries the command ends.",
        "Run the command again; it brings the one comment up to date.",
    ),
    "github.forbidden": Code(
        "the token may not do this",
        "The token of a pull request from a fork may only read; what was to be posted is in the "
        "job's summary.",
        "Give the job `permissions: pull-requests: write` (for the drift issue `issues: write`).",
    ),
    "github.not_found": Code(
        "GitHub knows no such pull request or repository, or the token may not see it",
        "A private repository looks like none to a token without access.",
        "Check the number, GITHUB_REPOSITORY and the token.",
    ),
    "lock.held": Code(
        "another process applies to the same target",
        "Two applies at once would both create what is missing.",
        "Wait for the other run to end; the lock ends with its process.",
    ),
    "origin.mismatch": Code(
        "this is not the world that the lock or the target speaks of",
        "The lock holds ids of one workspace, organization and registry. In another they mean "
        "nothing, or something else.",
        "Check the key, `expect:` of the target and the lock: one of them belongs elsewhere.",
    ),
    "platform.failed": Code(
        "something outside failed in a way that has no code of its own",
        "Nothing is done on a guess, so the command ended here.",
        "Read the message; run again with --debug for the whole story.",
    ),
    "read.bad_archive": Code(
        "the archive of a skill's version can't be used",
        "It is damaged, unpacks to more than 100 MB or 10,000 files, or holds links. Nothing of it "
        "is written.",
        "Upload the skill anew, from its folder.",
    ),
    "read.failed": Code(
        "something could not be read from the platform or the registry",
        "Unknown is not absent: a plan made without it might create what exists.",
        "Run again; with a status of 401 or 403, check the key with `reconcile doctor`.",
    ),
    "read.not_found": Code(
        "the platform says that there is no such object",
        "It was deleted outside, or the key belongs to another workspace.",
        "Check the workspace with `reconcile doctor`, then plan again.",
    ),
    "secret.missing": Code(
        "a secret that a folder asks for is not set",
        "Secrets are read at apply from the operator's environment and from nowhere else.",
        "Set RECONCILE_SECRET_<NAME> for the apply.",
        "RECONCILE_SECRET_WIKI_TOKEN=… reconcile apply",
    ),
    "skill.changed": Code(
        "a skill's files changed on disk after the plan was made",
        "What is uploaded must be what was reviewed.",
        "Run plan again, and apply that.",
    ),
    "write.halted": Code(
        "a write was refused, and every other one would be: spend limit, billing or a dead key",
        "Going on would only collect the same refusal for each object.",
        "Raise the limit or renew the key, then run apply again: it continues where it stopped.",
    ),
    "write.moved": Code(
        "an object is not what the plan saw any more",
        "Somebody changed it meanwhile; writing now would overwrite an edit nobody reviewed.",
        "Run plan again and look at the drift it shows.",
    ),
    "write.outcome_unknown": Code(
        "the answer to a write was lost, and looking afterwards did not tell",
        "Sending it again might create the object twice, so that is never done in one run.",
        "Run plan again: it lists what is there before anything is sent.",
    ),
    "write.refused": Code(
        "the platform refused a write; nothing was changed by it",
        "The message holds the platform's own reason.",
        "Correct the definition after that reason, then plan and apply again.",
    ),
    "write.stopped": Code(
        "a write was not sent, because the run was interrupted",
        "After the first Ctrl-C only what is in flight is finished.",
        "Run apply again: it continues where it stopped.",
    ),
    "write.throttled": Code(
        "a write was held back by a rate limit that did not pass in time",
        "The platform limits how many objects may be created per minute.",
        "Run apply again later; lower --parallelism if it happens often.",
    ),
    "write.unresolved": Code(
        "a write needs a value of another object that is not known",
        "The object it depends on was not written, or its answer held no such value.",
        "Look for that object's own failure above, and run apply again.",
    ),
}
