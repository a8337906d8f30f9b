from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.authoring.urls import normalised
from tests.authoring.support import agent, only


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("ftp://x.io", "mcp.url_scheme"),
        ("mcp.x.io/mcp", "mcp.url_scheme"),
        ("https://", "mcp.url_invalid"),
        ("https://x.io:port/", "mcp.url_invalid"),
        ("'https://x.io/a b'", "mcp.url_invalid"),
        ("https://user:hunter2@x.io", "mcp.url_credentials"),
        ("https://hunter2@x.io", "mcp.url_credentials"),
        ("https://x.io?token=hunter2", "mcp.url_credentials"),
        ("https://x.io?apiKey=hunter2", "mcp.url_credentials"),
        ("https://x.io?access_token=hunter2", "mcp.url_credentials"),
        ("https://x.io?accessToken=hunter2", "mcp.url_credentials"),
        ("https://x.io?X-Api-Key=hunter2", "mcp.url_credentials"),
        ("https://x.io?key=hunter2", "mcp.url_credentials"),
        ("https://x.io?q=ghp_hunter2", "mcp.url_credentials"),
        ("https://x.io/#api_key=hunter2", "mcp.url_credentials"),
        ("https://x.io/sk-hunter2/mcp", "mcp.url_credentials"),
        ("REPLACE-WITH-SERVICE-URL", "mcp.url_placeholder"),
        ("https://your-server.example.com", "mcp.url_placeholder"),
        ("https://<tenant>.example.com", "mcp.url_placeholder"),
        ("https://placeholder.mcp.invalid/mcp", "mcp.url_placeholder"),
        ("https://x.io/" + "a" * 2048, "mcp.url_too_long"),
    ],
)
def test_refused_without_repeating_a_secret(tmp_path: Path, url: str, code: str) -> None:
    result = agent(tmp_path, f"mcp_servers: [{{name: s, url: {url}}}]")
    assert only(result) == f"{code} 2:30"
    finding = result.findings[0]
    assert "hunter2" not in finding.message + finding.hint


@pytest.mark.parametrize(
    "url",
    [
        "https://mcp.example.com/mcp?project_ref=abc&read_only=true",
        "https://pastebin.example.com",
        "https://api.todoist.com/todo",
        "http://localhost:8080/mcp",
        "https://monkey.example.com?monkey=1&sort_key=name&token=",
    ],
)
def test_accepted(tmp_path: Path, url: str) -> None:
    assert agent(tmp_path, f"mcp_servers: [{{name: s, url: '{url}'}}]").findings == ()


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("https://X.io/mcp/", "https://x.io/mcp", True),
        ("HTTPS://x.io:443", "https://x.io/", True),
        ("http://x.io:80/a", "http://x.io/a", True),
        ("https://x.io:8443/a", "https://x.io/a", False),
        ("https://x.io/A", "https://x.io/a", False),
        ("https://x.io/a?b=1", "https://x.io/a", False),
        ("https://[::1]:443/a", "https://[::1]/a", True),
    ],
)
def test_as_the_platform_compares_them(one: str, other: str, same: bool) -> None:
    assert (normalised(one) == normalised(other)) is same
