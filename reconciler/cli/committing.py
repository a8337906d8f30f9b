"""`apply --commit`: the lock in a commit of its own."""

from __future__ import annotations

import os
from dataclasses import dataclass

from reconciler.cli.project import EMBEDDED
from reconciler.cli.settings import Settings
from reconciler.cli.terminal import write_lines
from reconciler.cli.world import Place
from reconciler.engine.diagnostics import Diagnostic, error
from reconciler.render.diagnostics_text import diagnostics_lines
from reconciler.render.lines import line


@dataclass(frozen=True, slots=True)
class LockCommit:
    """What became of the lock's commit: in words, or what kept it from being made or pushed."""

    text: str = ""
    findings: tuple[Diagnostic, ...] = ()

    def say(self, settings: Settings) -> None:
        """On stderr; findings are in the JSON document, if that is asked for."""
        if self.text:
            write_lines([line(self.text)], to_stderr=True)
        if self.findings and settings.format != "json":
            write_lines(diagnostics_lines(self.findings), to_stderr=True)


def commit(place: Place, digest: str) -> LockCommit:
    """Commit and push the lock after an apply, however that ended. The message names target and
    plan."""
    from reconciler.platform.git_commit import NotCommitted, commit_lock

    target = place.desired.target.name
    if target == EMBEDDED:
        return LockCommit("--commit: the embedded platform's lock is not committed.")
    message = f"Record what was applied to {target}\n\nPlan {digest}\n"
    try:
        done = commit_lock(place.lock_path, message, os.environ)
    except NotCommitted as failure:
        return LockCommit(findings=(error(failure.code, failure.message, failure.hint),))
    return LockCommit(f"lock {done}: {place.lock_path.name}")
