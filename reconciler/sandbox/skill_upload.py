"""A skill's upload: separate files or one zip, become one bundle with a slug."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import Any

import yaml

from .call import Upload
from .errors import ApiError, invalid

MAX_BYTES = 30_000_000
FENCE = "---"
SLUG = re.compile(r"[a-z0-9-]{1,64}")
TAG = re.compile(r"<[^<>]+>")
RESERVED = ("anthropic", "claude")
Files = list[tuple[str, bytes]]


@dataclass(frozen=True)
class Bundle:
    """A skill version's content: its slug, its description, its files under the slug."""

    slug: str
    description: str
    archive: bytes


def bundle(upload: Upload) -> Bundle:
    """Check an upload and read its SKILL.md (recorded; SDK; skills documentation)."""
    if not upload.files:
        raise invalid("files: Field required")
    zipped = len(upload.files) == 1 and zipfile.is_zipfile(io.BytesIO(upload.files[0][1]))
    files = _unzipped(upload.files[0][1]) if zipped else upload.files
    if sum(len(content) for _, content in files) >= MAX_BYTES:
        raise too_large()
    _check_paths([path for path, _ in files])
    folder = _top_folder([path for path, _ in files], root_allowed=not zipped)
    inside = [(path.removeprefix(f"{folder}/") if folder else path, data) for path, data in files]
    front = _frontmatter(inside)
    slug = _slug(front, folder)
    return Bundle(slug, _description(front), _archive(slug, inside))


def too_large() -> ApiError:
    """413 `request_too_large` (recorded)."""
    return ApiError(413, "Request exceeds the maximum allowed number of bytes.")


def _unzipped(data: bytes) -> Files:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = [info for info in archive.infolist() if not info.is_dir()]
            # Before anything is unpacked: a small archive may hold a very large file.
            if sum(info.file_size for info in entries) >= MAX_BYTES:
                raise too_large()
            return [(info.filename, archive.read(info)) for info in entries]
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError):
        raise invalid("files: the zip archive can't be read") from None


def _check_paths(paths: list[str]) -> None:
    for index, path in enumerate(paths):
        parts = path.split("/")
        if not path or path.startswith("/") or "\\" in path or {"", ".", ".."} & set(parts):
            raise invalid(f'files: "{path}" is not a path inside the skill')
        if path in paths[:index]:
            raise invalid(f'files: "{path}" is there twice')


def _top_folder(paths: list[str], *, root_allowed: bool) -> str:
    """All files lie under one folder; separate files may lie at the root (SDK)."""
    tops = {path.partition("/")[0] if "/" in path else "" for path in paths}
    if root_allowed and "SKILL.md" in paths:
        return ""
    if len(tops) != 1 or tops == {""}:
        raise invalid("All files must be in one top-level folder with a SKILL.md at its root.")
    return tops.pop()


def _frontmatter(files: Files) -> dict[str, Any]:
    found = dict(files).get("SKILL.md")
    if found is None:
        raise invalid("A SKILL.md file is required at the root of the skill.")
    try:
        lines = found.decode().splitlines()
    except UnicodeDecodeError:
        raise invalid("SKILL.md must be UTF-8 text.") from None
    if not lines or lines[0].rstrip() != FENCE or FENCE not in [x.rstrip() for x in lines[1:]]:
        raise invalid("SKILL.md must start with YAML frontmatter (---).")
    end = [line.rstrip() for line in lines].index(FENCE, 1)
    try:
        front = yaml.safe_load("\n".join(lines[1:end]))
    except (yaml.YAMLError, ValueError, RecursionError):
        raise invalid("The YAML frontmatter of SKILL.md can't be read.") from None
    if not isinstance(front, dict):
        raise invalid("The YAML frontmatter of SKILL.md must be a mapping.")
    return front


def _slug(front: dict[str, Any], folder: str) -> str:
    """The frontmatter's name, else the folder's (SDK); both must agree (recorded message)."""
    name = front.get("name", folder)
    if not isinstance(name, str) or not name:
        raise invalid("SKILL.md: name is required in the frontmatter.")
    if TAG.search(name):
        raise invalid("SKILL.md: name must not contain XML tags.")
    if not SLUG.fullmatch(name):
        raise invalid("SKILL.md: name must have 1 to 64 lowercase letters, digits and hyphens.")
    for word in RESERVED:
        if word in name:
            raise invalid(f'SKILL.md: name must not contain the reserved word "{word}".')
    if folder and folder != name:
        raise invalid(f"The folder name '{folder}' must match the skill name '{name}' in SKILL.md.")
    return name


def _description(front: dict[str, Any]) -> str:
    description = front.get("description")
    if not isinstance(description, str) or not description.strip():
        raise invalid("SKILL.md: description is required in the frontmatter.")
    if len(description) > 1024:
        raise invalid("SKILL.md: description must have at most 1024 characters.")
    if TAG.search(description):
        raise invalid("SKILL.md: description must not contain XML tags.")
    return description


def _archive(slug: str, files: Files) -> bytes:
    """The zip that a download gives, its top folder named like the skill (SDK)."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for path, data in sorted(files):
            archive.writestr(zipfile.ZipInfo(f"{slug}/{path}"), data, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()
