"""The commands. Wiring only: what a command needs is imported when it runs.

group          exit codes for whatever ends a command
options        the options every command has
failures       findings and exit codes instead of tracebacks
terminal       stdout, stderr, colour
project        what the folders say
world          access, lock, live snapshot, plan
look           validate, show
init           init
schema         schema; schemas: all of them
explain        explain; codes: the pages of all rooms
plan           plan
apply          apply, destroy
facts          outputs, doctor
embedded       sandbox
"""

from __future__ import annotations

from reconciler.cli.commands import main

__all__ = ["main"]
