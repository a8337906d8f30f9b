"""A secret in a server's URL: an error in a file, and never shown where it is live."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.conftest import Project
from tests.scenarios.world import agent, in_the_console

CHECKER = "agents/checker/agent.yaml"
SECRET = "c0rrect-h0rse-battery"
SERVER = (
    "model: claude-sonnet-4-6\nmcp_servers: [{{name: alpha, url: '{url}', permission: allow}}]\n"
)
URLS = [
    f"https://alpha.example.com/mcp?token={SECRET}",
    f"https://alpha.example.com/mcp?tenant=1&api_key={SECRET}",
    f"https://alpha.example.com/mcp#access_token={SECRET}",
    f"https://someone:{SECRET}@alpha.example.com/mcp",
]


def test_it_is_an_error_before_any_request(project: Project) -> None:
    commands = (["validate"], ["plan"], ["plan", "--format", "json"], ["apply", "--yes"])
    for url, command in zip(URLS * 4, [one for one in commands for _ in URLS], strict=True):
        project.write(CHECKER, SERVER.format(url=url))
        refused = project.run(*command, code=1)
        assert "mcp.url_credentials" in refused.output and SECRET not in refused.output
        assert project.server.requests() == []


@pytest.mark.parametrize("url", URLS[::3], ids=["token", "password"])
def test_a_live_one_is_shown_nowhere(project: Project, tmp_path: Path, url: str) -> None:
    """Somebody put it there by hand, so that it must be seen, compared and replaced."""
    project.write(CHECKER, SERVER.format(url="https://alpha.example.com/mcp"))
    project.apply()
    servers = [{"type": "url", "name": "alpha", "url": url}]
    in_the_console(project, "agent/checker", mcp_servers=servers)
    plan = tmp_path / "plan.json"
    shown = [
        project.run(*command, code=code).output
        for command, code in (
            (["plan", "--out", str(plan)], 5),
            (["plan", "--format", "json"], 5),
            (["drift"], 2),
            (["drift", "--format", "json"], 2),
            (["apply", "--yes"], 5),
            (["apply", "--yes", "--overwrite-drift", "*", "--verbose"], 0),
        )
    ]
    assert all("alpha" in text for text in shown[:-1]), "the edit is not shown at all"
    for text in (*shown, plan.read_text(), project.lock_file.read_text()):
        assert SECRET not in text
    assert (
        agent(project, "agent/checker")["mcp_servers"][0]["url"] == "https://alpha.example.com/mcp"
    )
