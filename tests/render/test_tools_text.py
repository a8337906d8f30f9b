from __future__ import annotations

from typing import Any

import pytest

from reconciler.engine.tools import normalise_tools
from reconciler.render.tools_text import tools_summary

ASK = {"permission_policy": {"type": "always_ask"}}
OFF = {"default_config": {"enabled": False}}
BUILTIN, MCP = "agent_toolset_20260401", "mcp_toolset"


@pytest.mark.parametrize(
    ("tool", "words"),
    [
        ({"type": BUILTIN}, "all run"),
        ({"type": BUILTIN, **OFF}, "all are off"),
        ({"type": BUILTIN, **OFF, "configs": [{"name": "read", "enabled": True}, {"name": "bash", "enabled": True, **ASK}]}, "bash ask; read run; all others are off"),
        ({"type": BUILTIN, "configs": [{"name": "bash", "enabled": False}]}, "bash off; all others run"),
        ({"type": BUILTIN, "configs": [{"name": "web_fetch", "allowed_domains": ["a.org"]}]}, "web_fetch (limited) run; all others run"),
        ({"type": MCP, "mcp_server_name": "s"}, "all ask"),
        ({"type": "custom", "name": "c", "description": "d", "input_schema": {}}, "answered by the caller"),
    ],
)  # fmt: skip
def test_effective_permissions_in_words(tool: dict[str, Any], words: str) -> None:
    assert [text for _, text in tools_summary(normalise_tools([tool]))] == [words]
