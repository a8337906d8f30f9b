"""Skills in the GA shape (hosted-answers, "Skills"; SDK)."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from typing import Any

import anthropic
import httpx2
import pytest
from anthropic.types.beta import BetaSkill
from anthropic.types.beta.skills import BetaSkillVersion

from .conftest import skill_files

Files = list[tuple[str, bytes, str]]


def skill_md(text: str, folder: str = "s") -> Files:
    return [(f"{folder}/SKILL.md", text.encode(), "text/markdown")]


def front(name: str = "s", description: str = "d") -> str:
    return f"---\nname: {name}\ndescription: {description}\n---\n"


def zipped(entries: dict[str, bytes]) -> Files:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in entries.items():
            archive.writestr(path, data)
    return [("skill.zip", buffer.getvalue(), "application/zip")]


def content(client: anthropic.Anthropic, skill_id: str, version: str) -> dict[str, bytes]:
    data = client.beta.skills.versions.download(version, skill_id=skill_id).read()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_separate_files_under_one_folder(client: anthropic.Anthropic, http: httpx2.Client) -> None:
    skill = client.beta.skills.create(files=skill_files())
    raw = http.get(f"/v1/skills/{skill.id}").json()
    assert set(raw) == set(BetaSkill.model_fields)
    assert raw["source"] == {"type": "custom"}
    assert raw["display_name"] == "house-style"
    version = http.get(f"/v1/skills/{skill.id}/versions/latest").json()
    assert set(version) == set(BetaSkillVersion.model_fields)
    assert (version["name"], version["description"]) == ("house-style", "How we write.")
    assert version["id"] == raw["latest_version_id"]
    assert content(client, skill.id, version["id"]) == {
        path: data for path, data, _ in skill_files()
    }


def test_a_zip_with_one_folder_and_files_at_the_root(client: anthropic.Anthropic) -> None:
    packed = zipped({"s/SKILL.md": front().encode(), "s/a/b.txt": b"x"})
    skill = client.beta.skills.create(files=packed, display_name="Any name")
    assert skill.display_name == "Any name"
    assert content(client, skill.id, "latest")["s/a/b.txt"] == b"x"
    at_root = client.beta.skills.create(
        files=[("SKILL.md", front().encode(), "text/markdown"), ("x.txt", b"x", "text/plain")]
    )
    assert sorted(content(client, at_root.id, "latest")) == ["s/SKILL.md", "s/x.txt"]


def test_a_display_name_is_not_unique(client: anthropic.Anthropic) -> None:
    made = [client.beta.skills.create(files=skill_files(), display_name="N") for _ in range(2)]
    assert made[0].id != made[1].id


def test_the_name_of_the_folder_stands_in_for_a_missing_one(client: anthropic.Anthropic) -> None:
    skill = client.beta.skills.create(files=skill_md("---\ndescription: d\n---\n", "from-folder"))
    assert skill.display_name == "from-folder"


def test_folder_and_name_must_agree(client: anthropic.Anthropic) -> None:
    with pytest.raises(anthropic.BadRequestError) as caught:
        client.beta.skills.create(files=skill_files("one", folder="two"))
    said = caught.value.body["error"]["message"]
    assert said == "The folder name 'two' must match the skill name 'one' in SKILL.md."


@pytest.mark.parametrize(
    "files",
    [
        zipped({"SKILL.md": front().encode()}),
        zipped({"s/SKILL.md": front().encode(), "other/x": b""}),
        [*skill_files("s"), ("elsewhere/x.txt", b"x", "text/plain")],
        [("s/skill.md", front().encode(), "text/markdown")],
        [("s/deep/SKILL.md", front().encode(), "text/markdown")],
        [*skill_files("s"), ("s/../x.txt", b"x", "text/plain")],
        [*skill_files("s"), ("s/notes/tone.md", b"again", "text/plain")],
        [("s/SKILL.md", b"\xff\xfe", "text/markdown")],
        [("broken.zip", b"PK\x05\x06" + b"\0" * 18 + b"rest", "application/zip")],
        skill_md("no frontmatter"),
        skill_md("---\nname: s\ndescription: d\n"),
        skill_md("---\n- s\n---\n"),
        skill_md("---\nname: [\n---\n"),
        skill_md("---\nname: s\n---\n"),
        skill_md(front("S"), "S"),
        skill_md(front("a" * 65), "a" * 65),
        skill_md(front("my_skill"), "my_skill"),
        skill_md(front("my-claude"), "my-claude"),
        skill_md(front("anthropic-x"), "anthropic-x"),
        skill_md(front(description="'  '")),
        skill_md(front(description="Use <b>this</b>")),
        skill_md(front(description="x" * 1025)),
    ],
)
def test_an_upload_that_is_no_skill_is_refused(client: anthropic.Anthropic, files: Files) -> None:
    with pytest.raises(anthropic.BadRequestError):
        client.beta.skills.create(files=files)
    assert client.beta.skills.list(source="custom").data == []


@pytest.mark.parametrize("name", ["x" * 256, "two\nlines"])
def test_a_display_name_is_one_short_line(client: anthropic.Anthropic, name: str) -> None:
    with pytest.raises(anthropic.BadRequestError):
        client.beta.skills.create(files=skill_files(), display_name=name)


def test_an_upload_without_files_is_refused(http: httpx2.Client) -> None:
    assert http.post("/v1/skills", json={"files": []}).status_code == 400
    assert http.post("/v1/skills", data={"display_name": "x"}).status_code == 400
    broken = {"content-type": "multipart/form-data; boundary=x"}
    assert http.post("/v1/skills", content=b"nonsense", headers=broken).status_code == 400


def test_thirty_megabytes_are_too_many(client: anthropic.Anthropic) -> None:
    big = ("house-style/big.bin", b"\0" * 30_000_000, "application/octet-stream")
    for files in (
        [*skill_files(), big],
        zipped({path: data for path, data, _ in [*skill_files(), big]}),
    ):
        with pytest.raises(anthropic.ContentTooLargeError) as caught:
            client.beta.skills.create(files=files)
        assert caught.value.body["error"]["type"] == "request_too_large"


def test_versions_are_snapshots_newest_first(
    client: anthropic.Anthropic, http: httpx2.Client
) -> None:
    skill = client.beta.skills.create(files=skill_files(description="one"))
    second = client.beta.skills.versions.create(skill.id, files=skill_files(description="two"))
    again = client.beta.skills.retrieve(skill.id)
    assert again.latest_version_id == second.id
    assert again.updated_at > skill.updated_at
    listed = client.beta.skills.versions.list(skill.id).data
    assert [v.id for v in listed] == [second.id, skill.latest_version_id]
    assert [v.description for v in listed] == ["two", "one"]
    whole = http.get(f"/v1/skills/{skill.id}/versions").json()
    assert (whole["has_more"], whole["next_page"]) == (False, None)


def test_identical_bytes_are_another_version(client: anthropic.Anthropic) -> None:
    skill = client.beta.skills.create(files=skill_files())
    client.beta.skills.versions.create(skill.id, files=skill_files())
    assert len(client.beta.skills.versions.list(skill.id).data) == 2


def test_the_slug_is_fixed(client: anthropic.Anthropic) -> None:
    skill = client.beta.skills.create(files=skill_files("one"))
    with pytest.raises(anthropic.BadRequestError):
        client.beta.skills.versions.create(skill.id, files=skill_files("two"))


def test_deleting_versions(client: anthropic.Anthropic) -> None:
    skill = client.beta.skills.create(files=skill_files())
    first = skill.latest_version_id
    with pytest.raises(anthropic.BadRequestError):
        client.beta.skills.versions.delete(first, skill_id=skill.id)
    second = client.beta.skills.versions.create(skill.id, files=skill_files())
    gone = client.beta.skills.versions.delete(second.id, skill_id=skill.id)
    assert gone.to_dict() == {"id": second.id, "type": "skill_version_deleted"}
    assert client.beta.skills.retrieve(skill.id).latest_version_id == first
    with pytest.raises(anthropic.NotFoundError):
        client.beta.skills.versions.retrieve(second.id, skill_id=skill.id)


def test_deleting_a_skill_leaves_the_reference_dangling(
    client: anthropic.Anthropic, make_agent: Callable[..., Any]
) -> None:
    skill = client.beta.skills.create(files=skill_files())
    reference: Any = {"type": "custom", "skill_id": skill.id}
    agent = make_agent(skills=[reference])
    assert agent.skills[0].version == "latest"
    pinned = make_agent(skills=[{**reference, "version": skill.latest_version_id}])
    assert pinned.skills[0].version == skill.latest_version_id
    gone = client.beta.skills.delete(skill.id)
    assert gone.to_dict() == {"id": skill.id, "type": "skill_deleted"}
    assert client.beta.agents.retrieve(agent.id).skills[0].skill_id == skill.id
    with pytest.raises(anthropic.BadRequestError):
        make_agent(skills=[reference])
    with pytest.raises(anthropic.NotFoundError):
        client.beta.skills.versions.list(skill.id)


def test_a_version_of_another_skill_is_unknown(
    client: anthropic.Anthropic, make_agent: Callable[..., Any]
) -> None:
    one, two = (client.beta.skills.create(files=skill_files()) for _ in range(2))
    with pytest.raises(anthropic.BadRequestError):
        make_agent(
            skills=[{"type": "custom", "skill_id": one.id, "version": two.latest_version_id}]
        )


def test_the_list_holds_anthropics_own(client: anthropic.Anthropic, http: httpx2.Client) -> None:
    own = [client.beta.skills.create(files=skill_files()).id for _ in range(3)]
    prebuilt = {"xlsx", "pptx", "docx", "pdf"}
    assert [s.id for s in client.beta.skills.list(source="custom")] == own[::-1]
    assert {s.id for s in client.beta.skills.list(source="anthropic")} == prebuilt
    assert {s.id for s in client.beta.skills.list(limit=2)} == prebuilt | set(own)
    first = http.get("/v1/skills", params={"limit": 2}).json()
    assert set(first) == {"data", "has_more", "next_page"}
    assert first["has_more"] is True
    assert http.get("/v1/skills", params={"limit": 1000}).json()["has_more"] is False
    assert http.get("/v1/skills", params={"limit": 1001}).status_code == 400
    assert http.get("/v1/skills", params={"source": "mine"}).status_code == 400


def test_anthropics_own_are_read_only(client: anthropic.Anthropic) -> None:
    assert client.beta.skills.versions.retrieve("20260203", skill_id="docx").name == "docx"
    with pytest.raises(anthropic.PermissionDeniedError):
        client.beta.skills.delete("docx")
    with pytest.raises(anthropic.PermissionDeniedError):
        client.beta.skills.versions.download("latest", skill_id="docx")


def test_the_legacy_shape_is_not_imitated(client: anthropic.Anthropic) -> None:
    with pytest.raises(anthropic.BadRequestError) as caught:
        client.beta.skills.list(betas=["skills-2025-10-02"])
    assert "not imitated" in str(caught.value)


def test_the_client_without_beta_answers_the_same(client: anthropic.Anthropic) -> None:
    skill = client.skills.create(files=skill_files())
    assert client.skills.retrieve(skill.id).display_name == "house-style"
