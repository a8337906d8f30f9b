"""Which skills can be folders, and where their copies stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.authoring.files import Files
from reconciler.authoring.importing.skill_folders import (
    Content,
    content_of,
    shared_digests,
    unpacked,
)
from reconciler.authoring.project_form import PathsForm
from reconciler.engine.values import content_digest

GOOD = b"---\nname: cite\ndescription: Cites.\n---\nCite.\n"


def content(**files: bytes) -> Content:
    found = content_of({"SKILL.md": GOOD, **files})
    assert isinstance(found, Content), found
    return found


def test_a_plain_skill_is_a_folder() -> None:
    found = content(**{"data/x.bin": b"\0\xff"})
    assert found.slug == "cite" and found.digest == content_digest(found.files)


@pytest.mark.parametrize(
    "files",
    [
        {},
        {"README.md": b"x"},
        {"SKILL.md": b"no frontmatter"},
        {"SKILL.md": GOOD.replace(b"cite", b"Cite it")},
        {"SKILL.md": GOOD, "../x": b""},
        {"SKILL.md": GOOD, ".DS_Store": b""},
        {"SKILL.md": GOOD, "a/SKILL.md": GOOD},
        {"SKILL.md": GOOD.replace(b"Cites.", b"x" * 2000)},
        {"SKILL.md": b"\xff\xfe"},
    ],
    ids=str,
)
def test_what_would_not_come_back_the_same_is_no_folder(files: dict[str, bytes]) -> None:
    assert isinstance(content_of(files), str)


def write(root: Path, folder: str, found: Content) -> None:
    for path, data in found.files.items():
        (root / folder / path).parent.mkdir(parents=True, exist_ok=True)
        (root / folder / path).write_bytes(data)


def test_the_project_s_copy_is_what_is_there_else_what_most_use(tmp_path: Path) -> None:
    one, two = content(a=b"1"), content(a=b"2")
    paths = PathsForm()
    assert shared_digests([one, two, two], Files(tmp_path), paths) == {"cite": two.digest}
    assert shared_digests([two, one], Files(tmp_path), paths) == shared_digests(
        [one, two], Files(tmp_path), paths
    )
    write(tmp_path, "skills/cite", one)
    assert shared_digests([one, two, two], Files(tmp_path), paths) == {"cite": one.digest}
    (tmp_path / "skills/cite/SKILL.md").write_text("broken")
    assert shared_digests([one], Files(tmp_path), paths) == {"cite": ""}


def test_what_is_there_is_found_by_its_content(tmp_path: Path) -> None:
    one, two = content(a=b"1"), content(a=b"2")
    write(tmp_path, "skills/cite", one)
    write(tmp_path, "agents/x/skills/cite", two)
    found = unpacked(Files(tmp_path), PathsForm(), {one.digest, two.digest, "sha256:other"})
    assert {digest: dict(item.files) for digest, item in found.items()} == {
        one.digest: dict(one.files),
        two.digest: dict(two.files),
    }
    assert unpacked(Files(tmp_path), PathsForm(), set()) == {}
