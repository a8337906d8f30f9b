"""An import, step by step: read, choose, draft, check, write, check again."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli import exit_codes
from reconciler.cli.failures import Failure
from reconciler.cli.import_reading import Wish, read
from reconciler.cli.project import EMBEDDED, UNCOMMITTED, lock_path
from reconciler.cli.round_trip import Checked, check
from reconciler.cli.settings import Settings
from reconciler.cli.terminal import Progress
from reconciler.cli.world import access_to, connected, holding, read_lock_of, store_of
from reconciler.engine import registered as registrations
from reconciler.engine.address import Address
from reconciler.engine.desired import Desired
from reconciler.engine.diagnostics import Diagnostic, error
from reconciler.engine.live import Live, LiveObject
from reconciler.engine.lock import Lock
from reconciler.engine.registered import Registered
from reconciler.engine.selection import is_foreign
from reconciler.render.import_documents import Import

if TYPE_CHECKING:
    from reconciler.authoring.files import Files
    from reconciler.authoring.importing.draft import Draft, Material
    from reconciler.authoring.importing.home import Home
    from reconciler.authoring.importing.placing import Placed

Show = Callable[[Import], None]


@dataclass(frozen=True, slots=True)
class Scene:
    """What does not change while an import goes on."""

    home: Home
    lock: Lock
    live: Live
    variables: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Ready:
    """A draft that was checked: the rows it takes over, the lock that goes with it, what becomes
    of each file, and what had to be left out."""

    draft: Draft
    rows: Mapping[Address, Registered]
    checked: Checked
    files: tuple[Placed, ...]
    left_out: tuple[Diagnostic, ...]


def run_import(settings: Settings, wish: Wish, say: Progress, show: Show) -> tuple[Import, int]:
    """The import, and the exit code; `show` gets it just before anything is replaced.

    Raises Failure for what is refused: then nothing was written.
    """
    from reconciler.authoring.importing.draft import Material

    caller, home = _homes(settings, wish)
    path = lock_path(home.root, home.settings.name)
    with ExitStack() as stack:
        access = stack.enter_context(access_to(caller.root, home.target.name, caller.tenants))
        if not wish.dry_run:
            stack.enter_context(holding(access, home.project, home.target.name))
        lock = read_lock_of(Desired(home.project, home.target, ()), path)
        with connected(access, lock) as clients:
            found = read(clients, home, lock, wish, settings.variables, say)
        rows = registrations.registered(found.chosen.agents, found.live)
        if not wish.take_over:
            rows = {key: one for key, one in rows.items() if not _is_foreign(one, home)}
        material = Material(found.chosen, found.skills, found.contents, rows, found.settled)
        scene = Scene(home, lock, found.live, settings.variables)
        ready = _ready(scene, material, wish.take_over, say)
        if not wish.force:
            _refuse_replacing(ready)
        done = _import(scene, ready, wish, found.settled)
        if not wish.dry_run:
            show(done)
            _share_store(caller, home)
            _write(scene, ready, path, say)
            done = replace(done, differences=_again(scene, ready))
    wrong = bool(ready.left_out) or bool(done.differences)
    return done, exit_codes.ERROR if wrong else exit_codes.OK


def _is_foreign(registered: Registered, home: Home) -> bool:
    """Whether another project keeps the registration's key."""
    return is_foreign(registered.credential, home.project, home.target.name)


def _homes(settings: Settings, wish: Wish) -> tuple[Home, Home]:
    """The project that calls, and the one that is written into."""
    from reconciler.authoring import ProjectNotFound
    from reconciler.authoring.importing.home import NoHome, home_at, home_in

    try:
        caller = home_at(settings.start, settings.target)
        if wish.into is None or wish.into.resolve() == caller.root:
            return caller, caller
        home = home_in(wish.into, caller, wish.project)
    except ProjectNotFound as failure:
        raise Failure(error("project.not_found", str(failure))) from None
    except NoHome as failure:
        raise Failure(*failure.findings) from None
    _check_store(caller, home)
    return caller, home


def _ready(scene: Scene, material: Material, taking_over: bool, say: Progress) -> Ready:
    """A draft that means what is live; what does not is left out, until the rest does."""
    from reconciler.authoring.importing.draft import compose
    from reconciler.authoring.laid_over import LaidOver

    left: dict[str, Diagnostic] = {}
    while True:
        draft = compose(
            scene.home, material, scene.lock, taking_over=taking_over, without=frozenset(left)
        )
        if draft.left_out:
            left |= draft.left_out
            continue
        rows = _rows(material, draft)
        becoming = _placed(scene, draft)
        over = {path: data for unit in draft.units for path, data in unit.files.items()}
        files = LaidOver(scene.home.root, {**scene.home.made, **over})
        say(f"checking {len(draft.units)} objects")
        checked = _checked(scene, files, draft, rows)
        if not checked.differences:
            return Ready(draft, rows, checked, becoming, tuple(left.values()))
        material, gone = _narrowed(material, draft, rows, checked.differences)
        left |= gone


def _rows(material: Material, draft: Draft) -> dict[Address, Registered]:
    """The rows to take over, by the address that each registration has."""
    from reconciler.authoring.importing.draft import registration_of

    return {
        registration_of(material.registered[item.id], address): material.registered[item.id]
        for address, item in draft.bound.items()
        if item.id in material.registered
    }


def _narrowed(
    material: Material,
    draft: Draft,
    rows: Mapping[Address, Registered],
    differences: Mapping[Address, str],
) -> tuple[Material, dict[str, Diagnostic]]:
    """The material without what differs, and why objects are left out. Registrations go first:
    an agent may differ for nothing but its `ntropii:`."""
    from reconciler.authoring.importing.draft import left_out

    live = {address: draft.bound[address] for address in differences if address in draft.bound}
    ids = {item.id for item in live.values()}
    names = {address.name for address in differences}
    broken = {
        identity
        for identity, one in material.registered.items()
        if identity in ids or any(row is one and at.name in names for at, row in rows.items())
    }
    if broken:
        kept = {key: one for key, one in material.registered.items() if key not in broken}
        return replace(material, registered=kept), {}
    gone: dict[str, Diagnostic] = {}
    for address, why in differences.items():
        if address not in live:
            raise Failure(error("import.left_out", f"{address}: {why}", address=str(address)))
        if address.kind == "skill":
            material = material.without_skill(live[address].id, why)
        else:
            gone[live[address].id] = left_out(live[address], address, why)
    return material, gone


def _checked(
    scene: Scene, files: Files, draft: Draft, rows: Mapping[Address, Registered]
) -> Checked:
    return check(scene.home, files, draft, rows, scene.live, scene.lock, scene.variables)


def _placed(scene: Scene, draft: Draft) -> tuple[Placed, ...]:
    """What becomes of each file. Raises Failure for one that can't be there at all."""
    from reconciler.authoring.importing.placing import NotPlaced, placed

    try:
        return placed(scene.home, draft.units)
    except NotPlaced as failure:
        raise Failure(*failure.findings, exit_code=exit_codes.REFUSED) from None


def _refuse_replacing(ready: Ready) -> None:
    from reconciler.authoring.importing.placing import in_the_way

    findings = in_the_way(ready.files)
    if findings:
        raise Failure(*findings, exit_code=exit_codes.REFUSED)


def _write(scene: Scene, ready: Ready, path: Path, say: Progress) -> None:
    """Objects in order; the lock after each that no name protects from being made twice, and at
    the end. What was written before a failure stays, and is in the lock."""
    from reconciler.authoring.importing.placing import NotPlaced, place
    from reconciler.platform.lockfile import LockStore

    store, units = LockStore(path, scene.lock), ready.draft.units
    skills = {address for address in ready.draft.bound if address.kind == "skill"}
    whole: set[Address] = set()

    def save() -> None:
        made = ready.checked.lock.objects
        new = made if whole >= {unit.address for unit in units} else {at: made[at] for at in whole}
        if not new.items() <= store.lock.objects.items():
            objects = {**store.lock.objects, **new}
            store.replace_with(replace(store.lock, objects=objects), scene.live.origin)

    try:
        for unit in place(scene.home, units, ready.files):
            whole |= {unit.address, *skills}
            if unit.address.kind != "agent":
                save()
    except NotPlaced as failure:
        code = exit_codes.FAILED_AFTER_WRITE if whole else exit_codes.ERROR
        raise Failure(*failure.findings, exit_code=code) from failure
    finally:
        save()
    say(f"wrote {len(units)} objects")


def _again(scene: Scene, ready: Ready) -> tuple[tuple[str, str], ...]:
    """What a plan finds, now that everything is on the disk."""
    from reconciler.authoring.files import Files

    scene = replace(scene, lock=ready.checked.lock)
    checked = _checked(scene, Files(scene.home.root), ready.draft, ready.rows)
    return tuple((str(address), why) for address, why in checked.differences.items())


def _import(
    scene: Scene, ready: Ready, wish: Wish, settled: Mapping[Address, LiveObject]
) -> Import:
    bound = {**ready.draft.bound, **settled}
    return Import(
        project=scene.home.project,
        target=scene.home.settings.name,
        dry_run=wish.dry_run,
        objects=tuple(
            (str(address), item.id, item.version)
            for address, item in sorted(bound.items(), key=lambda pair: (pair[0].kind, pair[0]))
        ),
        files=tuple((one.path, one.change, one.before or b"", one.after) for one in ready.files),
        findings=(
            *ready.left_out,
            *ready.draft.findings,
            *ready.checked.findings,
            *_notes(scene, ready),
        ),
    )


def _notes(scene: Scene, ready: Ready) -> Iterable[Diagnostic]:
    rows = {one.row.body.get("externalRef"): one for one in ready.rows.values()}
    for address, item in ready.draft.bound.items():
        if item.kind == "agent":
            known = rows.get(f"anthropic://agents/{item.id}")
            room = scene.home.settings.ntropii.environment or ""
            yield from registrations.said(item, str(address), scene.live, known, room)
            yield from registrations.credentials_said(item, str(address), scene.live)


def _check_store(caller: Home, home: Home) -> None:
    """Raises Failure if the folder has an embedded platform of its own, which is another world."""
    if home.settings.name != EMBEDDED:
        return
    own, store = home.root / UNCOMMITTED / "sandbox.sqlite", store_of(caller.root)
    if own.parent.is_symlink():
        message = f"{own.parent} is a symbolic link, which is never followed"
        raise Failure(error("path.symlink", message, "move it away"))
    if os.path.lexists(own) and own.resolve() != store.resolve():
        message = f"{own} is an embedded platform of its own, and not the one that is read"
        hint = "move it away, or import from within that folder"
        raise Failure(error("import.other_store", message, hint), exit_code=exit_codes.REFUSED)


def _share_store(caller: Home, home: Home) -> None:
    """Let later commands in the new project find the embedded platform that was read."""
    own, store = home.root / UNCOMMITTED / "sandbox.sqlite", store_of(caller.root)
    if home.settings.name != EMBEDDED or home.root == caller.root or os.path.lexists(own):
        return
    try:
        home.root.mkdir(parents=True, exist_ok=True)
        folder = store_of(home.root).parent
        inside = home.root.is_relative_to(caller.root)
        own.symlink_to(os.path.relpath(store, folder) if inside else store)
    except OSError as failure:
        message = f"{own} can't be a link to {store}: {failure.strerror}"
        hint = f"later commands there need it: link or copy {store} to that place"
        raise Failure(error("import.other_store", message, hint)) from failure
