"""Skills: uploads, addressed by content. No metadata, so the label is the marker.

The API keeps no hash of a version (anthropic 2.11 `types/beta/skills/`), so what a lost answer or
a lost lock left behind is told by downloading it.
"""

from __future__ import annotations

import io
import mimetypes
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.engine.values import Body, content_digest
from reconciler.platform import wire
from reconciler.platform.errors import (
    BadArchive,
    NotFound,
    OutcomeUnknown,
    ReadFailed,
    WriteFailed,
)
from reconciler.platform.kinds import rivals
from reconciler.platform.kinds.step import Step
from reconciler.platform.resolve import Written

if TYPE_CHECKING:
    from reconciler.platform.clients import Clients

PAGE = 1000
_MAX_UNPACKED = 100 * 2**20  # bytes; an upload holds 30 MB at most
_MAX_FILES = 10_000
#: What `zipfile` ends with for a damaged archive (IndexError: a file without a name).
_UNREADABLE = (zlib.error, EOFError, IndexError, OSError, RuntimeError, ValueError)
_Upload = tuple[str, bytes, str]


def bodies(clients: Clients) -> Iterator[Body]:
    """Every custom skill of the workspace."""
    return wire.pages(
        clients,
        lambda sdk, page: sdk.beta.skills.with_raw_response.list(
            limit=PAGE, source="custom", **page
        ),
    )


def body(clients: Clients, id: str) -> Body:
    found: Body = wire.read(clients, lambda sdk: sdk.beta.skills.with_raw_response.retrieve(id))
    return found


def contents(clients: Clients, id: str, known: Mapping[str, str]) -> dict[str, str]:
    """Content digest → version id, newest first; versions not in `known` are downloaded.

    A version whose archive can't be read, or that is gone by now, is left out.
    """
    by_version = {version: content for content, version in known.items()}
    found: dict[str, str] = {}
    for item in wire.pages(
        clients,
        lambda sdk, page: sdk.beta.skills.versions.with_raw_response.list(id, limit=PAGE, **page),
    ):
        version = str(item["id"])
        content = by_version.get(version) or _content(clients, id, version)
        if content:
            found.setdefault(content, version)
    return found


def create(step: Step) -> Written:
    """Create the skill with its first content, then add the others as versions."""
    label, digests = str(step.payload["display_name"]), list(step.payload["upload"])
    if not digests:
        raise WriteFailed("the plan names no content to upload")
    uploads = {digest: _files(step, digest) for digest in digests}
    first = digests[0]
    try:
        made = step.write(
            lambda sdk: sdk.beta.skills.with_raw_response.create(
                files=uploads[first], display_name=label
            )
        )
        written = Written(id=made["id"], versions={first: made["latest_version_id"]})
    except OutcomeUnknown as lost:
        written = step.look_up(lost, lambda: _recovered(step, label, first))
    _give_way(step, written.id)
    step.save(written)
    return _add_versions(step, written, digests[1:], uploads)


def _give_way(step: Step, id: str) -> None:
    try:
        made = body(step.clients, id)
    except ReadFailed:
        return
    rivals.give_way(
        step,
        made,
        lambda: bodies(step.clients),
        lambda sdk: sdk.beta.skills.with_raw_response.delete(id),
    )


def update(step: Step) -> Written:
    """Upload contents as further versions of the skill."""
    digests = list(step.payload["upload"])
    uploads = {digest: _files(step, digest) for digest in digests}
    return _add_versions(step, Written(id=step.id), digests, uploads)


def delete(step: Step) -> Written:
    """Delete the skill and all its versions (the API cascades); gone already is fine."""
    try:
        step.write(lambda sdk: sdk.beta.skills.with_raw_response.delete(step.id))
    except OutcomeUnknown as lost:
        step.look_up(lost, lambda: True if _gone(step) else None)
    except WriteFailed as failure:
        if failure.status != 404:
            raise
    return Written(id=step.id)


def _add_versions(
    step: Step, written: Written, digests: list[str], uploads: Mapping[str, list[_Upload]]
) -> Written:
    for digest in digests:
        version = _add_version(step, written.id, digest, uploads[digest])
        written = Written(id=written.id, versions={**written.versions, digest: version})
        step.save(written)
    return written


def _add_version(step: Step, id: str, digest: str, files: list[_Upload]) -> str:
    try:
        made = step.write(
            lambda sdk: sdk.beta.skills.versions.with_raw_response.create(id, files=files)
        )
        return str(made["id"])
    except OutcomeUnknown as lost:
        known = step.action.lock.versions
        return str(step.look_up(lost, lambda: contents(step.clients, id, known).get(digest)))


def _recovered(step: Step, label: str, digest: str) -> Written | None:
    for found in bodies(step.clients):
        if found.get("display_name") == label:
            version = contents(step.clients, found["id"], {}).get(digest)
            if version:
                return Written(id=found["id"], versions={digest: version})
    return None


def _gone(step: Step) -> bool:
    try:
        body(step.clients, step.id)
    except NotFound:
        return True
    return False


def _files(step: Step, digest: str) -> list[_Upload]:
    """The parts of one upload, under one folder named as the slug.

    Raises WriteFailed if a file can't be read, or if the content on disk is not what was planned.
    """
    slug = str(step.payload["slug"])
    read: dict[str, bytes] = {}
    for content in step.resource.contents if step.resource else ():
        if content.digest == digest:
            try:
                read = {file.path: Path(file.source).read_bytes() for file in content.files}
            except OSError as failure:
                raise WriteFailed(f"can't be read: {failure.filename}") from None
    if content_digest(read) != digest:
        raise WriteFailed(
            "changed on disk since the plan was made", "run plan again", code="skill.changed"
        )
    return [(f"{slug}/{path}", read[path], _mime(path)) for path in sorted(read)]


def _mime(path: str) -> str:
    if path.endswith(".md"):
        return "text/markdown"
    return mimetypes.guess_type(path, strict=True)[0] or "application/octet-stream"


def _content(clients: Clients, id: str, version: str) -> str | None:
    """The content digest of a version."""
    read = _downloaded(clients, id, version)
    return None if read is None else content_digest(read)


def _downloaded(clients: Clients, id: str, version: str) -> dict[str, bytes] | None:
    """Path → bytes of a version; None if it is gone, or if its archive can't be used."""
    try:
        return download(clients, id, version)
    except (NotFound, BadArchive):
        return None


def download(clients: Clients, id: str, version: str) -> dict[str, bytes]:
    """Path → bytes of a version: its zip, with paths relative to the top folder.

    Raises NotFound, BadArchive if the zip is damaged, explodes, or holds what is no plain file,
    else ReadFailed. The paths are as the archive has them: nothing says that they are safe.
    """
    raw = wire.answer(
        clients,
        lambda sdk: sdk.beta.skills.versions.with_raw_response.download(version, skill_id=id),
    )
    try:
        return unpacked(raw.read())
    except zipfile.BadZipFile as problem:
        raise BadArchive(f"the archive of {id} {version} is not used: {problem}") from None


def unpacked(data: bytes) -> dict[str, bytes]:
    """Path → bytes of an archive, in memory only. Raises BadZipFile for one that is damaged or
    explodes, or that holds links, two files of one name, or anything but plain and deflated
    files."""
    try:
        return _unpacked(data)
    except _UNREADABLE as problem:
        raise zipfile.BadZipFile(str(problem)) from None


def _unpacked(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        members = [item for item in archive.infolist() if not item.is_dir()]
        _check(members)
        files: dict[str, bytes] = {}
        left = _MAX_UNPACKED
        for item in members:
            with archive.open(item) as member:
                files[item.filename] = member.read(left + 1)
            left -= len(files[item.filename])
            if left < 0:  # more than its directory said
                raise zipfile.BadZipFile("too large")
    tops = {name.partition("/")[0] for name in files}
    if len(tops) == 1 and all("/" in name for name in files):
        return {name.partition("/")[2]: content for name, content in files.items()}
    return files


def _check(members: list[zipfile.ZipInfo]) -> None:
    """Raise BadZipFile for what is told from the archive's directory, before any of it is read.

    Other compressions are refused, since they unpack without a limit (Python: `zipfile` bounds
    deflate only).
    """
    if len(members) > _MAX_FILES:
        raise zipfile.BadZipFile("too many files")
    if sum(item.file_size for item in members) > _MAX_UNPACKED:
        raise zipfile.BadZipFile("too large")
    if len({item.filename for item in members}) < len(members):
        raise zipfile.BadZipFile("two files of one name")
    for item in members:
        mode = stat.S_IFMT(item.external_attr >> 16)
        if mode not in (0, stat.S_IFREG):
            raise zipfile.BadZipFile("it holds a link or a device")
        if item.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise zipfile.BadZipFile("unusual compression")
        if "\0" in item.orig_filename:
            raise zipfile.BadZipFile("a file name that ends twice")
        if "\\" in item.filename or {"", "..", "."} & set(item.filename.split("/")):
            raise zipfile.BadZipFile("a path that leads outside")


WRITES = {"create": create, "update": update, "delete": delete}
