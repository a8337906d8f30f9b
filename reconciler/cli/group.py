"""The group of commands; whatever ends a command becomes one of the documented exit codes."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

import click

from reconciler.cli import exit_codes


class Commands(click.Group):
    """A click group whose usage errors exit with 64, since 2 means "there are changes"."""

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        **extra: Any,
    ) -> Any:
        if not standalone_mode:
            return super().main(args, prog_name, complete_var, False, **extra)
        try:
            code = super().main(args, prog_name, complete_var, False, **extra)
            sys.stdout.flush()
        except click.UsageError as failure:
            failure.show()
            sys.exit(exit_codes.USAGE)
        except click.ClickException as failure:
            failure.show()
            sys.exit(exit_codes.ERROR)
        except click.Abort:
            click.echo("Interrupted.", err=True)
            sys.exit(exit_codes.INTERRUPTED)
        except OSError as failure:
            _closed_pipe(failure)
        sys.exit(code if isinstance(code, int) else exit_codes.OK)


def _closed_pipe(failure: OSError) -> NoReturn:
    """The reader went away (`reconcile plan | head`): end without a word."""
    if failure.errno != errno.EPIPE:
        raise failure
    devnull = os.open(os.devnull, os.O_WRONLY)
    os.dup2(devnull, sys.stdout.fileno())
    sys.exit(exit_codes.ERROR)
