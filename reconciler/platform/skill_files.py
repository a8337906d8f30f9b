"""The files of the version that a skill's new content takes the place of, read only to be shown.

One download for each skill whose content is new; no plan depends on it, so that what can't be read
is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from reconciler.engine.desired import SkillContent, SkillFile
from reconciler.engine.live import LiveObject
from reconciler.engine.values import bytes_digest
from reconciler.platform.clients import Clients
from reconciler.platform.errors import BadArchive, NotFound, ReadFailed
from reconciler.platform.kinds import skill

MAX_FILE = 64 * 1024  # bytes; a longer file is told by its size
MAX_SKILL = 256 * 1024  # bytes of text for each skill


def with_files(
    clients: Clients, item: LiveObject, wanted: Sequence[SkillContent], pinned: Iterable[str]
) -> LiveObject:
    """The skill with the files of its previous version, and the texts of what differs.

    `wanted` are the contents in the folders, `pinned` the versions that agents of ours use.
    """
    version = previous_version(item, wanted, pinned)
    try:
        held = skill.download(clients, item.id, version)
    except (NotFound, BadArchive, ReadFailed):
        return item
    files = tuple(
        SkillFile(path, len(data), "", bytes_digest(data)) for path, data in sorted(held.items())
    )
    fresh = [one for one in wanted if one.digest not in item.contents]
    return replace(item, files=files, texts=_texts(files, held, fresh))


def previous_version(
    item: LiveObject, wanted: Iterable[SkillContent], pinned: Iterable[str]
) -> str:
    """The version that new content stands beside: one that agents use and the folders no longer
    hold, else one that agents use, else the newest."""
    newest = str(item.body.get("latest_version_id"))
    kept = {item.contents.get(one.digest) for one in wanted}
    used = set(pinned) & set(item.contents.values())
    for candidates in (used - kept, used):
        if candidates:
            return newest if newest in candidates else max(candidates, key=lambda v: (len(v), v))
    return newest


def _texts(
    before: Iterable[SkillFile], held: Mapping[str, bytes], fresh: Iterable[SkillContent]
) -> dict[str, str]:
    """Digest → text of the files that only one side has, within the limits."""
    old = {file.digest: file for file in before}
    new = {file.digest: file for content in fresh for file in content.files}
    texts: dict[str, str] = {}
    left = MAX_SKILL
    for digest in sorted(old.keys() ^ new.keys()):
        file = old.get(digest) or new[digest]
        if file.size > min(MAX_FILE, left):
            continue
        text = _text(held[file.path] if digest in old else _read(file))
        if text is not None:
            texts[digest] = text
            left -= file.size
    return texts


def _read(file: SkillFile) -> bytes | None:
    """The file's bytes, unless they are others by now."""
    try:
        data = Path(file.source).read_bytes()
    except OSError:
        return None
    return data if bytes_digest(data) == file.digest else None


def _text(data: bytes | None) -> str | None:
    if data is None or b"\0" in data:
        return None
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None
