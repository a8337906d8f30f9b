from __future__ import annotations

import pytest

from reconciler.engine.hosts import allowed_hosts, may_hold_registry_key


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("https://mcp.ntropii.com/mcp", True),
        ("https://a.b.ntropii.com/", True),
        ("http://localhost:1/mcp", True),
        ("https://mcp.corp/x", True),
        ("http://mcp.ntropii.com/mcp", False),
        ("https://evilntropii.com/mcp", False),
        ("https://mcp.ntropii.com.evil.example/", False),
        ("https://evil.example/mcp.ntropii.com", False),
        ("", False),
    ],
)
def test_where_the_registry_key_may_be_stored(url: str, may: bool) -> None:
    assert may_hold_registry_key(url, frozenset({"mcp.corp"})) is may


def test_the_list_of_hosts() -> None:
    assert allowed_hosts(" A.corp, b.corp:8443\nc ") == {"a.corp", "b.corp:8443", "c"}
    assert allowed_hosts("") == frozenset()


@pytest.mark.parametrize(
    ("url", "hosts", "may"),
    [
        ("https://mcp.ntropii.com/mcp", "", True),
        ("https://MCP.Ntropii.com/mcp", "", True),
        ("http://mcp.ntropii.com/mcp", "", False),
        ("https://ntropii.com.evil.io/mcp", "", False),
        ("https://evilntropii.com/mcp", "", False),
        ("https://mcp.ntropii.com@evil.io/", "", False),
        ("http://127.0.0.1:9000/mcp", "", True),
        ("http://[::1]:9000/mcp", "", True),
        ("http://localhost/mcp", "", True),
        ("http://localhost.evil.io/mcp", "", False),
        ("https://mcp.example.com/mcp", "a.io, mcp.example.com", True),
        ("https://mcp.example.com:8443/mcp", "mcp.example.com:8443", True),
        ("https://mcp.example.com/mcp", "example.com", False),
        ("http://mcp.example.com/mcp", "mcp.example.com", False),
    ],
)
def test_where_the_key_may_go_with_a_list_of_hosts(url: str, hosts: str, may: bool) -> None:
    assert may_hold_registry_key(url, allowed_hosts(hosts)) is may
