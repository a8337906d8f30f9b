"""agent.md: the frontmatter is the body, the prose below it the prompt."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.authoring.markdown import parse_markdown
from tests.authoring.support import body, loaded, places, resource

HERE = "agents/a/agent.md"
M = "---\nmodel: m\n---\n"


@pytest.mark.parametrize(
    ("text", "prompt"),
    [
        (M + "One.\nTwo.\n", "One.\nTwo.\n"),
        (M + "No newline", "No newline"),
        (M + "\n\n  Blank lines first.\n\n\n", "\n\n  Blank lines first.\n\n\n"),
        (M + "Before.\n---\nmodel: x\n---\nAfter.\n", "Before.\n---\nmodel: x\n---\nAfter.\n"),
        (M.replace("\n", "\r\n") + "With\r\nCRLF\r\n", "With\nCRLF\n"),
        ("\ufeff" + M + "With a mark.\n", "With a mark.\n"),
        ("---  \nmodel: m\n--- \t\nBlanks behind the fences.\n", "Blanks behind the fences.\n"),
        (
            "---\nmodel: m\ndescription: |\n  ---\n  x\n---\nA rule in a value.\n",
            "A rule in a value.\n",
        ),
        (M + "${HOME} and {{x}} stay.\n", "${HOME} and {{x}} stay.\n"),
    ],
)
def test_the_prompt_is_kept_to_the_byte(tmp_path: Path, text: str, prompt: str) -> None:
    result = loaded(tmp_path, {HERE: text})
    assert result.findings == ()
    assert body(result) == {"name": "a", "model": {"id": "m"}, "system": prompt} | (
        {"description": "---\nx\n"} if "description" in text else {}
    )


@given(st.text(alphabet="-ab \n#:'\"", max_size=40))
def test_any_prose_comes_back(prose: str) -> None:
    source, problems = parse_markdown("a.md", f"---\nmodel: m\n---\n{prose}".encode())
    assert source is not None and problems == []
    assert (source.value, source.prose, source.prose_line) == ({"model": "m"}, prose, 4)


@pytest.mark.parametrize("prose", ["", "\n", "  \n\t\n"])
def test_blank_prose_is_no_prompt(tmp_path: Path, prose: str) -> None:
    assert "system" not in body(loaded(tmp_path, {HERE: M + prose}))
    beside = {HERE: M + prose, "agents/a/system-prompt.md": "Beside.\n"}
    assert body(loaded(tmp_path, beside))["system"] == "Beside.\n"
    inline = {"agents/b/agent.md": f"---\nmodel: m\nsystem: Inline\n---\n{prose}"}
    assert body(loaded(tmp_path, inline), "agent/b")["system"] == "Inline"


def test_places_point_into_the_file(tmp_path: Path) -> None:
    text = "---\n# Who\nname: A\nmodel: m\nmetadata: {owner: x}\n---\n\nPrompt.\n"
    found = resource(loaded(tmp_path, {HERE: text}))
    assert str(found.place("name")) == f"{HERE}:3:1"
    assert str(found.place("metadata.owner")) == f"{HERE}:5:12"
    assert str(found.place("system")) == f"{HERE}:7:1"


def test_every_form_of_the_body(tmp_path: Path) -> None:
    yaml = (
        "model: {id: m, effort: low}\ntools: [read, 'bash:ask']\n"
        "mcp_servers: [{name: s, url: https://mcp.ntropii.com/mcp}]\nskills: [./skills/x]\n"
        "ntropii: {tenant: t}\nlifecycle: {protect: true}\n"
    )
    skill = "---\nname: x\ndescription: Says it.\n---\n"
    files = {
        HERE: f"---\n{yaml}---\nPrompt.\n",
        "agents/a/skills/x/SKILL.md": skill,
        "agents/b/agent.yaml": yaml.replace("tenant: t", "tenant: t, name: b"),
        "agents/b/system-prompt.md": "Prompt.\n",
        "agents/b/skills/x/SKILL.md": skill,
    }
    result = loaded(tmp_path, files)
    assert result.desired is not None, places(result)
    assert body(result, "agent/b") | {"name": "a"} == body(result)
    assert resource(result).lifecycle.protect


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Only a prompt.\n", f"agent.no_frontmatter {HERE}:1:1"),
        ("", f"agent.no_frontmatter {HERE}:1:1"),
        ("\n---\nmodel: m\n---\n", f"agent.no_frontmatter {HERE}:1:1"),
        ("---\nmodel: m\n", f"agent.no_frontmatter {HERE}:1:1"),
        ("---\nmodel: m\nsystem: x\n---\nPrompt.\n", f"system.two_prompts {HERE}:3:1"),
        ("---\nmodel: m\nsystem: {append: x}\n---\nP.\n", f"system.two_prompts {HERE}:3:1"),
        ("---\nmodel: m\ntols: []\n---\nPrompt.\n", f"field.unknown {HERE}:3:1"),
        ("---\nmodel: m\ntools:\n---\nPrompt.\n", f"yaml.empty_value {HERE}:3:1"),
        ("---\nmodel: m\nname: a: b\n---\nPrompt.\n", f"yaml.colon {HERE}:3:8"),
        ("---\nmodel: m\nmodel: n\n---\nPrompt.\n", f"yaml.duplicate_key {HERE}:3:1"),
        ("---\n---\nPrompt.\n", f"field.missing {HERE}:2:1"),
        ("---\n# nothing\n---\nPrompt.\n", f"field.missing {HERE}:2:1"),
        ("---\n- model: m\n---\nPrompt.\n", f"field.type {HERE}:2:1"),
        (b"---\nmodel: m\n---\nPr\xff\n", f"text.encoding {HERE}:4:3"),
    ],
)
def test_refused(tmp_path: Path, text: str | bytes, expected: str) -> None:
    assert places(loaded(tmp_path, {HERE: text})) == [expected]


def test_two_definitions_in_one_folder(tmp_path: Path) -> None:
    result = loaded(tmp_path, {HERE: M, "agents/a/agent.yaml": "model: m\n"})
    assert places(result) == ["address.duplicate agents/a/agent.yaml:1:1"]


def test_a_prompt_file_beside_prose_is_noted(tmp_path: Path) -> None:
    result = loaded(tmp_path, {HERE: M + "Prose.\n", "agents/a/system-prompt.md": "Not read.\n"})
    assert places(result) == ["system.file_unused agents/a/system-prompt.md:1:1"]
    assert body(result)["system"] == "Prose.\n"


@pytest.mark.parametrize(
    ("patch", "prompt"),
    [
        ("system: Other", "Other"),
        ("system: {append: More}", "Prose.\n\nMore"),
        ("model: n", "Prose.\n"),
    ],
)
def test_an_override_may_change_the_prompt(tmp_path: Path, patch: str, prompt: str) -> None:
    project = f"version: 1\nproject: p\ntargets: {{t: {{overrides: {{agent/a: {{{patch}}}}}}}}}\n"
    result = loaded(tmp_path, {"reconcile.yaml": project, HERE: M + "Prose.\n"})
    assert result.findings == ()
    assert body(result)["system"] == prompt


def test_a_link_is_never_followed(tmp_path: Path) -> None:
    loaded(
        tmp_path, {"agents/b/agent.yaml": "model: m\n", "agents/b/subagents/c.yaml": "model: m\n"}
    )
    (tmp_path / "agents/b.agent.md").symlink_to("b/agent.yaml")
    (tmp_path / "agents/b/subagents/d.md").symlink_to("c.yaml")
    (tmp_path / "agents/b/mcp.json").symlink_to("agent.yaml")
    assert places(loaded(tmp_path, {})) == [
        "path.symlink agents/b.agent.md:1:1",
        "path.symlink agents/b/mcp.json:1:1",
        "path.symlink agents/b/subagents/d.md:1:1",
    ]
