"""Pages about what `import --from` makes of another tool's files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.engine.codes import NOTE, Code

CODES: Final[Mapping[str, Code]] = {
    "converted.alias": Code(
        "a model's alias became an id",
        "`--model` said which model the word stands for; the id is written, so that a later change "
        "of it is a change in git.",
        "Nothing has to be done.",
        "reconcile import --from claude-code . --into managed --model sonnet=claude-sonnet-4-6",
        severities=NOTE,
    ),
    "converted.all_tools": Code(
        "an agent that names no tools has all of them",
        "In Claude Code no `tools` means every tool, and every tool of every MCP server. It is "
        "written out here, so that a review sees it.",
        "Take out of `tools:` and `mcp_servers:` what the agent does not need.",
        "tools: [read, grep, glob]",
        severities=NOTE,
    ),
    "converted.credential": Code(
        "a secret that a definition may not hold has to be put where it is used",
        "Nothing imported ever holds a secret. A token of an MCP server belongs in a vault, as a "
        "credential for the server's URL; a script's secret belongs to whoever runs it.",
        "Put the named secret there.",
        severities=NOTE,
    ),
    "converted.env_variable": Code(
        "a variable in a URL comes from the target",
        "Claude Code takes it from the environment. Here it is given by the target, with `--var`, "
        "or by an environment variable with this project's prefix.",
        "Give it under the target's `variables:`.",
        "variables: {WIKI_URL: https://wiki.example.com/mcp}",
        severities=NOTE,
    ),
    "converted.metadata": Code(
        "a key without effect is kept as metadata",
        "It says nothing about what the agent does, and would be lost otherwise.",
        "Take it out of `metadata:` if nobody reads it.",
        severities=NOTE,
    ),
    "converted.permission": Code(
        "permissions are another matter on the platform",
        "What other tools ask a person about at run time is decided here by the policy of each "
        "tool: `ask` waits for an answer, `allow` doesn't.",
        "Read the tools of the converted agent, and write :ask where a person should decide.",
        "tools: [read, bash:ask]",
        severities=NOTE,
    ),
    "converted.server_unused": Code(
        "an MCP server is defined of which the agent may use nothing",
        "In Claude Code `tools` is the whole list of what an agent may use, the tools of servers "
        "included.",
        "Add the server's tools to `tools`, or take the server out.",
        "tools: Read, mcp__wiki__search",
        severities=NOTE,
    ),
    "converted.skill": Code(
        "a skill is loaded in another way",
        "The platform reads a skill when its description fits the task, and keeps no modes of "
        "files.",
        "Nothing has to be done, as long as the description says when the skill is needed.",
        severities=NOTE,
    ),
    "converted.tool": Code(
        "a tool goes by another word",
        "The built-in tool that does the same is called otherwise here, or a text is missing that "
        "the platform wants.",
        "Check that the prompt doesn't speak of the old name.",
        severities=NOTE,
    ),
    "converted.tool_denied": Code(
        "a tool that is never to run is left out",
        "The platform has no policy that forbids a tool; an agent simply doesn't get it.",
        "Nothing has to be done.",
        severities=NOTE,
    ),
    "converted.tool_limit": Code(
        "a tool limited to a pattern asks before each call",
        "`Bash(ls *)` allows some commands. The platform allows a tool or asks, so asking is the "
        "form that allows nothing more.",
        "Write the tool without :ask if every call of it is fine.",
        "tools: [bash:ask]",
        severities=NOTE,
    ),
    "converted.tool_script": Code(
        "a code tool is run by whoever answers its calls",
        "The platform hands the call of a custom tool to the program that runs the session, and "
        "executes none. The script is kept beside the agent.",
        "Run the script in that program.",
        severities=NOTE,
    ),
    "import.nothing": Code(
        "there is nothing to import",
        "The path holds no file of the dialect.",
        "Name the folder or the file that holds the agents.",
    ),
}
