"""Pages about what is allowed and most likely not meant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.engine.codes import NOTE, WARNING, Code

CODES: Final[Mapping[str, Code]] = {
    "description.equals_name": Code(
        "a description repeats the name",
        "Whoever chooses the agent by it learns nothing that the name does not say.",
        "Say in a sentence what the agent is for.",
        "description: Ties the ledger extract of a fund to its trial balance.",
        NOTE,
    ),
    "description.missing": Code(
        "an agent that others choose has no description",
        "A coordinator picks the members of its roster, and the author of a runbook a registered "
        "agent, by what their descriptions say.",
        "Say in a sentence what the agent is for.",
        "description: Checks prices of holdings for unexplained moves.",
        NOTE,
    ),
    "environment.mcp_blocked": Code(
        "the registration's environment doesn't let sessions reach an MCP server",
        "A limited environment without `allow_mcp_servers` blocks every host that is not listed, "
        "and the session is refused when it is created.",
        "Set `allow_mcp_servers: true`, or add the server's host to `allowed_hosts`.",
        "networking: {type: limited, allow_mcp_servers: true}",
        WARNING,
    ),
    "mcp.url_differs": Code(
        "one name of an MCP server stands for two URLs in one project",
        "Most often the server moved and one agent was forgotten. A vault credential counts for "
        "one URL, so that the other one has none.",
        "Use one variable for the URL, or give different servers different names.",
        "url: ${wiki_url}",
        WARNING,
    ),
    "prompt.date": Code(
        "a prompt states the current date",
        "It is wrong from the next day on. Renewing it makes a new version of the agent each time, "
        "and a changed prompt is not served from the cache.",
        "Give the date in the message that starts a session.",
        severities=WARNING,
    ),
    "prompt.placeholder": Code(
        "a prompt holds a placeholder that nobody filled in",
        "The model is given the placeholder itself. `${…}` is not replaced in prose either.",
        "Fill it in, or take it out.",
        severities=WARNING,
    ),
    "secret.in_file": Code(
        "a file of the project holds what looks like a secret",
        "Definitions, prompts and skills are in git, are sent to the platform and come back in "
        "plans and logs: whoever may read one of those has the secret.",
        "Revoke it, since taking it out leaves it in git's history. Keep keys in vault "
        "credentials, or in RECONCILE_SECRET_<NAME> of the operator.",
    ),
    "skill.same_content": Code(
        "two skills have the same content under two names",
        "The model is offered the same thing twice, and the next edit will miss one of them.",
        "Keep one in `skills/`, and name it shared/NAME from every agent.",
        severities=WARNING,
    ),
    "skill.unpinned": Code(
        "a skill is used without a version",
        "The newest version counts whenever a session starts, so that the agent can change "
        "without a change in git and without a plan.",
        "Write the version; a folder of the project is pinned to its content if nothing is "
        "written.",
        "skills: [anthropic/docx@20251013, shared/cite-sources]",
        NOTE,
    ),
    "subagent.inference_geo": Code(
        "the members of a roster have different values of `inference_geo`",
        "The API wants one for the whole roster, and refuses the coordinator.",
        "Give every member and the coordinator the same value.",
        "model: {id: claude-sonnet-4-6, inference_geo: us}",
    ),
    "tools.open_default": Code(
        "a list of enabled tools restricts nothing",
        "The toolset's default is enabled, so that tools which are not listed can be used too; "
        "the entries only repeat the default.",
        "Add `default_config: {enabled: false}`, or write the tools as words.",
        "tools: [read, grep]",
        WARNING,
    ),
    "tools.untrusted_input": Code(
        "an agent reads any web page and runs `bash` or `write` without asking",
        "A page can hold instructions, and nobody sees what the agent does after reading them.",
        "Limit the web tools to `allowed_domains`, or let `bash` and `write` ask. If the "
        "environment holds nothing worth taking, silence the finding and say so.",
        'tools: [read, web_fetch, "bash:ask", "write:ask"]',
        WARNING,
    ),
}
