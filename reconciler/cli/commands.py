"""`reconcile` and its commands."""

from __future__ import annotations

import click

from reconciler import __version__
from reconciler.cli.apply import apply, destroy
from reconciler.cli.comment import comment
from reconciler.cli.drift import drift
from reconciler.cli.embedded import sandbox
from reconciler.cli.explain import explain
from reconciler.cli.facts import doctor, outputs
from reconciler.cli.group import Commands
from reconciler.cli.identity import adopt, forget, lock
from reconciler.cli.import_ import import_
from reconciler.cli.init import init
from reconciler.cli.look import show, validate
from reconciler.cli.plan import plan
from reconciler.cli.schema import schema


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="reconcile")
def main() -> None:
    """Make live Claude Managed Agents equal to folders in git, and register them in Ntropii.

    Exit codes, the first that holds: 130 interrupted; 4 stale or held back; 3 something failed
    after a write; 1 error, nothing written; 5 refused by a safety rule or because of drift;
    2 changes (plan --detailed-exitcode); 0; and 64 for usage.
    """


for command in (
    init, validate, show, explain, schema, plan, drift, apply, destroy, import_, adopt, forget,
    lock, outputs, doctor, comment, sandbox,
):  # fmt: skip
    main.add_command(command)
