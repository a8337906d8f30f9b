"""The options that every command has, read once into `Settings`."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import click

from reconciler.cli.failures import reported
from reconciler.cli.settings import Settings
from reconciler.engine.address import Address
from reconciler.engine.plan import PlanOptions

Command = TypeVar("Command", bound=Callable[..., Any])


def common(*formats: str) -> Callable[[Callable[..., int]], Callable[..., int]]:
    """Adds the common options; the command gets them as its first argument and ends reported."""

    def decorate(function: Callable[..., int]) -> Callable[..., int]:
        @functools.wraps(function)
        def run(
            target: str | None,
            variables: Mapping[str, str],
            output_format: Any,
            project_dir: Path,
            debug: bool,
            verbose: bool,
            skip_unsupported: bool = False,
            strict: bool = False,
            policy: Path | None = None,
            **rest: Any,
        ) -> int:
            settings = Settings(
                target, variables, output_format, project_dir, debug, verbose, skip_unsupported,
                strict, policy,
            )  # fmt: skip
            with reported(settings):
                return function(settings, **rest)
            return 1  # pragma: no cover - reported() never swallows

        for option in reversed(_options(("text", "json", *formats))):
            run = option(run)
        return run

    return decorate


def _options(formats: tuple[str, ...]) -> list[Callable[..., Any]]:
    return [
        click.option("--target", metavar="T", help="The target to work on."),
        click.option(
            "--var", "variables", metavar="NAME=VALUE", multiple=True, callback=_variables,
            help="The value of ${NAME} in the folders; may be given several times.",
        ),
        click.option(
            "--format", "output_format", type=click.Choice(formats), default="text",
            show_default=True, help="For a person, or for a program.",
        ),
        click.option(
            "--project-dir", metavar="DIR", default=".",
            type=click.Path(exists=True, file_okay=False, path_type=Path),
            help="Where the search for reconcile.yaml begins, upwards.",
        ),
        click.option("--verbose", is_flag=True, help="Say what is going on, even in a pipe."),
        click.option("--debug", is_flag=True, help="Show tracebacks."),
    ]  # fmt: skip


def leaving_out(function: Command) -> Command:
    """Adds `--skip-unsupported`, for commands that read the folders as wishes."""
    return click.option(
        "--skip-unsupported", is_flag=True,
        help="Leave out, with a warning, what the platform can't represent: MCP servers that are "
        "started by a command, tools it doesn't have, files of kinds that are not managed yet.",
    )(function)  # fmt: skip


def strictly(function: Command) -> Command:
    """Adds `--strict`, for commands that a warning may be meant to stop."""
    return click.option(
        "--strict", is_flag=True, help="Take warnings for errors; notes stay notes."
    )(function)


def judged(function: Command) -> Command:
    """Adds `--policy`, for commands that keep the rules."""
    return click.option(
        "--policy", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path),
        help="The reconcile.yaml whose `policy:` counts: that of the branch a change goes to.",
    )(function)  # fmt: skip


def addresses(function: Command) -> Command:
    """Adds `[ADDRESS…]`, globs over addresses."""
    return click.argument("only", metavar="[ADDRESS]...", nargs=-1)(function)


def planning(function: Callable[..., int]) -> Callable[..., int]:
    """Adds what a plan may be told, handed on as `options`; a file among the addresses is a plan
    that was saved, handed on as `saved`.

    The same words for `plan` and `apply`, so that what was reviewed is what is applied.
    """

    @functools.wraps(function)
    def run(
        *arguments: Any,
        only: tuple[str, ...],
        overwrite_drift: tuple[str, ...],
        rotate_key: frozenset[Address],
        recreate: frozenset[Address],
        prune: bool,
        prune_skills: bool,
        max_removals: int,
        **rest: Any,
    ) -> int:
        files = [Path(text) for text in only if Path(text).is_file()]
        globs = tuple(text for text in only if not Path(text).is_file())
        if globs and (prune or prune_skills):
            raise click.UsageError("--prune looks at the whole project: give no ADDRESS with it")
        options = PlanOptions(
            only=globs,
            overwrite_drift=overwrite_drift,
            rotate_key=rotate_key,
            recreate=recreate,
            prune=prune or prune_skills,
            prune_skills=prune_skills,
            max_removals=max_removals,
        )
        if len(files) > 1 or (files and options != PlanOptions()):
            raise click.UsageError("a saved plan brings its options along: give nothing beside it")
        if files:
            rest["saved"] = files[0]
        return function(*arguments, options=options, **rest)

    for add in (
        max_removals_option,
        click.option(
            "--prune-skills", is_flag=True,
            help="Delete skills, too, that the folders no longer hold and no live agent uses.",
        ),
        click.option(
            "--prune", is_flag=True,
            help="Archive or delete what the folders no longer declare. Archiving is for ever.",
        ),
        click.option(
            "--recreate", metavar="ADDRESS", multiple=True, callback=_exact_addresses,
            help="Make an object again that was archived or deleted outside, which changes its id; "
            "or an agent beside a live one of the same name.",
        ),
        click.option(
            "--rotate-key", metavar="ADDRESS", multiple=True, callback=_exact_addresses,
            help="Register anew: the registry's UUID and key of this registration change.",
        ),
        overwrite_drift_option,
        addresses,
    ):  # fmt: skip
        run = add(run)
    return run


max_removals_option = click.option(
    "--max-removals", metavar="N", type=click.IntRange(0), default=0,
    help="Let up to N objects of a kind go, even if that is most or all of them.",
)  # fmt: skip


overwrite_drift_option = click.option(
    "--overwrite-drift", metavar="GLOB", multiple=True,
    help="Replace or remove what was edited outside on these addresses; may be given several "
    "times.",
)  # fmt: skip


def _exact_addresses(
    context: click.Context, parameter: click.Parameter, texts: tuple[str, ...]
) -> frozenset[Address]:
    try:
        return frozenset(Address.parse(text) for text in texts)
    except ValueError as failure:
        raise click.BadParameter(str(failure), context, parameter) from None


def _variables(
    context: click.Context, parameter: click.Parameter, pairs: tuple[str, ...]
) -> Mapping[str, str]:
    """`NAME=VALUE` pairs; a name without a value, or given twice, is a mistake."""
    found: dict[str, str] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not name or not equals:
            raise click.BadParameter(f"{pair!r} is not NAME=VALUE", context, parameter)
        if name in found:
            raise click.BadParameter(f"{name} is given twice", context, parameter)
        found[name] = value
    return found
