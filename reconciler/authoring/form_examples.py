"""What the schemas of definition files say of themselves, and examples of such files."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

#: What each schema of a definition file says of itself.
ABOUT: Final[Mapping[str, str]] = {
    "agent": "agent.yaml, NAME.agent.yaml, or a subagent's file. The API's own body is legal, too.",
    "project": "reconcile.yaml, at the top of a project.",
    "environment": "environments/NAME.yaml: where sessions run.",
}

EXAMPLES: Final[Mapping[str, list[Any]]] = {
    "agent": [
        {"model": "claude-sonnet-4-6"},
        {
            "description": "Writes the auditor handover document of a completed NAV close.",
            "model": {"id": "claude-sonnet-4-6", "effort": "high"},
            "system": {"file": "system-prompt.md", "append": "Work without asking."},
            "tools": ["read", "write", "bash:ask"],
            "mcp_servers": [
                {
                    "name": "ntropii",
                    "url": "${ntropii_mcp_url}",
                    "tools": ["ntro_task_get"],
                    "permission": "allow",
                }
            ],
            "skills": ["./skills/handover-style", "shared/cite-sources", "anthropic/docx@20251013"],
            "subagents": ["researcher", {"agent": "writer", "version": 3}, "self"],
            "metadata": {"owner": "fund-ops"},
            "ntropii": {"tenant": "byng", "mcp_server": "ntropii", "environment": "fund-ops"},
            "lifecycle": {"protect": True, "ignore": ["metadata.team"]},
            "silence": [
                {
                    "code": "skill.unpinned",
                    "at": "skills",
                    "reason": "The newest version is wanted here.",
                }
            ],
        },
        {
            "name": "Checker",
            "model": "claude-sonnet-4-6",
            "tools": [
                {
                    "type": "agent_toolset_20260401",
                    "default_config": {"enabled": False},
                    "configs": [{"name": "read", "enabled": True}],
                }
            ],
        },
    ],
    "project": [
        {
            "version": 1,
            "project": "fund-agents",
            "default_target": "test",
            "targets": {
                "test": {
                    "variables": {"ntropii_mcp_url": "https://mcp.ntropii.com/mcp"},
                    "ntropii": {"tenant": "byng", "environment": "fund-ops"},
                },
                "prod": {
                    "expect": {"workspace": "wrkspc_01"},
                    "overrides": {"agent/audit-handover": {"model": "claude-opus-5"}},
                },
            },
        }
    ],
    "environment": [
        {
            "description": "Where the fund operations agents run.",
            "config": {
                "type": "cloud",
                "networking": {"type": "limited", "allow_package_managers": True},
                "packages": {"pip": ["openpyxl==3.1.5"]},
            },
        }
    ],
}
