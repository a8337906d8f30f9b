"""Live edits into the folders of managed objects, over HTTP: only their lines change, and the plan
is empty."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anthropic
import pytest

from reconciler.sandbox import Server
from tests.e2e.conftest import Project

AGENT = """\
# An agent of the tests.
description: Old.  # shown in lists
model: claude-sonnet-4-6  # the usual one

# What it may do
tools: [read, "bash:ask"]  # bash asks
metadata:
  owner: funds  # the team
  tier: gold
"""
PROMPT = "You help.\n\nBe brief.\n"


@pytest.fixture(autouse=True)
def client(server: Server) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(
        base_url=server.url, api_key=server.api_key, max_retries=0
    ) as _CLIENTS[server.url]:
        yield _CLIENTS[server.url]


_CLIENTS: dict[str, anthropic.Anthropic] = {}


def applied(project: Project, text: str = AGENT, prompt: str | None = PROMPT) -> Project:
    project.write("agents/helper/agent.yaml", text)
    if prompt is not None:
        project.write("agents/helper/system-prompt.md", prompt)
    project.apply()
    return project


def by_hand(project: Project, address: str = "agent/helper", **body: Any) -> Any:
    """An edit as the Console makes it."""
    agents, identity = _CLIENTS[project.server.url].beta.agents, project.id(address)
    version = agents.retrieve(identity).version
    return agents.update(identity, version=version, **body)


def tree(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".reconcile/" not in path.as_posix()
    }


def rows(before: dict[str, bytes], after: dict[str, bytes]) -> list[str]:
    """The lines that are others, by file."""
    found = []
    for path in sorted(before.keys() | after.keys()):
        old, new = (side.get(path, b"").decode().splitlines(True) for side in (before, after))
        lines = difflib.unified_diff(old, new, n=0, lineterm="")
        found += [
            f"{path.rpartition('/')[2]} {line[0]} {line[1:].strip()}"
            for line in lines
            if not line.startswith(("---", "+++", "@@"))
        ]
    return found


def taken(project: Project, *args: str, code: int = 0) -> list[str]:
    """What `import --drift` changes. With exit code 0, nothing is left for a plan."""
    before = tree(project.root)
    project.run("import", "--drift", *args, code=code)
    assert project.writes() == []
    if code == 0:
        project.plan(code=0)
        project.run("drift", code=0)
    return rows(before, tree(project.root))


def toolset(*words: str) -> list[dict[str, Any]]:
    policies = {"ask": "always_ask", "allow": "always_allow", "auto": "auto"}
    configs = []
    for word in words:
        name, _, suffix = word.partition(":")
        policy = {"permission_policy": {"type": policies[suffix]}} if suffix else {}
        configs.append({"name": name, "enabled": True, **policy})
    return [
        {
            "type": "agent_toolset_20260401",
            "default_config": {"enabled": False},
            "configs": configs,
        }
    ]


def test_a_prompt_and_a_policy_become_two_lines(project: Project) -> None:
    applied(project)
    by_hand(project, system="You help.\n\nBe thorough.\n", tools=toolset("read", "bash"))
    assert taken(project) == [
        'agent.yaml - tools: [read, "bash:ask"]  # bash asks',
        "agent.yaml + tools: [read, bash]  # bash asks",
        "system-prompt.md - Be brief.",
        "system-prompt.md + Be thorough.",
    ]


MODEL = "claude-sonnet-4-6"
URL = "https://mcp.ntropii.com/mcp"
MCP = {"type": "url", "name": "ntropii", "url": URL}


def mcp_tools(server: str, *words: str, policy: str = "always_ask") -> dict[str, Any]:
    configs = toolset(*words)[0]["configs"]
    default = {"enabled": not words, "permission_policy": {"type": policy}}
    return {
        "type": "mcp_toolset",
        "mcp_server_name": server,
        "default_config": default,
        "configs": configs,
    }


#: Folder → its definition, the live edit, and the lines that change.
FIELDS: dict[str, tuple[str, dict[str, Any], list[str]]] = {
    "texts": (
        "name: One  # n\ndescription: >\n  Old,\n  folded.\nmodel: claude-sonnet-4-6\n# end\n",
        {"name": "Two: 2", "description": "New."},
        [
            "- name: One  # n", "+ name: 'Two: 2'  # n",
            "- description: >", "- Old,", "- folded.", "+ description: New.",
        ],
    ),
    "texts-come": (
        "# top\nmodel: claude-sonnet-4-6\ntools: [read]\n",
        {"name": "Named", "model": {"id": "claude-opus-4-8"}},
        ["+ name: Named", "- model: claude-sonnet-4-6", "+ model: claude-opus-4-8"],
    ),
    "texts-go": (
        "description: Old.\n# why this model\nmodel: claude-sonnet-4-6\nmetadata: {a: b}\n",
        {"description": None, "metadata": {"a": None}},
        ["- description: Old.", "- metadata: {a: b}"],
    ),
    "settings": (
        "model:\n  id: claude-opus-4-8  # big\n  effort: high  # thinks\n  speed: fast\n",
        {"model": {"id": "claude-opus-4-8", "effort": "low", "speed": "standard"}},
        ["- effort: high  # thinks", "- speed: fast", "+ effort: low  # thinks", "+ speed: standard"],
    ),
    "settings-flow": (
        "model: {id: claude-opus-4-8, effort: {type: high}}  # m\n",
        {"model": {"id": "claude-opus-4-8", "effort": "max"}},
        [
            "- model: {id: claude-opus-4-8, effort: {type: high}}  # m",
            "+ model: {id: claude-opus-4-8, effort: {type: max}}  # m",
        ],
    ),
    "words": (
        "model: claude-sonnet-4-6\ntools:\n  # files\n  - Read  # r\n  - MultiEdit:ask\n  - bash:ask\n  # net\n  - WebFetch\n",
        {"tools": toolset("read:ask", "edit", "bash:ask", "grep")},
        [
            "- - Read  # r", "- - MultiEdit:ask", "+ - Read:ask  # r", "+ - MultiEdit",
            "- - WebFetch", "+ - grep",
        ],
    ),
    "all": (
        "model: claude-sonnet-4-6\ntools: all  # t\n",
        {"tools": [{"type": "agent_toolset_20260401", "default_config": {"permission_policy": {"type": "always_ask"}}}]},
        ["- tools: all  # t", "+ tools: all:ask  # t"],
    ),
    "all-but": (
        "model: claude-sonnet-4-6\ntools: [all, \"bash:ask\"]\n",
        {"tools": toolset("read", "bash", "edit:ask", "glob", "grep", "web_fetch", "web_search", "write")},
        ['- tools: [all, "bash:ask"]', '+ tools: [all, bash, "edit:ask"]'],
    ),
    "documented": (
        "model: claude-sonnet-4-6\ntools:\n  - {type: bash}\n  - {type: read}  # r\n",
        {"tools": toolset("read", "bash:ask")},
        ["- - {type: bash}", "+ - bash:ask"],
    ),
    "typed": (
        "model: claude-sonnet-4-6\ntools:\n  - type: agent_toolset_20260401\n    default_config: {enabled: false}  # none but\n    configs:\n      - name: bash  # shell\n        enabled: true\n        permission_policy: {type: always_ask}  # asks\n      - {name: read, enabled: true}\n  - type: custom\n    name: mine\n    description: Old.  # d\n    input_schema: {type: object}\n",
        {"tools": [
            *toolset("bash:allow", "read", "grep:ask"),
            {"type": "custom", "name": "mine", "description": "New.", "input_schema": {"type": "object"}},
        ]},
        [
            "- permission_policy: {type: always_ask}  # asks",
            "+ permission_policy: {type: always_allow}  # asks",
            "+ - name: grep", "+ enabled: true", "+ permission_policy:", "+ type: always_ask",
            "- description: Old.  # d", "+ description: New.  # d",
        ],
    ),
    "servers": (
        "model: claude-sonnet-4-6\nmcp_servers:\n  - name: ntropii  # ours\n    url: ${ntropii_mcp_url}  # per target\n    tools: [a, \"b:allow\"]\n    permission: ask\n  # theirs\n  - {name: other, url: \"https://o.example.com/mcp\"}  # o\n",
        {
            "mcp_servers": [MCP, {"type": "url", "name": "other", "url": "https://n.example.com/mcp"}],
            "tools": [mcp_tools("ntropii", "a", "b:ask", "c", policy="always_allow"), mcp_tools("other")],
        },
        [
            '- tools: [a, "b:allow"]', "- permission: ask",
            '+ tools: [a, "b:ask", c]', "+ permission: allow",
            '- - {name: other, url: "https://o.example.com/mcp"}  # o',
            '+ - {name: other, url: "https://n.example.com/mcp"}  # o',
        ],
    ),
    "servers-go": (
        "model: claude-sonnet-4-6\nmcp_servers:\n  - name: ntropii  # ours\n    url: ${ntropii_mcp_url}\n  # theirs\n  - name: other\n    url: https://o.example.com/mcp\n",
        {
            "mcp_servers": [MCP, {"type": "url", "name": "new", "url": "https://n.example.com/mcp"}],
            "tools": [mcp_tools("ntropii"), mcp_tools("new", "x:allow")],
        },
        [
            "- - name: other", "- url: https://o.example.com/mcp",
            "+ - name: new", "+ url: https://n.example.com/mcp", "+ tools: ['x:allow']",
        ],
    ),
    "api-form": (
        "model: claude-sonnet-4-6\ntools:\n  - type: mcp_toolset  # t\n    mcp_server_name: ntropii\nmcp_servers:\n  - {type: url, name: ntropii, url: \"${ntropii_mcp_url}\"}\n",
        {"mcp_servers": [MCP], "tools": [mcp_tools("ntropii", policy="auto")]},
        ["+ default_config:", "+ permission_policy:", "+ type: auto"],
    ),
    "pairs": (
        "model: claude-sonnet-4-6\nmetadata:\n  # who\n  owner: a  # o\n  gone: b  # g\n  kept: c  # k\n",
        {"metadata": {"owner": "yes", "gone": None}},
        ["- owner: a  # o", "- gone: b  # g", '+ owner: "yes"  # o'],
    ),
    "identity": (
        "model: claude-sonnet-4-6\nexecution_identity:\n  type: aws_role\n  role_arn: arn:aws:iam::123456789012:role/a  # r\n",
        {"execution_identity": {"type": "aws_role", "role_arn": "arn:aws:iam::123456789012:role/b"}},
        [
            "- role_arn: arn:aws:iam::123456789012:role/a  # r",
            "+ role_arn: arn:aws:iam::123456789012:role/b  # r",
        ],
    ),
    "anthropic-skills": (
        "model: claude-sonnet-4-6\ntools: [read]\nskills:\n  - anthropic/docx  # d\n  - {type: anthropic, skill_id: xlsx}  # x\n  - anthropic/pdf\n",
        {"skills": [
            {"type": "anthropic", "skill_id": "docx", "version": "20251013"},
            {"type": "anthropic", "skill_id": "xlsx", "version": "20251013"},
            {"type": "anthropic", "skill_id": "pptx"},
        ]},
        [
            "- - anthropic/docx  # d", "- - {type: anthropic, skill_id: xlsx}  # x", "- - anthropic/pdf",
            "+ - anthropic/docx@20251013  # d",
            '+ - {type: anthropic, skill_id: xlsx, version: "20251013"}  # x', "+ - anthropic/pptx",
        ],
    ),
    "inline": (
        "model: claude-sonnet-4-6\nsystem: |  # the prompt\n  One.\n\n  Two.\n\n# after\ntools: [read]\n",
        {"system": "One.\n\nThree.\n"},
        ["- Two.", "+ Three."],
    ),
}  # fmt: skip


def test_every_field_in_every_style(project: Project) -> None:
    for name, (text, _, _) in FIELDS.items():
        project.write(f"agents/{name}/agent.yaml", text)
    project.apply()
    for name, (_, edit, _) in FIELDS.items():
        by_hand(project, f"agent/{name}", **edit)
    before = tree(project.root)
    taken(project)
    after = tree(project.root)
    found, expected = {}, {}
    for name, (_, _, lines) in FIELDS.items():
        path = f"agents/{name}/agent.yaml"
        found[name] = sorted(rows({path: before[path]}, {path: after[path]}))
        expected[name] = sorted(f"agent.yaml {row}" for row in lines)
    assert found == expected
