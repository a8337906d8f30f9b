"""Which version new content is shown beside, and which texts are kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.engine.desired import SkillContent, SkillFile
from reconciler.engine.diagnostics import Span
from reconciler.engine.live import LiveObject
from reconciler.engine.values import bytes_digest, content_digest
from reconciler.platform import skill_files
from reconciler.platform.errors import NotFound
from reconciler.platform.skill_files import MAX_FILE, previous_version, with_files

LIVE = LiveObject(
    "skill", "skill_1", {"latest_version_id": "30"}, contents={"a": "9", "b": "20", "c": "30"}
)  # fmt: skip


def content(digest: str, *files: SkillFile) -> SkillContent:
    return SkillContent(digest, files, Span("s/SKILL.md"))


@pytest.mark.parametrize(
    ("wanted", "pinned", "version"),
    [
        (["new"], ["20"], "20"),  # the newest was applied and taken back since
        (["new"], [], "30"),
        (["new"], ["latest"], "30"),
        (["b", "new"], ["9", "20"], "9"),  # b stays, so what changed is a
        (["b", "new"], ["20"], "20"),
        (["new"], ["9", "20"], "20"),
        (["new"], ["9", "30"], "30"),
    ],
)
def test_the_version_before_is_one_that_agents_use(
    wanted: list[str], pinned: list[str], version: str
) -> None:
    assert previous_version(LIVE, map(content, wanted), pinned) == version


def test_texts_that_only_one_side_has_are_kept_within_the_limits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = {
        "SKILL.md": b"same",
        "a.md": b"old",
        "b.bin": b"\0x",
        "c.md": b"\xff",
        "d.md": b"z" * (MAX_FILE + 1),
    }
    monkeypatch.setattr(skill_files.skill, "download", lambda *_: held)
    wanted = {"SKILL.md": b"same", "a.md": b"new", "gone.md": b"g", "other.md": b"o"}
    files = []
    for path, data in wanted.items():
        (tmp_path / path).write_bytes(data)
        files.append(SkillFile(path, len(data), str(tmp_path / path), bytes_digest(data)))
    (tmp_path / "gone.md").unlink()
    (tmp_path / "other.md").write_bytes(b"edited since")
    fresh = content(content_digest(wanted), *files)
    found = with_files(None, LIVE, [fresh], [])  # type: ignore[arg-type]
    assert sorted(found.texts.values()) == ["new", "old"]
    assert [(file.path, file.size) for file in found.files] == [
        (path, len(data)) for path, data in sorted(held.items())
    ]


def test_what_can_not_be_read_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object) -> None:
        raise NotFound("gone")

    monkeypatch.setattr(skill_files.skill, "download", gone)
    assert with_files(None, LIVE, [content("new")], []) == LIVE  # type: ignore[arg-type]
