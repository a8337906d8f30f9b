from __future__ import annotations

from pathlib import Path

import pytest

from tests.authoring.support import SKILL, loaded, places

M = "model: m\n"
P = "---\nmodel: m\n---\nPrompt.\n"


def addresses(root: Path, files: dict[str, str]) -> list[str]:
    result = loaded(root, files)
    assert result.findings == ()
    assert result.desired is not None
    return [str(item.address) for item in result.desired.resources]


@pytest.mark.parametrize(
    ("file", "text", "address"),
    [
        ("agents/x/agent.yaml", M, "agent/x"),
        ("agents/x/agent.yml", M, "agent/x"),
        ("agents/x.agent.yaml", M, "agent/x"),
        ("agents/x.agent.yml", M, "agent/x"),
        ("agents/x.y.agent.yaml", M, "agent/x.y"),
        ("agents/x/agent.json", '{"model": "m"}', "agent/x"),
        ("agents/x.agent.json", '{"model": "m"}', "agent/x"),
        ("agents/lead/subagents/x.json", '{"model": "m"}', "agent/lead/x"),
        ("agents/lead/subagents/x.yaml", M, "agent/lead/x"),
        ("agents/lead/subagents/x.agent.yml", M, "agent/lead/x"),
        ("agents/lead/x.agent.yaml", M, "agent/lead/x"),
        ("agents/x/agent.md", P, "agent/x"),
        ("agents/x.agent.md", P, "agent/x"),
        ("agents/lead/subagents/x.md", P, "agent/lead/x"),
        ("agents/lead/subagents/x.agent.md", P, "agent/lead/x"),
        ("agents/lead/x.agent.md", P, "agent/lead/x"),
        ("skills/x/SKILL.md", SKILL.format(name="x"), "skill/x"),
        ("environments/x.yaml", "name: Other\n", "environment/x"),
        ("environments/x.yml", "{}\n", "environment/x"),
        ("environments/x.json", "{}\n", "environment/x"),
        ("environments/x.md", "---\n{}\n---\n", "environment/x"),
        ("agents/x/environment.json", '{"name": "Other"}', "environment/x"),
        ("agents/x/environment.md", "---\nname: Other\n---\n", "environment/x"),
        ("agents/x/environment.yaml", "name: Other\n", "environment/x"),
        ("agents/environment.yaml", "name: Sales Factory!\n", "environment/sales-factory"),
        ("agents/environment.yaml", "{}\n", "environment/environment"),
    ],
)
def test_addresses(tmp_path: Path, file: str, text: str, address: str) -> None:
    assert addresses(tmp_path, {file: text}) == [address]


def test_files_that_define_nothing(tmp_path: Path) -> None:
    files = {
        "agents/a/agent.yaml": M,
        "agents/README.md": "",
        "agents/pitch-rubric.md": "",
        "agents/a/README.md": "",
        "agents/a/tools.md": "",
        "agents/a/steering-examples.json": "[]",
        "agents/a/session-smoke.yaml": "initial: x\n",
        "agents/a/subagents/README.md": "",
        "agents/notes/x.txt": "",
        "agents/.hidden/agent.yaml": "not: read",
        "agents/.draft.agent.yaml": "not: read",
        "skills/README.md": "",
        "environments/README.md": "",
        "deployments/README.md": "",
        "elsewhere/agent.yaml": "not: read",
    }
    assert addresses(tmp_path, files) == ["agent/a"]


@pytest.mark.parametrize(
    ("file", "expected"),
    [
        ("vaults/x.yaml", "kind.not_managed vaults/x.yaml:1:1"),
        ("memory_stores/x.json", "kind.not_managed memory_stores/x.json:1:1"),
        ("deployments/x.md", "kind.not_managed deployments/x.md:1:1"),
        ("agents/a/vault.yaml", "kind.not_managed agents/a/vault.yaml:1:1"),
        ("agents/a/deployment-daily.yaml", "kind.not_managed agents/a/deployment-daily.yaml:1:1"),
        ("agents/a/memory_store-x.yaml", "kind.not_managed agents/a/memory_store-x.yaml:1:1"),
        ("agents/mcp.json", "form.not_read agents/mcp.json:1:1"),
        ("agents/b/mcp.json", "form.not_read agents/b/mcp.json:1:1"),
        (".managed-agents/b/notes.txt", "agent.no_definition .managed-agents/b:1:1"),
        (".managed-agents/b/agent.yaml", "form.not_read .managed-agents/b/agent.yaml:1:1"),
        (".managed-agents/b/vault.yaml", "kind.not_managed .managed-agents/b/vault.yaml:1:1"),
        ("agents/vault-x.md", "kind.not_managed agents/vault-x.md:1:1"),
        ("agents/b c/agent.yaml", "address.name agents/b c/agent.yaml:1:1"),
        ("agents/bé.agent.yaml", "address.name agents/bé.agent.yaml:1:1"),
        ("environments/-x.yaml", "address.name environments/-x.yaml:1:1"),
        ("agents/a/agent.yml", "address.duplicate agents/a/agent.yml:1:1"),
        ("agents/a.agent.yaml", "address.duplicate agents/a.agent.yaml:1:1"),
        ("agents/b/Agent.yaml", "agent.misnamed agents/b/Agent.yaml:1:1"),
        ("agents/b/system-prompt.md", "agent.no_definition agents/b/system-prompt.md:1:1"),
        ("environments/x.md", "agent.no_frontmatter environments/x.md:1:1"),
        ("agents/a/vault_x.yaml", "kind.not_managed agents/a/vault_x.yaml:1:1"),
        ("agents/a.yaml", "agent.misnamed agents/a.yaml:1:1"),
        ("agents/a/b.yaml", "agent.misnamed agents/a/b.yaml:1:1"),
        ("agents/b/c/agent.yaml", "agent.misnamed agents/b/c/agent.yaml:1:1"),
        ("agents/a/subagents/b/agent.yaml", "agent.no_definition agents/a/subagents/b:1:1"),
    ],
)
def test_nothing_is_passed_over_in_silence(tmp_path: Path, file: str, expected: str) -> None:
    assert places(loaded(tmp_path, {"agents/a/agent.yaml": M, file: M})) == [expected]


def test_links_to_definitions(tmp_path: Path) -> None:
    loaded(tmp_path, {"agents/a/agent.yaml": M})
    (tmp_path / "agents/b").symlink_to("a")
    (tmp_path / "agents/c.agent.yaml").symlink_to("a/agent.yaml")
    (tmp_path / "environments").symlink_to("agents")
    (tmp_path / "agents/CLAUDE.md").symlink_to("a/agent.yaml")
    assert places(loaded(tmp_path, {})) == [
        "path.symlink agents/b:1:1",
        "path.symlink agents/c.agent.yaml:1:1",
        "path.symlink environments:1:1",
    ]
