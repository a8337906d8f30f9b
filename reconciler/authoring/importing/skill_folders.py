"""Live skills as folders: which may be one, under which name, and where the copies stand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from reconciler.authoring.files import Files, Refused
from reconciler.authoring.importing.names import is_skill_name, unsafe
from reconciler.authoring.laid_over import LaidOver
from reconciler.authoring.project_form import PathsForm
from reconciler.authoring.skills import MAX_BYTES, declared_name, read_skill
from reconciler.engine.diagnostics import Diagnostic
from reconciler.engine.values import content_digest


@dataclass(frozen=True, slots=True)
class Content:
    """A version of a skill that can be a folder: its name, its digest, its files."""

    slug: str
    digest: str
    files: Mapping[str, bytes]


def content_of(files: Mapping[str, bytes]) -> Content | str:
    """The content, or why it can't be a folder here that would be uploaded as the same bytes."""
    problem = unsafe(files)
    if problem:
        return f"it holds {problem}"
    slug = declared_name(files.get("SKILL.md", b""))
    if slug is None or not is_skill_name(slug):
        return "its SKILL.md gives no name that a folder can have"
    findings: list[Diagnostic] = []
    over = {f"{slug}/{path}": data for path, data in files.items()}
    read = read_skill(LaidOver(Path("/nowhere"), over), slug, f"skill/{slug}", findings)
    wrong = [finding for finding in findings if finding.severity == "error"]
    if wrong:
        place = wrong[0].span.file if wrong[0].span else slug
        return f"{place}: {wrong[0].message}"
    if read is None or read.content.digest != content_digest(files):
        return "it holds files that are never uploaded"
    return Content(slug, read.content.digest, files)


def unpacked(files: Files, paths: PathsForm, wanted: Collection[str]) -> dict[str, Content]:
    """Digest → content of the wanted ones that the project's folders hold already."""
    found: dict[str, Content] = {}
    for folder in _folders(files, paths) if wanted else ():
        read = read_skill(files, folder, "", [])
        if read is None or read.content.digest in found or read.content.digest not in wanted:
            continue
        names = [file.path for file in read.content.files]
        held = {name: files.read(f"{folder}/{name}", limit=MAX_BYTES, keep=False) for name in names}
        found[read.content.digest] = Content(read.slug, read.content.digest, held)
    return found


def _folders(files: Files, paths: PathsForm) -> Iterator[str]:
    def below(folder: str) -> list[str]:
        try:
            return [entry.path for entry in files.entries(folder) if entry.is_folder]
        except Refused:
            return []

    yield from below(paths.skills)
    for agent in below(paths.agents):
        yield from below(f"{agent}/skills")


def shared_digests(uses: Iterable[Content], files: Files, paths: PathsForm) -> dict[str, str]:
    """Slug → the digest that `skills/<slug>` has: what is there already, else what most use."""
    counts = Counter((content.slug, content.digest) for content in uses)
    best: dict[str, str] = {}
    for (slug, digest), _ in sorted(counts.items(), key=lambda item: (-item[1], item[0])):
        best.setdefault(slug, digest)
    for slug in best:
        folder = f"{paths.skills}/{slug}"
        try:
            there = files.entry(folder) is not None
        except Refused:
            there = True
        if there:
            read = read_skill(files, folder, "", [])
            best[slug] = read.content.digest if read else ""
    return best
