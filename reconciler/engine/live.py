"""What the platform answered: live objects, what could not be read, and where it all came from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.engine.address import Address
from reconciler.engine.desired import SkillFile
from reconciler.engine.values import Body

MARKER_KEY = "reconciler"


@dataclass(frozen=True, slots=True)
class Marker:
    """Who owns a live object: `<project>/<target>/<address>`, for agents with `@<version>`."""

    project: str
    target: str
    address: Address
    version: int | None = None

    @classmethod
    def parse(cls, text: str) -> Marker | None:
        """Read a marker; None if the text is not one (then it is somebody else's metadata)."""
        head, at, suffix = text.rpartition("@")
        path = head if at and suffix.isdigit() else text
        parts = path.split("/", 2)
        if len(parts) < 3:
            return None
        try:
            address = Address.parse(parts[2])
        except ValueError:
            return None
        return cls(parts[0], parts[1], address, int(suffix) if path is head else None)

    def __str__(self) -> str:
        return self.owner if self.version is None else f"{self.owner}@{self.version}"

    @property
    def owner(self) -> str:
        """The marker without the version, which moves."""
        return f"{self.project}/{self.target}/{self.address}"


_LABEL = re.compile(r"(?P<slug>[^ /()]+) \((?P<project>[^/()]+)/(?P<target>[^/()]+)\)")


def skill_label(slug: str, project: str, target: str) -> str:
    """The display name of our skill. A skill has no metadata, so its label is its marker; the API
    fixes it at creation (SDK: skills have no update)."""
    return f"{slug} ({project}/{target})"


def label_marker(label: str) -> Marker | None:
    """Whose skill a label says it is; None for a label that is not one of ours."""
    found = _LABEL.fullmatch(label)
    if found is None:
        return None
    return Marker(found["project"], found["target"], Address("skill", found["slug"]))


@dataclass(frozen=True, slots=True)
class LiveObject:
    """One live object: `body` is the platform's whole answer, as JSON.

    `kind` is a kind of address. `version` is an agent's. `contents` is a skill's: content digest →
    version id, for the versions whose content is known. If the folders hold another one, `files`
    are those of the version that it takes the place of, and `texts` (by the digest of a file) the
    texts that only one of the two has. `parent` is a credential's vault id.
    """

    kind: str
    id: str
    body: Body
    version: int | None = None
    archived: bool = False
    marker: Marker | None = None
    contents: Mapping[str, str] = field(default_factory=dict)
    files: tuple[SkillFile, ...] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """Which world this is. Hosts are compared before a request carries a key, the rest before a
    write. `base_url` of the embedded platform is the id kept in its store, never its port."""

    base_url: str
    organization: str = ""
    workspace: str = ""
    registry: str = ""
    tenants: Mapping[str, str] = field(default_factory=dict)  # slug → tenant id


@dataclass(frozen=True, slots=True)
class Unread:
    """Something that could not be read. Unknown is not absent: the plan is incomplete."""

    kind: str
    what: str  # an id, or "" for the whole list of the kind
    reason: str


@dataclass(frozen=True, slots=True)
class Live:
    """One snapshot. `gone` are ids of the lock that the platform answered 404 for.

    `history` holds, per agent id, the versions from the live one back to the one our last write
    made, for agents that were edited since: the last is the base of the three-way comparison.
    `deployments` are live deployments, read and never written.
    """

    origin: Origin
    objects: tuple[LiveObject, ...] = ()
    gone: frozenset[str] = frozenset()
    unread: tuple[Unread, ...] = ()
    history: Mapping[str, tuple[Body, ...]] = field(default_factory=dict)
    deployments: tuple[Body, ...] = ()

    def version(self, identity: str, number: int | None) -> Body | None:
        """One version of an agent that was edited since our last write, as far as it was read."""
        for body in self.history.get(identity, ()):
            if body.get("version") == number:
                return body
        return None
