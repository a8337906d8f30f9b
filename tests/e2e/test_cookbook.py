"""The cookbooks of others, and this repository's own, applied whole as they are.

What is sent is held against what the cookbooks' deploy script posts. `expected` applies the
differences that are this project's by choice, one for one, and nothing else.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anthropic
import pytest

from tests.e2e.conftest import REPOSITORY, Project, sdk

Corpus = Callable[[str], Path]
Body = dict[str, Any]
COOKBOOKS = "managed-agent-cookbooks"
NAMES = (
    "CAPIQ", "CRM", "DALOOPA", "FACTSET", "GL", "NAV", "PORTFOLIO", "SCREENING", "SUBLEDGER",
)  # fmt: skip
URLS = {f"{name}_MCP_URL": f"https://{name.lower()}.example.com/mcp" for name in NAMES}
_DRY_RUN = "DRYRUN_"
_FRONTMATTER = re.compile(r"\A---\n.*?\n---\n+", re.DOTALL)
_OF_THE_PLATFORM = ("id", "version", "created_at", "updated_at", "metadata")


def taken(project: Project, folder: Path, agents: str) -> None:
    """The project with the folder's files, and with `paths:` for its agents."""
    shutil.copytree(folder, project.root, dirs_exist_ok=True)
    text = f"version: 1\nproject: cookbooks\npaths: {{agents: {agents}}}\n"
    project.write("reconcile.yaml", text)


def given(*, without: str = "") -> list[str]:
    return [f"--var={name}={url}" for name, url in URLS.items() if name != without]


def client_of(project: Project) -> anthropic.Anthropic:
    server = project.server
    return sdk(server)


def settled(project: Project, *args: str) -> None:
    """A second plan is empty and a second apply writes nothing."""
    project.plan(*args, code=0)
    project.apply(*args)
    assert project.writes() == []


def expected(posted: Body, sent: Body, ids: dict[str, str]) -> Body:
    """What the script posts, with the differences by choice: `ids` are those of live objects by
    the script's placeholders, `sent` says only whether a final newline is kept."""
    body = dict(posted)
    # Claude Code's frontmatter is stripped, a final newline is kept.
    body["system"] = _FRONTMATTER.sub("", posted["system"])
    body["system"] += "\n" if sent["system"].endswith("\n") else ""
    # The script's mark is not added; this project's is.
    assert body.pop("metadata").keys() == {"anthropic_cookbook"}
    body["metadata"] = {"reconciler": sent["metadata"]["reconciler"]}
    # callable_agents is a coordinator's roster, an empty one none; references are real.
    members = [referring(entry, ids, "id") for entry in body.pop("callable_agents")]
    if members:
        body["multiagent"] = {"type": "coordinator", "agents": members}
    body["skills"] = [
        {**referring(entry, ids, "skill_id"), "version": ids[entry["skill_id"] + "@"]}
        for entry in posted["skills"]
    ]
    # Variables are filled in.
    body["mcp_servers"] = [
        {**entry, "url": URLS[entry["url"].strip("${}")]} for entry in posted["mcp_servers"]
    ]
    return body


def referring(entry: Body, ids: dict[str, str], key: str) -> Body:
    return {**entry, key: ids[entry[key]]}


def placeholders(client: anthropic.Anthropic, bodies: dict[str, Body], project: Project) -> Any:
    """The script's placeholder of each agent and skill, to its id; with `@`, to the version."""
    ids = {_DRY_RUN + agent.name: agent.id for agent in client.beta.agents.list()}
    for address, entry in project.lock().objects.items():
        if address.kind == "skill":
            ids[_DRY_RUN + address.name] = entry.id
    used = {(one["skill_id"], one["version"]) for body in bodies.values() for one in body["skills"]}
    names = {value: key for key, value in ids.items()}
    for skill_id, version in used:
        assert client.beta.skills.versions.retrieve(version, skill_id=skill_id).id
        assert ids.setdefault(names[skill_id] + "@", version) == version
    return ids


def test_the_bodies_are_those_that_the_script_posts(project: Project, corpus: Corpus) -> None:
    taken(project, corpus("financial-services"), COOKBOOKS)
    project.apply(*given())
    sent = {body["name"]: body for body in project.sent("/v1/agents")}
    client = client_of(project)
    live = {agent.name: agent.model_dump() for agent in client.beta.agents.list()}
    files = sorted(corpus("expected/financial-services").glob("*.json"))
    posted = {file.stem: json.loads(file.read_text()) for file in files}
    names = {body["name"] for bodies in posted.values() for body in bodies}
    assert len(posted) == 10 and len(names) == 40
    assert names == live.keys() == sent.keys()
    ids = placeholders(client, sent, project)
    for slug, bodies in posted.items():
        *_, orchestrator = bodies
        roster = sent[orchestrator["name"]]["multiagent"]["agents"]
        assert len(roster) == 3
        assert project.id(f"agent/{slug}") == live[orchestrator["name"]]["id"]
        for body in bodies:
            name = body["name"]
            wanted = expected(body, sent[name], ids)
            # The API takes a model's id for the model, which the project always writes out.
            assert sent[name] == {**wanted, "model": {"id": wanted["model"]}}
            twin = client.beta.agents.create(**wanted).model_dump()
            for field in live[name].keys() - set(_OF_THE_PLATFORM):
                assert twin[field] == live[name][field], (name, field)
            client.beta.agents.archive(twin["id"])
    settled(project, *given())


def test_a_variable_that_is_unset_sends_nothing(project: Project, corpus: Corpus) -> None:
    taken(project, corpus("financial-services"), COOKBOOKS)
    root = project.root / COOKBOOKS
    places = sorted(
        f"{path.relative_to(project.root).as_posix()}:{line}"
        for path in root.rglob("*.yaml")
        for line, text in enumerate(path.read_text().splitlines(), 1)
        if "${CAPIQ_MCP_URL}" in text
    )
    assert len(places) == 9
    result = project.apply("--format", "json", *given(without="CAPIQ_MCP_URL"), code=1)
    assert project.server.requests() == []
    found = json.loads(result.output)["diagnostics"]
    errors = [one for one in found if one["severity"] == "error"]
    assert {one["code"] for one in errors} == {"variable.undefined"}
    assert sorted(f"{one['file']}:{one['line']}" for one in errors) == places
    assert all("CAPIQ_MCP_URL" in one["message"] for one in errors)


def test_the_sample(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    taken(project, REPOSITORY / "tests/data/cookbook", "cookbooks")
    client = client_of(project)
    helper = client.beta.agents.create(name="Helper", model="claude-opus-4-7")
    monkeypatch.setenv("RECONCILE_VAR_ORDERS_MCP_URL", URLS["GL_MCP_URL"])
    variables = f"--var=HELPER_AGENT={helper.id}"
    project.apply(variables)
    agents = {agent.name: agent for agent in client.beta.agents.list()}
    roster: Any = agents["stock-counter"].multiagent
    assert [member.id for member in roster.agents] == [agents["shelf-reader"].id, helper.id]
    reader = agents["invoice-checker-reader"]
    assert (reader.multiagent, reader.skills, reader.mcp_servers) == (None, [], [])
    settled(project, variables)
    project.edit("plugins/invoices/agents/invoice-checker.md", "Never pay", "Pay")
    project.apply(variables)
    checker = project.id("agent/invoice-checker")
    assert project.writes() == [("POST", f"/v1/agents/{checker}")]


def test_mistakes_send_nothing(project: Project) -> None:
    taken(project, REPOSITORY / "tests/data/cookbook-refused", "cookbooks")
    result = project.apply("--format", "json", code=1)
    assert project.server.requests() == []
    found = json.loads(result.output)["diagnostics"]
    reviewed = (project.root / "findings.txt").read_text("utf-8").splitlines()
    assert len(found) == len(reviewed)
