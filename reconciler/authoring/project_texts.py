"""What the keys of reconcile.yaml and of environments mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


class Text(NamedTuple):
    """A form's title, and a description for each of its keys."""

    title: str
    keys: Mapping[str, str]


KIND: Final = "Which kind this is"

PROJECT: Final[Mapping[str, Text]] = {
    "ProjectForm": Text(
        "A project",
        {
            "version": "The version of this form",
            "project": "The project's name, part of the marker on every live object",
            "default_target": "The target where none is named",
            "targets": "Where to reconcile to. `sandbox` always exists",
            "moved": "Folders that were renamed: their objects keep their ids",
            "policy": "Rules that every plan keeps",
            "paths": "Where definitions are",
            "silence": "Findings about skills and other files that are as they should be",
        },
    ),
    "PolicyForm": Text(
        "Rules over the objects that a plan touches",
        {
            "ask": "Tools that must ask before they run: globs over names, `SERVER/TOOL`",
            "models": "Models that are allowed: globs",
            "mcp_hosts": "Hosts of MCP servers that are allowed: globs",
            "metadata": "Keys of `metadata` that must be there",
            "raises": "`none`: nothing may be able to do more than it can now",
            "max_changes": "How many objects a plan may change",
            "severity": "By rule, whether breaking it is an error, as it is unless said here",
            "waivers": "Where a rule may be broken, and why",
        },
    ),
    "SeveritiesForm": Text(
        "How bad it is to break each rule",
        {
            "ask": "A tool that doesn't ask",
            "models": "Another model",
            "mcp_hosts": "Another host",
            "metadata": "A missing key",
            "raises": "A raise of privileges",
            "max_changes": "Too many changes",
        },
    ),
    "WaiverForm": Text(
        "An exception to a rule",
        {"rule": "The rule", "at": "A glob over addresses", "reason": "Why"},
    ),
    "MoveForm": Text(
        "A renamed folder",
        {"from": "The address before: agent/old", "to": "The address now: agent/new"},
    ),
    "TargetForm": Text(
        "A target",
        {
            "expect": "What the key must turn out to belong to; compared, never used",
            "ntropii": "Defaults for agents that register",
            "variables": "Values of ${NAME} in URLs and ids",
            "overrides": "By address, what differs here: merged in, null takes a key out",
        },
    ),
    "ExpectForm": Text(
        "What to expect", {"workspace": "The workspace's id", "organization": "The organization's"}
    ),
    "NtropiiDefaults": Text(
        "Defaults for registrations",
        {
            "tenant": "The tenant's slug",
            "environment": "The environment of the sessions, by name",
        },
    ),
    "PathsForm": Text(
        "Folders",
        {
            "agents": "Where agents are",
            "skills": "Where shared skills are",
            "environments": "Where environments are",
        },
    ),
}

ENVIRONMENT: Final[Mapping[str, Text]] = {
    "EnvironmentForm": Text(
        "An environment",
        {
            "name": "The name; the file's if left out",
            "description": "What it is for",
            "config": "Where sessions run",
            "metadata": "Up to 15 pairs of text; the key `reconciler` is reserved",
            "scope": "Who may use it",
            "lifecycle": "What an apply must not do to it",
            "silence": "Findings about this file that are as they should be, each with a reason",
        },
    ),
    "Cloud": Text(
        "Run in the cloud",
        {"type": KIND, "networking": "Which hosts it reaches", "packages": "What is installed"},
    ),
    "SelfHosted": Text("Run on machines of one's own", {"type": KIND}),
    "Unrestricted": Text("Reach every host", {"type": KIND}),
    "Limited": Text(
        "Reach some hosts",
        {
            "type": KIND,
            "allowed_hosts": "Host names, or *.NAME for those below one",
            "allow_mcp_servers": "Whether the agents' MCP servers may be reached",
            "allow_package_managers": "Whether packages may be fetched",
        },
    ),
    "Packages": Text(
        "Packages",
        {
            "type": KIND,
            **{
                tool: f"Packages to install with {tool}"
                for tool in ("apt", "cargo", "gem", "go", "npm", "pip")
            },
        },
    ),
}
