"""`.managed-agents/`: agentlift's projects, read as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.authoring.support import SKILL, body, codes, loaded, places, resource

ROOT = ".managed-agents"
HERE = f"{ROOT}/a/agent.md"
MCP = '{"mcpServers": {"%s": {"url": "https://%s.example.com/mcp", "allowedTools": ["x:ask"]}}}'
FULL = "model: m\ntools: []\n"


def md(text: str, prompt: str = "Prompt.\n") -> str:
    return f"---\n{text}---\n{prompt}"


def skill(*folders: str) -> dict[str, str | bytes]:
    return {
        f"{ROOT}/{folder}/SKILL.md": SKILL.format(name=folder.rpartition("/")[2])
        for folder in folders
    }


def skills(body: dict[str, list[dict[str, dict[str, str]]]]) -> list[str]:
    return [item["skill_id"]["$ref"] for item in body["skills"]]


def test_defaults_are_notes(tmp_path: Path) -> None:
    result = loaded(tmp_path, {HERE: md("description: D\n")})
    notes = [f"converted.model {HERE}:2:1", f"converted.tools {HERE}:2:1"]
    assert places(result, "note") == notes
    assert places(result, "warning") == [f"tools.untrusted_input {HERE}:2:1"]
    assert body(result) == {
        "name": "a",
        "description": "D",
        "model": {"id": "claude-haiku-4-5"},
        "system": "Prompt.\n",
        "tools": [{"type": "agent_toolset_20260401", "default_config": {"enabled": True}}],
    }


def test_a_prompt_alone(tmp_path: Path) -> None:
    for name in ("agent.md", "CLAUDE.md"):
        result = loaded(tmp_path / name, {f"{ROOT}/a/{name}": "You are it.\n"})
        file = f"{ROOT}/a/{name}"
        assert places(result, "note") == [
            f"converted.model {file}:1:1", f"converted.tools {file}:1:1",
        ]  # fmt: skip
        assert places(result, "warning") == [f"tools.untrusted_input {file}:1:1"]
        assert body(result)["system"] == "You are it.\n"


def test_what_is_written_is_no_default(tmp_path: Path) -> None:
    text = "name: A\nmodel: {id: m, effort: low}\ntools: [Read, MultiEdit:ask, WebSearch:allow]\n"
    result = loaded(tmp_path, {HERE: md(text + "metadata: {owner: x}\n")})
    assert result.findings == ()
    found = body(result)
    assert (found["name"], found["metadata"]) == ("A", {"owner": "x"})
    assert [config["name"] for config in found["tools"][0]["configs"]] == [
        "read",
        "edit",
        "web_search",
    ]
    assert str(resource(result).place("system")) == f"{HERE}:7:1"
    assert str(resource(result).place("tools")) == f"{HERE}:4:1"


def test_a_target_may_say_what_is_left_out(tmp_path: Path) -> None:
    project = (
        "version: 1\nproject: p\ntargets: {t: {overrides: {agent/a: {model: n, tools: [read]}}}}\n"
    )
    result = loaded(tmp_path, {"reconcile.yaml": project, HERE: md("description: D\n")})
    assert result.findings == ()
    assert body(result)["model"] == {"id": "n"}


SKILLS = skill("a/skills/own", "a/.claude/skills/hidden", "shared/skills/both", "shared/skills/far")
OWN_BOTH = skill("a/skills/both")


@pytest.mark.parametrize(
    ("text", "files", "expected", "notes"),
    [
        (
            "",
            SKILLS,
            ["skill/own", "skill/hidden"],
            ["converted.skills", "skill.unused", "skill.unused"],
        ),
        ("skills: []\n", skill("shared/skills/far"), [], ["skill.unused"]),
        ("skills: [own, shared/far, both]\n", SKILLS, ["skill/own", "skill/far", "skill/both"], []),
        ("skills: [far, anthropic/docx]\n", skill("shared/skills/far"), None, []),
        ("skills: [./skills/own, hidden, far, both]\n", SKILLS, None, []),
        (
            "skills: [both]\n",
            {**skill("shared/skills/both"), **OWN_BOTH},
            ["skill/both"],
            ["skill.unused"],
        ),
    ],
)
def test_skills(
    tmp_path: Path,
    text: str,
    files: dict[str, str | bytes],
    expected: list[str] | None,
    notes: list[str],
) -> None:
    result = loaded(tmp_path, {HERE: md(f"model: m\ntools: [read]\n{text}"), **files})
    assert codes(result) == notes
    assert expected is None or skills(body(result)) == expected


def test_one_upload_for_those_who_share(tmp_path: Path) -> None:
    text = md("model: m\ntools: [read]\nskills: [shared/far]\n")
    files = {HERE: text, f"{ROOT}/b/agent.md": text, **skill("shared/skills/far")}
    result = loaded(tmp_path, files)
    assert result.findings == ()
    assert body(result, "agent/a")["skills"] == body(result, "agent/b")["skills"]


@pytest.mark.parametrize(
    ("text", "servers", "notes"),
    [
        ("", ["own"], []),
        ("mcp: [own]\n", ["own"], []),
        ("mcp: [shared/far, own]\n", ["far", "own"], []),
        ("mcp: [far]\n", ["far"], [f"converted.mcp_unused {ROOT}/a/mcp.json:1:24"]),
        ("mcp: []\n", None, [f"converted.mcp_unused {ROOT}/a/mcp.json:1:24"]),
    ],
)
def test_servers(tmp_path: Path, text: str, servers: list[str] | None, notes: list[str]) -> None:
    files = {
        HERE: md(FULL + text),
        f"{ROOT}/a/mcp.json": MCP % ("own", "own"),
        f"{ROOT}/shared/mcp.json": MCP % ("far", "far"),
    }
    result = loaded(tmp_path, files)
    assert places(result) == notes
    found = body(result).get("mcp_servers")
    assert servers == (found and [item["name"] for item in found])


@pytest.mark.parametrize(
    ("server", "noted"),
    [
        ('"url": "https://s.example.com"', True),
        ('"url": "https://s.example.com", "allowedTools": ["a:ask", "b"]', True),
        ('"url": "https://s.example.com", "allowedTools": ["a:ask", "b:allow"]', False),
        ('"url": "https://s.example.com", "permission": "ask"', False),
    ],
)
def test_asking_is_noted(tmp_path: Path, server: str, noted: bool) -> None:
    result = loaded(tmp_path, {HERE: md(FULL), f"{ROOT}/a/.mcp.json": f'{{"s":\n {{{server}}}}}'})
    expected = [f"converted.mcp_permission {ROOT}/a/.mcp.json:2:2"] if noted else []
    assert places(result) == expected


@pytest.mark.parametrize(("word", "read"), [("skip", False), ("inline", True)])
def test_knowledge(tmp_path: Path, word: str, read: bool) -> None:
    files = {HERE: md(f"{FULL}knowledge: {word}\n"), f"{ROOT}/a/knowledge/x.md": "Facts.\n"}
    result = loaded(tmp_path, files)
    assert result.findings == ()
    assert ("Facts." in body(result)["system"]) is read


def test_rosters_name_folders_or_names(tmp_path: Path) -> None:
    files = {
        HERE: md(FULL + "subagents: [b, Third]\n"),
        f"{ROOT}/b/agent.md": md(FULL),
        f"{ROOT}/c/CLAUDE.md": md(FULL + "name: Third\n"),
    }
    members = body(loaded(tmp_path, files))["multiagent"]["agents"]
    assert [item["id"]["$ref"] for item in members] == ["agent/b", "agent/c"]


def test_the_second_file_of_a_kind_is_noted(tmp_path: Path) -> None:
    files = {
        HERE: md(FULL), f"{ROOT}/a/CLAUDE.md": "x", f"{ROOT}/a/mcp.json": "{}",
        f"{ROOT}/a/.mcp.json": "{}",
    }  # fmt: skip
    assert places(loaded(tmp_path, files)) == [
        f"converted.unread {ROOT}/a/.mcp.json:1:1", f"converted.unread {ROOT}/a/CLAUDE.md:1:1",
    ]  # fmt: skip


def test_nothing_around_it_is_read(tmp_path: Path) -> None:
    files = {
        HERE: md(FULL),
        "CLAUDE.md": "internal",
        "README.md": "x",
        ".mcp.json": "{",
        ".claude/agents/reviewer.md": md("name: reviewer\ndescription: x\ntools: Read, Bash\n"),
        "src/agent.md": "x",
        f"{ROOT}/README.md": "x",
        f"{ROOT}/shared/agent.md": "x",
        f"{ROOT}/.hidden/agent.md": "x",
    }
    result = loaded(tmp_path, files)
    assert result.findings == ()
    assert result.desired is not None
    assert [str(item.address) for item in result.desired.resources] == ["agent/a"]
    assert "internal" not in str(result.desired)


def test_beside_agents_of_this_projects_form(tmp_path: Path) -> None:
    files = {HERE: md(FULL), "agents/b/agent.yaml": "model: m\nsubagents: [a]\n"}
    assert body(loaded(tmp_path, files), "agent/b")["multiagent"]["agents"]
    twice = loaded(tmp_path, {"agents/a.agent.yaml": "model: m\n"})
    assert places(twice) == [f"address.duplicate {HERE}:1:1"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tools: Read, Bash\n", f"tools.unmapped {HERE}:3:8"),
        ("tools: [read, Task]\n", f"tools.unmapped {HERE}:3:15"),
        ("tools: [read, mcp__x__y]\n", f"tools.unmapped {HERE}:3:15"),
        ("tools: [read, 'bash:aks']\n", f"tools.suffix {HERE}:3:15"),
        ("tools: []\nskills: [gone]\n", f"skill.missing {HERE}:4:10"),
        ("tools: []\nskills: [own, shared/own]\n", f"skill.missing {HERE}:4:15"),
        ("tools: []\nskills: [../../../x]\n", f"path.outside {HERE}:4:10"),
        ("tools: []\nmcp: [gone]\n", f"mcp.server_missing {HERE}:4:7"),
        ("tools: []\nmcp: [own, shared/own]\n", f"mcp.server_missing {HERE}:4:12"),
        ("tools: []\nmcp: own\n", f"field.type {HERE}:4:6"),
        ("tools: []\nmcp: [{name: own}]\n", f"field.type {HERE}:4:7"),
        ("tools: []\nknowledge: none\n", f"field.type {HERE}:4:12"),
        ("tools: []\nsubagents: [gone]\n", f"subagent.missing {HERE}:4:13"),
        ("tools: []\ncolor: red\n", f"field.unknown {HERE}:4:1"),
        ("tools:\n", f"yaml.empty_value {HERE}:3:1"),
    ],
)
def test_refused(tmp_path: Path, text: str, expected: str) -> None:
    files = {
        HERE: md(f"model: m\n{text}"),
        **skill("a/skills/own"),
        f"{ROOT}/a/mcp.json": MCP % ("own", "own"),
    }
    assert expected in places(loaded(tmp_path, files), "error")
    assert len(places(loaded(tmp_path, files), "error")) == 1


def test_local_servers_and_headers(tmp_path: Path) -> None:
    text = '{"mcpServers": {\n "l": {"command": "npx"},\n "h": {"url": "https://h.example.com", "headers": {"A": "b"}}}}'
    files = {HERE: md(FULL + "mcp: [shared/l, shared/h]\n"), f"{ROOT}/shared/mcp.json": text}
    assert places(loaded(tmp_path, files), "error") == [
        f"mcp.stdio_unsupported {ROOT}/shared/mcp.json:2:7",
        f"mcp.headers_unsupported {ROOT}/shared/mcp.json:3:40",
    ]
    unnamed = loaded(tmp_path, {HERE: md(FULL)})
    assert unnamed.findings == ()


def test_links_are_never_followed(tmp_path: Path) -> None:
    loaded(tmp_path, {HERE: md(FULL), "x/agent.md": md(FULL), "x/SKILL.md": SKILL.format(name="x")})
    (tmp_path / ROOT / "b").symlink_to("a")
    (tmp_path / ROOT / "c").mkdir()
    (tmp_path / ROOT / "c/CLAUDE.md").symlink_to("../a/agent.md")
    (tmp_path / ROOT / "a/skills").mkdir()
    (tmp_path / ROOT / "a/skills/x").symlink_to("../../../x")
    result = loaded(tmp_path, {HERE: md("model: m\ntools: [read]\n")})
    assert places(result, "error") == [
        f"path.symlink {HERE}:2:1", f"path.symlink {ROOT}/b:1:1",
        f"path.symlink {ROOT}/c/CLAUDE.md:1:1",
    ]  # fmt: skip


def test_the_folder_itself_is_no_link(tmp_path: Path) -> None:
    loaded(tmp_path, {"x/a/agent.md": md(FULL)})
    (tmp_path / ROOT).symlink_to("x")
    assert places(loaded(tmp_path, {}), "error") == [f"path.symlink {ROOT}:1:1"]
