"""The lock as JSON: its keys, their types and what they mean.

The codec in `lock` is held to these types, and its published schema is made from them.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, NotRequired, TypedDict


class LockOrigin(TypedDict):
    """Which world the objects live in; every request is checked against it."""

    base_url: Annotated[str, "The API's address; of the embedded platform, the id in its store"]
    organization: Annotated[str, "The organization's id; empty if it isn't known"]
    workspace: Annotated[str, "The workspace's id; empty if it isn't known"]
    registry: Annotated[str, "The registry's address; empty if none was used"]
    tenants: Annotated[dict[str, str], "Tenant ids by slug"]


class LockIntent(TypedDict):
    """A registration that was begun and may not have ended."""

    external_ref: Annotated[str, "What the row refers to: anthropic://agents/ID"]
    rows: Annotated[list[str], "Ids of the rows that had this reference before"]


class LockBlock(TypedDict):
    """One object as last applied; keys without a value are left out."""

    id: NotRequired[Annotated[str, "The live object's id"]]
    version: NotRequired[Annotated[int, "An agent's version after the last apply"]]
    parent: NotRequired[Annotated[str, "A credential's vault, by id"]]
    recorded: NotRequired[Annotated[int, "The last agent version recorded in the registry"]]
    protect: NotRequired[Annotated[bool, "True if the object is never archived or deleted"]]
    intent: NotRequired[LockIntent]
    taken_over: NotRequired[
        Annotated[str, "The marker or label of another owner that the object still carries"]
    ]
    versions: NotRequired[Annotated[dict[str, str], "A skill's version ids by content digest"]]
    fields: NotRequired[
        Annotated[dict[str, Any], "Owned fields: digests for agents, values for other kinds"]
    ]


class LockDocument(TypedDict):
    """What the last apply left behind; written by `reconcile apply`, and to be committed."""

    version: Annotated[Literal[1], "The lock's format"]
    project: Annotated[str, "The project's name"]
    target: Annotated[str, "The target's name"]
    origin: Annotated[LockOrigin | None, "Where the objects live; null before the first apply"]
    objects: Annotated[dict[str, LockBlock], "One block per object, by address"]


def keys(form: type) -> frozenset[str]:
    """The keys a mapping of this type may have."""
    return frozenset(form.__annotations__)
