"""What becomes of the files of a skill: added, changed, renamed, removed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from reconciler.engine.desired import SkillContent, SkillFile

#: renamed: the same bytes under another path.
What: TypeAlias = Literal["added", "changed", "renamed", "removed"]


@dataclass(frozen=True, slots=True)
class FileDiff:
    """One file that is not as it was.

    `path` is where the file will be, or was if it is removed; `old` where a renamed one was.
    `content` is the digest of the skill's content that it belongs to. Sizes are bytes, None on a
    side without the file. `before` and `after` are the texts, as far as they are known: None for
    what is no text, is too long, or is only renamed.
    """

    path: str
    what: What
    content: str
    old: str = ""
    size_before: int | None = None
    size_after: int | None = None
    before: str | None = None
    after: str | None = None


def file_diffs(
    contents: Iterable[SkillContent], before: Sequence[SkillFile], texts: Mapping[str, str]
) -> tuple[FileDiff, ...]:
    """The files of each content next to those of the version before, by path.

    `texts` holds the texts of files by their digest. Without a version before, all are added.
    """
    return tuple(
        one
        for content in contents
        for one in sorted(_diffs(content, before, texts), key=lambda one: one.path)
    )


def _diffs(
    content: SkillContent, before: Sequence[SkillFile], texts: Mapping[str, str]
) -> Iterator[FileDiff]:
    old, new = ({file.path: file for file in side} for side in (before, content.files))
    renamed = dict(_renamed(before, content.files))
    for path, file in new.items():
        was = old.get(path)
        if was is None and path in renamed:
            source = renamed[path]
            yield FileDiff(path, "renamed", content.digest, source.path, source.size, file.size)
        elif was is None:
            text = texts.get(file.digest)
            yield FileDiff(path, "added", content.digest, size_after=file.size, after=text)
        elif was.digest != file.digest:
            yield FileDiff(path, "changed", content.digest, "", was.size, file.size,
                           texts.get(was.digest), texts.get(file.digest))  # fmt: skip
    gone = {source.path for source in renamed.values()}
    for path, file in old.items():
        if path not in new and path not in gone:
            text = texts.get(file.digest)
            yield FileDiff(path, "removed", content.digest, size_before=file.size, before=text)


def _renamed(
    before: Sequence[SkillFile], after: Sequence[SkillFile]
) -> Iterator[tuple[str, SkillFile]]:
    """New path → the file that held the same bytes under a path that is gone; each once."""
    kept = {file.path for file in before} & {file.path for file in after}
    fresh: dict[str, list[str]] = {}
    for file in after:
        if file.path not in kept:
            fresh.setdefault(file.digest, []).append(file.path)
    for file in before:
        if file.path not in kept and fresh.get(file.digest):
            yield fresh[file.digest].pop(0), file
