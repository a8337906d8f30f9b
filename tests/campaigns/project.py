"""One project in two editions. Applying the second over the first makes every sort of write."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

TARGET = "test"
LOCK = f"reconcile.{TARGET}.lock"
TENANT = "byng"

Edition = Mapping[str, str]

_PROJECT = """version: 1
project: funds
targets:
  test:
    ntropii: {tenant: byng, environment: cloud}
    variables: {mcp_url: https://mcp.ntropii.com/mcp}
"""
_CLOUD = "name: cloud\nconfig: {{type: cloud}}\ndescription: {about}\n"
_LIMITED = """name: limited
config: {{type: cloud, networking: {{type: limited, allowed_hosts: [{host}]}}}}
"""
_SKILL = "---\nname: {name}\ndescription: How we {name}.\n---\n{text}\n"
_AGENT = "description: {about}\nmodel: claude-sonnet-4-6\nsystem: {system}\ntools: [read, grep]\n"
MCP = "mcp_servers: [{name: ntropii, url: '${mcp_url}', permission: allow}]\n"


def _skill(name: str, text: str) -> str:
    return _SKILL.format(name=name, text=text)


def _agent(system: str, *more: str, about: str = "Works.") -> str:
    return _AGENT.format(about=about, system=system) + "".join(f"{line}\n" for line in more)


def _registered(system: str, *, versions: bool) -> str:
    return _agent(system) + MCP + f"ntropii: {{versions: {str(versions).lower()}}}\n"


#: What is applied before the campaign.
BASE: Edition = {
    "reconcile.yaml": _PROJECT,
    "environments/cloud.yaml": _CLOUD.format(about="Where they run."),
    "environments/limited.yaml": _LIMITED.format(host="a.example.com"),
    "skills/cite/SKILL.md": _skill("cite", "Name the page."),
    "skills/style/SKILL.md": _skill("style", "Be brief."),
    "agents/reader/agent.yaml": _agent("Read.", "skills: [shared/cite]"),
    "agents/writer/agent.yaml": _agent("Write.", "skills: [shared/style]"),
    "agents/lead/agent.yaml": _agent("Lead.", "subagents: [reader, writer]"),
    "agents/kept/agent.yaml": _agent("Stay."),
    "agents/desk/agent.yaml": _registered("Answer.", versions=True),
}

#: What the campaign applies: 27 writes of every sort over BASE.
GOAL: Edition = {
    **BASE,
    "environments/cloud.yaml": _CLOUD.format(about="Where they all run."),
    "environments/limited.yaml": _LIMITED.format(host="b.example.com"),
    "environments/lab.yaml": _CLOUD.format(about="For trials.").replace("cloud\n", "lab\n", 1),
    "environments/night.yaml": _CLOUD.format(about="By night.").replace("cloud\n", "night\n", 1),
    "skills/cite/SKILL.md": _skill("cite", "Name page and line."),
    "skills/style/SKILL.md": _skill("style", "Be brief and kind."),
    "skills/glossary/SKILL.md": _skill("glossary", "Say what it means."),
    "agents/reader/agent.yaml": _agent("Read.", "skills: [shared/cite]"),
    "agents/writer/agent.yaml": _agent("Write well.", "skills: [shared/style]"),
    "agents/desk/agent.yaml": _registered("Answer at once.", versions=True),
    "agents/scout/agent.yaml": _agent("Look ahead.", "skills: [shared/glossary]"),
    "agents/clerk/agent.yaml": _agent("File it.", "skills: [./skills/tally]"),
    "agents/clerk/skills/tally/SKILL.md": _skill("tally", "Count once."),
    "agents/cashier/agent.yaml": _agent("Pay.", "skills: [./skills/tally]"),
    "agents/cashier/skills/tally/SKILL.md": _skill("tally", "Count twice."),
    "agents/night-lead/agent.yaml": _agent("Lead by night.", "subagents: [scout, clerk]"),
    "agents/intake/agent.yaml": _registered("Take in.", versions=True),
    "agents/teller/agent.yaml": _registered("Tell.", versions=False),
}


def write(root: Path, edition: Edition) -> None:
    """Make the folder say exactly this edition; what else lies there, as the lock, stays."""
    for file in [*root.rglob("*.yaml"), *root.rglob("*.md")]:
        if str(file.relative_to(root)) not in edition:
            file.unlink()
    for name, text in edition.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
