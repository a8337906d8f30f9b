"""Small valid projects that use every form, and what chance or a hurried author does to them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

CORPUS = Path(__file__).resolve().parents[2] / "../shared/corpus"
PROJECT = "version: 1\nproject: demo\n"
SKILL = "---\nname: x\ndescription: Says what it does.\n---\nBody.\n"


@dataclass(frozen=True)
class Base:
    """A project's files, the addresses of its definitions by path, and what is mutated."""

    name: str
    files: Mapping[str, str]
    addresses: Mapping[str, str]
    mutable: tuple[str, ...]


def _base(name: str, files: Mapping[str, str], addresses: Mapping[str, str], *more: str) -> Base:
    every = {"reconcile.yaml": PROJECT, **files}
    return Base(name, every, addresses, (*addresses, *more))


_A = "agents/a/agent.yaml"
_B = "agents/b.agent.yaml"

WORDS = """\
name: Auditor
description: Produces the handover.
model: {id: claude-sonnet-4-6, effort: high}
system: |
  You audit.
  Be brief.
tools:
  - read
  - "bash:ask"
  - web_fetch:auto
  - type: grep
  - type: custom
    name: find_order
    description: Finds an order.
    input_schema: {type: object, properties: {n: {type: integer}}}
skills: [shared/x, anthropic/docx@20251013]
metadata: {owner: ops, tier: "2"}
lifecycle: {protect: true, ignore: [metadata.owner]}
"""
TYPED = """\
model: claude-opus-5
tools:
  - type: agent_toolset_20260401
    default_config:
      enabled: false
      permission_policy: {type: always_ask}
    configs:
      - name: read
        enabled: true
        permission_policy: {type: always_allow}
      - name: bash
        enabled: true
      - name: web_fetch
        enabled: true
        allowed_domains: [docs.example.com]
  - type: mcp_toolset
    mcp_server_name: wiki
    default_config:
      enabled: false
    configs:
      - {name: search, enabled: true, permission_policy: {type: always_allow}}
      - {name: write, enabled: true}
mcp_servers:
  - {type: url, name: wiki, url: https://wiki.example.com/mcp}
"""
BLOCKED = """\
model: claude-opus-5
tools:
- type: agent_toolset_20260401
  configs:
  - {name: bash, enabled: false}
  - {name: write, permission_policy: {type: always_ask}}
  - name: web_search
    blocked_domains:
    - ads.example.com
execution_identity: {type: service_account}
"""
SERVERS = """\
model: m
tools: [read, glob:ask]
mcp_servers:
  - name: ntropii
    url: ${mcp_url}
    tools: [task_get, "task_delete:ask"]
    permission: allow
  - name: wiki
    url: https://wiki.example.com/mcp
    permission: ask
  - name: plain
    url: https://plain.example.com
ntropii: {tenant: demo, mcp_server: ntropii, environment: e}
"""
TARGET = """\
version: 1
project: demo
default_target: prod
targets:
  prod:
    variables: {mcp_url: https://mcp.ntropii.com/mcp}
    overrides:
      agent/a:
        tools: [read]
        mcp_servers: null
        description: In production.
      agent/b: {tools: ["read:ask"], subagents: []}
      environment/e:
        config: {type: cloud, networking: {type: limited, allowed_hosts: [x.io]}}
"""
ROSTER = """\
model: claude-opus-5
subagents: [b, {agent: a/c, version: 3}, self]
tools: []
"""
NEWER = """\
model: claude-opus-5
multiagent:
  type: multiagent_20261001
  subagents:
    type: enabled
    inline_agents: {type: disabled}
    predefined_agents: [b]
  workflows: {type: disabled}
  advisor: {type: disabled}
"""
ENVIRONMENT = """\
name: Ops
config:
  type: cloud
  networking:
    type: limited
    allowed_hosts: [api.example.com, "*.example.org"]
    allow_mcp_servers: true
    allow_package_managers: false
"""
MARKDOWN = """\
---
name: Writer
model: claude-opus-5
tools:
  - read
  - ./more.yaml
---
You write.

---

Well.
"""
MCP_JSON = """\
{
  "mcpServers": {
    "wiki": {
      "type": "http",
      "url": "https://wiki.example.com/mcp",
      "allowedTools": ["search", "write:ask"]
    },
    "calendar": {"url": "https://calendar.example.com/mcp", "permission": "ask"}
  }
}
"""
LIFT = """\
---
name: finder
description: Finds the bug.
model: claude-haiku-4-5
tools: [read, glob, bash:ask]
mcp: [shared/docs, search]
---
You find bugs.
"""
LIFT_SERVERS = '{"search": {"url": "https://search.example.com", "tools": ["find:ask"]}}\n'
LIFT_SHARED = '{"docs": {"url": "https://docs.example.com/mcp", "permission": "ask"}}\n'

_E = "environments/e.yaml"
BASES = [
    _base("words", {_A: WORDS, "skills/x/SKILL.md": SKILL}, {_A: "agent/a"}, "skills/x/SKILL.md"),
    _base("typed", {_A: TYPED}, {_A: "agent/a"}),
    _base("blocked", {_A: BLOCKED}, {_A: "agent/a"}),
    _base(
        "servers",
        {_A: SERVERS, _E: ENVIRONMENT, "reconcile.yaml": TARGET[: TARGET.index("    overrides")]},
        {_A: "agent/a", _E: "environment/e"},
    ),
    _base(
        "overrides",
        {
            _A: "model: m\ntools: all\nmcp_servers: [{name: s, url: https://s.example.com}]\n",
            _B: "model: m\ntools: all\nsubagents: [self]\n",
            _E: "name: Ops\n",
            "reconcile.yaml": TARGET,
        },
        {_A: "agent/a", _B: "agent/b", _E: "environment/e"},
        "reconcile.yaml",
        "reconcile.yaml",
    ),
    _base(
        "roster",
        {_A: ROSTER, _B: "model: m\n", "agents/a/subagents/c.yaml": "model: m\ntools: [read]\n"},
        {_A: "agent/a", _B: "agent/b", "agents/a/subagents/c.yaml": "agent/a/c"},
    ),
    _base("newer roster", {_A: NEWER, _B: "model: m\n"}, {_A: "agent/a", _B: "agent/b"}),
    _base("environment", {_E: ENVIRONMENT}, {_E: "environment/e"}),
    _base(
        "Markdown",
        {
            "agents/a/agent.md": MARKDOWN,
            "agents/a/mcp.json": MCP_JSON,
            "agents/a/more.yaml": "- bash:ask\n- {type: write}\n",
        },
        {"agents/a/agent.md": "agent/a"},
        "agents/a/mcp.json",
        "agents/a/more.yaml",
    ),
    _base(
        "agentlift",
        {
            ".managed-agents/f/agent.md": LIFT,
            ".managed-agents/f/mcp.json": LIFT_SERVERS,
            ".managed-agents/shared/mcp.json": LIFT_SHARED,
        },
        {".managed-agents/f/agent.md": "agent/f"},
        ".managed-agents/f/agent.md",
        ".managed-agents/f/mcp.json",
        ".managed-agents/shared/mcp.json",
    ),
]


def corpus() -> list[Base]:
    """Each flat definition of the corpus as a project of its own; none if it is not there."""
    found = []
    members = {
        f"agents/{name}.agent.yaml": "model: m\n" for name in ("deck", "order", "quote", "research")
    }
    for path in sorted(CORPUS.glob("sales-factory/agents/*.agent.yaml")):
        place = f"agents/{path.name}"
        others = members if path.name.startswith("sales") else {}
        stems = {one: f"agent/{one.split('/')[1].split('.')[0]}" for one in (*others, place)}
        text = path.read_text(encoding="utf-8")
        found.append(
            Base(path.name, {"reconcile.yaml": PROJECT, **others, place: text}, stems, (place,))
        )
    for path in sorted(
        CORPUS.glob("financial-services/managed-agent-cookbooks/*/subagents/*.yaml")
    ):
        text = path.read_text(encoding="utf-8")
        # What that dialect has of its own is taken out.
        own = r"^(skills|callable_agents): \[\]\n|^(skills|output_schema):\n(  .*\n|\n)+"
        text = re.sub(own, "", text, flags=re.MULTILINE)
        text = re.sub(r"\$\{[A-Z_]+\}", "https://x.example.com/mcp", text)
        found.append(_base(path.name, {_A: text}, {_A: "agent/a"}))
    return found


Mutation = Callable[[str, int, int], str]
_SCALARS = (
    "null", "~", "''", "yes", "no", "true", "false", "0", "1", "-1", "1.5", "2025-10-13", ".inf",
    "[]", "{}", "[[]]", "*x", "&x y", "!!str x", "allow", "ask", "auto", "always_allow",
    "always_ask", "all", "'all:allow'", "bash", "read", "self", "limited", "unrestricted",
    "enabled", "disabled", "https://evil.example", "${x}", "[bash]", "{type: always_allow}",
    "{enabled: true}", "|", ">-", '"', "%", "@x", "`", "💥", "\u202e", "\uff22ash", "BASH", "Bash ",
)  # fmt: skip
_CHARACTERS = "\t \n\r:-#[]{},'\"|>*&!%@`?~.\x00\x07\x7f\x85\u2028\ufeff\u200b\u00a0ß💥\ud7ffax_0"
_KEY = re.compile(r"(?<![\w$])([A-Za-z_]\w*)(?=\"?:(?:\s|$))")
_VALUE = re.compile(r"(?<=: )([^\s,{}\[\]][^\n,{}\[\]]*|\[[^\n\[\]]*\]|\{[^\n{}]*\})")


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True) or [""]


def _delete_line(text: str, a: int, b: int) -> str:
    lines = _lines(text)
    del lines[a % len(lines)]
    return "".join(lines)


def _duplicate_line(text: str, a: int, b: int) -> str:
    lines = _lines(text)
    lines.insert(b % (len(lines) + 1), lines[a % len(lines)])
    return "".join(lines)


def _swap_lines(text: str, a: int, b: int) -> str:
    lines = _lines(text)
    first, second = a % len(lines), b % len(lines)
    lines[first], lines[second] = lines[second], lines[first]
    return "".join(lines)


def _indent(text: str, a: int, b: int) -> str:
    lines = _lines(text)
    at = a % len(lines)
    change = (-4, -2, -1, 1, 2, 4)[b % 6]
    bare = lines[at].lstrip(" ")
    lines[at] = " " * max(0, len(lines[at]) - len(bare) + change) + bare
    return "".join(lines)


def _tab(text: str, a: int, b: int) -> str:
    lines = _lines(text)
    lines[a % len(lines)] = "\t" + lines[a % len(lines)]
    return "".join(lines)


def _comment(text: str, a: int, b: int) -> str:
    lines = _lines(text)
    lines[a % len(lines)] = "# " + lines[a % len(lines)]
    return "".join(lines)


def _insert(text: str, a: int, b: int) -> str:
    at = a % (len(text) + 1)
    return text[:at] + _CHARACTERS[b % len(_CHARACTERS)] + text[at:]


def _remove(text: str, a: int, b: int) -> str:
    at = a % (len(text) + 1)
    return text[:at] + text[at + 1 + b % 3 :]


def _cut(text: str, a: int, b: int) -> str:
    return text[: a % (len(text) + 1)]


def _spread(text: str, a: int, b: int) -> str:
    return text.replace("\n", "\r\n")


def _at_key(text: str, a: int, change: Callable[[str], str]) -> str:
    found = list(_KEY.finditer(text))
    if not found:
        return text
    match = found[a % len(found)]
    return text[: match.start()] + change(match[1]) + text[match.end() :]


def _rename_key(text: str, a: int, b: int) -> str:
    def one_letter(key: str) -> str:
        at = b // 3 % len(key)
        kinds = (
            key[:at] + key[at + 1 :],
            key[:at] + "x" + key[at + 1 :],
            key[:at] + key[at] + key[at:],
        )
        return kinds[b % 3]

    return _at_key(text, a, one_letter)


def _case_of_key(text: str, a: int, b: int) -> str:
    return _at_key(text, a, lambda key: (key.upper(), key.capitalize(), f"'{key}'")[b % 3])


def _at_value(text: str, a: int, change: Callable[[str], str]) -> str:
    found = list(_VALUE.finditer(text))
    if not found:
        return text
    match = found[a % len(found)]
    return text[: match.start()] + change(match[0]) + text[match.end() :]


def _scalar(text: str, a: int, b: int) -> str:
    return _at_value(text, a, lambda _: _SCALARS[b % len(_SCALARS)])


def _empty(text: str, a: int, b: int) -> str:
    return _at_value(text, a, lambda _: ("null", "", "[]", "{}")[b % 4])


def _wrap(text: str, a: int, b: int) -> str:
    around = ("[{}]", "{{{}: true}}", "'{}'", "[{}, {}]", "{{type: {}}}", "!!str {}")[b % 6]
    return _at_value(
        text, a, lambda value: around.replace("{}", value).replace("{{", "{").replace("}}", "}")
    )


def _drop_pair(text: str, a: int, b: int) -> str:
    """One `key: value` of a flow mapping, or the key alone."""
    found = list(re.finditer(r"([{,] ?)([A-Za-z_]\w*: [^,{}\[\]\n]*)(,? ?)", text))
    if not found:
        return _at_key(text, a, lambda _: "")
    match = found[a % len(found)]
    return text[: match.start(2)] + text[match.end() :]


def _flip(text: str, a: int, b: int) -> str:
    pairs = {"true": "false", "false": "true", "ask": "allow", "allow": "ask", "enabled": "disabled",
             "always_ask": "always_allow", "limited": "unrestricted", "allowed_domains": "blocked_domains"}  # fmt: skip
    found = list(re.finditer(r"\b(" + "|".join(pairs) + r")\b", text))
    if not found:
        return text
    match = found[a % len(found)]
    return text[: match.start()] + pairs[match[1]] + text[match.end() :]


MUTATIONS: list[Mutation] = [
    _delete_line, _delete_line, _duplicate_line, _swap_lines, _indent, _indent, _tab, _comment,
    _insert, _insert, _remove, _cut, _spread, _rename_key, _rename_key, _case_of_key, _scalar,
    _scalar, _empty, _wrap, _drop_pair, _flip,
]  # fmt: skip
