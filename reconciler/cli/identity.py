"""`adopt`, `forget`, `lock`: which live object an address is."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from typing import Any

import click

from reconciler.cli import exit_codes
from reconciler.cli.failures import Failure
from reconciler.cli.options import common, leaving_out
from reconciler.cli.project import check_globs, load_desired, lock_path
from reconciler.cli.settings import Settings
from reconciler.cli.terminal import Progress, is_terminal, progress, write_json, write_lines
from reconciler.cli.world import Place, held, reach, read_lock_of, seen
from reconciler.engine.address import Address
from reconciler.engine.desired import Adoption, Desired
from reconciler.engine.diagnostics import Diagnostic, Span, error
from reconciler.engine.live import Live, LiveObject
from reconciler.engine.lock import Lock
from reconciler.render.json_documents import lock_change_document
from reconciler.render.lines import line
from reconciler.render.printable import redacted

_STAYS = "it carries no marker that could be taken off, so it may be found again"


def _address(context: click.Context, parameter: click.Parameter, text: str) -> Address:
    try:
        return Address.parse(text)
    except ValueError as failure:
        raise click.BadParameter(str(failure), context, parameter) from None


@click.command()
@click.argument("address", callback=_address)
@click.argument("identity", metavar="ID")
@click.option("--vault", metavar="ID", default="", help="The vault that holds the key of a row.")
@leaving_out
@common()
def adopt(settings: Settings, address: Address, identity: str, vault: str) -> int:
    """Bind ADDRESS to the live object ID. Nothing is written to the object.

    Its marker is set with the next change. The plan then shows what the folders want different.
    Where several objects carry the marker of ADDRESS, the others lose it, and live on.
    """
    from reconciler.engine.identity import adopt as bind
    from reconciler.engine.identity import twins
    from reconciler.platform.unmark import unmark

    say = _progress(settings)
    with reach(settings) as place, held(place):
        lock = read_lock_of(place.desired, place.lock_path)
        wanted = _with_vault(_with_id(place.desired, address, identity), address, vault)
        looking = replace(place, desired=wanted)
        with seen(looking, lock, say) as (live, clients):
            _check_read(live)
            bound = bind(place.desired, lock, live, address, identity, vault)
            if isinstance(bound, Diagnostic):
                raise Failure(bound)
            _save(place, bound, live)
            told = [f"{address} is {identity} from now on; see `reconcile plan`"]
            for twin in twins(place.desired, live, address, identity):
                unmark(clients, twin)
                told.append(f"{twin.id} is nobody's any more: its marker was taken off")
    _tell(settings, told, [address])
    return exit_codes.OK


def _with_id(desired: Desired, address: Address, identity: str) -> Desired:
    """The folders as if they named the id, so that it is read even if no list shows it."""
    if not re.fullmatch(r"\w+", identity):
        return desired
    return replace(desired, adoptions=(*desired.adoptions, Adoption(address, identity, Span(""))))


def _with_vault(desired: Desired, address: Address, vault: str) -> Desired:
    """The folders as if they named the vault, so that its credentials are read."""
    resources = tuple(
        replace(one, registration=replace(one.registration, existing_vault=vault))
        if vault and one.address == address and one.registration
        else one
        for one in desired.resources
    )
    return replace(desired, resources=resources)


@click.command()
@click.argument("addresses", metavar="ADDRESS...", nargs=-1, required=True)
@leaving_out
@common()
def forget(settings: Settings, addresses: tuple[str, ...]) -> int:
    """Let go of ADDRESSes: take the marker off, and the block out of the lock.

    The objects live on, managed by nobody. Globs are allowed.
    """
    from reconciler.engine.address import matches
    from reconciler.engine.matching import match
    from reconciler.platform.lockfile import LockStore
    from reconciler.platform.unmark import unmark

    told: list[str] = []
    with reach(settings) as place, held(place):
        lock = read_lock_of(place.desired, place.lock_path)
        with seen(place, lock, _progress(settings)) as (live, clients):
            _check_read(live)
            found = match(place.desired, lock, live)
            known = set(lock.objects) | set(found.objects)
            check_globs(addresses, known)
            chosen = sorted(one for one in known if matches(one, addresses))
            store = LockStore(place.lock_path, lock)
            for address in chosen:
                item = found.objects.get(address)
                kept = ""
                if item is not None and not _is_ours(place.desired, address, item):
                    kept = f"; {item.id} keeps its marker, which is another's: {item.marker}"
                elif item is not None and not unmark(clients, item):
                    kept = "; its label stays, so it is found again by it"
                store.remove(address)
                told.append(f"{address} is forgotten{kept}")
    _tell(settings, told, chosen)
    return exit_codes.OK


def _is_ours(desired: Desired, address: Address, item: LiveObject) -> bool:
    """Whether a marker, if there is one, says just what the lock says."""
    marker, ours = item.marker, (desired.project, desired.target.name, address)
    return marker is None or (marker.project, marker.target, marker.address) == ours


@click.command()
@click.option("--check", is_flag=True, help="Exit 1 if the lock is not fit to be used. Offline.")
@click.option("--rebuild", is_flag=True, help="Make a lost lock anew from the markers.")
@leaving_out
@common()
def lock(settings: Settings, check: bool, rebuild: bool) -> int:
    """Check the lock, or make it anew."""
    if check == rebuild:
        raise click.UsageError("give either --check or --rebuild")
    return _check(settings) if check else _rebuild(settings)


def _check(settings: Settings) -> int:
    loaded, desired = load_desired(settings)
    path = lock_path(loaded.root, desired.target.name)
    found = read_lock_of(desired, path)
    problems = []
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    lines = text.splitlines()
    for number, content in enumerate(lines, 1):
        if redacted(content) != content:
            place = Span(path.name, number)
            hint = "take it out, and replace the key: what was committed is known"
            problems.append(error("lock.secret", "the lock holds a secret", hint, span=place))
    for address in sorted(set(found.objects) - desired.by_address().keys()):
        number = next((n for n, one in enumerate(lines, 1) if f'"{address}"' in one), 1)
        hint = "prune it, forget it, or write a move in reconcile.yaml"
        message = f"the lock names {address}, which the folders do not declare"
        problems.append(error("lock.unknown", message, hint, span=Span(path.name, number)))
    if problems:
        raise Failure(*problems)
    _tell(settings, [f"{path.name} is fit to be used: {len(found.objects)} objects"], [])
    return exit_codes.OK


def _rebuild(settings: Settings) -> int:
    from reconciler.engine.identity import rebuild as make_anew

    with reach(settings) as place, held(place):
        if place.lock_path.exists():
            hint = "move it away first, if it is the one that is lost"
            message = f"{place.lock_path.name} exists and is not replaced"
            raise Failure(error("lock.exists", message, hint))
        empty = Lock(place.desired.project, place.desired.target.name)
        with seen(place, empty, _progress(settings)) as (live, _):
            _check_read(live)
            made, notes = make_anew(place.desired, live, empty)
            _save(place, made, live)
    count = len(made.objects)
    _tell(settings, [*notes, f"{count} objects were found again"], sorted(made.objects))
    return exit_codes.OK


def _check_read(live: Live) -> None:
    """Raises Failure if anything could not be read: unknown is not absent."""
    unread = [one for one in live.unread if one.kind != "deployment"]
    if unread:
        one = unread[0]
        message = f"{one.kind} {one.what}".strip() + f" could not be read: {one.reason}"
        raise Failure(error("live.unread", message, "nothing is decided on a guess; try again"))


def _save(place: Place, lock: Lock, live: Live) -> None:
    from reconciler.platform.lockfile import LockStore

    store = LockStore(place.lock_path, Lock(lock.project, lock.target, lock.origin))
    store.replace_with(lock, live.origin)


def _progress(settings: Settings) -> Progress:
    return progress(settings.verbose or is_terminal(sys.stderr))


def _tell(settings: Settings, told: list[str], addresses: list[Any]) -> None:
    if settings.format == "json":
        write_json(lock_change_document(told, addresses))
    else:
        write_lines(line(text) for text in told)
