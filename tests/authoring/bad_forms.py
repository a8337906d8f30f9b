"""Bad input of the other forms: Markdown, mcp.json, included files, agentlift's folders."""

from __future__ import annotations

from tests.authoring.bad_input import Case, agent

SECRET = "opensesame" * 2
MD = "agents/a/agent.md"
JSON = "agents/a/mcp.json"
LIFT = ".managed-agents/f/agent.md"
LIFTED = "---\nmodel: m\ntools: [read]\n---\nYou find.\n"


def markdown(what: str, code: str, text: str, *, at: str = "", says: str = "") -> Case:
    return Case(what, code, {MD: text}, at, says=says)


def servers(what: str, code: str, text: str, *, says: str = "", hides: str = "") -> Case:
    """The agent `a` with a mcp.json."""
    return agent(what, code, "tools: []\n", {JSON: text}, says=says, hides=hides)


def included(what: str, code: str, text: str, *, says: str = "") -> Case:
    """The agent `a`, whose tools are those of a file."""
    return agent(what, code, "tools: [./more.yaml]\n", {"agents/a/more.yaml": text}, says=says)


def lift(what: str, code: str, text: str, *, says: str = "") -> Case:
    return Case(what, code, {LIFT: text}, says=says)


MARKDOWN = [
    markdown("no frontmatter", "agent.no_frontmatter", "§You write.\n", says="---"),
    markdown("a frontmatter that doesn't end", "agent.no_frontmatter", "§---\nmodel: m\n"),
    markdown("a colon in a value", "yaml.colon", "---\nmodel: m\ndescription: a§: b\n---\nX\n"),
    markdown("a key", "field.unknown", "---\nmodel: m\n§descripton: x\n---\nX\n",
             says="`description`"),
    markdown("a key twice", "yaml.duplicate_key", "---\nmodel: m\n§model: n\n---\nX\n",
             says="line 2"),
    markdown("an empty key", "yaml.empty_value", "---\nmodel: m\n§tools:\n---\nX\n"),
    markdown("a tool", "tools.unmapped", "---\nmodel: m\ntools: [§bsah]\n---\nX\n", says="`bash`"),
    markdown("a prompt that is too long", "system.too_long",
             "---\nmodel: m\n---\n§" + "x" * 100_001 + "\n"),
    markdown("a placeholder for a prompt", "system.placeholder",
             "---\nmodel: m\n---\n§PASTE_SYSTEM_PROMPT_HERE\n"),
    Case("two forms of one agent", "address.duplicate",
         {MD: "---\nmodel: m\n---\nX\n", "agents/a/agent.yaml": "model: m\n"},
         at="agents/a/agent.yaml:1:1"),
]  # fmt: skip

SERVERS = [
    servers("a key", "field.unknown",
            '{"mcpServers": {"s": {"url": "https://x.io", §"permision": "ask"}}}',
            says="`permission`"),
    servers("a command", "mcp.stdio_unsupported",
            '{"mcpServers": {"s": §{"command": "npx", "args": ["x"], "env": {"A": "b"}}}}'),
    servers("headers", "mcp.headers_unsupported",
            f'{{"mcpServers": {{"s": {{"url": "https://x.io", §"headers": {{"A": "{SECRET}"}}}}}}}}',
            says="vault", hides=SECRET),
    servers("variables", "mcp.headers_unsupported",
            f'{{"mcpServers": {{"s": {{"url": "https://x.io", §"env": {{"A": "{SECRET}"}}}}}}}}',
            hides=SECRET),
    servers("a token in the URL", "mcp.url_credentials",
            f'{{"mcpServers": {{"s": {{"url": §"https://x.io/?token={SECRET}"}}}}}}', hides=SECRET),
    servers("sse", "mcp.transport_unsupported",
            '{"mcpServers": {"s": {"url": "https://x.io", "type": §"sse"}}}'),
    servers("a server twice", "yaml.duplicate_key",
            '{"mcpServers": {"s": {"url": "https://x.io"}, §"s": {"url": "https://y.io"}}}'),
    servers("broken JSON", "yaml.syntax", '{"mcpServers": {"s": {"url": "https://x.io"}\n§'),
    servers("a list", "field.type", '§[{"url": "https://x.io"}]'),
    servers("a suffix", "tools.suffix",
            '{"mcpServers": {"s": {"url": "https://x.io", "allowedTools": [§"t:deny"]}}}'),
    agent("a name in both", "mcp.duplicate",
          "mcp_servers: [{name: s, url: https://x.io}]\n",
          {JSON: '{"mcpServers": {"s": §{"url": "https://y.io"}}}'}),
]  # fmt: skip

INCLUDES = [
    agent("a file that is not there", "path.missing", "tools: [read, §./more.yaml]\n"),
    agent("a file outside", "path.outside", "tools: [§../../../more.yaml]\n"),
    agent("a file in .git", "path.forbidden", "mcp_servers: [§../../.git/more.yaml]\n"),
    included("a tool", "tools.unmapped", "- read\n- §bsah\n", says="`bash`"),
    included("an invented control", "field.unknown",
             "- type: agent_toolset_20260401\n  configs:\n    - name: web_fetch\n"
             "      §config: {allowed_hosts: [x.io]}\n", says="allowed_domains"),
    included("broken YAML", "yaml.colon", "- type: custom\n  description: a§: b\n"),
    included("a file in a file", "include.nested", "- read\n- §./less.yaml\n"),
    agent("a tool twice, in two files", "tools.duplicate", "tools: [read, ./more.yaml]\n",
          {"agents/a/more.yaml": "- §read\n"}),
]  # fmt: skip

AGENTLIFT = [
    lift("a tool", "tools.unmapped", "---\nmodel: m\ntools: [§bsah]\n---\nX\n", says="`bash`"),
    lift("a key", "field.unknown", "---\nmodel: m\ntools: []\n§subagent: [x]\n---\nX\n",
         says="`subagents`"),
    lift("a skill", "skill.missing", "---\nmodel: m\ntools: [read]\nskills: [§gone]\n---\nX\n"),
    lift("a server", "mcp.server_missing",
         "---\nmodel: m\ntools: []\nmcp: [§shared/docs]\n---\nX\n"),
    lift("a member", "subagent.missing",
         "---\nmodel: m\ntools: []\nsubagents: [§gone]\n---\nX\n"),
    lift("empty tools", "yaml.empty_value", "---\nmodel: m\n§tools:\n---\nX\n"),
    Case("a server's file that can't be read", "yaml.syntax",
         {LIFT: "---\nmodel: m\ntools: []\nmcp: [s]\n---\nX\n",
          ".managed-agents/f/mcp.json": '{"s": {"url": "https://x.io"}\n§'}),
    Case("headers", "mcp.headers_unsupported",
         {LIFT: LIFTED, ".managed-agents/f/mcp.json":
          f'{{"s": {{"url": "https://x.io", "permission": "ask", §"headers": {{"A": "{SECRET}"}}}}}}'},
         hides=SECRET),
]  # fmt: skip

CASES = [*MARKDOWN, *SERVERS, *INCLUDES, *AGENTLIFT]
