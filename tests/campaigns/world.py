"""What a store and a lock say, without ids and times, so that two worlds can be compared."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reconciler.engine.live import MARKER_KEY
from reconciler.engine.lock import LockError, load_lock

_TIMES = frozenset({"created_at", "updated_at", "createdAt", "updatedAt"})
_LABEL = re.compile(r"^(\S+) \(funds/test\)$")
#: Kinds that somebody has to own; the others are parts of them.
OWNED = ("agent", "skill", "environment", "vault", "credential", "registration")


@dataclass(frozen=True)
class World:
    """One store. `objects`: how often each content is there; `holders`: address → the ids of its
    live objects; `names`: id → what it is called in every world; `agents`: id → body, as it is;
    `versions`: id and number → body of that version; `lost`: rows whose key no credential holds, told by the digests that the store keeps."""

    objects: Counter[tuple[str, str]]
    holders: Mapping[str, tuple[str, ...]]
    names: Mapping[str, str]
    agents: Mapping[str, Any]
    versions: Mapping[tuple[str, int], Any]
    lost: tuple[str, ...]

    def duplicates(self) -> list[str]:
        return sorted(name for name, ids in self.holders.items() if len(ids) > 1)


def read_world(store: Path) -> World:
    """The store as it is on disk now."""
    with contextlib.closing(sqlite3.connect(store)) as db:
        rows = [
            (kind, id, parent, archived, json.loads(body))
            for kind, id, parent, archived, body in db.execute(
                "SELECT kind, id, parent, archived, body FROM objects ORDER BY seq"
            )
        ]
        contents = {id: _sha(data) for id, data in db.execute("SELECT id, data FROM contents")}
        secrets = list(db.execute("SELECT owner, name, digest FROM secrets"))
    names = _names(rows, contents)
    held = {digest for owner, name, digest in secrets if name == "token"}
    lost = [names[o] for o, name, digest in secrets if name == "apiKey" and digest not in held]
    holders: defaultdict[str, list[str]] = defaultdict(list)
    for kind, id, _, archived, _ in rows:
        if kind in OWNED and not archived and names[id].startswith(f"{kind}/"):
            holders[names[id]].append(id)
    objects = Counter(
        (_called(kind, id, parent, body, names, contents), _content(body, names))
        for kind, id, parent, _, body in rows
    )
    live = {name: tuple(ids) for name, ids in holders.items()}
    agents = {id: body for kind, id, _, _, body in rows if kind == "agent"}
    versions = {(p, body["version"]): body for k, _, p, _, body in rows if k == "agent_version"}
    return World(objects, live, names, agents, versions, tuple(lost))


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:12]


def _names(rows: list[Any], contents: Mapping[str, str]) -> dict[str, str]:
    """Id → what it is called in every world."""
    names: dict[str, str] = {}
    for kind, id, _, _, body in rows:
        marker = (body.get("metadata") or {}).get(MARKER_KEY)
        if kind == "tenant":
            names[id] = f"tenant/{body['slug']}"
        elif kind == "skill":
            label = _LABEL.match(body["display_name"])
            names[id] = f"skill/{label[1]}" if label else id
        elif kind == "registration":
            names[id] = f"registration/{body['name']}"
        elif kind in ("agent", "environment", "vault", "credential") and marker:
            names[id] = marker.removeprefix("funds/test/").partition("@")[0]
    for kind, id, parent, _, body in rows:
        if kind == "skill_version" and body["id"] in contents:
            names[body["id"]] = f"{names[parent]}#{contents[body['id']]}"
        elif kind == "registration_version":
            names[id] = f"{names[parent]}#{body['changelog']}"
    return names


def _called(
    kind: str, id: str, parent: str, body: Any, names: Mapping[str, str], contents: Any
) -> str:
    if kind == "agent_version":
        return f"{names.get(parent, parent)}@{body['version']}"
    return names.get(id) or names.get(str(body.get("id")), id)


def _content(body: Any, names: Mapping[str, str]) -> str:
    return renamed(json.dumps(_timeless(body), sort_keys=True), names)


def _timeless(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _timeless(v) for k, v in value.items() if k not in _TIMES}
    return [_timeless(one) for one in value] if isinstance(value, list) else value


_ID = re.compile(
    r"\b[a-z]+_01[0-9A-Za-z]{22}\b|\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"
)


def renamed(text: str, names: Mapping[str, str]) -> str:
    """The text with every id that has a name replaced by it."""
    return _ID.sub(lambda found: names.get(found[0], found[0]), text)


def read_lock(path: Path, world: World) -> dict[str, Any] | None:
    """The lock's objects with names for ids, None if it can't be read."""
    try:
        text = path.read_text(encoding="utf-8")
        load_lock(text)
    except (OSError, LockError):
        return None
    document: dict[str, Any] = json.loads(renamed(text, world.names))
    for entry in document["objects"].values():
        if "version" in entry:  # an agent: this digest is over ids of skill versions
            entry["fields"].pop("skills", None)
    return document


@dataclass(frozen=True)
class End:
    """A world and its lock at the end of a run."""

    world: World
    lock: dict[str, Any] | None
    files: tuple[str, ...]


def read_end(store: Path, root: Path, lock: str) -> End:
    world = read_world(store)
    files = sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())
    return End(world, read_lock(root / lock, world), tuple(files))


#: What may be wrong with a cell, in the words of the report.
WRONG = (
    "duplicate", "orphan", "lost key", "unreadable lock", "different end", "litter", "other id",
    "not settled",
)  # fmt: skip


def compare(wanted: End, found: End, between: World) -> dict[str, list[str]]:
    """What is wrong: category → details. `between` is the world right after the fault; what was
    committed then keeps its id, except a row, whose key may be gone with the process."""
    missing = wanted.world.objects - found.world.objects
    extra = found.world.objects - wanted.world.objects
    wrong: dict[str, list[str]] = {
        "duplicate": found.world.duplicates(),
        "orphan": [n for n in found.world.holders if n not in wanted.world.holders],
        "lost key": list(found.world.lost),
        "unreadable lock": ["it"] if found.lock is None else [],
        "different end": [f"- {n} {c[:300]}" for n, c in missing]
        + [f"+ {n} {c[:300]}" for n, c in extra]
        + _lock_differences(wanted.lock, found.lock),
        "litter": sorted(set(found.files) - set(wanted.files)),
        "other id": [
            f"{name}: {id} was there"
            for name, ids in between.holders.items()
            for id in ids
            if not name.startswith(("registration/", "credential/"))
            and id not in found.world.holders.get(name, ())
        ],
    }
    return {category: details for category, details in wrong.items() if details}


def _lock_differences(wanted: Any, found: Any) -> list[str]:
    if wanted is None or found is None:
        return []
    one, other = wanted["objects"], found["objects"]
    return [
        f"lock {address}: {_short(other.get(address))} instead of {_short(one.get(address))}"
        for address in sorted({*one, *other})
        if one.get(address) != other.get(address)
    ]


def _short(entry: Any) -> str:
    return json.dumps(entry)[:400]
