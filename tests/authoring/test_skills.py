from __future__ import annotations

import os
from pathlib import Path

import pytest

from reconciler.engine.address import Address
from reconciler.engine.values import content_digest
from tests.authoring.support import SKILL, agent, body, codes, loaded, places, refused, resource

X = SKILL.format(name="x")
FILE = "skills/x/SKILL.md"


def test_a_skill_of_the_project_is_a_resource_used_or_not(tmp_path: Path) -> None:
    result = loaded(tmp_path, {FILE: X, "skills/x/scripts/run.py": b"print()\r\n"})
    assert places(result) == []
    found = resource(result, "skill/x")
    assert found.body == {}
    [content] = found.contents
    data = {"SKILL.md": X.encode(), "scripts/run.py": b"print()\r\n"}
    assert content.digest == content_digest(data)
    assert [(file.path, file.size) for file in content.files] == [
        (name, len(data[name])) for name in sorted(data)
    ]
    assert Path(content.files[1].source) == tmp_path / "skills/x/scripts/run.py"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("name: x", "skill.no_frontmatter 1:1"),
        ("---\nname: x\n", "skill.no_frontmatter 1:1"),
        ("\n---\nname: x\ndescription: d\n---\n", "skill.no_frontmatter 1:1"),
        ("---\n- x\n---\n", "skill.no_frontmatter 2:1"),
        ("---\nname: x\n---\n", "skill.description 2:1"),
        ("---\nname: x\ndescription: ''\n---\n", "skill.description 3:14"),
        ("---\nname: x\ndescription: 3\n---\n", "skill.description 3:14"),
        ("---\ndescription: d\n---\n", "skill.name 2:1"),
        ("---\nname: 3\ndescription: d\n---\n", "skill.name 2:7"),
        ("---\nname: X y\ndescription: d\n---\n", "skill.name 2:7"),
        (f"---\nname: {'x' * 65}\ndescription: d\n---\n", "skill.name 2:7"),
        ("---\nname: y\ndescription: d\n---\n", "skill.name_mismatch 2:7"),
        (f"---\nname: x\ndescription: {'d' * 1025}\n---\n", "skill.description_too_long 3:14"),
        ("---\nname: x\ndescription: For a <TICKET>.\n---\n", "skill.xml_in_description 3:14"),
        ("---\nname: x\ndescription: a: b\n---\n", "yaml.colon 3:15"),
        ("---\nname: x\nname: x\ndescription: d\n---\n", "yaml.duplicate_key 3:1"),
        (b"---\nname: x\ndescription: \xff\n---\n", "text.encoding 3:14"),
        (b"\xef\xbb\xbf" + X.encode(), "skill.bom 1:1"),
    ],
)
def test_frontmatter(tmp_path: Path, text: str | bytes, expected: str) -> None:
    code, _, place = expected.partition(" ")
    assert places(loaded(tmp_path, {FILE: text})) == [f"{code} {FILE}:{place}"]


@pytest.mark.parametrize("name", ["my-claude-notes", "anthropic-docx"])
def test_reserved_words(tmp_path: Path, name: str) -> None:
    result = loaded(tmp_path, {f"skills/{name}/SKILL.md": SKILL.format(name=name)})
    assert codes(result) == ["skill.reserved_name"]


@pytest.mark.parametrize(
    "text",
    [
        X,
        X.replace("\n", "\r\n"),
        "---\nname: 'x'\ndescription: >\n  1 < 2 and 3 > 2\nargument-hint:\nlicense: MIT\n---\n",
        "---\nname: x\ndescription: d\n---",
        f"---\nname: x\ndescription: {'d' * 1024}\n---\n\n---\n",
    ],
)
def test_good_frontmatter(tmp_path: Path, text: str) -> None:
    assert loaded(tmp_path, {FILE: text}).findings == ()


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("sub/SKILL.md", "skill.nested skills/x/sub/SKILL.md:1:1"),
        ("sub/skill.md", "skill.nested skills/x/sub/skill.md:1:1"),
        ("Skill.md", "skill.case skills/x/Skill.md:1:1"),
        (".env", "path.forbidden skills/x/.env:1:1"),
        (".env.local", "path.forbidden skills/x/.env.local:1:1"),
        ("a\nb.md", "skill.file skills/x/a\\nb.md:1:1"),
    ],
)
def test_files_that_are_refused(tmp_path: Path, name: str, expected: str) -> None:
    assert places(loaded(tmp_path, {FILE: X, f"skills/x/{name}": "x"})) == [expected]


def test_no_manifest(tmp_path: Path) -> None:
    assert places(loaded(tmp_path, {"skills/x/README.md": ""})) == [
        "skill.no_manifest skills/x:1:1"
    ]
    lower = loaded(tmp_path, {"skills/x/skill.md": X})
    assert places(lower) == ["skill.case skills/x/skill.md:1:1"]


def test_links_are_errors(tmp_path: Path) -> None:
    loaded(tmp_path, {FILE: X})
    (tmp_path / "skills/x/hosts").symlink_to("/etc/hosts")
    (tmp_path / "skills/y").symlink_to("x")
    assert places(loaded(tmp_path, {})) == [
        "skill.symlink skills/x/hosts:1:1",
        "path.symlink skills/y:1:1",
    ]


def test_a_file_name_that_is_no_text(tmp_path: Path) -> None:
    loaded(tmp_path, {FILE: X})
    Path(os.fsdecode(os.fsencode(tmp_path / "skills/x") + b"/a\xff")).write_text("x")
    assert places(loaded(tmp_path, {})) == ["skill.file skills/x/a\\udcff:1:1"]


def test_a_pipe_is_no_file(tmp_path: Path) -> None:
    loaded(tmp_path, {FILE: X})
    os.mkfifo(tmp_path / "skills/x/pipe")
    assert places(loaded(tmp_path, {})) == ["skill.file skills/x/pipe:1:1"]


def test_junk_is_left_out_and_said_so(tmp_path: Path) -> None:
    files = {FILE: X, "skills/x/.DS_Store": "x", "skills/x/a/__pycache__/m.pyc": "x",
             "skills/x/.git/config": "x", "skills/x/m.pyc": "x"}  # fmt: skip
    result = loaded(tmp_path, files)
    assert places(result, "note") == [f"skill.left_out {FILE}:1:1"]
    assert result.findings[0].message == "not uploaded: .DS_Store, .git/, a/__pycache__/, m.pyc"
    [content] = resource(result, "skill/x").contents
    assert content.digest == content_digest({"SKILL.md": X.encode()})


def test_thirty_megabytes(tmp_path: Path) -> None:
    half = b"x" * (15 * 1024 * 1024)
    result = loaded(tmp_path, {FILE: X, "skills/x/a.bin": half, "skills/x/b.bin": half})
    assert places(result) == [f"skill.too_large {FILE}:1:1"]


DOCX = {"type": "anthropic", "skill_id": "docx", "version": "20251013"}
PINNED = {"$ref": "skill/x", "attr": "version", "content": content_digest({"SKILL.md": X.encode()})}
MINE = {"type": "custom", "skill_id": {"$ref": "skill/x", "attr": "id"}, "version": PINNED}


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("shared/x", MINE),
        ("../../skills/x", MINE),
        ("../../skills/x/SKILL.md", MINE),
        ("{path: shared/x}", MINE),
        ("{path: ../../skills/x, version: latest}", {**MINE, "version": "latest"}),
        ("anthropic/docx@20251013", DOCX),
        ("anthropic/docx", {**DOCX, "version": "latest"}),
        ('{type: anthropic, skill_id: docx, version: "20251013"}', DOCX),
        ("{type: anthropic, skill_id: docx}", {**DOCX, "version": "latest"}),
        (
            "{type: custom, skill_id: skill_01, version: skver_1}",
            {"type": "custom", "skill_id": "skill_01", "version": "skver_1"},
        ),
        ("{type: custom, skill_id: '${id}'}", {"type": "custom", "skill_id": "skill_02"}),
    ],
)
def test_references(tmp_path: Path, entry: str, expected: object) -> None:
    text = f"tools: [read]\nskills: [{entry}]"
    result = agent(tmp_path, text, {FILE: X}, variables={"id": "skill_02"})
    assert places(result) == []
    assert body(result)["skills"] == [expected]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("skills: [§x]", "skill.reference"),
        ("skills: [§skills/x]", "skill.reference"),
        ("skills: [§anthropic/]", "skill.reference"),
        ("skills: [§shared/gone]", "skill.missing"),
        ("skills: [§./gone]", "skill.missing"),
        ("skills: [§shared/../../x]", "path.outside"),
        ("skills: [§../../../x]", "path.outside"),
        ("skills: [§/skills/x]", "path.outside"),
        ("skills: [shared/x, §./../../skills/x]", "skill.duplicate"),
        ("skills: [anthropic/docx, §anthropic/docx@1]", "skill.duplicate"),
        ("skills: [{path: shared/x, version: §'3'}]", "field.value"),
        ("skills: [{type: anthropic, skill_id: docx, version: §20251013}]", "field.not_text"),
        ("skills: [{type: custom, skill_id: a, §directory: b}]", "field.unknown"),
        ("skills: [§yes]", "field.not_text"),
    ],
)
def test_refused_references(tmp_path: Path, text: str, code: str) -> None:
    refused(tmp_path, f"tools: [read]\n{text}", code, {FILE: X})


def test_private_copies_of_one_slug(tmp_path: Path) -> None:
    other = X + "Changed.\n"
    result = loaded(
        tmp_path,
        {
            "agents/a/agent.yaml": "model: m\ntools: [read]\nskills: [./skills/x]\n",
            "agents/a/skills/x/SKILL.md": X,
            "agents/b/agent.yaml": "model: m\ntools: [read]\nskills: [./skills/x]\n",
            "agents/b/skills/x/SKILL.md": other,
            "agents/c/agent.yaml": "model: m\ntools: [read]\nskills: [./skills/x]\n",
            "agents/c/skills/x/SKILL.md": X,
        },
    )
    assert result.desired is not None
    assert [str(item.address) for item in result.desired.resources] == [
        "agent/a", "agent/b", "agent/c", "skill/x",
    ]  # fmt: skip
    digests = {content.digest for content in resource(result, "skill/x").contents}
    assert digests == {content_digest({"SKILL.md": text.encode()}) for text in (X, other)}
    pins = [body(result, f"agent/{name}")["skills"][0]["version"]["content"] for name in "abc"]
    assert pins[0] == pins[2] != pins[1]
    assert set(pins) == digests


def test_a_private_skill_that_nobody_names(tmp_path: Path) -> None:
    result = agent(tmp_path, "", {"agents/a/skills/x/SKILL.md": X})
    assert places(result) == ["skill.unused agents/a/skills/x/SKILL.md:1:1"]
    assert result.desired is not None
    assert Address("skill", "x") not in result.desired.by_address()


def test_skills_need_the_tool_read(tmp_path: Path) -> None:
    for tools, wanted in (("[]", 1), ("[write]", 1), ("all:ask", 0), ("[Read]", 0)):
        result = agent(tmp_path, f"skills: [anthropic/docx]\ntools: {tools}")
        assert codes(result) == ["skill.needs_read"] * wanted


def test_how_many_skills(tmp_path: Path) -> None:
    def many(count: int) -> str:
        ids = ", ".join(f"{{type: custom, skill_id: skill_{n}}}" for n in range(count))
        return f"tools: [read]\nskills: [{ids}]"

    assert places(agent(tmp_path, many(20))) == []
    where = "skill.too_many agents/a/agent.yaml:3:9"
    assert places(agent(tmp_path, many(21)), "warning") == [where]
    assert places(agent(tmp_path, many(501)), "error") == [where]
