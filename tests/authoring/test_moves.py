from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.authoring import load

AGENT = "model: claude-sonnet-4-6\n"


def project(root: Path, moved: str) -> Path:
    for name in ("a", "b"):
        (root / "agents" / name).mkdir(parents=True)
        (root / "agents" / name / "agent.yaml").write_text(AGENT)
    (root / "reconcile.yaml").write_text(f"version: 1\nproject: demo\nmoved:\n{moved}")
    return root


def test_a_renamed_folder(tmp_path: Path) -> None:
    root = project(tmp_path, "  - {from: agent/old, to: agent/a}\n")
    found = load(root, target=None, variables={}, environ={})
    assert found.desired is not None
    ((move),) = found.desired.moved
    assert (str(move.old), str(move.new)) == ("agent/old", "agent/a")
    assert str(move.span) == "reconcile.yaml:4:27"


@pytest.mark.parametrize(
    ("moved", "finding"),
    [
        ("  - {from: thing/old, to: agent/a}\n", "moved.address 4:12"),
        ("  - {from: skill/old, to: skill/new}\n", "moved.address 4:12"),
        ("  - {from: environment/old, to: agent/a}\n", "moved.address 4:33"),
        ("  - {from: agent/old, to: agent/c}\n", "moved.to_unknown 4:27"),
        ("  - {from: agent/b, to: agent/a}\n", "moved.from_declared 4:12"),
        ("  - {from: agent/old, to: agent/a}\n  - {from: agent/old, to: agent/b}\n", "moved.twice 5:5"),
        ("  - {from: agent/old, to: agent/a}\n  - {from: agent/other, to: agent/a}\n", "moved.twice 5:5"),
    ],
)  # fmt: skip
def test_what_can_not_move(tmp_path: Path, moved: str, finding: str) -> None:
    found = load(project(tmp_path, moved), target=None, variables={}, environ={})
    errors = [one for one in found.findings if one.severity == "error"]
    assert found.desired is None
    told = [f"{one.code} {one.span.line}:{one.span.column}" for one in errors if one.span]
    assert finding in told
