"""How a command ends when something is wrong: findings for the reader, and an exit code.

Failure        findings to print and the code to exit with
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager

import click

from reconciler.cli import exit_codes
from reconciler.cli.settings import Settings
from reconciler.cli.terminal import write_json, write_lines
from reconciler.engine.diagnostics import Diagnostic, error
from reconciler.render.diagnostics_text import SourceLine, diagnostics_lines
from reconciler.render.json_documents import diagnostics_document
from reconciler.render.lines import line
from reconciler.render.printable import redacted

#: What comes with an extra of the package, by module.
_EXTRAS = {
    "anthropic": "platform",
    "deepdiff": "platform",
    "filelock": "platform",
    "github": "github",
    "httpx2": "platform",
    "multipart": "sandbox",
    "python_multipart": "sandbox",
    "starlette": "sandbox",
    "uvicorn": "sandbox",
}


class Failure(Exception):
    """The command can't go on; without findings, everything is said already.

    `source` gives source lines for the findings' places.
    """

    def __init__(
        self,
        *findings: Diagnostic,
        exit_code: int = exit_codes.ERROR,
        source: SourceLine | None = None,
    ) -> None:
        super().__init__("; ".join(finding.message for finding in findings))
        self.findings, self.exit_code, self.source = findings, exit_code, source


@contextmanager
def reported(settings: Settings) -> Iterator[None]:
    """Turns every exception of a command into findings and an exit code; no bare traceback."""
    try:
        yield
    except Failure as failure:
        if failure.__cause__ is not None:
            _trace(settings)
        _report(failure, settings)
        sys.exit(failure.exit_code)
    except (click.ClickException, click.Abort, click.exceptions.Exit, BrokenPipeError):
        raise
    except KeyboardInterrupt:
        click.echo("Interrupted.", err=True)
        sys.exit(exit_codes.INTERRUPTED)
    except Exception as exception:
        _trace(settings)
        _report(Failure(as_finding(exception)), settings)
        sys.exit(exit_codes.ERROR)


def _trace(settings: Settings) -> None:
    """With --debug, the traceback on stderr, as text that nothing acts upon and shows no secret."""
    if settings.debug:
        text = redacted(traceback.format_exc())
        write_lines([line(one) for one in text.splitlines()], to_stderr=True)


def as_finding(exception: Exception) -> Diagnostic:
    """An exception of the outside world by its own words, any other as an internal error."""
    from reconciler.platform.errors import PlatformError

    if isinstance(exception, PlatformError):
        return error(exception.code, exception.message, exception.hint)
    if isinstance(exception, ModuleNotFoundError) and exception.name in _EXTRAS:
        hint = f"pip install 'agent-reconciler[{_EXTRAS[exception.name]}]'"
        return error("install.missing", f"{exception.name} is not installed", hint)
    message = f"{type(exception).__name__}: {exception}"
    return error("internal.error", f"internal error: {message}", "run again with --debug")


def _report(failure: Failure, settings: Settings) -> None:
    """JSON is a result and goes to stdout; text about a failure is not, and goes to stderr."""
    if settings.format == "json":
        write_json(diagnostics_document(failure.findings))
    elif failure.findings:
        write_lines(diagnostics_lines(failure.findings, failure.source), to_stderr=True)
