"""What every key of a definition file means, in plain words: for schemas, and so for editors.

A form's own keys only; those it inherits are said where they are declared. Of reconcile.yaml and
environments, `project_texts` says it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from reconciler.authoring.project_texts import ENVIRONMENT, KIND, PROJECT, Text

_AGENT: Mapping[str, Text] = {
    "AgentForm": Text(
        "An agent",
        {
            "name": "The display name; the folder's name if left out. It may change",
            "description": "What the agent is for; also the registry's description",
            "model": "The model's id, or a mapping with its settings. Required",
            "system": "The prompt: text, or where it stands; else system-prompt.md beside the file",
            "knowledge": "Globs of files to put behind the prompt; else all of knowledge/",
            "tools": "Exactly these tools; none if left out. `all` is every built-in tool",
            "mcp_servers": "MCP servers, each by name and URL, or files that hold some",
            "skills": "Skills: ./folder, shared/NAME, anthropic/NAME[@VERSION], or the API's form",
            "subagents": "The agents it may call, which makes it a coordinator",
            "multiagent": "The API's own form of a roster, in place of `subagents`",
            "execution_identity": "As whom it acts in the customer's cloud",
            "metadata": "Up to 15 pairs of text; the key `reconciler` is reserved",
            "ntropii": "Register it in Ntropii: true, or a mapping for what differs per agent",
            "lifecycle": "What an apply must not do to it",
            "silence": "Findings about this file that are as they should be, each with a reason",
            "platform": "By target, ids of live objects to take over",
        },
    ),
    "PlatformForm": Text(
        "Ids that another tool wrote",
        {
            "managed_agent_id": "The agent's id",
            "managed_agent_version": "Its version then; it has no effect",
            "managed_environment_id": "The id of the environment beside it",
        },
    ),
    "ModelConfig": Text(
        "A model with settings",
        {
            "id": "The model's whole id; may hold variables",
            "effort": "How hard it thinks; the API's default if left out",
            "speed": "Standard, or fast at a higher price",
            "inference_geo": "Where inference has to run",
        },
    ),
    "EffortObject": Text("Effort as the API has it", {"type": "How hard it thinks"}),
    "Prompt": Text(
        "A prompt in parts",
        {
            "file": "A file, relative to this one",
            "text": "Text that comes first",
            "append": "Text that comes last",
        },
    ),
    "McpServer": Text(
        "An MCP server",
        {
            "name": "Its name, by which tools and `ntropii` refer to it",
            "url": "Its URL; may hold variables, and never a credential",
            "type": "Always url. With it, the toolset has to be written under the agent's `tools`",
            "tools": "The tools to enable: NAME, or NAME:ask, NAME:allow, NAME:auto; else all",
            "permission": "Whether its tools ask first; the API's default is to ask",
        },
    ),
    "AnthropicSkill": Text(
        "A skill by Anthropic",
        {
            "type": KIND,
            "skill_id": "Its name, such as docx",
            "version": "Its version; the latest if left out",
        },
    ),
    "CustomSkill": Text(
        "A live skill by id",
        {"type": KIND, "skill_id": "Its id", "version": "Its version; the latest if left out"},
    ),
    "SkillPath": Text(
        "A skill folder",
        {
            "path": "The folder: ./NAME beside this file, or shared/NAME of the project",
            "version": "`latest` to follow every upload; else it is pinned to the content",
        },
    ),
    "PinnedMember": Text(
        "A member of a roster, pinned",
        {
            "agent": "The agent: its address, its file's name or its `name:`",
            "version": "Its version; the one this apply makes if left out",
        },
    ),
    "AgentMember": Text(
        "A member of a roster, as the API has it",
        {
            "type": KIND,
            "id": "The agent's id, or a word that means it",
            "name": "The agent's `name:`, in place of an id",
            "version": "Its version; the one this apply makes if left out",
        },
    ),
    "SelfMember": Text("The agent itself, in its own roster", {"type": KIND}),
    "AdvisorMember": Text(
        "An advisor in a roster", {"type": KIND, "model": "The advisor's model, by id"}
    ),
    "AdvisorWord": Text(
        "An advisor in a roster, in short", {"advisor": "The advisor's model, by id"}
    ),
    "Coordinator": Text("A coordinator", {"type": KIND, "agents": "The agents it may call"}),
    "Switch": Text("On or off", {"type": "Enabled or disabled"}),
    "Members": Text(
        "A switchable list of agents",
        {
            "type": "Enabled or disabled; disabled takes no other key",
            "inline_agents": "Whether it may make agents up as it goes",
            "predefined_agents": "The agents it may call",
        },
    ),
    "AdvisorSwitch": Text(
        "A switchable advisor",
        {"type": "Enabled or disabled", "model": "The advisor's model; if enabled, required"},
    ),
    "Multiagent20261001": Text(
        "A roster of the newer form",
        {
            "type": KIND,
            "subagents": "Agents it may call one by one",
            "workflows": "Agents it may call in workflows",
            "advisor": "A model it may ask for advice",
        },
    ),
    "ServiceAccount": Text("The organization's service account", {"type": KIND}),
    "AwsRole": Text(
        "A role in AWS", {"type": KIND, "role_arn": "The role's ARN; may hold variables"}
    ),
    "Registration": Text(
        "A registration in Ntropii",
        {
            "tenant": "The tenant's slug; else the target's",
            "name": "The name in the registry; else the agent's",
            "mcp_server": "The MCP server that gets the registry's key; else the only one",
            "environment": "The environment of its sessions, by name; else the target's",
            "vault": "The vault for the key, by name or id; else one of its own",
            "versions": "Whether each applied version is recorded in the registry",
        },
    ),
    "SilenceForm": Text(
        "A finding that is silenced",
        {
            "code": "The finding's code, exactly",
            "at": "A field of this file; in reconcile.yaml a file, a folder or an address",
            "reason": "Why it is right as it is",
        },
    ),
    "LifecycleForm": Text(
        "Lifecycle",
        {
            "protect": "Never archive or delete it",
            "ignore": "Paths of fields that an apply leaves alone, such as metadata.team",
        },
    ),
}

_TOOLS: Mapping[str, Text] = {
    "PermissionPolicy": Text(
        "A permission policy", {"type": "Whether a person is asked before each call"}
    ),
    "DefaultConfig": Text(
        "Settings of the tools that are not listed",
        {
            "enabled": "Whether they may be used; true if left out",
            "permission_policy": "Whether they ask first",
        },
    ),
    "ToolConfig": Text(
        "Settings of one built-in tool",
        {
            "name": "The tool",
            "type": "The tool again; may be left out",
            "enabled": "Whether it may be used; true if left out",
            "permission_policy": "Whether it asks first",
        },
    ),
    "WebSearchConfig": Text(
        "Settings of web_search",
        {
            "allowed_domains": "Search these domains only: host names, perhaps with a path",
            "blocked_domains": "Never search these domains",
            "user_location": "Where the person is taken to be",
        },
    ),
    "WebFetchConfig": Text(
        "Settings of web_fetch",
        {
            "allowed_domains": "Fetch from these hosts only",
            "blocked_domains": "Never fetch from these hosts",
            "max_content_tokens": "How much of a page is read at most",
            "url_sources": "Where an address may come from to be fetched",
        },
    ),
    "UserLocation": Text(
        "A place",
        {
            "type": KIND,
            "city": "The city",
            "country": "The country, by its two letters",
            "region": "The region",
            "timezone": "The time zone, such as Europe/Berlin",
        },
    ),
    "ToolReference": Text("A tool by name", {"type": KIND, "name": "The tool's name"}),
    "ToolFilter": Text(
        "Some tools",
        {
            "type": "All, none, only those listed, or all except those",
            "tools": "The tools listed; with only and except",
        },
    ),
    "UserInput": Text("Whether what a person writes counts", {"type": "All or none"}),
    "UrlSources": Text(
        "Where an address may come from",
        {
            "client_tool_results": "Results of which tools of the client",
            "server_tool_results": "Results of which tools of the platform",
            "user_input": "Whether from what a person writes",
        },
    ),
    "BuiltinToolset": Text(
        "The built-in tools, as the API has them",
        {
            "type": KIND,
            "configs": "Settings of single tools",
            "default_config": "Settings of all others; enabled if left out",
        },
    ),
    "McpToolConfig": Text(
        "Settings of one tool of an MCP server",
        {
            "name": "The tool",
            "enabled": "Whether it may be used; true if left out",
            "permission_policy": "Whether it asks first",
        },
    ),
    "McpToolset": Text(
        "The tools of an MCP server, as the API has them",
        {
            "type": KIND,
            "mcp_server_name": "The server's name",
            "configs": "Settings of single tools",
            "default_config": "Settings of all others",
        },
    ),
    "CustomTool": Text(
        "A tool that the caller answers",
        {
            "type": KIND,
            "name": "Its name",
            "description": "When and how to use it",
            "input_schema": "A JSON Schema of type object: what it is called with",
        },
    ),
    "BareTool": Text("A built-in tool by its type", {"type": "The tool"}),
}

TEXTS: Final[Mapping[str, Text]] = {**_AGENT, **_TOOLS, **PROJECT, **ENVIRONMENT}
