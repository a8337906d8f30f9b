"""`import --drift`: live edits of managed objects into their folders. The platform is only read."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli import exit_codes
from reconciler.cli.drift_choosing import Scene, Taken, chosen
from reconciler.cli.drift_skills import brought, moved_skills, versions_of
from reconciler.cli.failures import Failure, as_finding
from reconciler.cli.project import check_globs
from reconciler.cli.settings import Settings
from reconciler.cli.terminal import Progress
from reconciler.cli.world import Place, held, planned, reach
from reconciler.engine.address import Address, matches
from reconciler.engine.answers import known_body
from reconciler.engine.diagnostics import Diagnostic
from reconciler.engine.live import LiveObject
from reconciler.engine.lock import Lock
from reconciler.engine.matching import match
from reconciler.engine.plan import FieldChange, Held, PlanOptions
from reconciler.engine.world import id_names
from reconciler.render.drift_import_documents import DriftImport

if TYPE_CHECKING:
    from reconciler.authoring.importing.proposals import Folder
    from reconciler.authoring.importing.taking_drift import Taking
    from reconciler.authoring.loading import Whole

_EDITED = frozenset({"drift", "conflict"})
_FILES = frozenset({"agent", "environment"})
#: What an update's body holds of a drifted field, references filled in.
_LISTS = ("tools", "mcp_servers", "skills", "multiagent")


@dataclass(frozen=True, slots=True)
class DriftWish:
    """What was asked for: globs over addresses, none for everything."""

    only: tuple[str, ...] = ()
    force: bool = False
    dry_run: bool = False


def run_import_drift(
    settings: Settings, wish: DriftWish, say: Progress, show: Callable[[DriftImport], None]
) -> tuple[DriftImport, int]:
    """What was taken, and the exit code; `show` gets it just before anything is written.

    Raises Failure for what is refused as a whole: then nothing was written.
    """
    with ExitStack() as stack:
        place = stack.enter_context(reach(settings))
        if not wish.dry_run:
            stack.enter_context(held(place))
        found = stack.enter_context(planned(place, PlanOptions(), say))
        resources = {one.address for one in place.desired.resources}
        check_globs(wish.only, resources | set(found.lock.objects))
        if not found.plan.complete:
            raise Failure(*(one for one in found.plan.findings if one.severity == "error"))
        drifted = [one for one in found.plan.held if _is_meant(one, wish, found.lock)]
        names = id_names(found.lock, match(place.desired, found.lock, found.live))
        scene = Scene(settings, place, _whole(settings, place), found, names)
        taken, refused = _taken(scene, drifted, wish, say)
        done = _done(scene, taken, refused, wish)
        if taken.proposals and not wish.dry_run:
            show(done)
            _write(scene, taken, done)
    return done, exit_codes.REFUSED if refused else exit_codes.OK


def _is_meant(one: Held, wish: DriftWish, lock: Lock) -> bool:
    address = one.action.address
    if wish.only and not matches(address, wish.only):
        return False
    return one.reason in _EDITED or (one.reason == "refused" and lock.entry(address) is not None)


def _whole(settings: Settings, place: Place) -> Whole:
    from reconciler.authoring.loading import load_whole

    return load_whole(
        place.root,
        target=place.desired.target.name,
        variables=settings.variables,
        environ=os.environ,
        skip_unsupported=settings.skip_unsupported,
    )


def _taken(
    scene: Scene, drifted: Iterable[Held], wish: DriftWish, say: Progress
) -> tuple[Taken, list[Diagnostic]]:
    """The edits that can be made, and why the others can't."""
    from reconciler.authoring.files import Files
    from reconciler.authoring.importing.proposals import proposals

    files = Files(scene.place.root)
    refusals = [(one, _refusal(one, wish)) for one in drifted]
    refused = [finding for _, finding in refusals if finding is not None]
    takings = [_taking(scene, one) for one, finding in refusals if finding is None]
    choices = [
        (one, proposals(taking, folder, files))
        for one, taking, folder in _with_skills(scene, takings, say)
    ]
    say(f"checking {len(choices)} objects")
    taken, more = chosen(scene, choices)
    return taken, refused + more


def _with_skills(
    scene: Scene, takings: list[tuple[Held, Taking, Folder]], say: Progress
) -> Iterator[tuple[Held, Taking, Folder]]:
    """The same, with the folders of skills that were pinned or added by hand."""
    from reconciler.authoring.importing.drift_skills import Shelves
    from reconciler.authoring.importing.home import home_at

    wanted = {
        taking.address: moved_skills(one, taking.live, taking.names) for one, taking, _ in takings
    }
    if not any(wanted.values()):
        yield from takings
        return
    found = scene.found
    home = home_at(scene.place.root, scene.place.desired.target.name)
    shelves = Shelves(home.files, home.paths, tuple(scene.whole.definitions.values()))
    versions = versions_of(wanted, home, found.lock, found.live, found.clients, say)
    folders = brought(versions, shelves)
    for one, taking, folder in takings:
        if taking.address in folders:
            more = folders[taking.address]
            references = replace(taking.references, skills=more.words)
            taking = replace(taking, brought=more, references=references)
        yield one, taking, folder


def _refusal(one: Held, wish: DriftWish) -> Diagnostic | None:
    from reconciler.authoring.importing import drift_findings

    address = one.action.address
    if one.reason == "refused":
        return drift_findings.gone(address, one.message)
    if address.kind not in _FILES:
        return drift_findings.other_kind(address)
    both = [change for change in one.action.fields if change.status == "conflict"]
    if both and not wish.force:
        return drift_findings.conflict(address, both, both[0].span)
    return None


def _taking(scene: Scene, one: Held) -> tuple[Held, Taking, Folder]:
    from reconciler.authoring.importing.agent_document import References
    from reconciler.authoring.importing.proposals import Folder
    from reconciler.authoring.importing.taking_drift import Taking

    address = one.action.address
    item = _live(scene, one)
    resource = scene.place.desired.by_address()[address]
    defined = scene.whole.definitions[address]
    filled = {key: one.action.payload[key] for key in _LISTS if key in one.action.payload}
    names = scene.names
    words = {
        identity: name.partition("/")[2]
        for identity, name in names.items()
        if name.startswith("agent/")
    }
    agents = [each for each in scene.found.live.objects if each.kind == "agent"]
    versions = {each.id: each.version for each in agents if each.version is not None}
    taking = Taking(
        address=address,
        value=defined.document.value,
        desired={**resource.body, **filled},
        live=known_body(item.kind, item.body),
        fields={change.path: change.live for change in _edited(one)},
        names=lambda identity: names.get(identity, identity),
        references=References(words, versions),
        own_name=address.name.rpartition("/")[2],
    )
    parts = scene.whole.prompts.get(address, ())
    return one, taking, Folder(defined, parts, lambda file: _others(scene, address, file))


def _live(scene: Scene, one: Held) -> LiveObject:
    expected = one.action.expected
    return next(each for each in scene.found.live.objects if expected and each.id == expected.id)


def _edited(one: Held) -> Iterator[FieldChange]:
    return (change for change in one.action.fields if change.status in _EDITED)


def _others(scene: Scene, address: Address, file: str) -> tuple[str, ...]:
    """The other objects that are made of a file."""
    resources = scene.place.desired.resources
    return tuple(
        str(one.address)
        for one in resources
        if one.address != address and one.address.kind in _FILES and file in one.files
    )


def _done(scene: Scene, taken: Taken, refused: list[Diagnostic], wish: DriftWish) -> DriftImport:
    from reconciler.authoring.importing import drift_findings

    before = _before(scene.place.root, taken.files or {})
    files = [
        (path, before[path], data)
        for path, data in (taken.files or {}).items()
        if before[path] != data
    ]
    by_address = {one.action.address: one for one in scene.found.plan.held}
    objects = []
    for proposal in taken.proposals:
        held_back = by_address[proposal.taking.address]
        item = _live(scene, held_back)
        fields = tuple(change.path for change in _edited(held_back))
        objects.append((str(proposal.taking.address), item.id, item.version, fields))
    return DriftImport(
        project=scene.place.desired.project,
        target=scene.place.desired.target.name,
        dry_run=wish.dry_run,
        objects=tuple(objects),
        files=tuple(files),
        held=tuple(refused),
        findings=tuple(map(drift_findings.follows, taken.follows)),
    )


def _before(root: Path, paths: Iterable[str]) -> dict[str, bytes | None]:
    from reconciler.authoring.files import Files

    files = Files(root)
    return {path: files.read(path) if files.entry(path) else None for path in paths}


def _write(scene: Scene, taken: Taken, done: DriftImport) -> None:
    """The files, and then the lock: if that fails, a plan still has nothing to do."""
    from reconciler.authoring.importing.placing import NotPlaced
    from reconciler.authoring.importing.rewriting import rewrite
    from reconciler.platform.errors import PlatformError
    from reconciler.platform.lockfile import LockStore

    try:
        rewrite(
            scene.place.root,
            {path: before for path, before, _ in done.files},
            {path: after for path, _, after in done.files},
        )
    except NotPlaced as failure:
        raise Failure(*failure.findings) from failure
    if taken.lock is None or taken.lock == scene.found.lock:
        return
    try:
        store = LockStore(scene.place.lock_path, scene.found.lock)
        store.replace_with(taken.lock, scene.found.live.origin)
    except PlatformError as failure:
        code = exit_codes.FAILED_AFTER_WRITE
        raise Failure(as_finding(failure), exit_code=code) from failure
