"""`outputs` and `doctor`: what runbooks and people need to know; nothing is written."""

from __future__ import annotations

from dataclasses import asdict

import click

from reconciler.cli import exit_codes
from reconciler.cli.failures import Failure
from reconciler.cli.options import addresses, common, leaving_out
from reconciler.cli.project import check_globs, load, load_desired, lock_path
from reconciler.cli.settings import Settings
from reconciler.cli.terminal import write_json, write_lines
from reconciler.cli.world import access_to, read_lock_of
from reconciler.engine.diagnostics import error
from reconciler.render.doctor_text import doctor_lines
from reconciler.render.json_documents import doctor_document, outputs_document
from reconciler.render.lines import counted
from reconciler.render.outputs_text import env_lines, outputs_lines


@click.command()
@addresses
@leaving_out
@common("env")
def outputs(settings: Settings, only: tuple[str, ...]) -> int:
    """List the ids of applied agents, from the folders and the lock.

    --format env describes one worker, and is refused if one can't serve all of these agents.
    """
    from reconciler.engine.outputs import OutputsConflict, collect

    loaded, desired = load_desired(settings)
    lock = read_lock_of(desired, lock_path(loaded.root, desired.target.name))
    check_globs(only, [resource.address for resource in desired.resources])
    found = collect(desired, lock, only)
    if settings.format == "json":
        write_json(outputs_document(found))
        return exit_codes.OK
    try:
        write_lines(env_lines(found) if settings.format == "env" else outputs_lines(found))
    except OutputsConflict as failure:
        raise Failure(error("outputs.conflict", str(failure))) from None
    return exit_codes.OK


@click.command()
@common()
def doctor(settings: Settings) -> int:
    """Check keys, hosts, access to the beta, the registry and the folders. Nothing is written."""
    from reconciler.platform.clients import connect
    from reconciler.platform.doctor import examine

    loaded = load(settings)
    if not loaded.target:
        raise Failure(*loaded.findings)
    errors = sum(finding.severity == "error" for finding in loaded.findings)
    detail = f"{counted(errors, 'error')}; see reconcile validate" if errors else str(loaded.root)
    checks = [{"name": "folders", "ok": not errors, "detail": detail}]
    with access_to(loaded.root, loaded.target) as access, connect(access) as clients:
        checks += [asdict(check) for check in examine(access, clients)]
    if settings.format == "json":
        write_json(doctor_document(checks))
    else:
        write_lines(doctor_lines(checks))
    return exit_codes.OK if all(check["ok"] for check in checks) else exit_codes.ERROR
