"""Mistakes in files: an error at its line, and nothing of the project is sent."""

from __future__ import annotations

import pytest

from tests.e2e.conftest import Project

FILE = "agents/checker/agent.yaml"


def refused(project: Project, text: str, *said: str) -> None:
    project.write(FILE, text)
    project.server.clear_requests()
    result = project.apply(code=1)
    assert project.writes() == []
    for words in said:
        assert words in result.output
    assert project.server.requests() == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("model: claude-sonnet-4-6\ntools: [read\nname: x\n", ("yaml.syntax", f"{FILE}:3:")),
        ("model: claude-sonnet-4-6\nname: a: b\n", ("yaml.colon", f"{FILE}:2:")),
        ("model: claude-sonnet-4-6\n\ttools: []\n", ("yaml.tab", f"{FILE}:2:1")),
        ("model: x\nmodel: claude-sonnet-4-6\n", ("yaml.duplicate_key", f"{FILE}:2:1")),
        ("model: claude-sonnet-4-6\ntools:\n", ("yaml.empty_value", f"{FILE}:2:1", "`tools`")),
        ("\x00", ("yaml.control_character", FILE)),
    ],
)
def test_broken_yaml_is_an_error_at_its_line(
    checker: Project, text: str, said: tuple[str, ...]
) -> None:
    refused(checker, text, *said)


def test_a_byte_order_mark_changes_nothing(checker: Project) -> None:
    text = (checker.root / FILE).read_text()
    checker.write(FILE, f"\ufeff{text}")
    checker.plan(code=0)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mcp_server: []\n", (f"{FILE}:2:1", "`mcp_servers`")),
        ("tols: [read]\n", (f"{FILE}:2:1", "`tools`")),
        ("tools: ['bash:always_deny']\n", (f"{FILE}:2:9", "always_deny", ":ask")),
        (
            "tools:\n  - type: agent_toolset_20260401\n"
            "    default_config: {permission_policy: {type: always_deny}}\n",
            (f"{FILE}:4:", "always_deny", "enabled: false"),
        ),
        ("tools: [reed]\n", (f"{FILE}:2:9", "`read`")),
    ],
)
def test_a_misspelt_word_is_an_error_with_the_nearest(
    checker: Project, text: str, said: tuple[str, ...]
) -> None:
    refused(checker, f"model: claude-sonnet-4-6\n{text}", *said)
