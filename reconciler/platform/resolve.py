"""Filling in what only the platform could know: references, secrets, and the lock's entry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from reconciler.engine.address import Address
from reconciler.engine.live import Live, LiveObject
from reconciler.engine.lock import Intent, Lock, LockEntry
from reconciler.engine.plan import Action
from reconciler.engine.values import Ref, Secret, SecretRef, Value, decode, digest
from reconciler.platform.errors import WriteFailed

DIGEST_OF = "$digest_of"


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a write brought about: the parts of a lock entry that only the platform knows."""

    id: str = ""
    version: int | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    parent: str = ""
    recorded: int | None = None
    intent: Intent | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """Where references are looked up: the lock, which this run keeps up to date, then live.

    `keys` are the one-time keys of this run's registrations, `secrets` the operator's by name.
    """

    lock: Callable[[], Lock]
    live: Live | None
    keys: Mapping[Address, Secret]
    secrets: Mapping[str, Secret]

    def resolve(self, value: Value) -> Value:
        """The value without references; keys and secrets come out as `Secret`.

        Raises WriteFailed, naming the reference, for what is not known.
        """
        if isinstance(value, Ref):
            return self._ref(value)
        if isinstance(value, SecretRef):
            return self._secret(value)
        if isinstance(value, Mapping):
            return {key: self.resolve(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.resolve(item) for item in value]
        return value

    def field(self, value: Value) -> Any:
        """The lock's form of a field: a value, or the digest of one that held references."""
        if isinstance(value, Mapping) and set(value) == {DIGEST_OF}:
            return digest(self.resolve(decode(value[DIGEST_OF])))
        return self.resolve(value)

    def _ref(self, ref: Ref) -> Value:
        if ref.attr == "api_key":
            found: Value = self.keys.get(ref.address)
        else:
            entry = self.lock().entry(ref.address)
            found = _of_entry(entry, ref) or _of_live(self._live(ref.address), ref)
        if not found:
            raise WriteFailed(f"{ref} is not known", code="write.unresolved")
        return found

    def _secret(self, wanted: SecretRef) -> Secret:
        if wanted.name not in self.secrets:
            variable = f"RECONCILE_SECRET_{wanted.name}"
            raise WriteFailed(f"{wanted} is not set", f"set {variable}", code="secret.missing")
        return self.secrets[wanted.name]

    def _live(self, address: Address) -> LiveObject | None:
        lock = self.lock()
        wanted = (lock.project, lock.target, address)
        for item in self.live.objects if self.live else ():
            marker = None if item.archived else item.marker
            if marker and (marker.project, marker.target, marker.address) == wanted:
                return item
        return None


def _of_entry(entry: LockEntry | None, ref: Ref) -> Value:
    if entry is None or not entry.id:
        return None
    return _attribute(ref, entry.id, entry.version, entry.versions)


def _of_live(item: LiveObject | None, ref: Ref) -> Value:
    return item and _attribute(ref, item.id, item.version, item.contents)


def _attribute(ref: Ref, id: str, version: int | None, versions: Mapping[str, str]) -> Value:
    if ref.attr == "id":
        return id
    if ref.attr == "external_ref":
        return f"anthropic://agents/{id}"
    if ref.attr == "version":
        return versions.get(ref.content) if ref.content else version
    return None


def entry_after(
    action: Action, written: Written, before: LockEntry | None, known: Known
) -> LockEntry:
    """The lock entry of a carried out action: the planned one with ids, versions and references
    filled in. Versions of a skill add up as long as it is the same skill."""
    plan = action.lock
    kept = action.expected.id if action.expected and action.verb == "update" else ""
    id = written.id or kept or plan.id
    earlier = before.versions if before and before.id == id else {}
    versions = {**earlier, **plan.versions, **written.versions}
    return replace(
        plan,
        id=id,
        version=plan.version if written.version is None else written.version,
        parent=written.parent or plan.parent,
        recorded=plan.recorded if written.recorded is None else written.recorded,
        intent=written.intent,
        versions={content: version for content, version in versions.items() if version},
        fields={path: known.field(value) for path, value in plan.fields.items()},
    )


def reveal(value: Value) -> Any:
    """Plain JSON with every `Secret` as text, for the one request that carries it."""
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, Mapping):
        return {key: reveal(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [reveal(item) for item in value]
    return value
