"""Real definitions, written by others, where the corpus is at hand."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.authoring import load
from reconciler.authoring.files import Files
from reconciler.authoring.skills import read_skill
from reconciler.engine.diagnostics import Diagnostic
from tests.authoring.support import body, codes, write

CORPUS = Path(__file__).resolve().parents[2] / "../shared/corpus"
pytestmark = pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus is not beside the project")
COOKBOOKS = "managed-agent-cookbooks"
NAMES = (
    sorted(path.stem for path in (CORPUS / "expected/financial-services").glob("*.json"))
    if CORPUS.is_dir()
    else []
)


def test_sales_factory(tmp_path: Path) -> None:
    root = tmp_path / "p"
    shutil.copytree(CORPUS / "sales-factory", root)
    (root / "reconcile.yaml").write_text("version: 1\nproject: sales-factory\n")
    result = load(root, target=None, variables={}, environ={})
    assert set(codes(result)) == {"tools.untrusted_input"}
    assert result.desired is not None
    assert [str(item.address) for item in result.desired.resources] == [
        "agent/deck", "agent/order", "agent/quote", "agent/research", "agent/sales-factory",
        "environment/sales-factory-env",
    ]  # fmt: skip
    for name in ("deck", "order", "quote", "research", "sales-factory"):
        written = yaml.safe_load((root / f"agents/{name}.agent.yaml").read_text())
        found = body(result, f"agent/{name}")
        if "multiagent" in written:
            members = found.pop("multiagent")["agents"]
            words = written.pop("multiagent")["agents"]
            assert [item["id"]["$ref"] for item in members] == [f"agent/{word}" for word in words]
        assert found == {**written, "model": {"id": written["model"]}}
    environment = yaml.safe_load((root / "agents/environment.yaml").read_text())
    assert body(result, "environment/sales-factory-env") == environment


def native(manifest: dict[str, Any]) -> dict[str, Any]:
    """A cookbook manifest without the keys of that dialect, and with its URLs filled in."""
    kept = {key: value for key, value in manifest.items()
            if key not in ("skills", "callable_agents", "output_schema")}  # fmt: skip
    return {key: filled(value) for key, value in kept.items()}


def filled(value: Any) -> Any:
    """The value with `url: ${X_MCP_URL}` as https://x-mcp-url.example.com."""
    if isinstance(value, dict):
        return {key: _url(item) if key == "url" else filled(item) for key, item in value.items()}
    return [filled(item) for item in value] if isinstance(value, list) else value


def _url(text: str) -> str:
    name = re.sub(r"[^a-z]+", "-", text.lower()).strip("-")
    return f"https://{name}.example.com" if text.startswith("${") else text


@pytest.mark.parametrize("name", NAMES)
def test_the_bodies_that_the_cookbooks_post(tmp_path: Path, name: str) -> None:
    source = CORPUS / "financial-services"
    root = tmp_path / "p"
    shutil.copytree(source / "plugins", root / "plugins")
    files = {"reconcile.yaml": f"version: 1\nproject: fs\npaths: {{agents: {COOKBOOKS}}}\n"}
    folder = source / COOKBOOKS / name
    titles = {}
    for path in (folder / "agent.yaml", *sorted((folder / "subagents").glob("*.yaml"))):
        manifest = yaml.safe_load(path.read_text())
        address = f"agent/{name}" + ("" if path.name == "agent.yaml" else f"/{path.stem}")
        titles[manifest["name"]] = address
        text = yaml.safe_dump(native(manifest), sort_keys=False, allow_unicode=True)
        files[f"{COOKBOOKS}/{path.relative_to(folder.parent)}"] = text
    write(root, files)
    result = load(root, target=None, variables={}, environ={})
    assert [item for item in result.findings if item.severity == "error"] == []
    posted = json.loads((CORPUS / f"expected/financial-services/{name}.json").read_text())
    assert {item["name"] for item in posted} == set(titles)
    for expected in posted:
        found = body(result, titles[expected["name"]])
        assert found["model"] == {"id": expected["model"]}
        assert found["tools"] == expected["tools"]
        assert found["mcp_servers"] == filled(expected["mcp_servers"])
        prompt = re.sub(r"\A---\n.*?\n---\n\n*", "", expected["system"], flags=re.DOTALL)
        assert found["system"].rstrip("\n") == prompt


def test_every_skill_can_be_uploaded() -> None:
    root = (CORPUS / "financial-services").resolve()
    findings: list[Diagnostic] = []
    read = [
        read_skill(Files(root), str(path.parent.relative_to(root)), "", findings)
        for path in sorted(root.rglob("SKILL.md"))
    ]
    assert len(read) > 40 and None not in read
    assert [item for item in findings if item.severity != "note"] == []
    digests = {skill.content.digest for skill in read if skill is not None}
    assert len(digests) < len(read)
