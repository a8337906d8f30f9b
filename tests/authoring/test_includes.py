"""`./file.yaml` in `tools` and `mcp_servers`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.authoring.support import PROJECT, agent, body, loaded, places, refused, resource

CUSTOM = "{{type: custom, name: {0}, description: D, input_schema: {{type: object}}}}"
ONE = CUSTOM.format("one")
LIST = f"- {ONE}\n- {CUSTOM.format('two')}\n"


def tools(result: Any) -> list[str]:
    """Names of the custom tools, and `builtin:` with the words."""
    found = []
    for entry in body(result)["tools"]:
        words = ",".join(config["name"] for config in entry.get("configs", ()))
        found.append(entry.get("name") or f"builtin:{words}")
    return found


@pytest.mark.parametrize(
    ("text", "files", "expected"),
    [
        ("[./t.yaml]", {"agents/a/t.yaml": ONE}, ["one"]),
        ("[./t.yml]", {"agents/a/t.yml": LIST}, ["one", "two"]),
        (
            "[./t.json]",
            {"agents/a/t.json": '[{"type": "bash"}, {"type": "read"}]'},
            ["builtin:bash,read"],
        ),
        ("[../../shared/t.yaml]", {"shared/t.yaml": LIST}, ["one", "two"]),
        (
            "[read, ./w.yaml, grep]",
            {"agents/a/w.yaml": "[bash, glob]"},
            ["builtin:read,bash,glob,grep"],
        ),
        ("[./w.yaml]", {"agents/a/w.yaml": "read\n"}, ["builtin:read"]),
        ("[./e.yaml, read]", {"agents/a/e.yaml": "[]\n"}, ["builtin:read"]),
        (
            f"[./x.yaml, {CUSTOM.format('last')}]",
            {"agents/a/x.yaml": LIST},
            ["one", "two", "last"],
        ),
    ],
)
def test_entries_stand_in_the_files_place(
    tmp_path: Path, text: str, files: dict[str, str | bytes], expected: list[str]
) -> None:
    result = agent(tmp_path, f"tools: {text}", files)
    assert result.findings == ()
    assert tools(result) == expected


def test_servers(tmp_path: Path) -> None:
    files = {
        "agents/a/mcp/one.json": '{"name": "one", "url": "https://one.example.com"}',
        "agents/a/mcp/two.yaml": "- {name: two, url: 'https://${host}/mcp', tools: ['x:ask']}\n",
    }
    text = "mcp_servers: [./mcp/two.yaml, ./mcp/one.json]"
    result = agent(tmp_path, text, files, variables={"host": "two.example.com"})
    assert result.findings == ()
    assert [item["url"] for item in body(result)["mcp_servers"]] == [
        "https://two.example.com/mcp", "https://one.example.com",
    ]  # fmt: skip
    assert [item["mcp_server_name"] for item in body(result)["tools"]] == ["two", "one"]


def test_a_flat_agents_paths_start_in_its_folder(tmp_path: Path) -> None:
    files = {"agents/a.agent.yaml": "model: m\ntools: [./t.yaml]\n", "agents/t.yaml": "[read]\n"}
    assert tools(loaded(tmp_path, files)) == ["builtin:read"]


def test_an_override_may_include(tmp_path: Path) -> None:
    project = PROJECT + "targets: {t: {overrides: {agent/a: {tools: [./t.yaml, §reed]}}}}\n"
    files = {"reconcile.yaml": project.replace("§", ""), "agents/a/t.yaml": "[read]\n"}
    result = agent(tmp_path, "tools: [bash]", files)
    assert places(result) == [
        f"tools.unmapped reconcile.yaml:3:{project.splitlines()[2].index('§') + 1}"
    ]


@pytest.mark.parametrize(
    ("text", "file", "content", "expected"),
    [
        ("tools: [read, ./t.yaml]", "t.yaml", "- grep\n- bsh\n", "tools.unmapped agents/a/t.yaml:2:3"),
        ("tools: [read, ./t.yaml]", "t.yaml", "type: custom\nname: x\ndescription: D\n", "field.missing agents/a/t.yaml:1:1"),
        ("tools: [read, ./t.yaml]", "t.yaml", "- a: b\n", "field.missing agents/a/t.yaml:1:3"),
        ("tools: [read, ./t.yaml]", "t.yaml", "\n\n- 20\n", "field.not_text agents/a/t.yaml:3:3"),
        ("tools: [./t.yaml]", "t.yaml", "- read:\n", "yaml.empty_value agents/a/t.yaml:1:3"),
        ("tools: [./t.yaml]", "t.yaml", "- [read\n", "yaml.syntax agents/a/t.yaml:2:1"),
        ("tools: [./t.yaml]", "t.yaml", "- ./t.yaml\n", "include.nested agents/a/t.yaml:1:3"),
        ("tools: [./t.yaml]", "t.yaml", "- ../a/u.yaml\n", "include.nested agents/a/t.yaml:1:3"),
        ("tools: [./t.yaml]", "t.yaml", "# later\n", "yaml.empty_file agents/a/t.yaml:1:1"),
        ("tools: [./t.yaml]", "t.yaml", "{}\n", "include.empty agents/a/t.yaml:1:1"),
        ("tools: [./t.yaml]", "t.yaml", b"\xff", "text.encoding agents/a/t.yaml:1:1"),
        (
            "mcp_servers: [./s.json]", "s.json",
            '[\n {"name": "s", "url": "https://s.example.com",\n  "headers": {}}]',
            "mcp.headers_unsupported agents/a/s.json:3:3",
        ),
        (
            "mcp_servers: [./s.json]", "s.json", '[\n {"name": "s", "name": "t", "url": "https://s.example.com"}]',
            "yaml.duplicate_key agents/a/s.json:2:16",
        ),
        (
            "mcp_servers: [./s.yaml]", "s.yaml", "name: s\nurl: https://s.example.com\npermision: ask\n",
            "field.unknown agents/a/s.yaml:3:1",
        ),
        (
            "mcp_servers: [{name: s, url: https://s.example.com}, ./s.yaml]", "s.yaml",
            "name: s\nurl: https://t.example.com\n", "mcp.duplicate agents/a/s.yaml:1:7",
        ),
    ],
)  # fmt: skip
def test_findings_point_into_the_file(
    tmp_path: Path, text: str, file: str, content: str | bytes, expected: str
) -> None:
    assert places(agent(tmp_path, text, {f"agents/a/{file}": content})) == [expected]


def test_what_follows_an_include_keeps_its_place(tmp_path: Path) -> None:
    result = agent(
        tmp_path, "tools:\n  - ./t.yaml\n  - bsh\n", {"agents/a/t.yaml": "[read, grep, glob]"}
    )
    assert places(result) == ["tools.unmapped agents/a/agent.yaml:4:5"]
    assert (
        str(resource(agent(tmp_path, "tools: [./t.yaml]")).place("tools"))
        == "agents/a/agent.yaml:2:1"
    )


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("tools: [§./gone.yaml]", "path.missing"),
        ("tools: [§../../../x.yaml]", "path.outside"),
        ("tools: [§../../.git/x.yaml]", "path.forbidden"),
        ("tools: [§../../.env.yaml]", "path.forbidden"),
        ("tools: [§./folder.yaml]", "path.not_a_file"),
        ("tools: [§./t.txt]", "include.name"),
        ("tools: [§./t*.yaml]", "include.no_match"),
        ("tools: [§./*.yaml]", "include.nested"),
        ("tools: [§./agent.yaml]", "include.nested"),
        ("tools: [§./]", "include.name"),
        ("mcp_servers: [§./gone.json]", "path.missing"),
        ("tools: §./t.yaml", "tools.unmapped"),
    ],
)
def test_refused(tmp_path: Path, text: str, code: str) -> None:
    refused(tmp_path, text, code, {"agents/a/folder.yaml/x": "x", "agents/a/t.txt": "read"})


def test_links_are_never_followed(tmp_path: Path) -> None:
    agent(tmp_path, "tools: [./t.yaml]", {"agents/a/u.yaml": "read"})
    (tmp_path / "agents/a/t.yaml").symlink_to("u.yaml")
    result = agent(tmp_path, "tools: [./t.yaml]")
    assert "path.symlink agents/a/agent.yaml:2:9" in places(result)
