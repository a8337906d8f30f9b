"""Pages about the forms of definitions: Markdown, included files, mcp.json, other dialects."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.engine.codes import ERROR_OR_WARNING, NOTE, Code

CODES: Final[Mapping[str, Code]] = {
    "agent.claude_code": Code(
        "the file is a Claude Code subagent",
        "Its words mean something else there: no `tools` means every tool, a model may be an "
        "alias, and some keys exist nowhere else. Reading it as it is would change the agent.",
        "Convert it: a model id, `tools` as a list, and the prompt.",
        "model: claude-sonnet-4-6\ntools: [read, bash]",
        severities=ERROR_OR_WARNING,
    ),
    "agent.no_frontmatter": Code(
        "a Markdown definition has no frontmatter",
        "Without the two lines --- nobody can tell the settings from the prompt.",
        "Begin the file with frontmatter.",
        "---\nmodel: claude-sonnet-4-6\n---\nYou are …",
    ),
    "converted.mcp_permission": Code(
        "agentlift's MCP tools without a permission are asked about",
        "agentlift calls a tool without a suffix allowed, but the platform asks before each call "
        "of an MCP tool unless it is told otherwise.",
        "Write name:allow in `allowedTools`, or `permission: allow`.",
        '"allowedTools": ["search:allow"]',
        severities=NOTE,
    ),
    "converted.mcp_unused": Code(
        "an agentlift agent's mcp.json has a server that `mcp` doesn't name",
        "With `mcp` written, only what it names is given to the agent.",
        "Add the server to `mcp`, or take it out of mcp.json.",
        severities=NOTE,
    ),
    "converted.model": Code(
        "an agentlift agent has no `model` and gets agentlift's default",
        "Another tool's default is easily missed in a review, and decides what a run costs.",
        "Write `model:`.",
        "model: claude-haiku-4-5",
        severities=NOTE,
    ),
    "converted.skills": Code(
        "an agentlift agent has no `skills` and gets those of its folder",
        "In agentlift a skill in the agent's folder needs no mention.",
        "Write `skills:` to make it visible.",
        "skills: [bug-report]",
        severities=NOTE,
    ),
    "converted.tools": Code(
        "an agentlift agent has no `tools` and gets every built-in tool",
        "Here, as in the API, no `tools` means none. In agentlift it means all of them, which "
        "includes running commands and fetching from the web.",
        "Write `tools: all` if that is meant, else name the tools.",
        "tools: [read, grep]",
        severities=NOTE,
    ),
    "converted.unread": Code(
        "agentlift reads only the first of two files of one kind",
        "agent.md goes before CLAUDE.md, and mcp.json before .mcp.json.",
        "Delete the one that is not wanted.",
        severities=NOTE,
    ),
    "include.empty": Code(
        "an included file holds no entry",
        "A file that is named is meant to add something.",
        "Write one entry into it, or a list of them.",
    ),
    "include.name": Code(
        "an included file is no .yaml, .yml or .json file",
        "The ending says how a file is read; a pattern means its files in path order.",
        "Name the file with its ending.",
        "tools: [read, ./tools/tickets.yaml, ./tools/orders-*.json]",
    ),
    "include.nested": Code(
        "an included file includes another",
        "One level can't go round in a circle, and keeps each entry one step from its agent.",
        "Name the second file in the agent's own list.",
    ),
    "system.two_prompts": Code(
        "`system` is written beside a prompt below the frontmatter",
        "One of the two would be dropped without a word.",
        "Keep one of them.",
    ),
}
