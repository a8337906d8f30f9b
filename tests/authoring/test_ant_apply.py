"""ant apply's files, read as they are."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.authoring import Loaded, load
from reconciler.engine.values import encode
from tests.authoring.support import (
    PROJECT,
    SKILL,
    Files,
    body,
    codes,
    loaded,
    placed,
    places,
    resource,
    write,
)

DATA = Path(__file__).parents[1] / "data"
SAMPLES = ("ant-apply", "ant-apply-refused")
M = "model: m\n"
MD = "---\nmodel: m\n---\nProse.\n"
LATER = ("description.missing", "skill.unpinned")


def sample(name: str, *, skip: bool = False) -> Loaded:
    return load(DATA / name, target=None, variables={}, environ={}, skip_unsupported=skip)


def lock(**resources: str) -> str:
    """A claude-lock.json of these paths, each with its kind."""
    ids = {"agent": "agent_01X", "environment": "env_01X"}
    paths = {
        f"./{path}": {"kind": kind, "id": ids.get(kind, "x")} for path, kind in resources.items()
    }
    return json.dumps({"version": 1, "resources": paths})


def listed(paths: dict[str, str]) -> Files:
    return {"claude-lock.json": lock(**paths)}


def addresses(result: Loaded) -> list[str]:
    assert result.desired is not None, places(result)
    return [str(item.address) for item in result.desired.resources]


@pytest.mark.parametrize("name", SAMPLES)
def test_the_findings_are_those_reviewed(name: str) -> None:
    """After a change that is meant, review each line that differs."""
    found = [f"{item.severity} {item.code} {item.span} {item.message} | {item.hint}".rstrip(" |")
             for item in sample(name).findings]  # fmt: skip
    assert found == (DATA / name / "findings.txt").read_text("utf-8").splitlines()


def test_the_bodies_are_those_reviewed() -> None:
    """After a change that is meant, review each value that differs."""
    result = sample("ant-apply", skip=True)
    assert result.desired is not None
    found = {str(item.address): encode(item.body) for item in result.desired.resources}
    assert found == json.loads((DATA / "ant-apply/bodies.json").read_text("utf-8"))


def test_what_the_samples_show() -> None:
    found = {item.code for name in SAMPLES for item in sample(name).findings}
    assert found >= {
        "converted.added", "converted.name", "converted.owned", "converted.pinned",
        "converted.skill_files", "converted.skill_name", "converted.skill_title",
        "environment.two_descriptions", "include.nested", "include.no_match", "skill.remote",
        "subagent.cycle", "subagent.missing",
    }  # fmt: skip


def test_kinds_not_managed_are_left_out_when_asked() -> None:
    kinds = [item for item in sample("ant-apply").findings if item.code == "kind.not_managed"]
    skipped = [item for item in sample("ant-apply", skip=True).findings
               if item.code == "kind.not_managed"]  # fmt: skip
    assert {item.severity for item in kinds} == {"error"}
    assert {item.severity for item in skipped} == {"warning"}
    assert [item.span for item in kinds] == [item.span for item in skipped]
    assert len(kinds) == 7


def test_everything_keeps_its_place() -> None:
    result = sample("ant-apply", skip=True)
    found = resource(result, "agent/summarizer")
    assert str(found.place("skills")) == "agents/summarizer.md:13:1"
    assert str(found.place("system")) == "agents/summarizer.md:21:1"
    described = resource(result, "environment/cloud")
    assert str(described.place("description")) == "environments/cloud.md:7:1"


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        # by `type:`, before all else
        ("agents/x/other.yaml", f"type: agent\n{M}", "agent/x/other"),
        ("agents/x/other.md", "---\ntype: agent\nmodel: m\n---\n", "agent/x/other"),
        ("agents/x/other.json", '{"model": "m", "type": "agent"}', "agent/x/other"),
        ("environments/x.yaml", f"type: agent\n{M}", "agent/x"),
        ("environments/x.yaml", 'config: {type: cloud}\n"type": "environment"\n', "environment/x"),
        ("agents/x.agent.yaml", "type: environment\n", "environment/x.agent"),
        ("agents/x/agent.yaml", f"type: agent\n{M}", "agent/x"),
        ("agents/x/agent.yaml", "type: environment\n", "environment/x/agent"),
        ("skills/x.yaml", f"type: agent\n{M}", "agent/x"),
        ("vaults/x.yaml", f"type: agent\n{M}", "agent/x"),
        # by the folder
        ("agents/x.md", MD, "agent/x"),
        ("agents/x.yaml", M, "agent/x"),
        ("agents/x.yml", M, "agent/x"),
        ("agents/x.json", '{"model": "m"}', "agent/x"),
        ("agents/agent-x.md", MD, "agent/agent-x"),
        # by the beginning of the name
        ("agents/x/agent-y.yaml", M, "agent/x/y"),
        ("agents/x/agent_y.md", MD, "agent/x/y"),
        ("agents/x/environment_y.md", "---\nname: y\n---\n", "environment/x/y"),
        ("agents/x/environment.y.json", '{"config": {"type": "cloud"}}', "environment/x/y"),
    ],
)
def test_kinds(tmp_path: Path, file: str, text: str, expected: str) -> None:
    result = loaded(tmp_path, {file: text})
    assert [item.code for item in result.findings if item.code not in LATER] in (
        [], ["converted.name"],
    )  # fmt: skip
    assert addresses(result) == [expected]


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("agents/x.yaml", "type: vault\n", "kind.not_managed"),
        ("environments/x.json", '{"type": "deployment"}', "kind.not_managed"),
        ("agents/x/memory_store_y.md", "", "kind.not_managed"),
        ("agents/x.yaml", f"type: skill\n{M}", "form.not_read"),
        ("agents/x.yaml", f"type: {{agent: 1}}\n{M}", "field.unknown"),
        ("agents/x.yaml", f"type: other\n{M}", "field.unknown"),
        ("agents/x.md", "---\nmodel: m\ndescription: a: b\n---\n", "yaml.colon"),
        ("agents/x.json", '{\n  "model": "m",\n', "yaml.syntax"),
        ("agents/x y.md", MD, "address.name"),
        ("agents/x/other.yaml", M, "agent.misnamed"),
    ],
)
def test_kinds_that_are_refused(tmp_path: Path, file: str, text: str, expected: str) -> None:
    result = loaded(tmp_path, {"agents/a/agent.yaml": M, file: text})
    assert codes(result) == [expected]


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("agents/README.md", MD),
        ("agents/a/README.md", f"---\ntype: agent\n{M}---\n"),
        ("agents/rubric.md", "model: the best\n"),
        ("agents/x.json", '{"scripts": {}}'),
        ("agents/x.json", "[]"),
        ("agents/x/environment-variables.json", '{"REGION": "eu"}'),
        ("agents/x/environment-notes.md", "Notes.\n"),
        ("agents/a/agent-notes.md", "Notes.\n"),
        ("agents/x/other.md", MD),
        ("agents/x/session-smoke.yaml", "agent: ./agent.md\n"),
        ("agents/x.md", "---\nname: a\ndescription: b: c\ntools: Read\nmodel: m\n---\n"),
        ("skills/notes.md", MD),
        ("elsewhere/agents/x.md", MD),
        ("agents/agents.txt", "model: m\n"),
    ],
)
def test_what_is_no_resource_stays_quiet(tmp_path: Path, file: str, text: str) -> None:
    result = loaded(tmp_path, {"agents/a/agent.yaml": M, file: text})
    assert (places(result), addresses(result)) == ([], ["agent/a"])


def test_a_prompt_beside_agents_is_no_agent(tmp_path: Path) -> None:
    files = {"agents/a.agent.yaml": "model: m\nsystem: {file: prompt.md}\n",
             "agents/prompt.md": MD, "agents/a.md": MD}  # fmt: skip
    result = loaded(tmp_path, files)
    assert places(result) == ["agent.misnamed agents/a.md:1:1"]
    assert addresses(result) == ["agent/a"]


def test_a_lock_names_files_elsewhere(tmp_path: Path) -> None:
    files = {
        "team/agents/x.md": MD, "team/environment.yaml": "config: {type: cloud}\n",
        "y.md": MD, "environment.yaml": "name: Main Room\n", "bots/z/agent.yaml": M,
        "lib/tone/SKILL.md": SKILL.format(name="tone"), "not-named.md": MD,
        "agents/x/other.md": MD, "infra/environment-y.yaml": "name: y\n",
        **listed({
            "team/agents/x.md": "agent", "team/environment.yaml": "environment", "y.md": "agent",
            "environment.yaml": "environment", "bots/z/agent.yaml": "agent",
            "lib/tone": "skill", "agents/x/other.md": "agent", "gone.md": "agent",
            "infra/environment-y.yaml": "environment", "odd.md": "agent",
        }),
    }  # fmt: skip
    result = loaded(tmp_path, files)
    assert addresses(result) == [
        "agent/x", "agent/x/other", "agent/y", "agent/z", "environment/main-room",
        "environment/team", "environment/y", "skill/tone",
    ]  # fmt: skip
    assert body(result, "environment/team")["name"] == "environment"
    assert body(result, "agent/z")["name"] == "agent"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{", ["yaml.syntax"]),
        ("[]", ["field.type"]),
        ('{"resources": []}', ["field.type"]),
        ('{"resources": {}}', []),
        ('{"resources": {"./x.md": 1, "x.md": {"kind": "agent"}, "./": {"kind": "agent"}}}', []),
        (
            '{"resources": {"./agents/a/agent.yaml": 1}}',
            ["converted.name", "converted.owned", "adoption.id"],
        ),
        ('{"resources": {"./agents": {"kind": "room"}}}', ["kind.not_managed"]),
        ('{"resources": {"./../x.md": {"kind": "agent"}}}', ["path.outside"]),
        ('{"resources": {"./agents": {"kind": "agent"}}}', ["path.not_a_file"]),
        (b"\xff", ["text.encoding"]),
    ],
)
def test_locks_of_any_kind(tmp_path: Path, text: str | bytes, expected: list[str]) -> None:
    result = loaded(tmp_path, {"agents/a/agent.yaml": M, "claude-lock.json": text})
    assert codes(result) == expected


def test_a_lock_that_is_a_link(tmp_path: Path) -> None:
    write(tmp_path, {"agents/a/agent.yaml": M, "other.json": "{}"})
    (tmp_path / "claude-lock.json").symlink_to("other.json")
    assert places(loaded(tmp_path, {})) == ["path.symlink claude-lock.json:1:1"]


def test_what_a_listed_agent_does_not_say(tmp_path: Path) -> None:
    files = {
        "agents/a/agent.md": "---\nmodel: m\ntools: []\nskills: []\nname: A\n---\nProse.\n",
        "agents/a/knowledge/x.md": "X\n", "agents/a/system-prompt.md": "Unread.\n",
        "agents/a/mcp.json": '{"s": {"url": "https://s.example.com/mcp"}}',
        **listed({"agents/a/agent.md": "agent"}),
    }  # fmt: skip
    result = loaded(tmp_path, files)
    assert places(result, "note") == [
        "converted.owned agents/a/agent.md:2:1",
        "converted.added agents/a/knowledge:1:1",
        "converted.added agents/a/mcp.json:1:1",
        "system.file_unused agents/a/system-prompt.md:1:1",
    ]
    [owned] = [item for item in result.findings if item.code == "converted.owned"]
    assert "no `multiagent`, `execution_identity`:" in owned.message


def test_a_path_stands_for_an_id(tmp_path: Path) -> None:
    roster = ("multiagent: {type: coordinator, agents: [./b.md, {path: ./c.json}, "
              "{type: agent, id: ./d/agent.yaml}, {agent: b2.md}]}\n")  # fmt: skip
    files = {"agents/a.agent.yaml": M + roster, "agents/b.md": MD, "agents/c.json": '{"model": "m"}',
             "agents/d/agent.yaml": M, "agents/b2.md": MD}  # fmt: skip
    result = loaded(tmp_path, files)
    assert codes(result) == []
    members = body(result)["multiagent"]["agents"]
    assert [one["id"]["$ref"] for one in members] == ["agent/b", "agent/c", "agent/d", "agent/b2"]
    assert all(one["version"]["attr"] == "version" for one in members)


def test_a_pattern_means_its_folders_in_path_order(tmp_path: Path) -> None:
    files = {f"skills/{name}/SKILL.md": SKILL.format(name=name) for name in ("b", "a", "c")}
    files |= {"skills/notes.txt": "x", "skills/.hidden/SKILL.md": "x",
              "agents/a/agent.yaml": "model: m\ntools: [read]\nskills: [../../skills/*]\n"}  # fmt: skip
    result = loaded(tmp_path, files)
    assert codes(result) == []
    assert [one["skill_id"]["$ref"] for one in body(result)["skills"]] == [
        "skill/a", "skill/b", "skill/c",
    ]  # fmt: skip
    assert str(resource(result).place("skills")) == "agents/a/agent.yaml:3:1"


def test_a_link_that_a_pattern_catches(tmp_path: Path) -> None:
    write(tmp_path, {"agents/a.md": "---\nmodel: m\nskills: [../skills/*]\n---\n",
                     "lib/x/SKILL.md": SKILL.format(name="x"), "skills/y/a.txt": "",
                     "skills/y/SKILL.md": SKILL.format(name="y")})  # fmt: skip
    (tmp_path / "skills/x").symlink_to("../lib/x")
    (tmp_path / "skills/y/b.txt").symlink_to("a.txt")
    assert {"path.symlink", "skill.symlink"} <= set(codes(loaded(tmp_path, {})))


def test_only_this_dialect_s_skills_go_by_their_name(tmp_path: Path) -> None:
    skill = {"skills/folder/SKILL.md": SKILL.format(name="called")}
    native = {"agents/a/agent.yaml": "model: m\ntools: [read]\nskills: [shared/folder]\n", **skill}
    assert codes(loaded(tmp_path / "native", native)) == ["skill.name_mismatch"]
    ant = {
        "agents/a.md": "---\nmodel: m\ntools: [read]\nskills: [../skills/folder]\n---\n",
        **skill,
    }
    result = loaded(tmp_path / "ant", ant)
    assert codes(result) == ["converted.skill_name"]
    assert addresses(result) == ["agent/a", "skill/called"]


def test_an_override_goes_before_the_text(tmp_path: Path) -> None:
    project = (f"{PROJECT}targets:\n  t:\n    overrides:\n"
               "      environment/x: {description: Another.}\n")  # fmt: skip
    files = {"reconcile.yaml": project, "environments/x.md": "---\n{}\n---\nOne.\n"}
    result = loaded(tmp_path, files)
    assert (codes(result), body(result, "environment/x")["description"]) == ([], "Another.")


MUTABLE = sorted(
    path.relative_to(DATA).as_posix()
    for name in SAMPLES
    for path in (DATA / name).rglob("*")
    if path.is_file() and path.suffix in (".md", ".yaml", ".yml", ".json")
    and path.name != "bodies.json"
)  # fmt: skip
PIECES = (
    "type: agent\n",
    "- ./*\n",
    "{",
    "[",
    '"',
    ": ",
    "\n---\n",
    "../",
    "\t",
    "null",
    "*a",
    "\0",
)


def _mutated(text: str, at: int, length: int, piece: str, swap: bool) -> str:
    at %= len(text) + 1
    if swap:  # one value for another of the same file
        values = re.findall(r"[\w./-]+", text) or [""]
        piece = values[length % len(values)]
    return text[:at] + piece + text[at + length % 40 :]


@pytest.fixture(scope="module")
def roots(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("mutated")
    return {name: Path(shutil.copytree(DATA / name, folder / name)) for name in SAMPLES}


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(MUTABLE), st.integers(0, 4000), st.integers(0, 400),
       st.sampled_from(PIECES), st.booleans(), st.booleans())  # fmt: skip
def test_damage_is_a_finding(
    roots: dict[str, Path], path: str, at: int, length: int, piece: str, swap: bool, skip: bool
) -> None:
    name, _, rest = path.partition("/")
    file = roots[name] / rest
    whole = (DATA / path).read_bytes()
    file.write_text(_mutated(whole.decode(), at, length, piece, swap), "utf-8")
    try:
        result: Any = load(roots[name], target=None, variables={}, environ={},
                           skip_unsupported=skip)  # fmt: skip
    finally:
        file.write_bytes(whole)
    for finding in result.findings:
        placed(finding)
