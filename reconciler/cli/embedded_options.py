"""What `sandbox` may be told beside port and file: faults, time, a log, what is there at first."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])


def staging(function: Command) -> Command:
    """Adds the options; the command gets rules, a clock's setting and dumps, all readable."""
    for add in (
        click.option(
            "--seed-from", "dumps", metavar="PATH", callback=_dumps,
            type=click.Path(exists=True, path_type=Path),
            help="Fill the store with a dump, or every *.json of a folder; what is there stays.",
        ),
        click.option(
            "--log", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path),
            callback=_writable,
            help="Add every request and answer to FILE, a line of JSON each, without secrets.",
        ),
        click.option(
            "--seed", metavar="TEXT", default="0", show_default=True,
            help="Decides what faults leave to chance.",
        ),
        click.option(
            "--clock", metavar="'MOMENT [step=SECONDS]'", callback=_clock,
            help="The platform's time: it stands still, or goes on with every request.",
        ),
        click.option(
            "--replay", metavar="FILE", callback=_replayed,
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            help="Strike the requests again that were struck in the run that wrote this --log.",
        ),
        click.option(
            "--fault", "faults", metavar="'KIND [VALUE] [KEY=VALUE]...'", multiple=True,
            callback=_faults,
            help="Something that goes wrong, such as 'status 429 path=^/v1/agents count=2'; "
            "latency, status, drop, slow, stale, reorder, unknown_field. Repeatable.",
        ),
    ):  # fmt: skip
        function = add(function)
    return function


def _faults(
    context: click.Context, parameter: click.Parameter, texts: tuple[str, ...]
) -> list[dict[str, Any]]:
    from reconciler.sandbox import rule_from_text

    try:
        return [rule_from_text(text) for text in texts]
    except ValueError as failure:
        raise click.BadParameter(str(failure), context, parameter) from None


def _replayed(
    context: click.Context, parameter: click.Parameter, log: Path | None
) -> list[dict[str, Any]]:
    """The faults of a log: each is the rule that strikes the same request again."""
    if log is None:
        return []
    try:
        with log.open(encoding="utf-8") as lines:
            return [fault for line in lines for fault in json.loads(line)["faults"]]
    except (OSError, ValueError, TypeError, KeyError):
        message = f"{log} is not a log of this server"
        raise click.BadParameter(message, context, parameter) from None


def _clock(
    context: click.Context, parameter: click.Parameter, written: str | None
) -> dict[str, Any] | None:
    if written is None:
        return None
    moment, _, rest = written.strip().partition(" ")
    setting: dict[str, Any] = {"now": moment}
    if rest.strip():
        key, _, seconds = rest.strip().partition("=")
        try:
            setting[key] = float(seconds)
        except ValueError:
            message = f"{rest.strip()!r} is not step=SECONDS"
            raise click.BadParameter(message, context, parameter) from None
    return setting


def _writable(context: click.Context, parameter: click.Parameter, file: Path | None) -> Path | None:
    if file is not None:
        try:
            file.open("a", encoding="utf-8").close()
        except OSError as failure:
            message = f"{file}: {failure.strerror}"
            raise click.BadParameter(message, context, parameter) from None
    return file


def _dumps(context: click.Context, parameter: click.Parameter, path: Path | None) -> list[Any]:
    try:
        return list(_documents(path)) if path is not None else []
    except (OSError, ValueError, RecursionError) as failure:
        raise click.BadParameter(f"{path}: {failure}", context, parameter) from None


def _documents(path: Path) -> Iterator[Any]:
    files = sorted(path.glob("*.json")) if path.is_dir() else [path]
    if not files:
        raise ValueError("there is no *.json in it")
    for file in files:
        try:
            yield json.loads(file.read_text(encoding="utf-8"))
        except ValueError:
            raise ValueError(f"{file.name} is not JSON") from None
