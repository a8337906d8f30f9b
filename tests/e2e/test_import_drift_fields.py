"""Live edits of every field, in every style, into the folders they belong to."""

from __future__ import annotations

from typing import Any

from tests.e2e.conftest import Project
from tests.e2e.drifting import (
    MCP,
    MODEL,
    applied,
    by_hand,
    client,
    finding,
    mcp_tools,
    rows,
    taken,
    toolset,
    tree,
)

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
    with client(project) as api:
        api.beta.environments.update(
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


def test_texts_of_markdown_and_json_files(project: Project) -> None:
    room = "---\nconfig: {type: cloud}  # c\n---\n\nOld.\n"
    project.write("environments/room.md", room)
    agent = (
        f'{{\n  "model": "{MODEL}",\n  "description": "Old \\ud83d\\ude00",\n  "name": "x"\n}}\n'
    )
    project.write("agents/a/agent.json", agent)
    project.apply()
    with client(project) as api:
        api.beta.environments.update(project.id("environment/room"), description="New.")
    by_hand(project, "agent/a", name='"\x1b', description="New \U0001f600")
    taken(project)
    assert (project.root / "environments/room.md").read_text() == room.replace("Old.", "New.")
    after = agent.replace("Old ", "New ").replace('"x"', '"\\"\\u001b"')
    assert (project.root / "agents/a/agent.json").read_text() == after
