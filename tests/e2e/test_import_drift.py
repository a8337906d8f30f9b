"""Live edits into the folders of managed objects, over HTTP: only their lines change, and the plan
is empty."""

from __future__ import annotations

import difflib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import anthropic
import pytest

from reconciler.sandbox import Server
from tests.e2e.conftest import REPOSITORY, Project

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
    project.run("drift", code=0)


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
            "- name: One  # n", '+ name: "Two: 2"  # n',
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
    "servers-open": (
        "model: claude-sonnet-4-6\nmcp_servers:\n  - name: ntropii\n    tools: [a]  # only\n    url: ${ntropii_mcp_url}\n",
        {"mcp_servers": [MCP], "tools": [mcp_tools("ntropii")]},
        ["- tools: [a]  # only"],
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


SKILL = "---\nname: {name}\ndescription: {text}\n---\n{text}\n"


def new_version(project: Project, address: str, text: str, **files: bytes) -> str:
    """A version of a skill that somebody uploads by hand."""
    name = address.partition("/")[2]
    parts = [(f"{name}/SKILL.md", SKILL.format(name=name, text=text).encode(), "text/markdown")]
    parts += [(f"{name}/{path}", data, "text/plain") for path, data in files.items()]
    skills = _CLIENTS[project.server.url].beta.skills
    return skills.versions.create(project.id(address), files=parts).id


def with_skill(project: Project, *agents: str, entry: str = "shared/cite") -> None:
    project.write("skills/cite/SKILL.md", SKILL.format(name="cite", text="Cites."))
    project.write("skills/cite/old.txt", "old")
    for name in agents:
        text = f"model: {MODEL}\ntools: [read]\nskills: [{entry}]  # s\n"
        project.write(f"agents/{name}/agent.yaml", text)
    project.apply()


def pin(project: Project, agent: str, version: str) -> None:
    entry = {"type": "custom", "skill_id": project.id("skill/cite"), "version": version}
    by_hand(project, f"agent/{agent}", skills=[entry])


def test_a_skill_that_one_agent_uses_gets_its_new_content(project: Project) -> None:
    with_skill(project, "a")
    pin(project, "a", new_version(project, "skill/cite", "Better.", **{"data/new.txt": b"n\r\n"}))
    assert taken(project) == [
        "SKILL.md - description: Cites.", "SKILL.md + description: Better.",
        "SKILL.md - Cites.", "SKILL.md + Better.",
        "new.txt + n", "old.txt - old",
    ]  # fmt: skip
    assert (project.root / "skills/cite/data/new.txt").read_bytes() == b"n\r\n"


def test_a_skill_that_others_use_is_copied_beside_the_agent(project: Project) -> None:
    with_skill(project, "a", "b")
    pin(project, "a", new_version(project, "skill/cite", "Better."))
    assert taken(project)[:2] == [
        "agent.yaml - skills: [shared/cite]  # s",
        "agent.yaml + skills: [./skills/cite]  # s",
    ]
    assert "Better." in (project.root / "agents/a/skills/cite/SKILL.md").read_text()
    assert "Cites." in (project.root / "skills/cite/SKILL.md").read_text()


def test_agents_that_move_together_move_the_folder(project: Project) -> None:
    with_skill(project, "a", "b")
    version = new_version(project, "skill/cite", "Better.")
    pin(project, "a", version)
    pin(project, "b", version)
    taken(project)
    assert not (project.root / "agents/a/skills").exists()
    assert "Better." in (project.root / "skills/cite/SKILL.md").read_text()


def test_a_skill_is_unpinned_and_pinned_by_hand(project: Project) -> None:
    with_skill(project, "a")
    version = project.lock().objects
    pinned = next(iter(next(e for a, e in version.items() if a.kind == "skill").versions.values()))
    pin(project, "a", "latest")
    assert len(taken(project)) > 1
    assert "version: latest" in (project.root / "agents/a/agent.yaml").read_text()
    pin(project, "a", pinned)
    taken(project)
    assert "skills: [shared/cite]  # s" in (project.root / "agents/a/agent.yaml").read_text()


def test_skills_added_and_taken_out_by_hand(project: Project) -> None:
    with_skill(project, "a", "b")
    part = ("note/SKILL.md", SKILL.format(name="note", text="Notes.").encode(), "text/markdown")
    skills = _CLIENTS[project.server.url].beta.skills
    made = skills.create(display_name="note", files=[part])
    entries = [{"type": "custom", "skill_id": made.id, "version": made.latest_version_id}]
    by_hand(project, "agent/a", skills=entries)
    by_hand(project, "agent/b", skills=[])
    assert taken(project) == [
        "agent.yaml - skills: [shared/cite]  # s", "agent.yaml + skills: [shared/note]  # s",
        "agent.yaml - skills: [shared/cite]  # s",
        "SKILL.md + ---", "SKILL.md + name: note", "SKILL.md + description: Notes.",
        "SKILL.md + ---", "SKILL.md + Notes.",
    ]  # fmt: skip


def finding(project: Project, *args: str) -> str:
    """What `import --drift` says of what it holds back; no file is touched by it."""
    before = tree(project.root)
    result = project.run("import", "--drift", *args, code=5)
    assert project.writes() == [] and tree(project.root) == before
    return result.output


def coordinator(project: Project, *, roster: str) -> None:
    for name in ("reader", "writer", "third"):
        project.write(f"agents/{name}/agent.yaml", f"model: {MODEL}\n")
    project.write("agents/lead/agent.yaml", f"model: {MODEL}\n{roster}# end\n")
    project.apply()


def members(project: Project, *names: str) -> list[dict[str, Any]]:
    """Roster entries: `reader`, `reader@1` or `self`."""
    found = []
    for word in names:
        name, _, version = word.partition("@")
        entry = {"type": "agent", "id": project.id(f"agent/{name}")} if name != "self" else None
        pin = {"version": int(version)} if version else {}
        found.append({**entry, **pin} if entry else {"type": "self"})
    return found


def test_a_roster_gains_and_loses_members(project: Project) -> None:
    coordinator(project, roster="subagents:\n  # reads\n  - reader  # r\n  - writer  # w\n")
    agents = members(project, "reader@1", "third@1", "self")
    by_hand(project, "agent/lead", multiagent={"type": "coordinator", "agents": agents})
    assert taken(project) == [
        "agent.yaml - - writer  # w", "agent.yaml + - third", "agent.yaml + - self",
    ]  # fmt: skip


def test_a_member_is_pinned_by_hand(project: Project) -> None:
    coordinator(project, roster="subagents: [reader, {agent: writer, version: 1}]\n")
    for name in ("reader", "writer"):
        project.edit(f"agents/{name}/agent.yaml", MODEL, "claude-opus-4-8")
    project.apply()
    agents = members(project, "reader@1", "writer@2")
    by_hand(project, "agent/lead", multiagent={"type": "coordinator", "agents": agents})
    assert taken(project) == [
        "agent.yaml - subagents: [reader, {agent: writer, version: 1}]",
        "agent.yaml + subagents: [{agent: reader, version: 1}, {agent: writer, version: 2}]",
    ]


def test_a_roster_comes_goes_and_turns_into_the_other_type(project: Project) -> None:
    coordinator(project, roster="multiagent:\n  type: coordinator\n  agents: [reader]\n")
    by_hand(project, "agent/lead", multiagent=None)
    taken(project)
    one = {"type": "coordinator", "agents": members(project, "reader@1")}
    by_hand(project, "agent/lead", multiagent=one)
    assert taken(project) == ["agent.yaml + subagents: [reader]"]
    inline = {"type": "enabled", "inline_agents": {"type": "disabled"}}
    other = {
        "type": "multiagent_20261001",
        "subagents": {**inline, "predefined_agents": members(project, "reader@1", "writer@1")},
        "workflows": {"type": "disabled"},
    }
    by_hand(project, "agent/lead", multiagent=other)
    taken(project)
    other["subagents"] = {**inline, "predefined_agents": members(project, "writer@1")}
    by_hand(project, "agent/lead", multiagent=other)
    assert len(taken(project)) <= 2


def test_an_environment(project: Project) -> None:
    project.write(
        "environments/room.yaml",
        "# room\ndescription: Old.  # d\nconfig:\n  type: cloud\n  networking:\n    type: limited\n"
        "    allowed_hosts:\n      - a.example.com  # a\n      # b\n      - b.example.com\n"
        "    allow_package_managers: true  # pip\n  packages:\n    pip: [pandas]  # p\n"
        "    npm:\n      - left-pad\nmetadata: {owner: funds}\n",
    )
    project.apply()
    hosts = ["c.example.com", "a.example.com"]
    _CLIENTS[project.server.url].beta.environments.update(
        project.id("environment/room"),
        description="New.",
        config={
            "type": "cloud",
            "networking": {
                "type": "limited", "allowed_hosts": hosts, "allow_package_managers": True,
            },
            "packages": {"pip": ["numpy", "pandas"], "npm": []},
        },
        metadata={"owner": "risk", "tier": "gold"},
    )  # fmt: skip
    assert taken(project) == [
        "room.yaml - description: Old.  # d", "room.yaml + description: New.  # d",
        "room.yaml + - c.example.com", "room.yaml - - b.example.com",
        "room.yaml - pip: [pandas]  # p", "room.yaml - npm:", "room.yaml - - left-pad",
        "room.yaml - metadata: {owner: funds}",
        "room.yaml + pip: [pandas, numpy]  # p",
        "room.yaml + metadata: {owner: risk}",
    ]  # fmt: skip


def test_line_ends_byte_order_mark_and_file_end_stay(project: Project) -> None:
    text = "\ufeff# head\r\nmodel: claude-sonnet-4-6  # m\r\ntools:\r\n  - read\r\n  - bash:ask  # b\r\nmetadata: {a: b}"
    applied(project, text, "One.\r\n\r\nTwo.\r\n")
    by_hand(project, system="One.\n\nThree.\nFour.\n", tools=toolset("read", "bash", "grep"))
    taken(project)
    folder = project.root / "agents/helper"
    assert (folder / "system-prompt.md").read_bytes() == b"One.\r\n\r\nThree.\r\nFour.\r\n"
    wanted = text.replace("bash:ask  # b\r\n", "bash  # b\r\n  - grep\r\n")
    assert (folder / "agent.yaml").read_bytes().decode() == wanted


#: Files of an agent, the live prompt, and the lines that change.
PROMPTS: dict[str, tuple[dict[str, str], str, list[str]]] = {
    "a-file": (
        {"agent.yaml": "model: m\nsystem: {file: texts/main.md}\n", "texts/main.md": "One.\nTwo."},
        "One.\nThree.\n",
        ["main.md - Two.", "main.md + Three."],
    ),
    "below": (
        {"agent.md": "---\nmodel: m  # m\n---\nOne.\n\nTwo.\n"},
        "One.\n\nThree.\n",
        ["agent.md - Two.", "agent.md + Three."],
    ),
    "a-text": (
        {"agent.yaml": "model: m\nsystem: {text: One., append: Two.}\n"},
        "Three.\n\nTwo.",
        [
            "agent.yaml - system: {text: One., append: Two.}",
            "agent.yaml + system: {text: Three., append: Two.}",
        ],
    ),
    "appendix": (
        {"agent.yaml": "model: m\nsystem:\n  append: |  # a\n    One.\n", "system-prompt.md": "P.\n"},
        "P.\n\nTwo.\n",
        ["agent.yaml - One.", "agent.yaml + Two."],
    ),
    "knowledge": (
        {"agent.yaml": "model: m\n", "system-prompt.md": "P.\n", "knowledge/a.md": "\nA.\n\n"},
        "Q.\n\n# Reference material\n\n## a.md\n\nA.\n",
        ["system-prompt.md - P.", "system-prompt.md + Q."],
    ),
    "in-knowledge": (
        {"agent.yaml": "model: m\n", "system-prompt.md": "P.\n", "knowledge/a.md": "\nA.\n\n"},
        "P.\n\n# Reference material\n\n## a.md\n\nB.\n",
        ["a.md - A.", "a.md + B."],
    ),
    "gone": (
        {"agent.yaml": "# a\nmodel: m\nsystem: One.  # p\n"},
        "",
        ["agent.yaml - system: One.  # p"],
    ),
}  # fmt: skip


def test_a_prompt_lands_where_it_stands(project: Project) -> None:
    for name, (files, _, _) in PROMPTS.items():
        for path, text in files.items():
            project.write(f"agents/{name}/{path}", text.replace("model: m", f"model: {MODEL}"))
    project.apply()
    for name, (_, live, _) in PROMPTS.items():
        by_hand(project, f"agent/{name}", system=live)
    before = tree(project.root)
    taken(project)
    after = tree(project.root)
    found = {
        name: rows(*({p: d for p, d in side.items() if p.startswith(f"agents/{name}/")}
                     for side in (before, after)))
        for name in PROMPTS
    }  # fmt: skip
    assert found == {name: lines for name, (_, _, lines) in PROMPTS.items()}


def test_a_prompt_that_nobody_can_take_apart(project: Project) -> None:
    project.write("agents/helper/p.md", "P.\n")
    applied(project, f"model: {MODEL}\nsystem: {{file: p.md, append: A.}}\n", None)
    by_hand(project, system="Q.\n\nB.")
    said = finding(project)
    assert "import.drift_prompt" in said and "agents/helper/p.md:1:1" in said
    by_hand(project, system="P.\n\nNew.\n\nA.")
    assert "it could belong to several of them" in finding(project)


def test_edits_on_both_sides(project: Project) -> None:
    applied(project)
    project.write("agents/other/agent.yaml", f"model: {MODEL}\ndescription: Old.\n")
    project.apply()
    project.edit("agents/helper/agent.yaml", "Old.", "Ours.")
    by_hand(project, description="Theirs.")
    by_hand(project, "agent/other", description="New.")
    before = tree(project.root)
    said = project.run("import", "--drift", code=5).output
    assert "import.drift_conflict" in said and "agents/helper/agent.yaml:2" in said
    assert rows(before, tree(project.root)) == [
        "agent.yaml - description: Old.", "agent.yaml + description: New.",
    ]  # fmt: skip
    (held,) = json.loads(project.run("import", "--drift", "--format", "json", code=5).output)[
        "held"
    ]
    assert (held["code"], held["line"]) == ("import.drift_conflict", 2)
    assert taken(project, "--force") == [
        "agent.yaml - description: Ours.  # shown in lists",
        "agent.yaml + description: Theirs.  # shown in lists",
    ]


def test_what_is_not_yet_applied_stays(project: Project) -> None:
    applied(project)
    project.edit("agents/helper/agent.yaml", "tier: gold", "tier: silver")
    by_hand(project, description="Theirs.")
    project.run("import", "--drift")
    project.plan(code=2)
    text = (project.root / "agents/helper/agent.yaml").read_text()
    assert "tier: silver" in text and "Theirs." in text


def test_an_override_is_edited_where_it_stands(project: Project) -> None:
    project.edit(
        "reconcile.yaml",
        "  sandbox:\n",
        "  sandbox:\n    overrides:\n      # more\n      agent/helper:\n"
        "        model: claude-opus-4-8  # o\n        metadata: {tier: platinum}\n",
    )
    applied(project)
    by_hand(project, model="claude-haiku-4-5", metadata={"tier": "iron", "owner": "risk"})
    assert taken(project) == [
        "agent.yaml - owner: funds  # the team", "agent.yaml + owner: risk  # the team",
        "reconcile.yaml - model: claude-opus-4-8  # o",
        "reconcile.yaml - metadata: {tier: platinum}",
        "reconcile.yaml + model: claude-haiku-4-5  # o",
        "reconcile.yaml + metadata: {tier: iron}",
    ]  # fmt: skip


def including(project: Project, *agents: str) -> None:
    project.write("shared/servers.yaml", f"# all\n- name: one  # 1\n  url: {URL}\n  tools: [a]\n")
    for name in agents:
        text = f"model: {MODEL}\nmcp_servers: [../../shared/servers.yaml]\n"
        project.write(f"agents/{name}/agent.yaml", text)
    project.apply()
    body = {"type": "url", "name": "one", "url": URL}
    edit = {"mcp_servers": [body], "tools": [mcp_tools("one", "a", "b")]}
    by_hand(project, "agent/a", **edit)


def test_an_included_file_of_one_agent(project: Project) -> None:
    including(project, "a")
    assert taken(project) == ["servers.yaml - tools: [a]", "servers.yaml + tools: [a, b]"]


def test_an_included_file_of_several(project: Project) -> None:
    including(project, "a", "b")
    said = finding(project)
    assert "import.drift_shared" in said and "shared/servers.yaml:4:" in said
    assert "agent/b" in said


def test_a_prompt_of_several(project: Project) -> None:
    project.write("shared/p.md", "One.\n")
    for name in ("a", "b"):
        text = f"model: {MODEL}\nsystem: {{file: ../../shared/p.md}}\n"
        project.write(f"agents/{name}/agent.yaml", text)
    project.apply()
    by_hand(project, "agent/a", system="Two.\n")
    assert "import.drift_shared" in finding(project)


def test_mcp_json(project: Project) -> None:
    project.write(
        "agents/helper/mcp.json",
        f'{{\n  "mcpServers": {{\n    "one": {{"url": "{URL}"}}\n  }}\n}}\n',
    )
    applied(project, f"model: {MODEL}\n")
    body = {"type": "url", "name": "one", "url": "https://n.example.com/mcp"}
    by_hand(project, mcp_servers=[body], tools=[mcp_tools("one")])
    assert taken(project) == [
        f'mcp.json - "one": {{"url": "{URL}"}}',
        'mcp.json + "one": {"url": "https://n.example.com/mcp"}',
    ]


def test_a_variable_is_not_overwritten(project: Project) -> None:
    applied(
        project, f"model: {MODEL}\nmcp_servers:\n  - name: one\n    url: ${{ntropii_mcp_url}}\n"
    )
    body = {"type": "url", "name": "one", "url": "https://n.example.com/mcp"}
    by_hand(project, mcp_servers=[body], tools=[mcp_tools("one")])
    said = finding(project)
    assert "import.drift_variable" in said and "agents/helper/agent.yaml:4:" in said


def test_an_anchor_that_is_used_twice(project: Project) -> None:
    applied(project, f"model: {MODEL}\nmetadata: {{a: &x old, b: *x}}\n")
    by_hand(project, metadata={"a": "new"})
    assert "import.drift_place" in finding(project)


def test_a_roster_of_a_cookbook(project: Project) -> None:
    project.edit("reconcile.yaml", "version: 1\n", "version: 1\npaths: {agents: books}\n")
    for name in ("reader", "writer"):
        project.write(f"books/lead/subagents/{name}.yaml", f"name: {name}\nmodel: {MODEL}\n")
    project.write(
        "books/lead/agent.yaml",
        f"name: lead\nmodel: {MODEL}\ncallable_agents:\n  - {{manifest: ./subagents/reader.yaml}}\n"
        "  # writes\n  - manifest: ./subagents/writer.yaml  # w\n",
    )
    project.apply()
    lead = {"type": "coordinator", "agents": members(project, "lead/reader@1")}
    by_hand(project, "agent/lead", multiagent=lead)
    assert taken(project) == ["agent.yaml - - manifest: ./subagents/writer.yaml  # w"]


def test_what_a_dialect_leaves_unsaid_is_said(project: Project) -> None:
    shutil.copytree(REPOSITORY / "tests/data/agentlift", project.root, dirs_exist_ok=True)
    project.apply()
    by_hand(project, "agent/desk", model="claude-opus-4-8")
    assert taken(project) == ["agent.md + model: claude-opus-4-8"]
    by_hand(project, "agent/reader", tools=toolset("read", "bash:ask"))
    by_hand(project, "agent/desk", model="claude-haiku-4-5", system="Be the Desk.\n")
    said = finding(project, "agent/desk")
    assert "import.drift_prompt" in said and "knowledge/hours.md" in said
    before = tree(project.root)
    said = project.run("import", "--drift", "agent/reader").output
    assert rows(before, tree(project.root)) == [
        "CLAUDE.md - tools: [Read, MultiEdit, WebFetch, bash:ask]",
        "CLAUDE.md + tools: [Read, bash:ask]",
    ]


def test_texts_of_markdown_and_json_files(project: Project) -> None:
    room = "---\nconfig: {type: cloud}  # c\n---\n\nOld.\n"
    project.write("environments/room.md", room)
    agent = (
        f'{{\n  "model": "{MODEL}",\n  "description": "Old \\ud83d\\ude00",\n  "name": "x"\n}}\n'
    )
    project.write("agents/a/agent.json", agent)
    project.apply()
    _CLIENTS[project.server.url].beta.environments.update(
        project.id("environment/room"), description="New."
    )
    by_hand(project, "agent/a", name='"\x1b', description="New \U0001f600")
    taken(project)
    assert (project.root / "environments/room.md").read_text() == room.replace("Old.", "New.")
    after = agent.replace("Old ", "New ").replace('"x"', '"\\"\\u001b"')
    assert (project.root / "agents/a/agent.json").read_text() == after


def test_what_is_gone_is_said(project: Project) -> None:
    applied(project)
    _CLIENTS[project.server.url].beta.agents.archive(project.id("agent/helper"))
    assert "import.drift_gone" in finding(project)


def test_a_dry_run_and_json(project: Project) -> None:
    applied(project)
    assert "Nothing drifted." in project.run("import", "--drift").output
    by_hand(project, description="New.")
    before, lock = tree(project.root), project.lock_file.read_bytes()
    said = project.run("import", "--drift", "--dry-run").output
    assert "- description: Old." in said and "+ description: New." in said
    assert tree(project.root) == before and project.lock_file.read_bytes() == lock
    document = json.loads(project.run("import", "--drift", "--format", "json").output)
    (made,) = document["objects"]
    assert made["address"] == "agent/helper" and made["fields"] == ["description"]
    assert document["files"] == [{"path": "agents/helper/agent.yaml", "change": "changed"}]
    assert document["held"] == [] and document["dry_run"] is False
    project.plan(code=0)


def test_addresses(project: Project) -> None:
    applied(project)
    project.write("agents/other/agent.yaml", f"model: {MODEL}\ndescription: Old.\n")
    project.apply()
    by_hand(project, description="New.")
    by_hand(project, "agent/other", description="New.")
    before = tree(project.root)
    project.run("import", "--drift", "agent/o*")
    assert len(rows(before, tree(project.root))) == 2
    project.plan(code=5)
    project.run("import", "--drift", "agent/nobody", code=1)
    project.run("import", "--drift", "--all", code=64)
    taken(project, "agent/helper")


def test_the_lock_moves_so_that_an_undo_is_drift_again(project: Project) -> None:
    applied(project)
    by_hand(project, description="New.")
    taken(project)
    assert project.version("agent/helper") == 2
    by_hand(project, description="Old.")
    assert "description" in project.run("drift", code=2).output
    project.plan(code=5)


def test_a_folder_that_moved(project: Project) -> None:
    applied(project)
    (project.root / "agents/helper").rename(project.root / "agents/other")
    project.edit(
        "reconcile.yaml",
        "version: 1\n",
        "version: 1\nmoved: [{from: agent/helper, to: agent/other}]\n",
    )
    by_hand(project, description="New.")
    project.run("import", "--drift")
    assert "New." in (project.root / "agents/other/agent.yaml").read_text()
    project.apply()
    project.plan(code=0)


def test_a_registered_agent(sample: Project) -> None:
    sample.apply()
    text = "You write: handovers.\n\nAnd more.\n"
    by_hand(sample, "agent/audit-handover", system=text, description="Writes.")
    assert len(taken(sample)) > 2
    assert (sample.root / "agents/audit-handover/system-prompt.md").read_text() == text
    tools = (
        _CLIENTS[sample.server.url].beta.agents.retrieve(sample.id("agent/audit-handover")).tools
    )
    body = {"type": "url", "name": "ntropii", "url": "https://n.example.com/mcp"}
    listed = [tool.model_dump(exclude_none=True) for tool in tools]
    by_hand(sample, "agent/audit-handover", mcp_servers=[body], tools=listed)
    assert "import.drift_variable" in finding(sample)
    vault = next(address for address in sample.lock().objects if address.kind == "vault")
    _CLIENTS[sample.server.url].beta.vaults.update(sample.id(str(vault)), display_name="Mine")
    assert "import.drift_kind" in finding(sample, str(vault))


HOSTILE = "\x1b[31mred\x07\u202e::error::x\n---\n: [ # }"


def test_hostile_texts_stay_texts(project: Project) -> None:
    applied(project)
    by_hand(
        project, name="a: &b *c !d", description=HOSTILE, metadata={"owner": HOSTILE, "- x": "}"}
    )
    said = project.run("import", "--drift", "--dry-run").output
    assert "\x1b" not in said and "\u202e" not in said
    taken(project)
    assert b"\x1b" not in (project.root / "agents/helper/agent.yaml").read_bytes()


def test_a_secret_is_not_written(project: Project) -> None:
    applied(project)
    by_hand(project, system="Use sk-ant-api03-" + "a1B2" * 20 + "\n")
    said = finding(project)
    assert "a1B2a1B2" not in said and "import.drift_differs" in said


def test_a_link_is_not_followed(project: Project, tmp_path: Path) -> None:
    applied(project)
    by_hand(project, system="New.\n")
    outside = tmp_path / "outside.md"
    outside.write_text(PROMPT)
    file = project.root / "agents/helper/system-prompt.md"
    file.unlink()
    file.symlink_to(outside)
    project.run("import", "--drift", code=1)
    assert outside.read_text() == PROMPT


def test_a_coordinator_that_the_next_apply_repins_is_named(project: Project) -> None:
    coordinator(project, roster="subagents: [reader]\n")
    by_hand(project, "agent/reader", tools=toolset("read"))
    said = project.run("import", "--drift").output
    assert "import.drift_follows" in said and "agent/lead" in said
    project.plan(code=2)
    project.apply()
    project.plan(code=0)
