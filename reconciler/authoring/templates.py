"""The files of a new agent and a new project, as texts. What is on the disk is not looked at."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import yaml

from reconciler.authoring.project_form import PathsForm

MODEL: Final = "claude-sonnet-4-6"
ENVIRONMENT: Final = "runbooks"
SCHEMAS: Final = "schemas"  # the folder of the schemas that the files' first lines name
_MCP_URL: Final = "https://mcp.ntropii.com/mcp"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be made. `target` is a target to declare beside `sandbox`, or ""."""

    name: str
    project: str
    template: str
    model: str = MODEL
    tenant: str = ""
    environment: str = ENVIRONMENT
    target: str = ""
    paths: PathsForm = field(default_factory=PathsForm)


def agent_files(wanted: Wanted) -> dict[str, str]:
    """The agent's files by path, and those that it needs."""
    return TEMPLATES[wanted.template].files(wanted)


def project_file(wanted: Wanted) -> str:
    """reconcile.yaml."""
    lines = [
        editor_line("project", ""),
        "version: 1",
        f"project: {scalar(wanted.project)} # part of the marker on every live object: keep it",
        "default_target: sandbox # the embedded platform, which needs no account",
        "targets:",
        "  sandbox: {}",
    ]
    if wanted.target:
        lines.append(f"  {scalar(wanted.target)}: {{}} # keys come from the environment")
    else:
        lines += ["  # prod:", "  #   expect: {workspace: wrkspc_…} # whose key it has to be"]
    return "\n".join(lines) + "\n"


def editor_line(schema: str, folder: str) -> str:
    """The comment by which editors find the schema, relative to the file's folder."""
    up = "../" * len([part for part in folder.split("/") if part])
    return f"# yaml-language-server: $schema={up}{SCHEMAS}/{schema}.schema.json"


def scalar(text: str) -> str:
    """The text as YAML reads it back, in quotes only where it would be something else."""
    try:
        plain = yaml.safe_load(text) == text and "#" not in text
    except yaml.YAMLError:
        plain = False
    return text if plain else json.dumps(text, ensure_ascii=False)


def _assistant(wanted: Wanted) -> dict[str, str]:
    folder = _folder(wanted)
    agent = f"""{editor_line("agent", folder)}
description: Answers questions about the files it is given.
model: {scalar(wanted.model)}
# The prompt is in system-prompt.md beside this file.

tools: [read, glob, grep, write] # exactly these; "bash:ask" asks a person before each call
"""
    prompt = """You answer questions about the files you are given.

Read what bears on the question before you answer. Name the file behind every statement, and say so
when the files don't hold the answer.
"""
    return {f"{folder}/agent.yaml": agent, f"{folder}/system-prompt.md": prompt}


def _coordinator(wanted: Wanted) -> dict[str, str]:
    folder = _folder(wanted)
    member = scalar(f"{wanted.name}/researcher")
    agent = f"""{editor_line("agent", folder)}
description: Splits a question into parts, has them looked up, and writes the answer.
model: {scalar(wanted.model)}
# The prompt is in system-prompt.md beside this file.

tools: [read, write]
subagents: [{member}] # subagents/researcher.yaml; one level is possible
"""
    prompt = """You answer questions with the help of a researcher.

Split the question into parts that can be looked up on their own, give each to the researcher at the
same time, and write one answer from what comes back. Keep every source.
"""
    below = f"{folder}/subagents"
    researcher = f"""{editor_line("agent", below)}
name: {scalar(f"{wanted.name} researcher")}
description: Looks one thing up and names its source.
model: {scalar(wanted.model)}
system: |
  You look up the one thing you are asked for. Answer briefly, and name the file or page that each
  statement comes from. Say so if you find nothing.
tools: [read, glob, grep, web_search]
"""
    return {
        f"{folder}/agent.yaml": agent,
        f"{folder}/system-prompt.md": prompt,
        f"{below}/researcher.yaml": researcher,
    }


def _registered(wanted: Wanted) -> dict[str, str]:
    folder = _folder(wanted)
    environment = scalar(wanted.environment)
    agent = f"""{editor_line("agent", folder)}
description: Drafts a document from the files of a task.
model: {scalar(wanted.model)}
# The prompt is in system-prompt.md beside this file.

tools: [read, write, glob, grep] # nobody is there to answer a question, so none of them asks

mcp_servers:
  - name: ntropii
    url: {_MCP_URL}
    tools: [ntro_task_get, ntro_tasks_list_files]
    permission: allow

skills: [./skills/house-style]

# Registered, so that runbooks can call it. What is the same for all agents of a target can stand
# under that target in reconcile.yaml instead: ntropii: {{tenant: …, environment: …}}
ntropii: {{tenant: {scalar(wanted.tenant)}, mcp_server: ntropii, environment: {environment}}}
"""
    prompt = """You draft the document that a task asks for, from the files of that task.

Get the task and the list of its files first. Follow the skill `house-style`. Nobody can answer
questions while you work: where something is missing, say so in the document.
"""
    skill = """---
name: house-style
description: How documents of this team are set out and what they must name. Use it for every draft.
---
# House style

- Begin with the conclusion, in two sentences.
- Give every figure with its source: file, page or cell.
- List what is missing or unclear at the end.
"""
    room = f"{wanted.paths.environments}/{wanted.environment}.yaml"
    return {
        f"{folder}/agent.yaml": agent,
        f"{folder}/system-prompt.md": prompt,
        f"{folder}/skills/house-style/SKILL.md": skill,
        room: _environment(wanted),
    }


def _environment(wanted: Wanted) -> str:
    return f"""{editor_line("environment", wanted.paths.environments)}
description: Where the sessions that runbooks start are run.
config:
  type: cloud
  networking: {{type: limited, allow_mcp_servers: true}} # no other host
"""


def _folder(wanted: Wanted) -> str:
    return f"{wanted.paths.agents}/{wanted.name}"


@dataclass(frozen=True, slots=True)
class Template:
    """A kind of agent to begin with. `schemas` are those that its files name."""

    about: str
    files: Callable[[Wanted], dict[str, str]]
    schemas: tuple[str, ...] = ("agent",)


TEMPLATES: Final[Mapping[str, Template]] = {
    "assistant": Template("one agent with tools that read and write files", _assistant),
    "coordinator": Template("an agent that hands work to a subagent", _coordinator),
    "registered": Template(
        "an agent that runbooks call, with a skill and an environment",
        _registered,
        ("agent", "environment"),
    ),
}
