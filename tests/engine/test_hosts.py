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
