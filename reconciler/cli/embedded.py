"""`sandbox`: the embedded platform for other programs, until it is told to stop."""

from __future__ import annotations

import signal
import threading
from contextlib import closing
from pathlib import Path
from types import FrameType

import click

from reconciler.cli import exit_codes
from reconciler.cli.failures import Failure
from reconciler.cli.options import common
from reconciler.cli.settings import Settings
from reconciler.cli.terminal import write_json
from reconciler.cli.world import store_of
from reconciler.engine.diagnostics import error


@click.command()
@click.option(
    "--port",
    metavar="N",
    type=click.IntRange(0, 65535),
    default=0,
    help="The port on 127.0.0.1; 0 or nothing takes a free one.",
)
@click.option(
    "--db",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where everything is kept; else .reconcile/sandbox.sqlite of the project.",
)
@common()
def sandbox(settings: Settings, port: int, db: Path | None) -> int:  # fmt: skip
    """Serve the embedded platform until Ctrl-C. It is not the hosted API.

    Prints the environment that clients need.
    """
    from reconciler.sandbox import serve

    store = db or store_of(_project_or(settings.start))
    stop = threading.Event()

    def handle(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, handle)
    try:
        server = serve(store, port=port)
    except OSError as failure:
        message = f"can't serve on port {port}: {failure.strerror or failure}"
        raise Failure(error("sandbox.port", message, "choose another --port")) from failure
    with closing(server):
        _announce(settings, {
            "ANTHROPIC_BASE_URL": server.url,
            "ANTHROPIC_API_KEY": server.api_key,
            "NTRO_HOST": server.registry_url,
            "NTRO_API_KEY": server.registry_key,
        })  # fmt: skip
        stop.wait()
    return exit_codes.OK


def _project_or(start: Path) -> Path:
    """The project's folder, so that `--target sandbox` there sees the same world."""
    from reconciler.authoring import ProjectNotFound
    from reconciler.authoring.project import find_root

    try:
        return find_root(start)
    except ProjectNotFound:
        return start


def _announce(settings: Settings, environment: dict[str, str]) -> None:
    if settings.format == "json":
        write_json({"format_version": 1, "kind": "sandbox", "environment": environment})
        return
    click.echo("# The embedded platform, not the hosted API: nothing here leaves this machine.")
    for name, value in environment.items():
        click.echo(f"{name}={value}")
    click.echo("Serving; Ctrl-C ends it.", err=True)
