from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.authoring.run import lf
from tests.authoring.support import agent, body, codes, loaded, places, refused, resource

HERE = "agents/a/system-prompt.md"


@pytest.mark.parametrize(
    ("text", "files", "expected"),
    [
        ("system: Be brief.", {}, "Be brief."),
        ("system: ''", {}, ""),
        ("system: |\n  One.\n  Two.\n", {}, "One.\nTwo.\n"),
        ("", {HERE: "Default.\n"}, "Default.\n"),
        ("", {HERE: "No newline"}, "No newline"),
        ("", {HERE: b"\xef\xbb\xbfWith a mark\r\nand CRLF\r\n"}, "With a mark\nand CRLF\n"),
        ("system: {file: p/x.md}", {"agents/a/p/x.md": "X\n"}, "X\n"),
        ("system: {file: ../../shared.md}", {"shared.md": "S\n"}, "S\n"),
        ("system: {text: T}", {}, "T"),
        ("system: {text: T, append: A}", {}, "T\n\nA"),
        ("system: {file: x.md, append: 'A'}", {"agents/a/x.md": "X\n\n"}, "X\n\nA"),
        ("system: {append: A, file: x.md, text: T}", {"agents/a/x.md": "X\n"}, "T\n\nX\n\nA"),
        ("system: {append: A}", {HERE: "Default.\n"}, "Default.\n\nA"),
        ("system: 'echo ${HOME} $${x} ${'", {}, "echo ${HOME} $${x} ${"),
    ],
)
def test_system(tmp_path: Path, text: str, files: dict[str, str | bytes], expected: str) -> None:
    result = agent(tmp_path, text, files)
    assert result.findings == ()
    assert body(result)["system"] == expected


def test_no_prompt_at_all(tmp_path: Path) -> None:
    assert "system" not in body(agent(tmp_path, ""))


def test_a_flat_agent_has_no_default_prompt(tmp_path: Path) -> None:
    files = {"agents/a.agent.yaml": "model: m", "agents/system-prompt.md": "Not mine."}
    assert "system" not in body(loaded(tmp_path, files))


def test_the_place_of_a_prompt(tmp_path: Path) -> None:
    assert str(resource(agent(tmp_path, "", {HERE: "x"})).place("system")) == f"{HERE}:1:1"
    assert str(resource(agent(tmp_path, "system: x")).place("system")) == "agents/a/agent.yaml:2:1"


def test_an_unused_default_is_noted(tmp_path: Path) -> None:
    result = agent(tmp_path, "system: inline", {HERE: "x"})
    assert places(result, "note") == ["system.file_unused agents/a/agent.yaml:2:9"]
    used = agent(tmp_path, "system: {file: ./system-prompt.md}", {HERE: "x"})
    assert used.findings == ()


def test_claude_code_frontmatter_is_not_sent(tmp_path: Path) -> None:
    file = "---\nname: x\ndescription: y\ntools: Read\n---\n\nYou are it.\n\n---\n\nMore.\n"
    result = agent(tmp_path, "system: {file: x.md}", {"agents/a/x.md": file})
    assert body(result)["system"] == "You are it.\n\n---\n\nMore.\n"
    assert places(result) == ["system.frontmatter agents/a/agent.yaml:2:16"]
    default = agent(tmp_path, "", {HERE: file})
    assert body(default)["system"] == "You are it.\n\n---\n\nMore.\n"
    assert places(default) == ["system.frontmatter agents/a/agent.yaml:1:1"]


def test_rules_at_the_top_of_a_prompt_are_kept(tmp_path: Path) -> None:
    for text in ("---\nRule.\n---\n", "---\nname: x\n---\n", "---\nname: x\n"):
        result = agent(tmp_path, "system: {file: x.md}", {"agents/a/x.md": text})
        assert body(result)["system"] == text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("system: {file: §gone.md}", "path.missing"),
        ("system: {file: §../../../x.md}", "path.outside"),
        ("system: {file: §/etc/hostname}", "path.outside"),
        ("system: {file: §../../.git/config}", "path.forbidden"),
        ("system: {file: §../../.env.local}", "path.forbidden"),
        ("system: {file: §binary.md}", "text.encoding"),
        ("system: {file: §folder}", "path.not_a_file"),
        ("system: §{}", "field.missing"),
        ("system: §{text: null}", "field.missing"),
        ("system: {append: §A}", "system.nothing_to_append"),
        ("system: §'@./prompt.md'", "system.at_file"),
        ("knowledge: [§gone/*.md]", "knowledge.no_match"),
        ("knowledge: [§../../../*.md]", "path.outside"),
        ("knowledge: [§20]", "field.not_text"),
        ("knowledge: §x.md", "field.type"),
    ],
)
def test_refused(tmp_path: Path, text: str, code: str) -> None:
    refused(tmp_path, text, code, {"agents/a/binary.md": b"\xff", "agents/a/folder/x": "x"})


KNOWLEDGE: dict[str, str | bytes] = {
    HERE: "Prompt.\n",
    "agents/a/knowledge/b.md": "B\n\n",
    "agents/a/knowledge/a.md": "A",
    "agents/a/knowledge/deep/c.txt": "C\r\n",
    "agents/a/knowledge/.DS_Store": b"\xff",
}


def test_reference_material_in_path_order(tmp_path: Path) -> None:
    result = agent(tmp_path, "", KNOWLEDGE)
    assert result.findings == ()
    assert body(result)["system"] == (
        "Prompt.\n\n# Reference material\n\n## a.md\n\nA\n\n## b.md\n\nB\n\n## c.txt\n\nC\n"
    )


@pytest.mark.parametrize(
    ("globs", "names"),
    [
        ("[]", []),
        ("[knowledge/*.md]", ["a.md", "b.md"]),
        ("[knowledge/b.md, knowledge/*.md]", ["a.md", "b.md"]),
        ("['knowledge/**/*.txt']", ["c.txt"]),
        ("['knowledge/**']", ["a.md", "b.md", "c.txt"]),
        ("['../*/knowledge/?.md']", ["a.md", "b.md"]),
    ],
)
def test_globs(tmp_path: Path, globs: str, names: list[str]) -> None:
    system = body(agent(tmp_path, f"knowledge: {globs}", KNOWLEDGE))["system"]
    assert [line[3:] for line in system.splitlines() if line.startswith("## ")] == names


def test_material_without_a_prompt(tmp_path: Path) -> None:
    files = {"agents/a/knowledge/a.md": "A"}
    assert body(agent(tmp_path, "", files))["system"] == "# Reference material\n\n## a.md\n\nA\n"


def test_material_that_is_no_text(tmp_path: Path) -> None:
    result = agent(tmp_path, "", {"agents/a/knowledge/a.pdf": b"%PDF\xff"})
    assert places(result) == ["text.encoding agents/a/knowledge/a.pdf:1:1"]


def test_links_are_never_followed(tmp_path: Path) -> None:
    agent(tmp_path, "")
    (tmp_path / HERE).symlink_to("/etc/hostname")
    (tmp_path / "agents/a/link.md").symlink_to("agent.yaml")
    result = agent(tmp_path, "knowledge: ['*.md']")
    assert set(codes(result)) == {"path.symlink"}


@given(st.text(st.characters(exclude_characters="\r")))
def test_crlf_and_lf_are_the_same_text(text: str) -> None:
    assert lf(text) == text
    assert lf(text.replace("\n", "\r\n")) == text
