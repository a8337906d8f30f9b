"""A project that says everything the platform can be told, in two editions: the second changes,
clears and takes away what the first says."""

from __future__ import annotations

PROJECT = """version: 1
project: funds
targets:
  sandbox:
    ntropii: {tenant: byng, environment: limited}
"""
LIMITED = """name: limited
description: Where they run.
config:
  type: cloud
  networking:
    type: limited
    allowed_hosts: [a.example.com, "*.b.example.com"]
    allow_mcp_servers: true
    allow_package_managers: true
  packages: {apt: [jq], cargo: [ripgrep], gem: [rake], go: [x.org/y], npm: [left-pad], pip: [six]}
metadata: {owner: ops, shift: night}
"""
EVERY_TOOL = """description: Has every kind of tool.
model: {id: claude-opus-5, effort: {type: max}, speed: fast, inference_geo: us}
system: Use them all.
tools:
  - type: agent_toolset_20260401
    default_config: {enabled: false, permission_policy: {type: auto}}
    configs:
      - {name: read, enabled: true}
      - {name: bash, enabled: true, permission_policy: {type: always_allow}}
      - name: web_fetch
        enabled: true
        allowed_domains: [docs.example.com]
        max_content_tokens: 900
        url_sources:
          user_input: all
          client_tool_results: {type: only, tools: [{type: tool_reference, name: find}]}
          server_tool_results: {type: none}
      - name: web_search
        blocked_domains: [x.example.com]
        user_location: {type: approximate, city: Leeds, country: GB, region: X, timezone: Europe/London}
  - type: mcp_toolset
    mcp_server_name: ledger
    default_config: {enabled: false}
    configs: [{name: post, enabled: true, permission_policy: {type: always_ask}}]
  - type: custom
    name: find
    description: Finds.
    input_schema:
      type: object
      title: Query
      properties: {token: {type: string}, deep: {type: object, additionalProperties: false}}
      required: [token]
mcp_servers: [{name: ledger, url: "https://ledger.example.com/mcp"}]
skills: [anthropic/docx, ./skills/style, shared/cite, {type: anthropic, skill_id: pdf, version: "20260203"}]
metadata: {owner: ops, shift: night}
"""
SKILL = "---\nname: {name}\ndescription: How we {name}.\n---\nWrite well{more}.\n"
LEAF = "description: A leaf.\nmodel: claude-haiku-4-5\nsystem: Leaf.\ntools: [read]\n"
NTROPII = """description: Is registered.
model: claude-sonnet-4-6
system: Work.
tools: [read]
mcp_servers: [{name: ntropii, url: "https://mcp.ntropii.com/mcp", permission: allow}]
ntropii: {versions: true}
"""
COORDINATOR = "model: claude-opus-5\nsubagents: [leaf, self, {advisor: claude-opus-5}]\n"
MULTI = """model: claude-opus-5
multiagent:
  type: multiagent_20261001
  subagents: {type: enabled, inline_agents: {type: enabled}, predefined_agents: [leaf]}
  workflows: {type: enabled, inline_agents: {type: disabled}, predefined_agents: [self]}
  advisor: {type: enabled, model: claude-opus-5}
"""

FIRST = {
    "reconcile.yaml": PROJECT,
    "environments/limited.yaml": LIMITED,
    "environments/own.yaml": "name: own\nconfig: {type: self_hosted}\n",
    "skills/cite/SKILL.md": SKILL.format(name="cite", more=""),
    "agents/every-tool/agent.yaml": EVERY_TOOL,
    "agents/every-tool/skills/style/SKILL.md": SKILL.format(name="style", more=""),
    "agents/every-tool/skills/style/more/words.txt": "a\nb\n",
    "agents/leaf/agent.yaml": LEAF,
    "agents/coordinator/agent.yaml": COORDINATOR,
    "agents/multi/agent.yaml": MULTI,
    "agents/registered/agent.yaml": NTROPII,
}
SECOND = {
    "environments/limited.yaml": "name: limited\nconfig: {type: cloud}\nmetadata: {owner: ops}\n",
    "skills/cite/SKILL.md": SKILL.format(name="cite", more=" and more"),
    "agents/every-tool/agent.yaml": "model: claude-opus-5\ntools: [read, write, 'bash:ask']\n"
    "metadata: {owner: audit}\nskills: [shared/cite]\n",
    "agents/leaf/agent.yaml": LEAF.replace("A leaf", "Another leaf"),
    "agents/coordinator/agent.yaml": "model: claude-opus-5\nsubagents: [leaf]\n",
    "agents/multi/agent.yaml": "model: claude-opus-5\nmultiagent: {type: multiagent_20261001, "
    "subagents: {type: disabled}, workflows: {type: disabled}, advisor: {type: disabled}}\n",
    "agents/registered/agent.yaml": NTROPII.replace("Work", "Work hard"),
}
THIRD = {
    "agents/coordinator/agent.yaml": "model: claude-opus-5\nsystem: Alone.\n",
    "agents/multi/agent.yaml": "model: claude-opus-5\nsystem: Alone.\n",
}
