"""What an import reads: the chosen objects, and every version of a skill that they use."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.cli import exit_codes
from reconciler.cli.failures import Failure
from reconciler.cli.round_trip import settled_objects, versions_of
from reconciler.cli.terminal import Progress
from reconciler.engine import selection
from reconciler.engine.address import Address
from reconciler.engine.live import Live, LiveObject
from reconciler.engine.lock import Lock
from reconciler.engine.selection import Chosen, NotChosen
from reconciler.engine.values import content_digest

if TYPE_CHECKING:
    from reconciler.authoring.importing.home import Home
    from reconciler.authoring.importing.skill_folders import Content
    from reconciler.platform.clients import Clients


@dataclass(frozen=True, slots=True)
class Wish:
    """What was asked for: names and ids, or everything; and where it goes."""

    words: tuple[str, ...]
    everything: bool = False
    into: Path | None = None
    project: str | None = None
    force: bool = False
    take_over: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Found:
    """`skills`: live ones by id, with the contents that are known; `contents`: (skill id, version
    id) → a content that can be a folder, or why it can't. `settled` are objects that were asked
    for, too, and are in the lock and as their folders say already."""

    live: Live
    chosen: Chosen
    skills: Mapping[str, LiveObject]
    contents: Mapping[tuple[str, str], Content | str]
    settled: Mapping[Address, LiveObject]


def read(
    clients: Clients,
    home: Home,
    lock: Lock,
    wish: Wish,
    variables: Mapping[str, str],
    say: Progress,
) -> Found:
    """Everything an import needs. Raises Failure for what can't be taken, PlatformError."""
    from reconciler.platform import workspace

    live = workspace.read_workspace(clients, home.target, lock, say)
    chosen = _chosen(clients, live, wish)
    elsewhere = selection.foreign(chosen, lock, home.project, home.target.name)
    if elsewhere and not wish.take_over:
        findings = selection.foreign_findings(elsewhere)
        raise Failure(*findings, exit_code=exit_codes.REFUSED)
    settled = {} if wish.force else settled_objects(home, lock, chosen, live, variables)
    known_ids = {item.id for item in settled.values()}
    chosen = chosen.without(known_ids)
    live = workspace.with_registrations(clients, live, [one.id for one in chosen.agents], say)
    if any(one.body.get("mcp_servers") for one in chosen.agents):
        live = workspace.with_credentials(clients, live)
    skills = {
        item.id: replace(item, contents=versions_of(item, lock))
        for item in live.objects
        if item.kind == "skill"
    }
    known, contents = _contents(clients, home, lock, chosen, skills, say)
    for identity, digests in known.items():
        before = skills[identity]
        skills[identity] = replace(before, contents={**before.contents, **digests})
    live = replace(live, objects=tuple(skills.get(item.id, item) for item in live.objects))
    return Found(live, chosen, skills, contents, settled)


def _chosen(clients: Clients, live: Live, wish: Wish) -> Chosen:
    from reconciler.platform import workspace

    if wish.everything:
        return selection.everything(live)
    try:
        gone = workspace.archived(clients, selection.unmatched(live, wish.words))
        return selection.choose(live, wish.words, gone)
    except NotChosen as failure:
        raise Failure(*failure.findings) from None


def _contents(
    clients: Clients,
    home: Home,
    lock: Lock,
    chosen: Chosen,
    skills: Mapping[str, LiveObject],
    say: Progress,
) -> tuple[dict[str, dict[str, str]], dict[tuple[str, str], Content | str]]:
    """Skill id → digest → version id, and the contents of the versions that are used.

    What the lock knows and a folder holds is not downloaded again. The newest version of each
    skill is, too: as long as the lock knows that one, no plan has to look at the others.
    """
    from reconciler.authoring.importing.draft import used_versions
    from reconciler.authoring.importing.skill_folders import content_of, unpacked
    from reconciler.platform.workspace import unpack

    used = used_versions(chosen, skills)
    newest = {
        (identity, str(skills[identity].body.get("latest_version_id"))) for identity, _ in used
    }
    digests = {
        (entry.id, version): digest
        for entry in lock.objects.values()
        for digest, version in entry.versions.items()
    }
    there = unpacked(home.files, home.paths, {digests[one] for one in used if one in digests})
    missing = {one for one in used if digests.get(one) not in there}
    loaded = unpack(clients, missing | {one for one in newest if one not in digests}, say)
    known: dict[str, dict[str, str]] = {}
    contents: dict[tuple[str, str], Content | str] = {}
    for pair in sorted(used | newest):
        archive = loaded.get(pair)
        if archive is None:
            contents[pair] = there[digests[pair]] if pair in used else ""
            known.setdefault(pair[0], {})[digests[pair]] = pair[1]
        elif archive.files is None:
            contents[pair] = archive.problem
        else:
            contents[pair] = content_of(archive.files)
            known.setdefault(pair[0], {})[content_digest(archive.files)] = pair[1]
    return known, {pair: contents[pair] for pair in used}
