"""The way to one world and back: access, lock, clients, live snapshot, plan."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli.failures import Failure
from reconciler.cli.project import EMBEDDED, UNCOMMITTED, check_globs, load_desired, lock_path
from reconciler.cli.settings import Settings
from reconciler.cli.terminal import Progress
from reconciler.engine.address import Address
from reconciler.engine.desired import Desired
from reconciler.engine.diagnostics import Span, error, has_errors, strict
from reconciler.engine.live import Live
from reconciler.engine.lock import Lock, LockError
from reconciler.engine.plan import Plan, PlanOptions
from reconciler.engine.policy import Policy, check_policy

if TYPE_CHECKING:
    from reconciler.authoring import Loaded
    from reconciler.platform.access import Access
    from reconciler.platform.clients import Clients


@dataclass(frozen=True, slots=True)
class Place:
    """One target of one project, and how to reach it."""

    loaded: Loaded
    desired: Desired
    access: Access
    root: Path
    lock_path: Path
    strict: bool = False
    policy: Policy = field(default_factory=Policy)


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan and what it was made from, while the clients are open."""

    plan: Plan
    live: Live
    lock: Lock
    clients: Clients
    options: PlanOptions


@contextmanager
def reach(settings: Settings) -> Iterator[Place]:
    """The place that the settings name; the embedded platform runs as long as this is open."""
    loaded, policy = load_judged(settings)
    desired = loaded.desired
    assert desired is not None  # load_judged fails otherwise
    root, target = loaded.root, desired.target.name
    with access_to(root, target, desired.target.tenants) as access:
        yield Place(loaded, desired, access, root, lock_path(root, target), settings.strict, policy)


def load_judged(settings: Settings) -> tuple[Loaded, Policy]:
    """What the folders say, and the rules that count. Raises Failure if they hold an error."""
    loaded, _ = load_desired(settings)
    if settings.policy is None:
        return loaded, loaded.policy
    policy, loaded = _of_the_base(settings.policy, loaded)
    return loaded, policy


def _of_the_base(path: Path, loaded: Loaded) -> tuple[Policy, Loaded]:
    """The rules of another reconcile.yaml, and what the project changes about rules and targets
    among the findings. Raises Failure if it can't be read."""
    from reconciler.authoring import base_policy

    policy, findings = base_policy(path, loaded.root / "reconcile.yaml")
    if has_errors(findings):
        raise Failure(*findings)
    return policy, replace(loaded, findings=(*loaded.findings, *findings))


@contextmanager
def access_to(root: Path, target: str, tenants: Iterable[str] = ()) -> Iterator[Access]:
    """Keys and addresses: of the embedded platform, or of the operator's environment."""
    from reconciler.platform.access import embedded, from_environment

    if target != EMBEDDED:
        yield from_environment(os.environ, home=Path.home())
        return
    from reconciler.sandbox import serve

    with closing(serve(store_of(root))) as server:
        server.ensure_tenants(tenants)
        yield embedded(
            server.url, server.registry_url, server.origin, server.api_key, server.registry_key
        )


def store_of(root: Path) -> Path:
    """The embedded platform's file of this project, in a folder that git leaves alone."""
    folder = root / UNCOMMITTED
    folder.mkdir(exist_ok=True)
    ignore = folder / ".gitignore"
    if not ignore.exists():
        ignore.write_text("*\n", encoding="utf-8")
    return folder / "sandbox.sqlite"


@contextmanager
def held(place: Place) -> Iterator[None]:
    """Be the only process on this machine that writes to the place."""
    with holding(place.access, place.desired.project, place.desired.target.name):
        yield


@contextmanager
def holding(access: Access, project: str, target: str) -> Iterator[None]:
    """The same, of a project and target by their names."""
    from reconciler.platform.lockfile import hold

    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    folder = Path(state) / "agent-reconciler"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as failure:
        message = f"{folder} can't be made: {failure.strerror}"
        hint = "set XDG_STATE_HOME to a folder that every run on this machine shares"
        raise Failure(error("lock.no_folder", message, hint)) from failure
    with hold(access.origin, project, target, folder):
        yield


def read_lock_of(desired: Desired, path: Path) -> Lock:
    """The lock. Raises Failure, at the place in the file, if it can't be read."""
    from reconciler.platform.lockfile import read_lock

    try:
        return read_lock(path, desired.project, desired.target.name)
    except LockError as failure:
        place = Span(path.name, failure.line, failure.column)
        hint = "bring it back from git; without it, what exists would be made again"
        raise Failure(error("lock.unreadable", failure.message, hint, span=place)) from None


@contextmanager
def seen(place: Place, lock: Lock, progress: Progress) -> Iterator[tuple[Live, Clients]]:
    """The live world; hosts are compared before a key is sent."""
    from reconciler.platform.snapshot import read_live

    with connected(place.access, lock) as clients:
        yield read_live(clients, place.desired, lock, progress), clients


@contextmanager
def connected(access: Access, lock: Lock) -> Iterator[Clients]:
    """Clients of the world that the lock speaks of; hosts are compared before a key is sent."""
    from reconciler.platform.clients import connect
    from reconciler.platform.limits import limits_from
    from reconciler.platform.origin import check_hosts

    check_hosts(access, lock)
    limits = None if access.is_embedded else limits_from(os.environ)
    with connect(access, limits=limits) as clients:
        yield clients


@contextmanager
def planned(place: Place, options: PlanOptions, progress: Progress) -> Iterator[Planned]:
    """Read the lock and the live world, and plan."""
    from reconciler.engine.matching import marked
    from reconciler.engine.planner import make_plan

    lock = read_lock_of(place.desired, place.lock_path)
    _check_options(place.desired, lock, options)
    with seen(place, lock, progress) as (live, clients):
        # An orphan may be known by its marker alone.
        known = _known(place.desired, lock) | marked(place.desired, live).keys()
        check_globs(options.overwrite_drift, known)
        plan = make_plan(place.desired, lock, live, options)
        broken = check_policy(place.policy, plan, place.desired)
        plan = replace(plan, findings=(*plan.findings, *broken))
        if place.strict:
            plan = replace(plan, findings=strict(plan.findings))
        yield Planned(plan, live, lock, clients, options)


def _known(desired: Desired, lock: Lock) -> set[Address]:
    return {resource.address for resource in desired.resources} | set(lock.objects)


def _check_options(desired: Desired, lock: Lock, options: PlanOptions) -> None:
    """Raises Failure for a glob or an address that names nothing."""
    known = _known(desired, lock)
    check_globs(options.only, known)
    exact = options.rotate_key | options.recreate
    check_globs([str(address) for address in exact], known)
