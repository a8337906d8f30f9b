"""`reconcile init`: what it makes is valid and applies at once, and nothing is ever replaced."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

import reconciler.cli.init
from reconciler.authoring.templates import TEMPLATES
from reconciler.cli import main
from reconciler.cli.schemas import published

FLAGS = ("--name", "helper", "--project", "demo", "--tenant", "byng")


def reconcile(*args: str, **more: Any) -> Result:
    return CliRunner().invoke(main, list(args), **more)


def init(folder: Path, *args: str, **more: Any) -> Result:
    return reconcile("init", str(folder), *args, **more)


def tree(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconciler.cli.init, "is_terminal", lambda _: True)


@pytest.mark.parametrize("template", TEMPLATES)
def test_a_new_project_is_valid_and_applies_at_once(tmp_path: Path, template: str) -> None:
    root = tmp_path / "new" / "project"
    made = init(root, *FLAGS, "--template", template)
    assert made.exit_code == 0, made.output
    assert "agent/helper of demo" in made.stdout
    here = ("--project-dir", str(root))
    strict = reconcile("validate", "--strict", *here)
    assert (strict.exit_code, strict.stdout) == (0, "No findings.\n")
    sandbox = ("--target", "sandbox", *here)
    assert reconcile("apply", "--yes", *sandbox).exit_code == 0
    assert reconcile("plan", "--detailed-exitcode", *sandbox).exit_code == 0
    assert reconcile("apply", "--yes", *here).exit_code == 0, "sandbox is the default target"


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_file_names_its_schema(tmp_path: Path, template: str) -> None:
    assert init(tmp_path, *FLAGS, "--template", template).exit_code == 0
    found = list(tmp_path.rglob("*.yaml"))
    assert found
    for path in found:
        first, text = path.read_text().split("\n", 1)
        assert first.startswith("# yaml-language-server: $schema=")
        schema = json.loads((path.parent / first.partition("=")[2]).read_text())
        assert list(Draft202012Validator(schema).iter_errors(yaml.safe_load(text))) == []
    assert "../" not in (tmp_path / "reconcile.yaml").read_text().split("\n")[0]


def test_what_git_is_told(tmp_path: Path) -> None:
    root = tmp_path / "root"
    init(root, *FLAGS)
    assert reconcile("apply", "--yes", "--project-dir", str(root)).exit_code == 0
    subprocess.run(["git", "init", "-q", str(root)], check=True)
    command = ["git", "-C", str(root)]
    listed = subprocess.run(
        [*command, "ls-files", "-o", "--exclude-standard"], capture_output=True, text=True
    )
    assert sorted(listed.stdout.split()) == [
        ".gitattributes", ".gitignore", "agents/helper/agent.yaml", "agents/helper/system-prompt.md",
        "reconcile.yaml", "schemas/agent.schema.json", "schemas/project.schema.json",
    ]  # fmt: skip
    told = subprocess.run(
        [*command, "check-attr", "linguist-generated", "reconcile.prod.lock"],
        capture_output=True, text=True,
    )  # fmt: skip
    assert told.stdout.strip().endswith(": set")


def test_one_more_agent_in_a_project(tmp_path: Path) -> None:
    init(tmp_path, *FLAGS)
    before = tree(tmp_path)
    more = init(tmp_path / "agents", "--name", "second", "--template", "registered",
                "--tenant", "byng", "--environment", "ops")  # fmt: skip
    assert more.exit_code == 0, more.output
    after = tree(tmp_path)
    assert {path: after[path] for path in before} == before
    assert sorted(after.keys() - before.keys()) == [
        "agents/second/agent.yaml", "agents/second/skills/house-style/SKILL.md",
        "agents/second/system-prompt.md", "environments/ops.yaml",
        "schemas/environment.schema.json",
    ]  # fmt: skip
    third = ("--name", "third", "--template", "registered", "--tenant", "byng")
    assert init(tmp_path, *third, "--environment", "ops").exit_code == 0
    assert tree(tmp_path)["environments/ops.yaml"] == after["environments/ops.yaml"]
    here = ("--project-dir", str(tmp_path))
    assert reconcile("validate", "--strict", *here).stdout == "No findings.\n"
    assert reconcile("apply", "--yes", *here).exit_code == 0
    assert reconcile("plan", "--detailed-exitcode", *here).exit_code == 0


def test_the_folders_of_the_project_are_kept_to(tmp_path: Path) -> None:
    (tmp_path / "defs/rooms").mkdir(parents=True)
    text = "version: 1\nproject: p\npaths: {agents: defs, environments: defs/rooms}\n"
    (tmp_path / "reconcile.yaml").write_text(text)
    flags = ("--name", "a", "--template", "registered", "--tenant", "t")
    assert init(tmp_path, *flags).exit_code == 0
    assert {"defs/a/agent.yaml", "defs/rooms/runbooks.yaml"} <= tree(tmp_path).keys()
    found = reconcile("validate", "--strict", "--project-dir", str(tmp_path))
    assert found.stdout == "No findings.\n"


def test_a_new_project_below_another_one(tmp_path: Path) -> None:
    init(tmp_path, *FLAGS)
    assert init(tmp_path / "inner", "--name", "a", "--project", "inner").exit_code == 0
    assert (tmp_path / "inner/reconcile.yaml").is_file()


def test_a_target_to_begin_with(tmp_path: Path) -> None:
    assert init(tmp_path, *FLAGS, "--target", "test").exit_code == 0
    project = yaml.safe_load((tmp_path / "reconcile.yaml").read_text())
    assert project["targets"] == {"sandbox": {}, "test": {}}
    assert project["default_target"] == "sandbox"
    assert reconcile("validate", "--strict", "--project-dir", str(tmp_path)).exit_code == 0


@pytest.mark.parametrize(
    "path",
    ["reconcile.yaml", "agents/helper/agent.yaml", "agents/helper/notes.md",
     "agents/helper.agent.yaml", "schemas/agent.schema.json"],
)  # fmt: skip
def test_nothing_is_replaced_and_nothing_is_left(tmp_path: Path, path: str) -> None:
    file = tmp_path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("version: 1\nproject: demo\n")
    if path == "reconcile.yaml":  # a project then, so the agent is in the way
        assert init(tmp_path, *FLAGS).exit_code == 0
    before = tree(tmp_path)
    result = init(tmp_path, *FLAGS)
    assert result.exit_code == 1
    assert "init.exists" in result.stderr and "nothing was made" in result.stderr
    assert tree(tmp_path) == before


def test_lines_are_added_to_the_files_of_git(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_bytes(b"*.pyc")
    (tmp_path / ".gitattributes").write_text("reconcile.*.lock  linguist-generated\n")
    made = init(tmp_path, *FLAGS, "--format", "json")
    assert (tmp_path / ".gitignore").read_bytes() == b"*.pyc\n.reconcile/\n"
    assert (tmp_path / ".gitattributes").read_text() == "reconcile.*.lock  linguist-generated\n"
    document = json.loads(made.stdout)
    assert list(Draft202012Validator(published("init")).iter_errors(document)) == []
    assert {"path": ".gitignore", "change": "extended"} in document["files"]
    assert ".gitattributes" not in [file["path"] for file in document["files"]]


def test_all_or_nothing_if_a_file_can_not_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".gitignore").write_text("x\n")
    real = Path.mkdir

    def fails(self: Path, *args: Any, **more: Any) -> None:
        if self.name == "schemas":
            raise OSError(28, "No space left on device", str(self))
        real(self, *args, **more)

    monkeypatch.setattr(Path, "mkdir", fails)
    result = init(tmp_path, *FLAGS)
    assert result.exit_code == 1 and "init.not_written" in result.stderr
    assert tree(tmp_path) == {".gitignore": b"x\n"}
    assert sorted(path.name for path in tmp_path.iterdir()) == [".gitignore"]


def test_no_link_is_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    root = tmp_path / "root"
    root.mkdir()
    (root / "agents").symlink_to(tmp_path / "elsewhere")
    result = init(root, *FLAGS)
    assert result.exit_code == 1 and "path.symlink" in result.stderr
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.parametrize(
    ("flags", "missing"),
    [
        ([], "--project, --name"),
        (["--name", "a"], "--project"),
        (["--project", "p"], "--name"),
        (["--name", "a", "--project", "p", "--template", "registered"], "--tenant"),
    ],
)
def test_without_a_terminal_the_missing_flags_are_named(
    tmp_path: Path, flags: list[str], missing: str
) -> None:
    result = init(tmp_path, *flags)
    assert result.exit_code == 64
    assert result.stderr.rstrip().endswith(f"give {missing}")
    assert tree(tmp_path) == {}


@pytest.mark.parametrize(
    "flags",
    [
        ["--name", "No Good"],
        ["--project", "UPPER"],
        ["--template", "butler"],
        ["--target", "No Good", *FLAGS],
        ["--var", "a=b", *FLAGS],
    ],
)
def test_wrong_flags(tmp_path: Path, flags: list[str]) -> None:
    assert init(tmp_path, *flags).exit_code == 64
    assert tree(tmp_path) == {}


def test_what_an_existing_project_does_not_take(tmp_path: Path) -> None:
    init(tmp_path, *FLAGS)
    other = init(tmp_path, "--name", "b", "--project", "another")
    assert other.exit_code == 64 and "is the project demo" in other.stderr
    assert init(tmp_path, "--name", "b", "--target", "prod").exit_code == 64
    (tmp_path / "reconcile.yaml").write_text("version: 1\nprojct: demo\n")
    broken = init(tmp_path, "--name", "b")
    assert broken.exit_code == 1 and "field.unknown" in broken.stderr


@pytest.mark.parametrize("model", ["sonnet", "", "a: b", "on", "claude # x", '"'])
def test_odd_models(tmp_path: Path, model: str) -> None:
    """Either the result is valid and holds the model as given, or nothing is made."""
    result = init(tmp_path, *FLAGS, "--model", model)
    if result.exit_code == 0:
        agent = yaml.safe_load((tmp_path / "agents/helper/agent.yaml").read_text())
        assert agent["model"] == model or not model
        found = reconcile("validate", "--strict", "--project-dir", str(tmp_path))
        assert found.stdout == "No findings.\n"
    else:
        assert result.exit_code == 1
        assert tree(tmp_path) == {}


def test_names_that_yaml_reads_as_something_else(tmp_path: Path) -> None:
    for number, name in enumerate(("on", "123", "1e3", "null")):
        root = tmp_path / str(number)
        flags = ("--name", name, "--project", name, "--template", "coordinator")
        assert init(root, *flags).exit_code == 0
        found = reconcile("validate", "--strict", "--project-dir", str(root))
        assert found.stdout == "No findings.\n", name


@pytest.mark.usefixtures("terminal")
def test_a_person_is_asked_for_what_no_flag_says(tmp_path: Path) -> None:
    root = tmp_path / "Fund Agents"
    answers = "\nNo Good\nhelper\nregistered\n\nbyng\n"
    made = init(root, input=answers)
    assert made.exit_code == 0, made.output
    assert "The project's name [fund-agents]" in made.stderr
    assert "What kind of agent" in made.stderr and "The model" in made.stderr
    assert "?" not in made.stdout
    text = (root / "agents/helper/agent.yaml").read_text()
    assert "tenant: byng" in text
    assert init(root, "--name", "b", "--template", "assistant", input="\n").exit_code == 0


@pytest.mark.usefixtures("terminal")
def test_leaving_the_questions_makes_nothing(tmp_path: Path) -> None:
    result = init(tmp_path, input="demo\n")
    assert result.exit_code == 130
    assert tree(tmp_path) == {}
