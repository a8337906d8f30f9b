"""Live edits made by hand over the API, and what `import --drift` makes of them."""

from __future__ import annotations

import difflib
import json
import urllib.request
from pathlib import Path
from typing import Any

import anthropic

from tests.e2e.conftest import Project, sdk

AGENT = """\
# An agent of the tests.
description: Old.  # shown in lists
model: claude-sonnet-4-6  # the usual one

# What it may do
tools: [read, "bash:ask"]  # bash asks
metadata:
  owner: funds  # the team
  tier: gold
"""


PROMPT = "You help.\n\nBe brief.\n"


MODEL = "claude-sonnet-4-6"


URL = "https://mcp.ntropii.com/mcp"


MCP = {"type": "url", "name": "ntropii", "url": URL}


def client(project: Project) -> anthropic.Anthropic:
    """A client of the project's platform, to be closed."""
    server = project.server
    return sdk(server)


def applied(project: Project, text: str = AGENT, prompt: str | None = PROMPT) -> Project:
    project.write("agents/helper/agent.yaml", text)
    if prompt is not None:
        project.write("agents/helper/system-prompt.md", prompt)
    project.apply()
    return project


def by_hand(project: Project, address: str = "agent/helper", **body: Any) -> None:
    """An edit as the Console makes it."""
    path = f"/v1/agents/{project.id(address)}"
    version = call(project, path)["version"]
    call(project, path, {"version": version, **body})


def call(project: Project, path: str, body: Any = None) -> Any:
    """A request without a client, which takes longer to make than the request."""
    data = None if body is None else json.dumps(body).encode()
    headers = {
        "x-api-key": project.server.api_key,
        "anthropic-version": "2023-06-01",
        "anthropic-beta": "managed-agents-2026-04-01",
        "content-type": "application/json",
    }
    request = urllib.request.Request(project.server.url + path, data, headers)
    with urllib.request.urlopen(request) as answer:
        return json.load(answer)


def tree(root: Path) -> dict[str, bytes]:
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".reconcile/" not in path.as_posix()
    }


def rows(before: dict[str, bytes], after: dict[str, bytes]) -> list[str]:
    """The lines that are others, by file."""
    found = []
    for path in sorted(before.keys() | after.keys()):
        old, new = (side.get(path, b"").decode().splitlines(True) for side in (before, after))
        lines = difflib.unified_diff(old, new, n=0, lineterm="")
        found += [
            f"{path.rpartition('/')[2]} {line[0]} {line[1:].strip()}"
            for line in lines
            if not line.startswith(("---", "+++", "@@"))
        ]
    return found


def taken(project: Project, *args: str, code: int = 0) -> list[str]:
    """What `import --drift` changes. With exit code 0, nothing is left for a plan."""
    before = tree(project.root)
    project.run("import", "--drift", *args, code=code)
    assert project.writes() == []
    if code == 0:
        project.plan(code=0)
    return rows(before, tree(project.root))


def finding(project: Project, *args: str) -> str:
    """What `import --drift` says of what it holds back; no file is touched by it."""
    before = tree(project.root)
    result = project.run("import", "--drift", *args, code=5)
    assert project.writes() == [] and tree(project.root) == before
    return result.output


def toolset(*words: str) -> list[dict[str, Any]]:
    policies = {"ask": "always_ask", "allow": "always_allow", "auto": "auto"}
    configs = []
    for word in words:
        name, _, suffix = word.partition(":")
        policy = {"permission_policy": {"type": policies[suffix]}} if suffix else {}
        configs.append({"name": name, "enabled": True, **policy})
    return [
        {
            "type": "agent_toolset_20260401",
            "default_config": {"enabled": False},
            "configs": configs,
        }
    ]


def mcp_tools(server: str, *words: str, policy: str = "always_ask") -> dict[str, Any]:
    configs = toolset(*words)[0]["configs"]
    default = {"enabled": not words, "permission_policy": {"type": policy}}
    return {
        "type": "mcp_toolset",
        "mcp_server_name": server,
        "default_config": default,
        "configs": configs,
    }


def coordinator(project: Project, *, roster: str) -> None:
    for name in ("reader", "writer", "third"):
        project.write(f"agents/{name}/agent.yaml", f"model: {MODEL}\n")
    project.write("agents/lead/agent.yaml", f"model: {MODEL}\n{roster}# end\n")
    project.apply()


def members(project: Project, *names: str) -> list[dict[str, Any]]:
    """Roster entries: `reader`, `reader@1` or `self`."""
    found = []
    for word in names:
        name, _, version = word.partition("@")
        entry = {"type": "agent", "id": project.id(f"agent/{name}")} if name != "self" else None
        pin = {"version": int(version)} if version else {}
        found.append({**entry, **pin} if entry else {"type": "self"})
    return found
