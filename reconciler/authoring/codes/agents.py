"""Pages about agents: model, prompt, tools, MCP servers and rosters."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.engine.codes import ERROR_OR_WARNING, NOTE, Code

CODES: Final[Mapping[str, Code]] = {
    "model.alias": Code(
        "the model is named by an alias instead of an id",
        "Other tools resolve `sonnet` or `inherit`; the API takes ids, and an alias could change "
        "the model without a change in git.",
        "Write the whole id.",
        "model: claude-sonnet-4-6",
    ),
    "knowledge.no_match": Code(
        "a glob of `knowledge` matches no file",
        "The prompt would lack its reference material without a word.",
        "Mind the folder that the glob starts in: the agent's own.",
        "knowledge: [knowledge/*.md]",
    ),
    "system.at_file": Code(
        "`system` is `@file`, which is not a form of this project",
        "The prompt would be the text `@file` itself.",
        "Write `system: {file: …}`.",
        "system: {file: system-prompt.md}",
    ),
    "system.file_unused": Code(
        "system-prompt.md is there and not read",
        "The prompt stands in the definition, which wins. Somebody may edit the file and wonder.",
        "Write `system: {file: system-prompt.md}`, or delete one of the two.",
        severities=NOTE,
    ),
    "system.frontmatter": Code(
        "a prompt file's frontmatter is not sent",
        "It is a Claude Code agent's: name, model and tools in it have no effect here.",
        "Nothing has to be done; take the frontmatter out if the file is used nowhere else.",
        severities=NOTE,
    ),
    "system.nothing_to_append": Code(
        "`append` has nothing to follow",
        "It continues `text`, `file` or system-prompt.md, and none of them is there.",
        "Add one of them, or write the text as `system:` itself.",
        "system: {file: system-prompt.md, append: Answer in English.}",
    ),
    "system.placeholder": Code(
        "the system prompt only says that one belongs there",
        "Generators leave texts such as PASTE_SYSTEM_PROMPT_HERE behind, and the agent would go "
        "live with one as its whole prompt.",
        "Write the prompt.",
        "system: {file: system-prompt.md}",
    ),
    "system.too_long": Code(
        "the system prompt is longer than 100,000 characters",
        "The API refuses it, and every session would pay for it.",
        "Move reference material into a skill, which is read when it is needed.",
    ),
    "tools.domain": Code(
        "a domain of a web tool is not possible",
        "The API takes host names here, and would refuse the agent.",
        "Write a host name without scheme and port.",
        "allowed_domains: [docs.example.com]",
    ),
    "tools.duplicate": Code(
        "one tool is named twice",
        "Two entries could disagree about its policy.",
        "Keep one of them.",
    ),
    "tools.policy": Code(
        "there is no such permission policy",
        "A policy that is not understood protects nothing.",
        "Use always_allow, always_ask or auto; in words :allow, :ask or :auto.",
    ),
    "tools.reference": Code(
        "`url_sources` names a tool that can't be named there",
        "The API refuses the agent.",
        "Name custom tools of the same list, or web_search and web_fetch.",
    ),
    "tools.schema": Code(
        "`input_schema` is not a JSON Schema of type object",
        "The model is given the schema to call the tool with; the API refuses a broken one.",
        "Correct it at the place given.",
        "input_schema: {type: object, properties: {query: {type: string}}}",
    ),
    "tools.suffix": Code(
        "a tool word's suffix is not :ask, :allow or :auto",
        "A suffix that is not understood would leave the tool with another policy than meant.",
        "Write name:ask, name:allow or name:auto.",
        'tools: [read, "bash:ask"]',
    ),
    "tools.too_many": Code(
        "too many tools",
        "The API takes 256 over all toolsets, and took 128 until October 2026.",
        "Name fewer tools, or split the agent.",
        severities=ERROR_OR_WARNING,
    ),
    "tools.two_toolsets": Code(
        "more than one built-in toolset",
        "The API takes one. Words in the list make one too.",
        "Put everything into one of them.",
    ),
    "tools.unmapped": Code(
        "there is no such tool",
        "The agent would work without it, and nobody would know why it doesn't do its task.",
        "Use a built-in tool's name; tools of an MCP server are named under that server.",
        "tools: [bash, edit, glob, grep, read, web_fetch, web_search, write]",
        severities=ERROR_OR_WARNING,
    ),
    # MCP
    "mcp.duplicate": Code(
        "two MCP servers have one name",
        "Toolsets refer to servers by name.",
        "Rename one of them.",
    ),
    "mcp.headers_unsupported": Code(
        "an MCP server has headers or a token, which the API doesn't take",
        "There is no field for them, and a token in a repository is no secret any more.",
        "Keep the token in a vault credential for the server's URL.",
    ),
    "mcp.server_missing": Code(
        "a toolset, or `mcp`, names an MCP server that is not there",
        "The API refuses the agent.",
        "Add the server to `mcp_servers`, or correct the name.",
    ),
    "mcp.server_unreferenced": Code(
        "an MCP server has no toolset",
        "The API refuses a server that no toolset names.",
        "Add {type: mcp_toolset, mcp_server_name: …} to `tools`, or leave out `type: url`.",
    ),
    "mcp.stdio_unsupported": Code(
        "an MCP server is started by a command",
        "Agents run on the platform, which reaches servers by URL and starts none.",
        "Host the server and give its `url`; `--skip-unsupported` leaves it out with a warning.",
        severities=ERROR_OR_WARNING,
    ),
    "mcp.too_many": Code(
        "more than 20 MCP servers",
        "The API refuses more.",
        "Split the agent.",
    ),
    "mcp.toolset_twice": Code(
        "an MCP server has two toolsets",
        "They could disagree about what is allowed; the API takes one.",
        "Keep the entry in `tools`, or `tools:` and `permission:` of the server.",
    ),
    "mcp.transport_unsupported": Code(
        "an MCP server's type is not url",
        "The API knows no other; a streamable HTTP endpoint is a url.",
        "Write `type: url`, or leave `type` out.",
    ),
    "mcp.url_credentials": Code(
        "an MCP server's URL carries a credential",
        "Everybody who may read the repository, the agent or a log could use it.",
        "Keep it in a vault credential for the URL without it, and renew it: it is in git.",
    ),
    "mcp.url_invalid": Code(
        "an MCP server's URL is no URL",
        "Sessions could not reach the server.",
        "Write scheme, host and path.",
        "url: https://mcp.example.com/mcp",
    ),
    "mcp.url_placeholder": Code(
        "an MCP server's URL is a placeholder",
        "It was meant to be filled in before use.",
        "Write the URL, or a variable that targets define.",
        "url: ${wiki_url}",
        ERROR_OR_WARNING,
    ),
    "mcp.url_scheme": Code(
        "an MCP server's URL is neither http nor https",
        "The platform speaks no other protocol to MCP servers.",
        "Write an https URL.",
    ),
    "mcp.url_too_long": Code(
        "an MCP server's URL is longer than 2,048 characters",
        "The API refuses it.",
        "Move settings out of the URL.",
    ),
    # Rosters
    "subagent.advisor": Code(
        "an advisor where none is possible, or a second one",
        "A coordinator has one advisor at most.",
        "Keep one of them, in the roster of the coordinator itself.",
    ),
    "subagent.ambiguous": Code(
        "a roster's word means two agents",
        "Work would go to one of them by chance.",
        "Write the address: the folder, or the file without .agent.yaml.",
    ),
    "subagent.cycle": Code(
        "a roster leads back to its own agent",
        "An agent can't be created before itself; `self` is the word for another copy of it.",
        "Write `self`, or take the entry out.",
    ),
    "subagent.depth": Code(
        "a roster's member has a roster of its own",
        "The API takes one level: members may not delegate further.",
        "Name the agents below it in this roster instead.",
    ),
    "subagent.duplicate": Code(
        "a roster holds one agent twice",
        "The API wants distinct entries.",
        "Keep one of them.",
    ),
    "subagent.empty": Code(
        "a roster that needs a member has none",
        "The API takes 1-20 entries; a roster of none is written by leaving it out.",
        "Name an agent, or take the key out.",
    ),
    "subagent.missing": Code(
        "a roster's word means no agent",
        "The coordinator could not be created, or would lack a member.",
        "Name an agent of the project by its folder, its file without .agent.yaml, or its `name:`.",
        "subagents: [researcher, {agent: writer, version: 3}, self]",
    ),
    "subagent.self_twice": Code(
        "a roster holds `self` twice",
        "The API wants distinct entries.",
        "Keep one of them.",
    ),
    "subagent.too_many": Code(
        "a roster has more than 20 entries",
        "The API refuses more.",
        "Split the work between two agents.",
    ),
    "subagent.two_rosters": Code(
        "both `subagents` and `multiagent` are written",
        "They say the same thing in two ways, and could disagree.",
        "Keep `subagents:` for a plain roster, `multiagent:` for everything else.",
    ),
}
