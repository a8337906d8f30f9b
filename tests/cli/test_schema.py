"""`reconcile schema`, the committed schemas, and what commands really print and write."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from reconciler.cli import main
from reconciler.cli.schemas import as_text, file_name, names, published
from tests.cli.conftest import Run

REPOSITORY = Path(__file__).parents[2]
FOLDER = REPOSITORY / "schemas"
REGENERATE = "python -m reconciler schema --write schemas"


def errors(name: str, document: Any) -> list[str]:
    found = Draft202012Validator(published(name)).iter_errors(document)
    return [f"{error.json_path}: {error.message}" for error in found]


def test_the_committed_schemas_are_fresh() -> None:
    committed = {path.name: path.read_text() for path in FOLDER.glob("*.json")}
    made = {file_name(name): as_text(published(name)) for name in names()}
    assert committed == made, f"run: {REGENERATE}"


@pytest.mark.parametrize("name", names())
def test_a_schema_is_one_and_explains_itself(name: str) -> None:
    schema = published(name)
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:agent-reconciler:schema:{name}:1"
    assert schema["examples"]
    for example in schema["examples"]:
        assert errors(name, example) == []
    for where, form in forms(schema):
        assert form["title"] and form["additionalProperties"] is False, where
        for key, property in form["properties"].items():
            assert property["description"], f"{where}.{key} has no description"


def forms(schema: Any) -> Iterator[tuple[str, Any]]:
    for name, form in {"": schema, **schema.get("$defs", {})}.items():
        if "properties" in form:
            yield name, form


def test_the_command_prints_one_and_lists_all() -> None:
    run = CliRunner().invoke
    listed = run(main, ["schema"])
    assert [line.split()[0] for line in listed.stdout.splitlines()] == list(names())
    document = json.loads(run(main, ["schema", "--format", "json"]).stdout)
    assert [entry["name"] for entry in document["schemas"]] == list(names())
    assert errors("schemas", document) == []
    one = run(main, ["schema", "lock"])
    assert one.exit_code == 0 and json.loads(one.stdout) == published("lock")


def test_a_schema_that_is_not_there_is_wrong_usage() -> None:
    result = CliRunner().invoke(main, ["schema", "agnet"])
    assert result.exit_code == 64 and "did you mean agent" in result.stderr


def test_schemas_are_written_into_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "schemas"
    assert CliRunner().invoke(main, ["schema", "agent", "--write", str(folder)]).exit_code == 0
    assert [path.name for path in folder.iterdir()] == ["agent.schema.json"]
    assert (folder / "agent.schema.json").read_text() == as_text(published("agent"))
    (tmp_path / "file").write_text("")
    bad = CliRunner().invoke(main, ["schema", "--write", str(tmp_path / "file" / "x")])
    assert bad.exit_code == 1 and "schema.not_written" in bad.stderr


def test_what_commands_print_is_what_the_schemas_say(project: Path, run: Run) -> None:
    def printed(*args: str) -> Any:
        document = json.loads(run(*args, "--format", "json").stdout)
        assert errors(document["kind"], document) == []
        return document

    lock = project / ".reconcile" / "reconcile.sandbox.lock"
    assert printed("validate")["kind"] == "diagnostics"
    assert printed("plan")["kind"] == "plan"
    assert printed("apply", "--yes")["kind"] == "report"
    assert errors("lock", json.loads(lock.read_text())) == []
    assert printed("outputs")["kind"] == "outputs"
    assert printed("doctor")["kind"] == "doctor"
    assert printed("explain")["kind"] == "codes"
    (project / "agents/lead/agent.yaml").write_text("model: claude-opus-5\ntools: [read]\n")
    assert printed("plan")["totals"]["update"] == 1
    (project / "agents/lead/agent.yaml").write_text("modle: x\n")
    assert printed("plan")["kind"] == "diagnostics"
    (project / "agents/lead/agent.yaml").unlink()
    assert printed("plan")["orphans"]
    assert printed("destroy", "--yes")["kind"] == "report"
    assert errors("lock", json.loads(lock.read_text())) == []


@pytest.mark.slow
def test_a_wheel_has_what_the_commands_need(tmp_path: Path) -> None:
    build = pytest.importorskip("hatchling.build")
    script = f"import hatchling.build as b; b.build_wheel({str(tmp_path)!r})"
    subprocess.run([sys.executable, "-c", script], cwd=REPOSITORY, check=True, capture_output=True)
    assert build
    wheel = next(tmp_path.glob("*.whl"))
    with zipfile.ZipFile(wheel) as packed:
        packed.extractall(tmp_path / "installed")
    command = [sys.executable, "-m", "reconciler"]
    place = {"cwd": tmp_path, "capture_output": True, "text": True, "check": True}
    environment = {"PYTHONPATH": str(tmp_path / "installed"), "PATH": "/usr/bin:/bin"}
    made = subprocess.run([*command, "schema", "plan"], env=environment, **place)  # type: ignore[call-overload]
    assert json.loads(made.stdout) == published("plan")
    flags = ["init", "new", "--name", "a", "--project", "p"]
    subprocess.run([*command, *flags], env=environment, **place)  # type: ignore[call-overload]
    assert (tmp_path / "new/agents/a/agent.yaml").is_file()
