from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.authoring import ProjectNotFound, load
from reconciler.engine.desired import Expectation
from tests.authoring.support import codes, loaded, places, write

AGENT = {"agents/a/agent.yaml": "model: m\n"}
BASE = "version: 1\nproject: demo\n"


def test_it_is_searched_upwards(tmp_path: Path) -> None:
    write(tmp_path, AGENT)
    for start in (tmp_path, tmp_path / "agents/a"):
        assert load(start, target=None, variables={}, environ={}).root == tmp_path


def test_no_project(tmp_path: Path) -> None:
    with pytest.raises(ProjectNotFound, match="reconcile init"):
        load(tmp_path, target=None, variables={}, environ={})


def test_a_project_file_of_another_name(tmp_path: Path) -> None:
    (tmp_path / "reconcile.yml").write_text(BASE)
    with pytest.raises(ProjectNotFound, match=r"reconcile.yml must be called reconcile.yaml"):
        load(tmp_path, target=None, variables={}, environ={})


@pytest.mark.parametrize(
    ("text", "wanted", "expected"),
    [
        ("", None, "sandbox"),
        ("targets: {}", None, "sandbox"),
        ("targets: {prod:  {}}", None, "prod"),
        ("targets: {prod: null}", None, "prod"),
        ("targets: {prod: {}, test: {}}\ndefault_target: test", None, "test"),
        ("targets: {prod: {}, test: {}}\ndefault_target: test", "prod", "prod"),
        ("targets: {prod: {}, test: {}}", "sandbox", "sandbox"),
        ("targets: {prod: {}}\ndefault_target: sandbox", None, "sandbox"),
    ],
)
def test_the_target(tmp_path: Path, text: str, wanted: str | None, expected: str) -> None:
    result = loaded(tmp_path, {"reconcile.yaml": BASE + text, **AGENT}, target=wanted)
    assert result.target == expected
    assert result.project == "demo"
    assert result.desired is not None
    assert result.desired.target.name == expected
    assert "sandbox" in result.targets and list(result.targets) == sorted(result.targets)


def test_what_to_expect(tmp_path: Path) -> None:
    text = "targets: {prod: {expect: {workspace: wrkspc_1, organization: org_1}}}"
    result = loaded(tmp_path, {"reconcile.yaml": BASE + text, **AGENT})
    assert result.desired is not None
    assert result.desired.target.expect == Expectation("wrkspc_1", "org_1")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("project: demo\n", "field.missing 1:1"),
        ("version: 2\nproject: demo\n", "field.value 1:10"),
        ("version: '1'\nproject: demo\n", "field.value 1:10"),
        ("version: 1\nproject: Demo_1\n", "field.value 2:10"),
        ("version: 1\nproject: 7\n", "field.not_text 2:10"),
        (BASE + "target: {}\n", "field.unknown 3:1"),
        (BASE + "targets: {prod: {expects: {}}}\n", "field.unknown 3:18"),
        (BASE + "targets: {prod: {expect: {workspaces: x}}}\n", "field.unknown 3:27"),
        (BASE + "targets: {Prod: {}}\n", "field.value 3:11"),
        (BASE + "targets: {prod: {variables: {n: 1}}}\n", "field.not_text 3:33"),
        (BASE + "targets: {prod: {variables: {a-b: x}}}\n", "field.value 3:30"),
        (BASE + "targets: {prod: {overrides: {agent/a: [x]}}}\n", "field.type 3:39"),
        (BASE + "targets: {prod: {}, test: {}}\n", "target.required 3:1"),
        (BASE + "default_target: prdo\ntargets: {prod: {}}\n", "target.unknown 3:17"),
        (BASE + "default_target: prdo\n", "target.unknown 3:17"),
        (BASE + "moved: [{from: agent/a, to: agent/b, too: x}]\n", "field.unknown 3:38"),
        (BASE + "policy: {max: 1}\n", "field.unknown 3:10"),
        (BASE + "paths: {agents: gone}\n", "path.missing 3:17"),
        (BASE + "paths: {agents: ../x}\n", "path.outside 3:17"),
        (BASE + "paths: {agents: .git/x}\n", "path.forbidden 3:17"),
        (BASE + "paths: {vaults: x}\n", "field.unknown 3:9"),
        (BASE + "targets:\n", "yaml.empty_value 3:1"),
        (BASE + "project: x\n", "yaml.duplicate_key 3:1"),
        ("version: 1\nproject: a: b\n", "yaml.colon 2:11"),
        ("[]\n", "field.type 1:1"),
    ],
)
def test_refused(tmp_path: Path, text: str, expected: str) -> None:
    result = loaded(tmp_path, {"reconcile.yaml": text, **AGENT})
    code, _, place = expected.partition(" ")
    assert places(result) == [f"{code} reconcile.yaml:{place}"]
    assert result.desired is None


def test_an_unknown_target(tmp_path: Path) -> None:
    text = BASE + "targets: {prod: {}}\n"
    result = loaded(tmp_path, {"reconcile.yaml": text}, target="prd")
    assert places(result) == ["target.unknown reconcile.yaml:3:1"]
    assert result.findings[0].hint == "did you mean `prod`?"
    assert result.target == "prd"


def test_empty_moved_and_policy_are_fine(tmp_path: Path) -> None:
    result = loaded(tmp_path, {"reconcile.yaml": BASE + "moved: []\npolicy: {}\n", **AGENT})
    assert result.findings == ()


def test_mistakes_in_both_are_reported_together(tmp_path: Path) -> None:
    files = {"reconcile.yaml": BASE + "polcy: {}\n", "agents/a/agent.yaml": "modle: m\n"}
    assert codes(loaded(tmp_path, files)) == ["field.unknown", "field.unknown"]


def test_other_folders(tmp_path: Path) -> None:
    files = {
        "reconcile.yaml": BASE + "paths: {agents: x/a, skills: ./x/s/, environments: x/e}\n",
        "x/a/one/agent.yaml": "model: m\ntools: [read]\nskills: [shared/k]\n",
        "x/s/k/SKILL.md": "---\nname: k\ndescription: d\n---\n",
        "x/e/e.yaml": "name: e\n",
        "agents/ignored/agent.yaml": "modle: m\n",
    }
    result = loaded(tmp_path, files)
    assert result.desired is not None
    assert [str(item.address) for item in result.desired.resources] == [
        "agent/one", "environment/e", "skill/k",
    ]  # fmt: skip


def test_a_linked_project_file(tmp_path: Path) -> None:
    write(tmp_path / "real", {})
    (tmp_path / "link").mkdir()
    (tmp_path / "link/reconcile.yaml").symlink_to(tmp_path / "real/reconcile.yaml")
    result = load(tmp_path / "link", target=None, variables={}, environ={})
    assert places(result) == ["path.symlink reconcile.yaml:1:1"]
