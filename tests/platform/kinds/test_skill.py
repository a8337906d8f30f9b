from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from reconciler.engine.desired import Resource
from reconciler.engine.values import content_digest
from reconciler.platform.kinds import skill
from tests.platform.builders import World, at, only, remove, skill_resource, upload

SKILLS = {"method": "POST", "path": "^/v1/skills$"}
VERSIONS = {"method": "POST", "path": "/versions$"}


@pytest.fixture
def cite(world: World, tmp_path: Path) -> Resource:
    made = skill_resource("cite", tmp_path, "one", "two", "three")
    world.resources = (made,)
    return made


def locked(world: World) -> dict[str, str]:
    return dict(world.lock.objects[at("skill/cite")].versions)


def remote(world: World, id: str) -> dict[str, str]:
    return skill.contents(world.clients, id, {})


def test_create_with_all_contents(world: World, cite: Resource) -> None:
    end = only(world.apply(upload(cite, 0, 1)))
    assert end.result == "applied"
    assert locked(world) == remote(world, end.id)
    assert set(locked(world)) == {cite.contents[0].digest, cite.contents[1].digest}
    (made,) = world.clients.reader.beta.skills.list(source="custom")
    assert made.display_name == "cite (funds/test)"


def test_update_adds_versions_and_keeps_the_known_ones(world: World, cite: Resource) -> None:
    id = only(world.apply(upload(cite, 0))).id
    before = locked(world)
    assert world.apply(upload(cite, 1, 2, id=id)).ok
    assert locked(world).items() > before.items()
    assert locked(world) == remote(world, id)


def test_a_create_whose_answer_was_lost_is_found(world: World, cite: Resource) -> None:
    world.server.set_faults([{"kind": "drop", "when": "after", **SKILLS}])
    end = only(world.apply(upload(cite, 0, 1)))
    assert end.result == "applied"
    assert world.paths("POST").count("POST /v1/skills") == 1
    assert locked(world) == remote(world, end.id)


def test_a_create_that_did_not_happen_is_not_sent_twice(world: World, cite: Resource) -> None:
    world.server.set_faults([{"kind": "drop", "when": "before", **SKILLS}])
    assert only(world.apply(upload(cite, 0))).message.startswith("outcome unknown")
    assert world.paths("POST") == ["POST /v1/skills"]


def test_a_version_whose_answer_was_lost_is_found(world: World, cite: Resource) -> None:
    id = only(world.apply(upload(cite, 0))).id
    world.server.set_faults([{"kind": "drop", "when": "after", **VERSIONS}])
    assert world.apply(upload(cite, 1, id=id)).ok
    assert locked(world) == remote(world, id)
    assert len(remote(world, id)) == 2


def test_what_was_uploaded_before_a_failure_is_in_the_lock(world: World, cite: Resource) -> None:
    world.server.set_faults([{"kind": "status", "status": 400, "skip": 1, **VERSIONS}])
    end = only(world.apply(upload(cite, 0, 1, 2)))
    assert end.result == "failed"
    assert set(locked(world)) == {cite.contents[0].digest, cite.contents[1].digest}


def test_nothing_is_uploaded_that_changed_since_the_plan(world: World, cite: Resource) -> None:
    Path(cite.contents[1].files[0].source).write_text("---\nname: cite\n---\nother")
    end = only(world.apply(upload(cite, 0, 1)))
    assert end.message == "changed on disk since the plan was made; run plan again"
    assert world.paths("POST") == []


def test_nothing_is_uploaded_that_is_not_there(world: World, cite: Resource) -> None:
    Path(cite.contents[0].files[0].source).unlink()
    assert "can't be read: " in only(world.apply(upload(cite, 0))).message
    world.resources = ()
    assert "changed on disk" in only(world.apply(upload(cite, 1))).message
    assert world.paths("POST") == []


def test_delete(world: World, cite: Resource) -> None:
    id = only(world.apply(upload(cite, 0, 1))).id
    assert world.apply(remove("skill/cite", "delete", id)).ok
    assert world.apply(remove("skill/cite", "delete", id)).ok
    assert list(world.clients.reader.beta.skills.list(source="custom")) == []


@pytest.mark.parametrize(("when", "result"), [("after", "applied"), ("before", "failed")])
def test_a_delete_whose_answer_was_lost(
    world: World, cite: Resource, when: str, result: str
) -> None:
    id = only(world.apply(upload(cite, 0))).id
    world.server.set_faults([{"kind": "drop", "when": when, "method": "DELETE"}])
    assert only(world.apply(remove("skill/cite", "delete", id))).result == result


def zipped(files: dict[str, bytes]) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def test_paths_are_relative_to_the_top_folder() -> None:
    files = {"SKILL.md": b"x", "a/b.txt": b"y"}
    under = zipped({"cite/": b"", **{f"cite/{name}": data for name, data in files.items()}})
    assert skill.unpacked(under) == skill.unpacked(zipped(files)) == files
    assert content_digest(skill.unpacked(under)) == content_digest(files)


def test_an_archive_that_explodes_is_not_unpacked() -> None:
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("cite/SKILL.md", b"\0" * (101 * 2**20))
    with pytest.raises(zipfile.BadZipFile):
        skill.unpacked(bomb.getvalue())
