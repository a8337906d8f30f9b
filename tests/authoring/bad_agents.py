"""Bad input of agents: keys, tools, MCP servers, prompts, rosters, registrations."""

from __future__ import annotations

from tests.authoring.bad_input import Case, agent, tools

M = "model: m\n"
B = {"agents/b/agent.yaml": M + "description: d\n"}
CUSTOM = "tools: [{type: custom, name: x, description: d, input_schema: {type: object}"

KEYS = [
    agent("a key of the agent", "field.unknown", "§descripton: x\n", says="`description`"),
    agent("a key of another tool", "field.unknown", "§temperature: 1\n", says="no such setting"),
    Case("a key of the model", "field.unknown",
         {"agents/a/agent.yaml": "model: {id: m, §efort: high}\n"}, says="`effort`"),
    agent("a key of the prompt", "field.unknown", "system: {§fle: x.md}\n", says="`file`"),
    tools("a key of a toolset", "field.unknown", "§default_confg: {enabled: false}",
          says="`default_config`"),
    tools("a key of default_config", "field.unknown", "default_config: {§enable: false}",
          says="`enabled`"),
    tools("a key of a policy", "field.unknown",
          "default_config: {permission_policy: {type: always_ask, §tools: [bash]}}"),
    tools("a key of a tool", "field.unknown",
          "configs: [{name: bash, §permision_policy: {type: always_ask}}]",
          says="`permission_policy`"),
    tools("an invented control", "field.unknown",
          "configs: [{name: web_fetch, §config: {allowed_hosts: [x.io]}}]", says="allowed_domains"),
    tools("an invented list", "field.unknown",
          "configs: [{name: web_fetch, §allowed_hosts: [x.io]}]", says="`allowed_domains`"),
    tools("a list of another tool", "field.unknown",
          "configs: [{name: bash, §allowed_domains: [x.io]}]"),
    agent("a key of a word's mapping", "field.unknown", "tools: [{type: bash, §enabled: false}]\n"),
    agent("a key of an MCP toolset", "field.unknown",
          "tools: [{type: mcp_toolset, mcp_server_name: s, §config: []}]\n"
          "mcp_servers: [{name: s, url: https://x.io}]\n", says="`configs`"),
    agent("a key of a tool of an MCP server", "field.unknown",
          "tools: [{type: mcp_toolset, mcp_server_name: s, configs: [{name: t, §enable: true}]}]\n"
          "mcp_servers: [{name: s, url: https://x.io}]\n", says="`enabled`"),
    agent("a key of a custom tool", "field.unknown", CUSTOM + ", §permission_policy: {}}]\n"),
    agent("a key of a server", "field.unknown",
          "mcp_servers: [{name: s, url: https://x.io, §permision: ask}]\n", says="`permission`"),
    agent("a key of a skill", "field.unknown",
          "tools: [read]\nskills: [{type: anthropic, skill_id: docx, §verison: '1'}]\n",
          says="`version`"),
    agent("a key of a skill's path", "field.unknown",
          "tools: [read]\nskills: [{path: shared/x, §verison: latest}]\n",
          {"skills/x/SKILL.md": "---\nname: x\ndescription: d\n---\n"}, says="`version`"),
    agent("a key of a member", "field.unknown", "subagents: [{agent: b, §verson: 3}]\n", B,
          says="`version`"),
    agent("a key of a roster", "field.unknown",
          "multiagent: {type: coordinator, agents: [b], §agent: b}\n", B, says="`agents`"),
    agent("a key of the newer roster", "field.unknown",
          "multiagent: {type: multiagent_20261001, §subagent: {type: disabled}}\n",
          says="`subagents`"),
    agent("a key of a roster's list", "field.unknown",
          "multiagent: {type: multiagent_20261001, subagents: {type: enabled, "
          "§inline_agent: {type: disabled}}}\n", says="`inline_agents`"),
    agent("a key of an identity", "field.unknown",
          "execution_identity: {type: aws_role, role_arn: x, §region: y}\n"),
    agent("a key of ntropii", "field.unknown", "ntropii: {§tennant: x}\n", says="`tenant`"),
    agent("a key of lifecycle", "field.unknown", "lifecycle: {§protct: true}\n", says="`protect`"),
    Case("the model, misspelt", "field.unknown", {"agents/a/agent.yaml": "§modle: m\n"},
         says="`model`"),
    agent("the tools, misspelt", "field.unknown",
          "§toolls: [{type: mcp_toolset, mcp_server_name: s}]\n"
          "mcp_servers: [{type: url, name: s, url: https://x.io}]\n", says="`tools`"),
    agent("a plugin without skills", "skill.missing",
          "tools: [read]\nskills: [{from_plugin: §./x}]\n", says="agents/a/x/skills"),
    agent("a manifest that is not there", "subagent.missing",
          "callable_agents: [{manifest: §./b.yaml}]\n", says="agents/a/b.yaml"),
    agent("a roster that is no list", "field.type", "callable_agents: §b\n", says="manifest"),
    agent("a field to ignore", "lifecycle.unknown_field", "lifecycle: {ignore: [§metdata]}\n",
          says="`metadata`"),
    Case("no model", "field.missing", {"agents/a/agent.yaml": "§name: x\n"}, says="`model:`"),
    Case("an alias for a model", "model.alias", {"agents/a/agent.yaml": "model: §sonnet\n"}),
    Case("an effort", "field.value", {"agents/a/agent.yaml": "model: {id: m, effort: §hihg}\n"},
         says="`high`"),
]  # fmt: skip

TOOLS = [
    agent("tools as one text", "tools.unmapped", "tools: §Read, Bash\n", says="[Read, Bash]"),
    agent("tools as one word", "field.type", "tools: §read\n", says="[read]"),
    agent("tools as a mapping", "field.type", "tools: §{read: true}\n"),
    agent("a tool that is not there", "tools.unmapped", "tools: [read, §bsah]\n", says="`bash`"),
    agent("a suffix that is not there", "tools.suffix", "tools: [read, §'bash:deny']\n",
          says="leave"),
    agent("a suffix misspelt", "tools.suffix", "tools: [§'bash:aks']\n", says="`ask`"),
    agent("a scope", "tools.unmapped", "tools: [§Bash(git *)]\n", says="bash:ask"),
    agent("a tool of a server", "tools.unmapped", "tools: [§mcp__s__t]\n", says="mcp_servers"),
    agent("a tool twice", "tools.duplicate", "tools: [read, §read]\n"),
    agent("a tool twice, with two policies", "tools.duplicate", "tools: [bash, §'bash:ask']\n"),
    agent("a tool twice, by two names", "tools.duplicate", "tools: [Edit, §'MultiEdit:ask']\n"),
    tools("a tool configured twice", "tools.duplicate",
          "configs: [{name: bash, enabled: false}, §{name: bash}]"),
    agent("words beside a toolset", "tools.two_toolsets",
          "tools: [read, §{type: agent_toolset_20260401}]\n"),
    agent("a toolset of another date", "tools.unmapped",
          "tools: [§{type: agent_toolset_20250101}]\n", says="agent_toolset_20260401"),
    agent("an entry without a type", "field.missing", "tools: [§{name: bash}]\n"),
    tools("a configured tool that is not there", "tools.unmapped", "configs: [{name: §web-fetch}]",
          says="`web_fetch`"),
    tools("a configured tool that is not there, with its keys", "tools.unmapped",
          "configs: [{name: §web-fetch, allowed_domains: [docs.example.com]}]"),
    tools("a policy that is not there", "tools.policy",
          "default_config: {permission_policy: {type: §never}}", says="enabled: false"),
    tools("a policy that is a word", "field.type",
          "default_config: {permission_policy: §always_ask}"),
    tools("a text for a flag", "field.type", "default_config: {enabled: §'false'}",
          says="without quotes"),
    agent("a schema that is none", "tools.schema",
          CUSTOM.replace("{type: object}", "{type: object, properties: {n: {type: §text}}}")
          + "}]\n"),
    agent("two tools of one name", "tools.duplicate",
          CUSTOM + "}, §" + CUSTOM.removeprefix("tools: [") + "}]\n"),
]  # fmt: skip


def domain(what: str, text: str, code: str = "tools.domain", tool: str = "web_fetch") -> Case:
    return tools(f"{tool}: {what}", code, f"configs: [{{name: {tool}, {text}}}]")


DOMAINS = [
    domain("a scheme", "allowed_domains: [§https://docs.example.com]"),
    domain("a port", "allowed_domains: [§'docs.example.com:443']"),
    domain("a wildcard", "allowed_domains: [§'*.example.com']"),
    domain("an address", "allowed_domains: [§10.0.0.1]"),
    domain("an IPv6 address", "allowed_domains: [§'[::1]']"),
    domain("one label", "allowed_domains: [§com]"),
    domain("localhost", "blocked_domains: [§localhost]"),
    domain("below localhost", "allowed_domains: [§x.localhost]"),
    domain("a local name", "allowed_domains: [§printer.local]"),
    domain("an internal name", "allowed_domains: [§wiki.internal]"),
    domain("non-ASCII", "allowed_domains: [§bücher.example]"),
    domain("a letter that only looks like ASCII", "allowed_domains: [§doc\u212a.example.com]"),
    domain("a user", "allowed_domains: [§user@docs.example.com]"),
    domain("a trailing dot", "allowed_domains: [§docs.example.com.]"),
    domain("a path", "allowed_domains: [§docs.example.com/a]"),
    domain("twice", "allowed_domains: §[docs.example.com, Docs.Example.com]"),
    domain("twice, but for a slash", "allowed_domains: §[example.com/a, example.com/a/]",
           tool="web_search"),
    domain("a query", "allowed_domains: [§'example.com/a?b=c']", tool="web_search"),
    domain("a wildcard in the path", "allowed_domains: [§'example.com/*/b']", tool="web_search"),
    domain("none", "allowed_domains: §[]", "field.value"),
    domain("an empty one", "allowed_domains: [§'']", "field.value"),
    domain("65", "allowed_domains: §[" + ", ".join(f"d{n}.example" for n in range(65)) + "]",
           "field.value"),
    domain("a text", "allowed_domains: §example.com", "field.type"),
    tools("both lists", "field.value",
          "configs: [§{name: web_search, allowed_domains: [a.example], blocked_domains: [b.example]}]"),
]  # fmt: skip

S = "mcp_servers: [{name: s, url: "
SECRET = "opensesame" * 2

SERVERS = [
    agent("a server without a toolset", "mcp.server_unreferenced",
          "mcp_servers: [§{name: s, type: url, url: https://x.io}]\n"),
    agent("a toolset without a server", "mcp.server_missing",
          "tools: [§{type: mcp_toolset, mcp_server_name: s}]\n"),
    agent("a toolset whose server is misspelt", "mcp.server_missing",
          "tools: [§{type: mcp_toolset, mcp_server_name: githb}]\n"
          "mcp_servers: [{name: github, type: url, url: https://x.io}]\n", says="`github`"),
    agent("a toolset beside the shorthand", "mcp.toolset_twice",
          "tools: [{type: mcp_toolset, mcp_server_name: s}]\n"
          "mcp_servers: [§{name: s, url: https://x.io, permission: ask}]\n"),
    agent("a name twice", "mcp.duplicate",
          S + "https://x.io}, {name: §s, url: https://y.io}]\n"),
    agent("stdio by type", "mcp.stdio_unsupported",
          "mcp_servers: [§{name: s, type: stdio, command: npx, args: [x]}]\n", says="host it"),
    agent("stdio by command", "mcp.stdio_unsupported",
          "mcp_servers: [§{name: s, command: npx, args: [x], env: {A: b}}]\n"),
    agent("streamable_http", "mcp.transport_unsupported",
          S + "https://x.io, type: §streamable_http}]\n", says="type: url"),
    agent("sse", "mcp.transport_unsupported", S + "https://x.io, type: §sse}]\n"),
    agent("headers", "mcp.headers_unsupported",
          S + f"https://x.io, §headers: {{Authorization: Bearer {SECRET}}}}}]\n",
          says="vault", hides=SECRET),
    agent("a token", "mcp.headers_unsupported",
          S + f"https://x.io, §authorization_token: {SECRET}}}]\n", hides=SECRET),
    agent("a user in the URL", "mcp.url_credentials",
          S + f"§'https://me:{SECRET}@x.io/mcp'}}]\n", says="vault", hides=SECRET),
    agent("a token in the URL", "mcp.url_credentials",
          S + f"§'https://x.io/mcp?api_key={SECRET}'}}]\n", says="rotated", hides=SECRET),
    agent("a token in the path", "mcp.url_credentials",
          S + f"§https://x.io/{'gh' + 'p_'}{SECRET}/mcp}}]\n", hides=SECRET),
    agent("a scheme", "mcp.url_scheme", S + "§ftp://x.io}]\n"),
    agent("no URL", "mcp.url_invalid", S + "§'https://'}]\n"),
    agent("a placeholder", "mcp.url_placeholder", S + "§REPLACE-WITH-SERVICE-URL}]\n"),
    agent("a long URL", "mcp.url_too_long", S + f"§https://x.io/{'x' * 2048}}}]\n"),
    agent("no url", "field.missing", "mcp_servers: [§{name: s}]\n"),
    agent("servers as a mapping", "field.type", "mcp_servers: §{s: {url: https://x.io}}\n"),
    agent("a policy of the API", "field.value", S + "https://x.io, permission: §always_allow}]\n",
          says="allow"),
    agent("a tool twice", "tools.duplicate", S + "https://x.io, tools: [t, §'t:ask']}]\n"),
    agent("a suffix", "tools.suffix", S + "https://x.io, tools: [§'t:deny']}]\n"),
    agent("tools as a text", "field.type", S + "https://x.io, tools: §t}]\n"),
    agent("21 servers", "mcp.too_many",
          "mcp_servers: §[" + ", ".join(
              f"{{name: s{n}, url: https://x{n}.io}}" for n in range(21)) + "]\n"),
]  # fmt: skip

PROMPTS = [
    agent("a placeholder", "system.placeholder", "system: §PASTE_SYSTEM_PROMPT_HERE\n"),
    agent("a placeholder in brackets", "system.placeholder", "system: §'<your system prompt>'\n"),
    agent("a placeholder in a file", "system.placeholder", "system: §{file: p.md}\n",
          {"agents/a/p.md": "REPLACE_ME\n"}),
    agent("a placeholder in the default file", "system.placeholder", "",
          {"agents/a/system-prompt.md": "TODO\n"}, at="agents/a/system-prompt.md:1:1"),
    agent("too long", "system.too_long", f"system: §{'s' * 100_001}\n", says="100,000"),
    agent("too long, from a file", "system.too_long", "system: §{file: p.md}\n",
          {"agents/a/p.md": "s" * 100_001}),
    agent("too long, from the default file", "system.too_long", "",
          {"agents/a/system-prompt.md": "s" * 100_001}, at="agents/a/system-prompt.md:1:1"),
    agent("a file by @", "system.at_file", "system: §'@./prompt.md'\n", says="file: ./prompt.md"),
    agent("nothing", "field.missing", "system: §{}\n"),
    agent("nothing to append to", "system.nothing_to_append", "system: {append: §x}\n"),
    agent("no text", "field.not_text", "system: §no\n"),
]  # fmt: skip

LEAD = {"agents/lead/agent.yaml": M + "subagents: [b]\n", **B}

ROSTERS = [
    agent("nobody", "subagent.missing", "subagents: [§gone]\n"),
    agent("misspelt", "subagent.missing", "subagents: [§writter]\n",
          {"agents/writer/agent.yaml": M}, says="`writer`"),
    agent("itself", "subagent.cycle", "subagents: [§a]\n", says="`self`"),
    agent("each other", "subagent.cycle", "subagents: [§b]\n",
          {"agents/b/agent.yaml": M + "subagents: [a]\n"}),
    agent("three in a ring", "subagent.cycle", "subagents: [§b]\n",
          {"agents/b/agent.yaml": M + "subagents: [c]\n",
           "agents/c/agent.yaml": M + "subagents: [a]\n"}, says="agent/c"),
    agent("a coordinator", "subagent.depth", "subagents: [§lead]\n", LEAD),
    agent("twice", "subagent.duplicate", "subagents: [b, §agent/b]\n", B),
    agent("self twice", "subagent.self_twice", "subagents: [self, b, §{type: self}]\n", B),
    agent("two advisors", "subagent.advisor", "subagents: [b, {advisor: m}, §{advisor: n}]\n", B),
    agent("the 21st", "subagent.too_many",
          "subagents: §[" + ", ".join(f"agent_{n:08}" for n in range(21)) + "]\n", says="20"),
    agent("two agents of one name", "subagent.ambiguous", "subagents: [§x]\n",
          {"agents/b/agent.yaml": M + "name: x\n", "agents/c/agent.yaml": M + "name: x\n"}),
    agent("both forms", "subagent.two_rosters",
          "§subagents: [b]\nmultiagent: {type: coordinator, agents: [b]}\n", B),
    agent("an empty roster", "subagent.empty", "multiagent: {type: coordinator, agents: §[]}\n"),
    agent("a roster as a text", "field.type", "subagents: §b\n", B),
    agent("no text", "field.not_text", "subagents: [§no]\n"),
    agent("no pin", "field.value", "subagents: [{agent: b, version: §0}]\n", B),
    agent("a kind of roster", "field.value", "multiagent: §{type: team, agents: [b]}\n", B),
    agent("an advisor without a model", "field.missing",
          "multiagent: {type: multiagent_20261001, advisor: §{type: enabled}}\n"),
    agent("a disabled list with agents", "field.unknown",
          "multiagent: {type: multiagent_20261001, subagents: §{type: disabled, "
          "predefined_agents: [b]}}\n", B),
]  # fmt: skip

N = "mcp_servers: [{name: s, url: https://mcp.ntropii.com/mcp, permission: allow}]\n"

REGISTRATIONS = [
    agent("no tenant", "registration.tenant_missing", N + "ntropii: §{environment: e}\n"),
    agent("no slug", "registration.tenant", N + "ntropii: {tenant: §a b, environment: e}\n"),
    agent("no server", "registration.mcp_server", "ntropii: §{tenant: t, environment: e}\n"),
    agent("another server", "registration.mcp_server",
          N + "ntropii: {tenant: t, environment: e, mcp_server: §x}\n"),
    agent("a stranger's server", "registration.mcp_host",
          "mcp_servers: [{name: s, url: §https://x.io, permission: allow}]\n"
          "ntropii: {tenant: t, environment: e}\n"),
    agent("a vault", "registration.vault",
          N + "ntropii: {tenant: t, environment: e, vault: §a b}\n"),
    agent("a text", "field.type", N + "ntropii: §yes please\n"),
]  # fmt: skip

CASES = [*KEYS, *TOOLS, *DOMAINS, *SERVERS, *PROMPTS, *ROSTERS, *REGISTRATIONS]
