"""Reading a whole workspace: pages, and each version of a skill once."""

from __future__ import annotations

import io
import stat
import zipfile

import pytest

from reconciler.engine.desired import Target
from reconciler.engine.lock import Lock
from reconciler.platform import workspace
from reconciler.platform.errors import BadArchive, ReadFailed
from reconciler.platform.kinds import skill
from tests.platform.builders import World

MANIFEST = b"---\nname: cite\ndescription: Cites.\n---\nCite.\n"


def upload(world: World, text: bytes = MANIFEST) -> tuple[str, str]:
    made = world.clients.writer.beta.skills.create(
        display_name="cite", files=[("cite/SKILL.md", text, "text/markdown")]
    )
    assert made.latest_version_id is not None
    return made.id, made.latest_version_id


def silent(_: str) -> None: ...


def test_versions_are_unpacked_once_each(world: World) -> None:
    pair = upload(world)
    world.server.clear_requests()
    found = workspace.unpack(world.clients, [pair, pair, (pair[0], "1")], silent)
    assert found[pair].files == {"SKILL.md": MANIFEST}
    assert found[pair[0], "1"].files is None and found[pair[0], "1"].problem
    assert len(world.server.requests()) == 2


def test_a_bad_archive_is_a_reason_and_no_failure(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = upload(world)

    def bad(_: bytes) -> dict[str, bytes]:
        raise zipfile.BadZipFile("too large")

    monkeypatch.setattr(skill, "unpacked", bad)
    assert "too large" in workspace.unpack(world.clients, [pair], silent)[pair].problem
    with pytest.raises(BadArchive):
        skill.download(world.clients, *pair)


@pytest.mark.parametrize("path", ["agents", "skills", "environments", "vaults"])
def test_what_can_not_be_read_is_not_taken_for_absent(world: World, path: str) -> None:
    world.server.set_faults([{"kind": "status", "status": 403, "path": f"^/v1/{path}"}])
    with pytest.raises(ReadFailed, match="could not be read"):
        workspace.read_workspace(world.clients, Target("test"), Lock("p", "test"), silent)


def test_every_page_is_read_and_archived_agents_only_for_words(world: World) -> None:
    agents = world.clients.writer.beta.agents
    made = [agents.create(name=f"a{n}", model="claude-sonnet-4-6").id for n in range(105)]
    agents.archive(made[0])
    world.server.clear_requests()
    live = workspace.read_workspace(world.clients, Target("test"), Lock("p", "test"), silent)
    assert {one.id for one in live.objects if one.kind == "agent"} == set(made[1:])
    before = len(world.server.requests())
    assert workspace.archived(world.clients, frozenset()) == ()
    assert len(world.server.requests()) == before
    assert [one["id"] for one in workspace.archived(world.clients, frozenset(["a0", "a1"]))] == [
        made[0]
    ]


def zipped(
    name: str, data: bytes = b"x", mode: int = 0, method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", method) as archive:
        info = zipfile.ZipInfo(name)
        info.compress_type = method
        info.external_attr = mode << 16
        archive.writestr(info, data)
    return packed.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        zipped("cite/link", mode=stat.S_IFLNK | 0o777),
        zipped("cite/device", mode=stat.S_IFCHR | 0o666),
        zipped("../x"),
        zipped("/x"),
        zipped("cite/../x"),
        zipped("cite\\x"),
        zipped("cite/x", method=zipfile.ZIP_BZIP2),
        zipped("cite/x", method=zipfile.ZIP_LZMA),
        zipped("cite/x", b"\0" * (101 * 2**20)),
    ],
)
def test_archives_that_are_refused(data: bytes) -> None:
    with pytest.raises(zipfile.BadZipFile):
        skill.unpacked(data)


def test_a_directory_that_lies_about_sizes_unpacks_no_more_than_it_says() -> None:
    data = bytearray(zipped("cite/x", b"\0" * 2**20))
    size = (2**20).to_bytes(4, "little")
    at = data.rindex(size)
    data[at : at + 4] = (10).to_bytes(4, "little")
    with pytest.raises(zipfile.BadZipFile):
        skill.unpacked(bytes(data))
