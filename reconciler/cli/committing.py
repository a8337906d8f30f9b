"""`apply --commit`: the lock in a commit of its own."""

from __future__ import annotations

import os

from reconciler.cli import exit_codes
from reconciler.cli.project import EMBEDDED
from reconciler.cli.terminal import write_lines
from reconciler.cli.world import Place
from reconciler.engine.diagnostics import error
from reconciler.render.diagnostics_text import diagnostics_lines
from reconciler.render.lines import line


def commit_after(place: Place, digest: str, code: int) -> int:
    """Commit the lock after an apply that ends with `code`; the apply's own end wins over what
    became of the commit. Says on stderr what was done."""
    from reconciler.platform.git_commit import NotCommitted, commit_lock

    target = place.desired.target.name
    if target == EMBEDDED:
        write_lines([line("The embedded platform's lock is not committed.")], to_stderr=True)
        return code
    message = f"Record what was applied to {target}\n\nPlan {digest}\n"
    try:
        done = commit_lock(place.lock_path, message, os.environ)
    except NotCommitted as failure:
        finding = error(failure.code, failure.message, failure.hint)
        write_lines(diagnostics_lines([finding]), to_stderr=True)
        return code or exit_codes.FAILED_AFTER_WRITE
    write_lines([line(f"lock {done}: {place.lock_path.name}")], to_stderr=True)
    return code
