"""`sandbox`: the embedded platform for other programs, until it is told to stop."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

import click

from reconciler.cli import exit_codes
from reconciler.cli.embedded_options import staging
from reconciler.cli.failures import Failure
from reconciler.cli.options import common
from reconciler.cli.settings import Settings
from reconciler.cli.terminal import write_json
from reconciler.cli.world import store_of
from reconciler.engine.diagnostics import error
from reconciler.render.json_documents import sandbox_document

if TYPE_CHECKING:
    from reconciler.sandbox import Server


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
@staging
@common()
def sandbox(
    settings: Settings,
    port: int,
    db: Path | None,
    seed: str,
    log: Path | None,
    dumps: list[Any],
    clock: Mapping[str, Any] | None,
    faults: list[dict[str, Any]],
    replay: list[dict[str, Any]],
) -> int:
    """Serve the embedded platform until Ctrl-C. It is not the hosted API.

    Prints the environment that clients need.
    """
    from reconciler.sandbox import serve

    store = db or store_of(_project_or(settings.start))
    with _stopping() as stop:
        try:
            server = serve(store, port=port, seed=seed, log=log)
        except OSError as failure:
            message = f"can't serve on port {port}: {failure.strerror or failure}"
            raise Failure(error("sandbox.port", message, "choose another --port")) from failure
        with closing(server):
            _stage(server, dumps, clock, [*replay, *faults])
            _announce(settings, server)
            stop.wait()
    return exit_codes.OK


@contextmanager
def _stopping() -> Iterator[threading.Event]:
    """Set by Ctrl-C and by the signal that asks a process to end."""
    stop = threading.Event()

    def handle(number: int, frame: FrameType | None) -> None:
        stop.set()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _stage(
    server: Server,
    dumps: Iterable[Any],
    clock: Mapping[str, Any] | None,
    faults: list[dict[str, Any]],
) -> None:
    """What the options ask for, before anyone is told of the address."""
    told = "--seed-from"
    try:
        for document in dumps:
            server.fill(document)
        told = "--clock"
        server.set_clock(clock)
        told = "--replay"
        server.set_faults(faults)
    except ValueError as failure:
        raise click.BadParameter(str(failure), param_hint=told) from None


def _project_or(start: Path) -> Path:
    """The project's folder, so that `--target sandbox` there sees the same world."""
    from reconciler.authoring import ProjectNotFound
    from reconciler.authoring.project import find_root

    try:
        return find_root(start)
    except ProjectNotFound:
        return start


def _announce(settings: Settings, server: Server) -> None:
    """Where the clients find it; a shell may read the lines as they are."""
    environment = {
        "ANTHROPIC_BASE_URL": server.url,
        "ANTHROPIC_API_KEY": server.api_key,
        "NTRO_HOST": server.registry_url,
        "NTRO_API_KEY": server.registry_key,
    }
    if settings.format == "json":
        write_json(sandbox_document(environment))
        return
    click.echo("# The embedded platform, not the hosted API: nothing here leaves this machine.")
    for name, value in environment.items():
        click.echo(f"{name}={value}")
    click.echo("# ANTHROPIC_…: the official SDKs and ant. NTRO_…: the ntro SDK.")
    click.echo("# The ntro command takes the host from its file alone; in ~/.ntro/config.toml:")
    click.echo('#   default_connection_name = "sandbox"')
    click.echo(f'#   [connections.sandbox]\n#   host = "{server.registry_url}"')
    click.echo("Serving; Ctrl-C ends it.", err=True)
