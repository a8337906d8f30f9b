"""From the command line to what the folders say: loading, choosing, source lines."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.failures import Failure
from reconciler.cli.settings import Settings
from reconciler.engine.address import Address, matches
from reconciler.engine.desired import Desired
from reconciler.engine.diagnostics import Diagnostic, Span, error, has_errors, strict
from reconciler.render.diagnostics_text import SourceLine

if TYPE_CHECKING:
    from reconciler.authoring import Loaded

EMBEDDED = "sandbox"  # the target that is served from inside the command
UNCOMMITTED = ".reconcile"
SEVERAL = 2  # targets: `sandbox` is always one of them


def load(settings: Settings, *, target: str | None = None, start: Path | None = None) -> Loaded:
    """What the folders say, with whatever findings there are. Raises Failure without a project."""
    from reconciler import authoring

    try:
        return authoring.load(
            start or settings.start,
            target=target or settings.target,
            variables=settings.variables,
            environ=os.environ,
            skip_unsupported=settings.skip_unsupported,
        )
    except authoring.ProjectNotFound as failure:
        raise Failure(error("project.not_found", str(failure))) from None


def load_desired(settings: Settings) -> tuple[Loaded, Desired]:
    """What the folders say for one target. Raises Failure if they hold an error."""
    loaded = load(settings)
    if len(loaded.targets) > SEVERAL:  # an entry may be there for another target's sake
        rest = tuple(one for one in loaded.findings if one.code != "silence.unused")
        loaded = replace(loaded, findings=rest)
    if settings.strict:
        loaded = replace(loaded, findings=strict(loaded.findings))
    if loaded.desired is None or has_errors(loaded.findings):
        raise Failure(*loaded.findings, source=source_lines(loaded.root))
    return loaded, loaded.desired


def lock_path(root: Path, target: str) -> Path:
    """Beside reconcile.yaml; the embedded platform's lock is nothing to commit."""
    folder = root / UNCOMMITTED if target == EMBEDDED else root
    return folder / f"reconcile.{target}.lock"


def check_globs(globs: Iterable[str], known: Iterable[Address]) -> None:
    """Raises Failure for a glob that matches nothing: a typing error must not look like peace."""
    names = set(known)
    findings = [
        unknown_address(glob, names)
        for glob in globs
        if not any(matches(name, (glob,)) for name in names)
    ]
    if findings:
        raise Failure(*findings)


def unknown_address(text: str, known: Iterable[Address]) -> Diagnostic:
    """The finding about an address that nothing has, with those that look like it."""
    names = sorted(str(name) for name in known)
    stems = {name.rpartition("/")[2]: name for name in names}
    near = get_close_matches(text, names, n=3)
    near += [stems[stem] for stem in get_close_matches(text.rpartition("/")[2], stems, n=3)]
    hint = f"near: {', '.join(dict.fromkeys(near))}" if near else "an address is kind/name"
    return error("address.unknown", f"nothing has the address {text}", hint)


def source_lines(root: Path) -> SourceLine:
    """Gives the line of a place inside the project, None if it can't be read, or must not be: what
    no definition may reach (a link, `.env`) is not shown either."""
    from reconciler.authoring.files import Files, Refused, inside

    files = Files(root)

    @lru_cache(maxsize=64)
    def lines(file: str) -> list[str]:
        try:
            return files.read(inside("", file)).decode(errors="replace").split("\n")
        except Refused:
            return []

    def at(place: Span) -> str | None:
        found = lines(place.file)
        return found[place.line - 1] if 0 < place.line <= len(found) else None

    return at
