"""Carrying out a plan: by dependency, several actions at once, a failure stops what needs it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from graphlib import TopologicalSorter
from typing import Literal

from reconciler.engine.address import Address
from reconciler.engine.desired import Desired, Resource
from reconciler.engine.history import History
from reconciler.engine.live import Live
from reconciler.engine.outcome import Outcome, Report
from reconciler.engine.plan import Action, Plan, Verb
from reconciler.engine.values import Ref, Secret, refs_in
from reconciler.platform.clients import Clients
from reconciler.platform.errors import Halt, Moved, PlatformError, Stopped, WriteFailed
from reconciler.platform.kinds import ADAPTERS
from reconciler.platform.kinds.step import Step
from reconciler.platform.lockfile import LockStore
from reconciler.platform.resolve import Known, Written, entry_after
from reconciler.platform.wire import Patience

_REMOVALS = ("archive", "delete")


@dataclass(frozen=True, slots=True)
class Event:
    """One moment of an apply, for progress. `waiting` comes from the action's own thread."""

    name: Literal["started", "waiting", "finished"]
    address: Address
    verb: Verb
    message: str = ""
    outcome: Outcome | None = None


@dataclass
class _Run:
    """One apply under way.

    `needs` are those of the actions, `keyed` the registrations whose key an action of this run
    stores. Only the scheduling thread changes `outcomes`; `halted` is the action that hit
    something which stops all writes.
    """

    plan: Plan
    resources: Mapping[Address, Resource]
    needs: Mapping[Address, list[Address]]
    keyed: frozenset[Address]
    clients: Clients
    store: LockStore
    stop: threading.Event
    on_event: Callable[[Event], None]
    history: History
    tenants: Mapping[str, str]
    known: Known
    keys: dict[Address, Secret]
    outcomes: dict[Address, Outcome] = field(default_factory=dict)
    halted: Address | None = None


def execute(
    plan: Plan,
    desired: Desired,
    clients: Clients,
    store: LockStore,
    *,
    parallelism: int = 8,
    stop: threading.Event,
    on_event: Callable[[Event], None],
    history: History | None = None,
    live: Live | None = None,
    secrets: Mapping[str, Secret] | None = None,
) -> Report:
    """Carry out a plan and say what became of it; the lock is on disk after every object.

    `stop` set: nothing more is started, except what stores a one-time key already issued. `live`
    gives ids that the lock does not know, and the origin to keep. `history` is recorded with
    agent versions. `secrets` are the operator's,
    by name. A failure is an outcome; raises only Halt, if the lock can't be written, and
    graphlib.CycleError, both before any request.
    """
    needs = _needs(plan.actions)
    order = TopologicalSorter(needs)
    order.prepare()
    if live is not None:
        store.set_origin(live.origin)
    for address, entry in plan.records.items():
        store.update(address, entry)
    for address in plan.forgotten:
        store.remove(address)
    keys: dict[Address, Secret] = {}
    run = _Run(
        plan=plan,
        resources=desired.by_address(),
        needs=needs,
        keyed=frozenset(key for action in plan.actions for key in _keys_of(action)),
        clients=clients,
        store=store,
        stop=stop,
        on_event=on_event,
        history=history or History(),
        tenants=_tenants(store, live),
        known=Known(lambda: store.lock, live, keys, secrets or {}),
        keys=keys,
    )
    _walk(run, order, max(1, parallelism))
    return _report(run)


def _tenants(store: LockStore, live: Live | None) -> Mapping[str, str]:
    locked = store.lock.origin.tenants if store.lock.origin else {}
    return {**locked, **(live.origin.tenants if live else {})}


def _needs(actions: tuple[Action, ...]) -> dict[Address, list[Address]]:
    """Address → what must be done before, among the actions of this plan.

    A registration also waits for what storing its key will need: once issued, the key must find
    its vault, or it is lost.
    """
    planned = {action.address: action for action in actions}
    needs = {a.address: {n for n in a.needs if n in planned} for a in actions}
    for action in actions:
        for key in _keys_of(action):
            if key in needs:
                needs[key] |= {n for n in needs[action.address] if not _leads_to(needs, n, key)}
    return {address: sorted(before) for address, before in needs.items()}


def _leads_to(needs: Mapping[Address, set[Address]], start: Address, end: Address) -> bool:
    return start == end or any(_leads_to(needs, n, end) for n in needs[start])


def _keys_of(action: Action) -> Iterator[Address]:
    return (ref.address for ref in refs_in(action.payload) if _is_key(ref))


def _is_key(ref: Ref) -> bool:
    return ref.attr == "api_key"


def _walk(run: _Run, order: TopologicalSorter[Address], parallelism: int) -> None:
    planned = {action.address: action for action in run.plan.actions}
    place = {address: number for number, address in enumerate(planned)}
    ready: list[Address] = []
    running: dict[Future[Outcome], Address] = {}
    with ThreadPoolExecutor(parallelism) as pool:
        while order.is_active():
            ready = sorted([*ready, *order.get_ready()], key=place.__getitem__)
            while ready and len(running) < parallelism:
                action = planned[ready.pop(0)]
                skipped = _skipped(run, action)
                if skipped is None:
                    run.on_event(Event("started", action.address, action.verb))
                    running[pool.submit(_carry_out, run, action)] = action.address
                else:
                    _finish(run, order, skipped)
                    ready += order.get_ready()
                    ready.sort(key=place.__getitem__)
            for future in wait(running, return_when=FIRST_COMPLETED).done if running else ():
                running.pop(future)
                _finish(run, order, future.result())


def _finish(run: _Run, order: TopologicalSorter[Address], outcome: Outcome) -> None:
    run.outcomes[outcome.address] = outcome
    order.done(outcome.address)
    run.on_event(Event("finished", outcome.address, outcome.verb, outcome.message, outcome))


def _skipped(run: _Run, action: Action) -> Outcome | None:
    """The outcome of an action that must not be started, or None. A registration that issued its
    key is there, whatever failed after that."""
    for need in run.needs[action.address]:
        before = run.outcomes.get(need)
        if before is not None and before.result != "applied" and need not in run.keys:
            root = before.because if before.result == "skipped" else need
            words = f"skipped because {root} failed" if root else "interrupted before it began"
            return _skip(action, words, root)
    if any(key in run.keys for key in _keys_of(action)):
        return None
    if run.halted is not None:
        return _skip(action, f"skipped because {run.halted} was stopped for all", run.halted)
    if run.stop.is_set():
        return _skip(action, "interrupted before it began", None)
    return None


def _skip(action: Action, message: str, because: Address | None) -> Outcome:
    return Outcome(action.address, action.verb, "skipped", message=message, because=because)


def _carry_out(run: _Run, action: Action) -> Outcome:
    """One action, to its outcome. Whatever goes wrong is a failed outcome."""
    try:
        written = _write(run, action)
        _record(run, action, written)
    except Stopped as stopped:
        return _skip(action, stopped.message, run.halted)
    except PlatformError as failure:
        if isinstance(failure, Halt):
            run.halted = action.address
        said = f"{failure.message}; {failure.hint}" if failure.hint else failure.message
        return _failed(run, action, said, isinstance(failure, Moved))
    except Exception as failure:
        return _failed(run, action, f"{type(failure).__name__}: {failure}", False)
    entry = run.store.lock.entry(action.address)
    id = written.id or (entry.id if entry else "")
    version = entry.version if entry else None
    return Outcome(action.address, action.verb, "applied", id, version)


def _failed(run: _Run, action: Action, message: str, moved: bool) -> Outcome:
    text = run.clients.redactor.mask(message)
    return Outcome(action.address, action.verb, "failed", message=text, moved=moved)


def _write(run: _Run, action: Action) -> Written:
    write = ADAPTERS[action.address.kind].get(action.verb)
    if write is None:
        raise WriteFailed(f"{action.address.kind} has no {action.verb}")
    step = Step(
        action=action,
        payload=run.known.resolve(action.payload),
        resource=run.resources.get(action.address),
        clients=run.clients,
        patience=_patience(run, action),
        save=lambda written: _save(run, action, written),
        tenants=run.tenants,
        keys=run.keys,
        stores_key=action.address in run.keyed,
        parent=_parent(run, action),
        history=run.history,
    )
    return write(step)


def _parent(run: _Run, action: Action) -> str:
    """The vault of the credential that is changed, which need not be the one it goes to."""
    id = action.expected.id if action.expected else ""
    entry = run.store.lock.entry(action.address)
    if entry is not None and entry.id == id:
        return entry.parent
    live = run.known.live.objects if run.known.live else ()
    return next((item.parent for item in live if item.id == id), "")


def _patience(run: _Run, action: Action) -> Patience:
    def on_wait(message: str) -> None:
        run.on_event(Event("waiting", action.address, action.verb, message))

    wait = Patience(run.clients.clock, run.clients.limits.patience, run.stop, on_wait)
    if any(key in run.keys for key in _keys_of(action)):  # once issued, a key is stored or lost
        return replace(wait, stop=threading.Event())
    return replace(wait, halted=lambda: run.halted is not None)


def _record(run: _Run, action: Action, written: Written) -> None:
    """The lock after an action: its entry, or none; and a stored key ends the intent."""
    if action.verb in _REMOVALS:
        run.store.remove(action.address)
        return
    _save(run, action, written)
    for address in _keys_of(action):
        entry = run.store.lock.entry(address)
        if entry is not None and entry.intent is not None:
            run.store.update(address, replace(entry, intent=None))


def _save(run: _Run, action: Action, written: Written) -> None:
    before = run.store.lock.entry(action.address)
    run.store.update(action.address, entry_after(action, written, before, run.known))


def _report(run: _Run) -> Report:
    outcomes = tuple(run.outcomes.values())
    skipped = [end for end in outcomes if end.result == "skipped"]
    interrupted = run.stop.is_set() and any(end.because is None for end in skipped)
    return Report(outcomes, interrupted, _next_step(outcomes, interrupted))


def _next_step(outcomes: tuple[Outcome, ...], interrupted: bool) -> str:
    if interrupted:
        return "interrupted: run `reconcile apply` again, it goes on from here"
    if any(end.moved for end in outcomes):
        return "some objects were changed meanwhile: run `reconcile plan` and look at the drift"
    if any(end.result == "failed" for end in outcomes):
        return "run `reconcile apply` again once the failures are mended; what is done stays done"
    return ""
