"""Claude Code's subagents and Agenta's configurations, in the words of definitions.

`tests/data/conversions.txt` holds what comes out, to be read in a review:

    python -m tests.authoring.importing.test_conversion > tests/data/conversions.txt
"""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from reconciler.authoring import CODES, load
from reconciler.authoring.importing import agenta, claude_code
from reconciler.authoring.importing.agent_document import definition_files
from reconciler.authoring.importing.conversion import Asked, Conversion
from reconciler.engine.diagnostics import Diagnostic

DATA = Path(__file__).parents[2] / "data"
SNAPSHOT = DATA / "conversions.txt"
DIALECTS = {"claude-code": claude_code.convert, "agenta": agenta.convert}
MODELS = {"sonnet": "claude-sonnet-4-6", "inherit": "claude-opus-4-8", "opus": "claude-opus-4-8"}
ASKED: Mapping[str, Mapping[str, str]] = {
    "claude-code": MODELS,
    "claude-code-refused": {},
    "agenta": MODELS,
    "agenta-refused": {},
}


def converted(name: str, *, skip: bool = False) -> Conversion:
    dialect = DIALECTS[name.removesuffix("-refused")]
    return dialect(Asked(DATA / name, ASKED[name], skip))


def written(conversion: Conversion) -> dict[str, bytes]:
    return {
        f"agents/{agent.name}/{path}": data
        for agent in conversion.agents
        for path, data in {**definition_files(agent.imported), **agent.files}.items()
    }


def described() -> str:
    lines: list[str] = []
    for name in ASKED:
        conversion = converted(name)
        lines.append(f"===== {name}")
        for path, data in written(conversion).items():
            lines += [f"--- {path}", data.decode()]
        for item in conversion.findings:
            lines.append(f"{item.severity} {item.code} {item.span}")
            lines += [f"    {text}" for text in (item.message, item.hint) if text]
    return "\n".join(lines) + "\n"


def test_everything_that_comes_out_was_reviewed() -> None:
    assert described() == SNAPSHOT.read_text()


def test_every_finding_has_a_page() -> None:
    for name in ASKED:
        for item in converted(name).findings:
            assert item.severity in CODES[item.code].severities, item.code


@pytest.mark.parametrize("name", ["claude-code", "agenta"])
def test_what_comes_out_is_a_valid_project(name: str, tmp_path: Path) -> None:
    project(tmp_path, converted(name))
    loaded = load(tmp_path, target=None, variables={"WIKI_HOST": "wiki.example.com"}, environ={})
    assert [one for one in loaded.findings if one.severity == "error"] == []
    assert loaded.desired is not None


@pytest.mark.parametrize("name", ["claude-code-refused", "agenta-refused"])
def test_what_has_no_counterpart_can_be_left_out(name: str) -> None:
    lost = [one for one in converted(name).findings if one.severity == "error"]
    left = [one for one in converted(name, skip=True).findings if one.severity == "error"]
    warned = [one for one in converted(name, skip=True).findings if one.severity == "warning"]
    assert len(left) < len(lost) and len(left) + len(warned) == len(lost)


def project(folder: Path, conversion: Conversion) -> None:
    (folder / "reconcile.yaml").write_text("version: 1\nproject: demo\n")
    for path, data in written(conversion).items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)


def test_one_file_and_the_folder_of_agents() -> None:
    agents = DATA / "claude-code" / ".claude" / "agents"
    one = claude_code.convert(Asked(agents / "reviewer.md", MODELS))
    assert [agent.name for agent in one.agents] == ["reviewer"]
    assert claude_code.convert(Asked(agents, MODELS)) == converted("claude-code")
    (writer,) = claude_code.convert(Asked(agents / "teams" / "writer.md", MODELS)).agents
    assert [writer] == [one for one in converted("claude-code").agents if one.name == "writer"]
    (team,) = claude_code.convert(Asked(agents / "teams", MODELS)).agents
    assert team == writer
    single = agenta.convert(Asked(DATA / "agenta" / "plain.yaml", MODELS))
    assert [agent.name for agent in single.agents] == ["plain"]


def test_two_agents_of_one_name(tmp_path: Path) -> None:
    text = "---\nname: a\ndescription: b\nmodel: claude-opus-4-8\ntools: []\n---\nGo.\n"
    for path in ("one/a.md", "two/A.md"):
        (tmp_path / path).parent.mkdir()
        (tmp_path / path).write_text(text)
    findings = claude_code.convert(Asked(tmp_path)).findings
    assert [item.code for item in findings] == ["address.duplicate"]


@pytest.mark.parametrize("dialect", DIALECTS)
def test_an_empty_folder_is_named(dialect: str, tmp_path: Path) -> None:
    (finding,) = DIALECTS[dialect](Asked(tmp_path)).findings
    assert finding.code == "import.nothing"


def test_a_link_is_never_followed(tmp_path: Path) -> None:
    shutil.copytree(DATA / "claude-code", tmp_path / "project")
    style = tmp_path / "project" / ".claude" / "skills" / "house-style"
    (style / "secrets").symlink_to("/etc")
    (tmp_path / "project" / ".claude" / "agents" / "linked.md").symlink_to("/etc/hostname")
    codes = [
        item.code
        for item in claude_code.convert(Asked(tmp_path / "project", MODELS)).findings
        if item.severity == "error"
    ]
    assert codes == ["path.symlink", "path.symlink"]


def configured(folder: Path, name: str = "x", *, skip: bool = False, **keys: Any) -> Conversion:
    base = {"agents_md": "Go.", "model": "claude-opus-4-8", "permissions": {"default": "allow"}}
    (folder / f"{name}.json").write_text(json.dumps({**base, **keys}))
    return agenta.convert(Asked(folder, {}, skip))


def errors(conversion: Conversion) -> list[Diagnostic]:
    return [one for one in conversion.findings if one.severity == "error"]


def offered(**keys: Any) -> dict[str, Any]:
    return {"name": "feed", "connection": {"url": "https://feed.example.com/mcp"}, **keys}


@pytest.mark.parametrize(
    ("policy", "code"),
    [
        ({"tools": {"mode": "exclude", "names": ["drop"]}}, "field.value"),
        ({"tools": {"mode": "include", "names": ["get"], "except": ["x"]}}, "field.unknown"),
        ({"tools": {"mode": "all", "names": ["get"]}}, "field.unknown"),
    ],
)
def test_a_choice_of_tools_that_can_t_be_said_never_gives_more(
    policy: Any, code: str, tmp_path: Path
) -> None:
    servers = [offered(policy=policy)]
    assert [one.code for one in errors(configured(tmp_path, mcp_servers=servers))] == [code]
    (agent,) = configured(tmp_path, mcp_servers=servers, skip=True).agents
    assert "mcp_servers" not in agent.imported.document


def test_what_is_denied_by_default_is_not_given(tmp_path: Path) -> None:
    tools = [
        {"type": "builtin", "name": "read"},
        {"type": "client", "name": "confirm", "description": "Asks."},
        {"type": "code", "name": "go", "description": "Goes.", "script": "1"},
        {"type": "client", "name": "show", "description": "Shows.", "permission": "ask"},
    ]
    servers = [offered()]
    denied = {"default": "deny"}
    found = configured(tmp_path, permissions=denied, tools=tools, mcp_servers=servers)
    document = found.agents[0].imported.document
    assert [tool["name"] for tool in document["tools"]] == ["show"]
    assert "mcp_servers" not in document and not found.agents[0].files
    assert [one.code for one in found.findings].count("converted.tool_denied") == 4


def test_names_without_a_mode_are_the_tools(tmp_path: Path) -> None:
    (agent,) = configured(
        tmp_path, mcp_servers=[offered(policy={"tools": {"names": ["get"]}})]
    ).agents
    assert agent.imported.document["mcp_servers"][0]["tools"] == ["get"]


@pytest.mark.parametrize("kind", ["sse", "stdio"])
def test_a_server_that_is_left_out_is_not_there(kind: str, tmp_path: Path) -> None:
    server = {
        "name": "feed",
        "connection": {"type": kind, "url": "https://feed.example.com/sse"},
    }
    (lost,) = errors(configured(tmp_path, mcp_servers=[server]))
    assert lost.code == "mcp.transport_unsupported"
    (agent,) = configured(tmp_path, mcp_servers=[server], skip=True).agents
    assert "mcp_servers" not in agent.imported.document


@pytest.mark.parametrize(
    ("names", "code"),
    [
        (["A.md", "a.md"], "import.unsafe_path"),
        (["é", "e\u0301"], "import.unsafe_path"),
        (["a", "a/b"], "import.unsafe_path"),
        (["NUL.txt"], "import.unsafe_path"),
        (["x./y"], "import.unsafe_path"),
        (["\x1b[2J"], "import.unsafe_path"),
        ([".GIT/config"], "import.unsafe_path"),
        ([".env"], "path.forbidden"),
        (["../up"], "path.outside"),
    ],
)
def test_files_of_a_skill_have_safe_names(names: list[str], code: str, tmp_path: Path) -> None:
    files = [{"path": name, "content": "x"} for name in names]
    skill = {"name": "cite", "description": "Cites.", "body": "Cite.", "files": files}
    assert code in [one.code for one in errors(configured(tmp_path, skills=[skill]))]


@pytest.mark.parametrize("name", ["con", "LPT1", "self", "Advisor", "x."])
def test_an_agent_has_a_name_for_every_disk_and_roster(name: str, tmp_path: Path) -> None:
    assert [one.code for one in errors(configured(tmp_path, name))] == ["address.name"]


def test_nothing_of_an_inline_skill_is_lost_unsaid(tmp_path: Path) -> None:
    skill = {"name": "cite", "description": "Cites.", "body": "Cite."}
    encoded = {"path": "x.bin", "content": "AAAA", "encoding": "base64"}
    (twice,) = errors(configured(tmp_path, skills=[skill, {**skill, "body": "Other."}]))
    assert twice.code == "skill.duplicate"
    (lost,) = errors(configured(tmp_path, skills=[{**skill, "files": [encoded]}]))
    assert lost.code == "field.unknown" and "encoding" in lost.message


def test_what_stands_for_a_secret_is_said_only_if_it_is_a_name(tmp_path: Path) -> None:
    literal = {"type": "header_secret_refs", "headers": {"Authorization": "Bearer hunter2"}}
    server = offered(connection={"url": "https://feed.example.com/mcp", "credentials": literal})
    tool = {"type": "code", "name": "go", "description": "Goes.", "script": "1"}
    listed = [{**tool, "secrets": ["FEED_TOKEN", {"name": "KEY", "value": "hunter2"}]}]
    found = configured(tmp_path, mcp_servers=[server], tools=listed).findings
    said = " ".join(f"{one.message} {one.hint}" for one in found)
    assert "FEED_TOKEN" in said and "hunter2" not in said
    (lost,) = errors(
        configured(tmp_path, mcp_servers=[offered(connection={
            "url": "https://feed.example.com/mcp", "credentials": {"token": "hunter2"}})])
    )  # fmt: skip
    assert lost.code == "field.unknown" and "hunter2" not in f"{lost.message} {lost.hint}"


def subagent(folder: Path, tools: str, **files: str) -> Conversion:
    text = f"---\nname: a\ndescription: b\nmodel: claude-opus-4-8\n{tools}\n---\nGo.\n"
    for path, content in {"a.md": text, **files}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(content)
    return claude_code.convert(Asked(folder / "a.md"))


@pytest.mark.parametrize("tools", ["Bash, Bash(ls *)", "Bash(ls *), Bash"])
def test_a_pattern_beside_the_whole_tool_does_not_ask(tools: str, tmp_path: Path) -> None:
    found = subagent(tmp_path, f"tools: {tools}")
    assert found.agents[0].imported.document["tools"] == ["bash"]
    (limit,) = (one for one in found.findings if one.code == "converted.tool_limit")
    assert "asks" not in limit.message and "runs" in limit.message


def test_a_skill_comes_with_its_hidden_files(tmp_path: Path) -> None:
    skill = {
        ".claude/skills/style/SKILL.md": "---\nname: style\ndescription: c\n---\nGo.\n",
        ".claude/skills/style/.hints": "Short.",
        ".claude/skills/style/.DS_Store": "",
    }
    (agent,) = subagent(tmp_path, "tools: Read\nskills: style", **skill).agents
    assert sorted(agent.files) == ["skills/style/.hints", "skills/style/SKILL.md"]
    found = subagent(tmp_path, "tools: Read\nskills: style", **{".claude/skills/style/.env": "A=b"})
    assert [one.code for one in errors(found)] == ["import.unsafe_path"]


if __name__ == "__main__":
    sys.stdout.write(described())
