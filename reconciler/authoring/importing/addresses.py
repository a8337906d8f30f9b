"""Which address a live object gets: the one it has, else one of its name."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.authoring.discovery import is_part
from reconciler.authoring.importing.home import Home
from reconciler.authoring.importing.names import free, slug, unsafe
from reconciler.authoring.importing.skill_folders import Content
from reconciler.engine.address import Address
from reconciler.engine.live import LiveObject
from reconciler.engine.lock import Lock
from reconciler.engine.selection import Chosen, is_foreign


def addresses_of(home: Home, chosen: Chosen, lock: Lock) -> dict[str, Address]:
    """Live id → address. What the lock or our marker names keeps its name; the others get the slug
    of theirs, with a number if another object has it."""
    by_id = {entry.id: address for address, entry in lock.objects.items() if entry.id}
    known: dict[str, Address] = {}
    for item in chosen.objects:
        address = by_id.get(item.id) or _marked(item, home)
        if address is not None and address.kind == item.kind and is_name(address):
            known[item.id] = address
    taken = {(one.kind, one.name.casefold()) for one in (*known.values(), *by_id.values())}
    for item in chosen.objects:
        if item.id not in known:
            names = {name for kind, name in taken if kind == item.kind}
            name = free(slug(str(item.body.get("name") or ""), item.id), names)
            known[item.id] = Address(item.kind, name)
            taken.add((item.kind, name))
    return known


def is_name(address: Address) -> bool:
    """Whether a folder may be called so, or a subagent's file: a marker is text that anyone with
    the key can write."""
    parts = address.name.split("/")
    most = 2 if address.kind == "agent" else 1
    return len(parts) <= most and all(is_part(part) and not unsafe([part]) for part in parts)


def _marked(item: LiveObject, home: Home) -> Address | None:
    marker = item.marker
    if marker is None or is_foreign(item, home.project, home.settings.name):
        return None
    return marker.address


def skill_addresses(
    home: Home,
    skills: Mapping[str, LiveObject],
    contents: Mapping[tuple[str, str], Content],
    lock: Lock,
    *,
    taking_over: bool,
) -> tuple[dict[str, Address], dict[str, str]]:
    """Skill id → address, and skill id → why it stays an id. One live skill has a slug: the one of
    the lock, else the one that is labelled ours, else the first that was made."""
    by_id = {entry.id: one for one, entry in lock.objects.items() if one.kind == "skill"}
    holders = {address: identity for identity, address in by_id.items() if identity}
    found: dict[str, Address] = {}
    kept: dict[str, str] = {}
    for identity in sorted(
        {key[0] for key in contents}, key=lambda one: _rank(one, skills, by_id, home)
    ):
        item = skills[identity]
        slugs = {content.slug for key, content in contents.items() if key[0] == identity}
        address = by_id.get(identity) or _marked(item, home) or Address("skill", min(slugs))
        holder = holders.get(address, identity)
        if slugs != {address.name}:
            kept[identity] = f"its versions are called {', '.join(sorted(slugs))}"
        elif is_foreign(item, home.project, home.settings.name) and not (
            taking_over or identity in by_id
        ):
            kept[identity] = f"{item.marker.owner if item.marker else ''} owns it"
        elif holder != identity:
            kept[identity] = f"{address} is {holder}"
        else:
            found[identity], holders[address] = address, identity
    return found, kept


def _rank(
    identity: str, skills: Mapping[str, LiveObject], by_id: Mapping[str, Address], home: Home
) -> tuple[bool, bool, str, str]:
    item = skills[identity]
    made = str(item.body.get("created_at") or "")
    return identity not in by_id, _marked(item, home) is None, made, identity
