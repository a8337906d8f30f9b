from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.authoring.documents import Overlay, merge_patch, overlaid
from reconciler.authoring.yaml_source import Source, parse
from tests.authoring.support import agent, body, only, places


def source(file: str, text: str) -> Source:
    parsed, problems = parse(file, text.encode())
    assert parsed is not None and not problems
    return parsed


@pytest.mark.parametrize(
    ("value", "patch", "expected"),
    [
        ({"a": 1}, {"b": 2}, {"a": 1, "b": 2}),
        ({"a": 1}, {"a": None}, {}),
        ({"a": {"x": 1, "y": 2}}, {"a": {"y": 3}}, {"a": {"x": 1, "y": 3}}),
        ({"a": [1, 2]}, {"a": [3]}, {"a": [3]}),
        ({"a": "text"}, {"a": {"x": {"y": None}}}, {"a": {"x": {}}}),
    ],
)
def test_merge_patch(value: object, patch: object, expected: object) -> None:
    assert merge_patch(value, patch) == expected


def test_places_point_where_each_part_was_written() -> None:
    base = source("agent.yaml", "model: {id: m, speed: fast}\ntools: [read]\nname: x\n")
    over = source("reconcile.yaml", "o:\n  model: {id: n}\n  tools: [write, bash]\n")
    document = overlaid(base, Overlay(over, ("o",), over.value["o"]))
    assert document.value["model"] == {"id": "n", "speed": "fast"}
    assert str(document.span(("model", "id"))) == "reconcile.yaml:2:15"
    assert str(document.span(("model", "speed"))) == "agent.yaml:1:23"
    assert str(document.span(("model",))) == "agent.yaml:1:8"
    assert str(document.span(("tools", 1))) == "reconcile.yaml:3:18"
    assert str(document.span(("name",))) == "agent.yaml:3:7"


OVERRIDE = """version: 1
project: demo
targets:
  prod:
    overrides:
      agent/a: {model: claude-opus-5, metadata: {tier: gold}}
  test: {}
"""


def test_an_override_holds_for_its_target_only(tmp_path: Path) -> None:
    text = "metadata: {owner: ops}\n"
    files = {"reconcile.yaml": OVERRIDE}
    prod = agent(tmp_path, text, files, target="prod")
    assert body(prod)["model"] == {"id": "claude-opus-5"}
    assert body(prod)["metadata"] == {"owner": "ops", "tier": "gold"}
    test = agent(tmp_path, text, files, target="test")
    assert body(test)["model"] == {"id": "m"}


def test_a_mistake_in_an_override_is_reported_there(tmp_path: Path) -> None:
    files = {"reconcile.yaml": OVERRIDE.replace("tier: gold", "tier: 1")}
    result = agent(tmp_path, "", files, target="prod")
    assert places(result) == ["field.not_text reconcile.yaml:6:56"]


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("agent/b", "override.unknown 6:7"),
        ("agnt/a", "override.address 6:7"),
        ("skill/a", "override.address 6:7"),
    ],
)
def test_an_override_of_nothing(tmp_path: Path, address: str, expected: str) -> None:
    files = {"reconcile.yaml": OVERRIDE.replace("agent/a", address)}
    assert only(agent(tmp_path, "", files, target="prod")) == expected
